r"""One period of the game: floors, terms and values, given what the next period is worth.

$$F_i = \max\big(R_i,\,-c_i + b_i + d[(1-\eta)\,E_i V_i' - \eta L_i]\big),\qquad
  V_i = F_i + \phi\,1\{\text{deal}\}\,(u_i(S_i) - \kappa_i - F_i)$$

Elementwise over states; `rule_rows` writes the same rules as numbers for the compiled loops.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from kadesh.bargaining.exact.arrays import Array, by_side, is_idle
from kadesh.bargaining.exact.game import Period
from kadesh.bargaining.payoffs import Terms, leader_utility, terms


@dataclass(frozen=True)
class Played:
    """Floors and terms of a period, and where a side's own floor was bounded by surrender."""

    floor: Float[Array, "side *state"]
    terms: Terms
    is_clipped: Bool[Array, "side *state"]


def end_worth(period: Period, end_share: Float[Array, "*state"]) -> Float[Array, "side *state"]:
    """What the end of the war is worth to each side: its share and any leader's stake."""
    axes = end_share.ndim
    shares = np.stack([end_share, 1.0 - end_share])
    if is_idle(period.leader_stake):
        return shares
    stake = by_side(period.leader_stake, axes)
    return leader_utility(shares, stake, by_side(period.leader_threshold_share, axes))


def entering(
    period: Period,
    is_over: Bool[Array, "*state"],
    end: Float[Array, "side *state"],
    value: Float[Array, "side *state"],
) -> Float[Array, "side *state"]:
    """Worth of arriving in each state, where the war may first freeze.

    A war that ends in a period is worth what that period's rules say.
    """
    frozen = period.freeze_prob
    if is_idle(frozen) and is_idle(period.leader_stake):
        return value
    return np.where(is_over, end, frozen * end + (1.0 - frozen) * value)


def expectations(
    period: Period, entered: Float[Array, "side *state"]
) -> Float[Array, "side *state"]:
    """Each side's expectation, under its own belief, of what it enters."""
    if period.has_common_beliefs:
        return period.belief[0].expect(entered)
    return np.stack([period.belief[i].expect(entered[i]) for i in (0, 1)])


def flow(period: Period, axes: int) -> Float[Array, "side *#state"]:
    """What a period of fighting brings each side apart from where it leads; mostly negative."""
    hazard = period.discount * period.escalation_prob
    return (
        by_side(period.conditional_subsidy, axes)
        - by_side(period.cost, axes)
        - hazard * by_side(period.escalation_loss, axes)
    )


def rule_rows(
    axes: int, period: Period, left_by_freezing: Float[np.ndarray, "side *state"] | None
) -> list[Float[np.ndarray, "..."]]:
    """What `play` does with expectations, as the numbers that `kernels.RULES` names.

    For games without leaders' stakes and commitment. Each broadcasts to the lattice of so many
    axes; `left_by_freezing` is what each side expects of a war that freezes on arrival.
    """
    keep = period.discount * (1.0 - period.escalation_prob)
    gain = flow(period, axes)
    if left_by_freezing is not None:
        gain = gain + keep * left_by_freezing
    bound = np.full(2, -np.inf) if period.surrender_value is None else period.surrender_value
    bound = by_side(bound, axes)
    stake = 1.0 - by_side(period.switching_cost, axes).sum(0)
    power = period.bargaining_power
    parts = period.talks_prob * power, period.talks_prob * (1.0 - power)
    return [gain[0], gain[1], keep, bound[0], bound[1], stake, *parts]


def play(
    period: Period,
    is_over: Bool[Array, "*state"],
    end_share: Float[Array, "*state"],
    expected: Float[Array, "side *state"],
    later_requirement: Float[Array, "side *state"] | None = None,
) -> Played:
    """Floors, terms and values of one period from each side's expectation of the next."""
    axes = end_share.ndim
    keep = period.discount * (1.0 - period.escalation_prob)
    floor = flow(period, axes) + keep * expected
    is_clipped = np.zeros(floor.shape, dtype=bool)
    if period.surrender_value is not None:
        bound = by_side(period.surrender_value, axes)
        is_clipped = (floor < bound) & ~is_over
        floor = np.maximum(floor, bound)
    agreed = terms(
        floor,
        bargaining_power=period.bargaining_power,
        talks_probability=period.talks_prob,
        switching_cost=period.switching_cost,
        leader_stake=None if is_idle(period.leader_stake) else period.leader_stake,
        leader_threshold_share=period.leader_threshold_share,
        later_requirement=later_requirement,
    )
    # Where the war is over there is nothing left to settle: the shares are what they are.
    share = np.stack([end_share, 1.0 - end_share])
    end = end_worth(period, end_share)
    agreed = Terms(
        np.where(is_over, share, agreed.requirement),
        np.where(is_over, 0.0, agreed.width),
        np.where(is_over, share, agreed.share),
        agreed.is_feasible & ~is_over,
        np.where(is_over, end, agreed.value),
    )
    return Played(np.where(is_over, end, floor), agreed, is_clipped)
