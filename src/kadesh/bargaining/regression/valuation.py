"""Floors and terms at given moments, from regressed values of fighting on."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any, Final

import numpy as np
from jaxtyping import Float, Float32

from kadesh.bargaining.payoffs import Terms, leader_utility, requirement, terms
from kadesh.bargaining.situation import FRICTIONS, Situation, belief

Case = frozenset[str]
"""The frictions that a case leaves out."""

ALL_CASES: Final[tuple[Case, ...]] = tuple(
    frozenset(chosen)
    for count in range(len(FRICTIONS) + 1)
    for chosen in combinations(FRICTIONS, count)
)
FULL: Final[Case] = frozenset()


@dataclass(frozen=True)
class Valuation:
    """Floors and terms of both sides at some moments, in one case."""

    floor: Float[np.ndarray, "side state"]
    terms: Terms


def in_cases(situation: Situation, cases: Sequence[Case]) -> Situation:
    """The moments once per case, one case after the other, without their variables."""
    parts = [situation.without(case) for case in cases]
    joined: dict[str, Any] = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts], axis=-1)
        for field in fields(Situation)
        if field.name != "variables"
    }
    return Situation(variables=np.empty((0, len(cases) * situation.size)), **joined)


def times_features(
    weights: Float[np.ndarray, "case *rows feature"],
    features: Float[np.ndarray, "state feature"] | Float32[np.ndarray, "state feature"],
) -> Float[np.ndarray, "*rows states"]:
    """Weights times features, the cases' states one after the other, as one matrix product."""
    flat = weights.reshape(-1, weights.shape[-1]).astype(features.dtype) @ features.T
    shaped = flat.reshape(*weights.shape[:-1], features.shape[0])
    together = np.moveaxis(shaped, 0, -2)
    return np.asarray(together.reshape(*weights.shape[1:-1], -1), dtype=float)


def value_at(
    now: Situation,
    features: Float[np.ndarray, "state feature"] | Float32[np.ndarray, "state feature"],
    cases: Sequence[Case],
    weights: Float[np.ndarray, "case side hypothesis feature"],
    later_weights: Float[np.ndarray, "case side feature"] | None,
) -> Valuation:
    """Floors and terms at moments that already stand once per case."""
    floor = floor_of(now, times_features(weights, features))
    end = freeze_value(now)
    floor = np.where(now.is_over, end, floor)
    later = None
    if later_weights is not None:
        kept = np.maximum(times_features(later_weights, features), 0.0) - now.guarantee_cost
        later = np.stack(
            [
                requirement(kept[i], now.leader_stake[i], now.leader_threshold_share[i])
                for i in (0, 1)
            ]
        )
        size = features.shape[0]
        for position, case in enumerate(cases):
            if "commitment" in case:
                later[:, position * size : (position + 1) * size] = -np.inf
    agreed = terms(
        floor,
        bargaining_power=now.bargaining_power,
        talks_probability=now.talks_probability,
        switching_cost=now.switching_cost,
        leader_stake=now.leader_stake,
        leader_threshold_share=now.leader_threshold_share,
        later_requirement=later,
    )
    value = np.where(now.is_over, end, agreed.value)
    return Valuation(
        floor,
        Terms(agreed.requirement, agreed.width, agreed.share, agreed.is_feasible, value),
    )


def most_worth(now: Situation) -> Float[np.ndarray, "side state"]:
    """Upper bound of what a side can expect: everything, its leader's stake, and all aid to come.

    A regressed value outside 0 and this bound is approximation error and is held at the bound.
    """
    longest = 1.0 - now.discount * (1.0 - now.freeze_probability)
    return np.asarray(1.0 + now.leader_stake + now.subsidy / np.maximum(longest, 1e-2))


def floor_of(
    now: Situation, worth: Float[np.ndarray, "side hypothesis state"]
) -> Float[np.ndarray, "side state"]:
    """Floors under each side's own belief, bounded below by surrender."""
    if worth.shape[1] == 1:
        expected = worth[:, 0]
    else:
        likely = belief(now.log_odds)
        expected = (1.0 - likely) * worth[:, 0] + likely * worth[:, 1]
    return np.asarray(np.clip(expected, 0.0, most_worth(now)))


def freeze_value(now: Situation) -> Float[np.ndarray, "side state"]:
    """What freezing on the line of contact is worth."""
    return np.stack(
        [
            leader_utility(now.freeze_share[i], now.leader_stake[i], now.leader_threshold_share[i])
            for i in (0, 1)
        ]
    )
