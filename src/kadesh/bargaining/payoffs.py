r"""What a settlement is worth to each side, and the terms both would take.

One period of the game, in utilities measured as shares of the stake (0 = everything to the
other side, 1 = everything to oneself). Side 0's share of a settlement is $x$, side 1's $1-x$:

$$u_i(x_i) = x_i + \Psi_i\,1\{x_i \ge \tau_i\}$$

with $\Psi_i$ the leader's stake in reaching the threshold $\tau_i$ (zero without one). A side
takes any share worth at least its floor $F_i$; the smallest such share is its *requirement*

$$r_i = F_i \ \text{if}\ F_i < \tau_i,\quad \max(\tau_i, F_i-\Psi_i)\ \text{otherwise.}$$

With switching costs $\kappa_i$ and requirements that also respect what either side would still
keep later (commitment), the settlement range in side-0
shares is $[r_0, 1-r_1]$, its width $\sigma = 1-r_0-r_1$, a deal is possible where
$\sigma \ge \kappa_0+\kappa_1$, and the settlement is

$$S_0=r_0+\kappa_0+\theta(\sigma-\kappa_0-\kappa_1).$$

In the spirit of Fearon (1995) for the range and of Goemans (2000) for the leader's stake. A rival
formula divides the surplus by a Nash product; with linear utilities and kappa = 0 the two agree
at theta = 1/2.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from kadesh.bargaining.exact.arrays import Array, by_side


@dataclass(frozen=True)
class Terms:
    """What the two sides could agree on, by state; every array is `state` or `side state`.

    Where `is_feasible` is false, `share` is a *notional* point: a number to compare, never what
    a side would get. `value` is what each side expects before knowing whether talks happen.
    """

    requirement: Float[Array, "side *state"]
    width: Float[Array, "*state"]
    share: Float[Array, "side *state"]
    is_feasible: Bool[Array, "*state"]
    value: Float[Array, "side *state"]


def leader_utility(
    share: Float[Array, "*state"],
    stake: Float[Array, "*#state"],
    threshold_share: Float[Array, "*#state"],
) -> Float[Array, "*state"]:
    """Worth of a share to the one who decides: the share, plus the stake if it is enough."""
    return share + stake * (share >= threshold_share - 1e-12)


def requirement(
    floor: Float[Array, "*state"],
    stake: Float[Array, "*#state"],
    threshold_share: Float[Array, "*#state"],
) -> Float[Array, "*state"]:
    """Smallest share whose worth to the leader is at least `floor` (may lie outside 0..1)."""
    return np.where(floor < threshold_share, floor, np.maximum(threshold_share, floor - stake))


def terms(
    floor: Float[Array, "side *state"],
    *,
    bargaining_power: Float[Array, "*#state"],
    talks_probability: Float[Array, "*#state"],
    switching_cost: Float[Array, "side *#state"],
    leader_stake: Float[Array, "side *#state"] | None,
    leader_threshold_share: Float[Array, "side *#state"],
    later_requirement: Float[Array, "side *#state"] | None = None,
) -> Terms:
    """Range, settlement and values of both sides, from their floors.

    Args:
        floor: Worth of fighting on to each side, in shares of the stake.
        bargaining_power: Share of the surplus that goes to side 0, 0..1.
        talks_probability: Probability that this period brings talks at all, 0..1.
        switching_cost: What opening talks costs each side, in shares.
        leader_stake: Leader's extra worth of a share at or above the threshold; None: no leader
            has one.
        leader_threshold_share: That threshold, in own shares.
        later_requirement: Smallest share each side would still keep later instead of breaking
            the settlement; None where settlements are enforced from outside.

    Returns:
        Terms. Nothing is clipped to 0..1 here: a floor below 0 is bounded by the caller where
        surrender is a right, so that the bound touches one's own floor only.
    """
    axes = floor.ndim - 1
    kappa = by_side(switching_cost, axes)
    need = floor
    if leader_stake is not None:
        stake, threshold = by_side(leader_stake, axes), by_side(leader_threshold_share, axes)
        need = requirement(floor, stake, threshold)
    if later_requirement is not None:
        need = np.maximum(need, by_side(later_requirement, axes))
    width = 1.0 - need[0] - need[1]
    surplus = width - kappa[0] - kappa[1]
    feasible = surplus >= -1e-12
    power = np.stack([bargaining_power, 1.0 - bargaining_power])
    share = need + kappa + by_side(power, axes) * surplus
    agreed = share
    if leader_stake is not None:
        agreed = leader_utility(share, stake, threshold)
    gain = talks_probability * (agreed - kappa - floor)
    return Terms(need, width, share, feasible, floor + np.where(feasible, gain, 0.0))
