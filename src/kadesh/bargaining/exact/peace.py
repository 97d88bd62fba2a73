r"""Peace with a new transfer in every period, while power shifts.

A riser R and a decliner D divide a flow of 1 per period. War in period $t$ is worth $M_R(t)$ and
$M_D(t)$ for good. In peace D concedes just what keeps R from fighting:

$$y = \max(0,\ M_R(t) - G_R - d V_R(t+1)),\quad
  \text{peace iff } y \le 1 \text{ and } 1-y+d V_D(t+1) \ge M_D(t) - G_D,$$

with $V_R = y + d V_R(t+1)$ in peace and $M_R$ in war, likewise $V_D$, and $G_i$ what a guarantee
makes it cost side $i$ to turn to war. Then D compares *any* horizon, not one step: in peace
$V_R(t) = \max_T d^{T-t} M_R(T)$. At indifference there is peace.

On a path that is flat from some period on, the recursion runs backward from there and is unique.
On a Markov chain of power there may be several solutions (war that is feared brings war on); the
one given is reached from peace in every state, in which R has the best of any date of war and D
the rest of the flow: the most peaceful. In the spirit of Fearon (1995, 2004), Powell (2004, 2006)
and Krainin.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from kadesh.bargaining.exact.arrays import Array
from kadesh.bargaining.exact.moves import Transition
from kadesh.errors import NumericalError

INDIFFERENCE = 16 * float(np.finfo(np.float64).eps)
"""Differences up to this, in units of the numbers compared, are rounding and count as indifference:
peace. Each comes out of about ten operations."""


@dataclass(frozen=True)
class Peace:
    """By period, or by state: where war starts if reached, the transfer to R, and both values."""

    is_war: Bool[Array, "*time"]
    transfer: Float[Array, "*time"]
    riser_value: Float[Array, "*time"]
    decliner_value: Float[Array, "*time"]


def _step(
    minmax_riser: Float[Array, "*any"],
    minmax_decliner: Float[Array, "*any"],
    next_riser: Float[Array, "*any"],
    next_decliner: Float[Array, "*any"],
    discount: float,
    guarantee: tuple[float, float],
) -> Peace:
    slack = INDIFFERENCE * (
        1.0 + np.abs(minmax_riser) + np.abs(minmax_decliner) + np.abs(next_riser)
        + np.abs(next_decliner)
    )  # fmt: skip
    transfer = np.maximum(0.0, minmax_riser - guarantee[0] - discount * next_riser)
    kept = 1.0 - transfer + discount * next_decliner
    is_war = (transfer > 1.0 + slack) | (kept < minmax_decliner - guarantee[1] - slack)
    return Peace(
        is_war,
        transfer,
        np.where(is_war, minmax_riser, transfer + discount * next_riser),
        np.where(is_war, minmax_decliner, kept),
    )


def peace_path(
    minmax_riser: Float[Array, "time *case"],
    minmax_decliner: Float[Array, "time *case"],
    discount: float,
    guarantee: tuple[float, float] = (0.0, 0.0),
) -> Peace:
    """Peace and war along a known path of power that stays as it last was.

    Args:
        minmax_riser: Worth of war to R if it starts in period t, in units of the flow.
        minmax_decliner: The same of D.
        discount: Discount factor, below 1.
        guarantee: What turning to war costs R and D beyond war itself.
    """
    last_riser, last_decliner = minmax_riser[-1], minmax_decliner[-1]
    worth = 1.0 / (1.0 - discount)
    # A flat path: the transfer is the same in every period, so R has M_R - G_R or nothing.
    held = np.clip(last_riser - guarantee[0], 0.0, None)
    steps = [_step(last_riser, last_decliner, held, worth - held, discount, guarantee)]
    earlier = zip(minmax_riser[-2::-1], minmax_decliner[-2::-1], strict=True)
    for now_riser, now_decliner in earlier:
        later = steps[-1]
        steps.append(
            _step(
                now_riser,
                now_decliner,
                later.riser_value,
                later.decliner_value,
                discount,
                guarantee,
            )
        )
    steps.reverse()
    return Peace(
        np.stack([s.is_war for s in steps]),
        np.stack([s.transfer for s in steps]),
        np.stack([s.riser_value for s in steps]),
        np.stack([s.decliner_value for s in steps]),
    )


def peace_chain(
    minmax_riser: Float[Array, "*state"],
    minmax_decliner: Float[Array, "*state"],
    power: Transition,
    discount: float,
    guarantee: tuple[float, float] = (0.0, 0.0),
    *,
    max_sweeps: int = 100_000,
) -> Peace:
    """Peace and war where power moves on a Markov chain.

    Args:
        minmax_riser: Worth of war to R if it starts in this state, in units of the flow.
        minmax_decliner: The same of D.
        power: How power moves.
        discount: Discount factor, below 1.
        guarantee: What turning to war costs R and D beyond war itself.
        max_sweeps: Sweeps allowed.

    Raises:
        NumericalError: The sweeps end in a cycle or do not settle.
    """
    worth = 1.0 / (1.0 - discount)
    least = np.maximum(0.0, minmax_riser - guarantee[0])
    riser = least
    while np.abs((better := np.maximum(least, discount * power.expect(riser))) - riser).max() > (
        1e-15 * worth
    ):
        riser = better
    decliner = worth - riser
    for _ in range(max_sweeps):
        played = _step(
            minmax_riser,
            minmax_decliner,
            power.expect(riser),
            power.expect(decliner),
            discount,
            guarantee,
        )
        change = max(
            np.abs(played.riser_value - riser).max(), np.abs(played.decliner_value - decliner).max()
        )
        riser, decliner = played.riser_value, played.decliner_value
        if change <= 1e-14 * worth:
            return played
    raise NumericalError(f"peace: values still change by {change:.1e} after {max_sweeps} sweeps")
