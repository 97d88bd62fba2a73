r"""Values of fighting on, over any simulator, by regression (fitted value iteration).

From a wide sample of moments $s$ and one-period successors $s'_{h}$ simulated under each
hypothesis $h$, the continuation value of side $i$ is regressed on features of the moment,

$$\hat E_h[V_i(s')\mid s] = \Phi(s)\,w_{i,h},\qquad
F_i(s) = -c_i + b_i + d \sum_h \pi_i(h)\,\hat E_h[V_i(s')\mid s],$$

worked back from a horizon at which the war freezes on the line of contact, and before which it
freezes with a given probability in each period. Both floors are bounded
below by surrender (worth 0), which touches a side's own floor only. A settlement binds only if
neither side would later rather break it: its floor after the settlement, when forces have been
rebuilt and aid has ended, less the cost of breaking a guarantee, must not exceed what it was given.

All sixteen on/off combinations of the frictions in `situation.FRICTIONS` are solved together: they
share the sample and the projection, so they cost one matrix product. In the spirit of Longstaff
and Schwartz (2001) and of fitted value iteration; regressing realised *values* (not policies'
path payoffs) keeps the two sides' problems on one sample. The rival, path regression, has less
approximation bias per step and needs a fresh simulation for each policy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from jaxtyping import Float

from kadesh.bargaining.basis import Basis, BasisChoice, fit_basis, projection
from kadesh.bargaining.payoffs import Terms, leader_utility, requirement, terms
from kadesh.bargaining.situation import FRICTIONS, Situation, belief
from kadesh.errors import NumericalError

Case = frozenset[str]
"""The frictions that a case leaves out."""

ALL_CASES: tuple[Case, ...] = tuple(
    frozenset(chosen)
    for count in range(len(FRICTIONS) + 1)
    for chosen in combinations(FRICTIONS, count)
)
FULL: Case = frozenset()


@dataclass(frozen=True)
class Sample:
    """Sampled moments, their successors by hypothesis and repeat, and life after a settlement."""

    now: Situation
    successors: tuple[tuple[Situation, ...], ...]
    after_settlement: Situation | None = None

    def half(self, which: int) -> "Sample":
        """Every second sampled moment, from `which` on: for an independent repeat."""
        part = slice(which, None, 2)
        after = None if self.after_settlement is None else self.after_settlement.take(part)
        return Sample(
            self.now.take(part),
            tuple(tuple(s.take(part) for s in repeats) for repeats in self.successors),
            after,
        )


@dataclass(frozen=True)
class Valuation:
    """Floors and terms of both sides at some moments, in one case."""

    floor: Float[np.ndarray, "side state"]
    terms: Terms


@dataclass(frozen=True)
class RegressionSolution:
    """Weights of continuation values by case, side and hypothesis, ready to evaluate anywhere."""

    basis: Basis
    cases: tuple[Case, ...]
    weights: Float[np.ndarray, "case side hypothesis feature"]
    later_weights: Float[np.ndarray, "case side feature"] | None

    def evaluate(self, situation: Situation, case: Case = FULL) -> Valuation:
        """Floors and terms at given moments."""
        return self.evaluate_cases(situation, (case,))[case]

    def evaluate_cases(self, situation: Situation, cases: Sequence[Case]) -> dict[Case, Valuation]:
        """Floors and terms at given moments, in several cases at once."""
        chosen = [self.cases.index(case) for case in cases]
        features = self.basis.features(situation.variables)
        later = None if self.later_weights is None else self.later_weights[chosen]
        values = _valuations(situation, features, cases, self.weights[chosen], later)
        return dict(zip(cases, values, strict=True))


def _times_features(
    weights: Float[np.ndarray, "*rows feature"], features: Float[np.ndarray, "state feature"]
) -> Float[np.ndarray, "*rows state"]:
    """Weights times features as one matrix product (einsum would not use BLAS)."""
    flat = weights.reshape(-1, weights.shape[-1]) @ features.T
    return np.asarray(flat.reshape(*weights.shape[:-1], features.shape[0]))


def _valuations(
    situation: Situation,
    features: Float[np.ndarray, "state feature"],
    cases: Sequence[Case],
    weights: Float[np.ndarray, "case side hypothesis feature"],
    later_weights: Float[np.ndarray, "case side feature"] | None,
) -> list[Valuation]:
    continuation = _times_features(weights, features)
    later = None if later_weights is None else _times_features(later_weights, features)
    return [
        _value(situation, case, continuation[c], None if later is None else later[c])
        for c, case in enumerate(cases)
    ]


def _entered(situation: Situation, case: Case, valuation: Valuation) -> np.ndarray:
    """Worth of entering a period: its value, or what freezing there leaves."""
    frozen = _freeze_value(situation.without(case))
    hazard = situation.freeze_probability
    return np.asarray(hazard * frozen + (1.0 - hazard) * valuation.terms.value)


def _value(
    situation: Situation,
    case: Case,
    continuation: Float[np.ndarray, "side hypothesis state"],
    later_floor: Float[np.ndarray, "side state"] | None,
) -> Valuation:
    """Floors and terms of one case, from regressed continuation values."""
    now = situation.without(case)
    floor = _floor(now, continuation)
    end = _freeze_value(now)
    floor = np.where(now.is_over, end, floor)
    later = None
    if later_floor is not None and "commitment" not in case:
        kept = later_floor - now.guarantee_cost
        later = np.stack(
            [
                requirement(kept[i], now.leader_stake[i], now.leader_threshold_share[i])
                for i in (0, 1)
            ]
        )
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


def _floor(
    now: Situation, continuation: Float[np.ndarray, "side hypothesis state"]
) -> Float[np.ndarray, "side state"]:
    likely = belief(now.log_odds)
    # A continuation lies between surrender and everything, plus what a leader or a patron adds;
    # a fitted value outside is approximation error and is held at the bound.
    most = 1.0 + now.leader_stake + now.subsidy / np.maximum(1.0 - now.discount, 1e-2)
    bounded = np.clip(continuation, 0.0, most[:, None])
    if continuation.shape[1] == 1:
        expected = bounded[:, 0]
    else:
        expected = (1.0 - likely) * bounded[:, 0] + likely * bounded[:, 1]
    return np.asarray(np.maximum(-now.cost + now.subsidy + now.discount * expected, 0.0))


def _freeze_value(now: Situation) -> Float[np.ndarray, "side state"]:
    return np.stack(
        [
            leader_utility(now.freeze_share[i], now.leader_stake[i], now.leader_threshold_share[i])
            for i in (0, 1)
        ]
    )


def solve_regression(
    sample: Sample,
    *,
    periods: int,
    choice: BasisChoice,
    cases: Sequence[Case] = ALL_CASES,
) -> RegressionSolution:
    """Work values back over `periods` bargaining periods on one sample.

    Args:
        sample: Moments and successors; one tuple of repeats per hypothesis (one or two).
            Without a sample of life after a settlement nobody ever breaks one.
        periods: Periods to the horizon, at which the war freezes.
        choice: Which variables enter the features how.
        cases: Frictions left out, per case.

    Returns:
        RegressionSolution; its weights are those of the first period.

    Raises:
        NumericalError: A regressed value is not finite.
    """
    cases = tuple(cases)
    basis = fit_basis(sample.now.variables, choice)
    design = basis.features(sample.now.variables)
    project = projection(design)
    next_features = [[basis.features(s.variables) for s in rep] for rep in sample.successors]
    after = sample.after_settlement
    after_features = None if after is None else basis.features(after.variables)
    hypotheses, count = len(sample.successors), len(cases)
    shape = (count, 2, hypotheses, design.shape[1])
    weights = np.zeros(shape)
    later: np.ndarray | None = None
    for period in range(periods):
        targets = np.zeros((count, 2, hypotheses, design.shape[0]))
        for h, repeats in enumerate(sample.successors):
            for situation, features in zip(repeats, next_features[h], strict=True):
                if period == 0:
                    values = [_freeze_value(situation.without(case)) for case in cases]
                else:
                    valued = _valuations(situation, features, cases, weights, later)
                    values = [
                        _entered(situation, case, valuation)
                        for case, valuation in zip(cases, valued, strict=True)
                    ]
                targets[:, :, h] += np.stack(values) / len(repeats)
        weights = (targets.reshape(-1, design.shape[0]) @ project.T).reshape(shape)
        if after is not None and after_features is not None:
            broken = np.zeros((count, 2, design.shape[0]))
            continuation = _times_features(weights, after_features)
            for c, case in enumerate(cases):
                broken[c] = _floor(after.without(case), continuation[c])
            flat = broken.reshape(-1, design.shape[0]) @ project.T
            later = flat.reshape(count, 2, design.shape[1])
        if not np.isfinite(weights).all():
            raise NumericalError(f"regression: a weight is not finite at period {period} from end")
    return RegressionSolution(basis, cases, weights, later)
