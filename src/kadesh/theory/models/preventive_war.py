r"""War now because the other side will be stronger: deals that shifting power undoes.

Players: R, which rises, and D, which declines.

Timing: a flow of 1 is divided in every period. In period $t$ D offers R the transfer $y$ of that
period's flow, at most all of it, and neither can bind itself for later. War destroys a fraction $D$
of the flow for good and gives R the share $p_t$ of what is left, D the rest:

$$M_R(t) = \frac{p_t(1-D)}{1-d},\qquad M_D(t) = \frac{(1-p_t)(1-D)}{1-d}.$$

Strength follows `strength_path` and then stays as it last was. Backward in time,

$$y = \max(0,\ M_R(t) - d V_R(t+1)),\quad
\text{peace iff } y \le 1 \text{ and } 1 - y + d V_D(t+1) \ge M_D(t),$$

with $V_R = y + d V_R(t+1)$ in peace and $M_R$ in war. In peace
$V_R(t) = \max_T d^{T-t} M_R(T)$: what counts is the rise over *any* horizon, not one step. A rise
from $p$ to $p'$ in one step brings war iff $d p' - p > D/(1-D)$.

Method: closed form, by the recursion of peace with transfers (`kadesh.bargaining.exact.peace`).

Selection: unique, by backward induction from a strength that no longer moves; where both are worth
the same there is peace.

Not modelled: private information, guarantees, strength that depends on what is conceded.

Source: in the spirit of Fearon (1995, preventive war) and Powell (2004, 2006, the inefficient use
of power); slow shifts in the spirit of Krainin. The published statements are not verified.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kadesh.bargaining.exact.peace import Peace, peace_path
from kadesh.theory.colours import RULE, SIDE_A, SIDE_B
from kadesh.theory.fields import PROBABILITY, number, numbers, output
from kadesh.theory.model import Axes, ModelInputs

_FLOW: Final = "periods of the whole flow"


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """The rise, what war destroys, and patience."""

    discount: float = number(
        "discount factor per period", unit="factor", high=1.0, is_high_open=True
    )
    destroyed_share: float = number(
        "part of the flow that war destroys for good", unit="share of the flow", high=1.0
    )
    strength_path: tuple[float, ...] = numbers(
        "share of the flow that R wins in a war, period by period; the last stays",
        unit=PROBABILITY,
        high=1.0,
        longest=100_000,
    )


@dataclass(frozen=True)
class Result:
    """When war would start, and what the prospect is worth today."""

    war_periods: tuple[int, ...] = output(
        "periods in which war starts if they are reached", unit="period, 0 first"
    )
    riser_value: float = output("value of R at t = 0", unit=_FLOW)
    decliner_value: float = output("value of D at t = 0", unit=_FLOW)


EXAMPLE: Final[Mapping[str, Any]] = {
    "discount": 0.9,
    "destroyed_share": 0.2,
    "strength_path": [0.3, 0.3, 0.3, 0.3, 0.7],
}


def solved(inputs: Inputs) -> Peace:
    """War, transfers and values in every period of the path."""
    strength = np.asarray(inputs.strength_path)
    worth = (1.0 - inputs.destroyed_share) / (1.0 - inputs.discount)
    return peace_path(strength * worth, (1.0 - strength) * worth, inputs.discount)


def solve(inputs: Inputs) -> Result:
    """When war would start, and the values today."""
    peace = solved(inputs)
    return Result(
        tuple(int(t) for t in np.flatnonzero(peace.is_war)),
        float(peace.riser_value[0]),
        float(peace.decliner_value[0]),
    )


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """R's strength and what it must be conceded to keep the peace, with the periods of war."""
    peace = solved(inputs)
    time = np.arange(len(inputs.strength_path))
    axes.plot(time, inputs.strength_path, "o-", color=SIDE_A, markersize=3, label="strength of R")
    calm = ~peace.is_war
    axes.plot(
        time[calm], peace.transfer[calm], "s", color=SIDE_B, markersize=4,
        label="transfer to R in peace",
    )  # fmt: skip
    for place, t in enumerate(result.war_periods):
        label = "war starts if reached" if place == 0 else None
        axes.axvspan(t - 0.5, t + 0.5, color=RULE, alpha=0.2, linewidth=0, label=label)
    axes.set(xlabel="period", ylabel="share of the flow")
    axes.legend(loc="best")
