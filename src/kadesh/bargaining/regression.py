r"""Values of fighting on, over any simulator, by regression on simulated courses.

Under each hypothesis $h$ about the war, courses are simulated month by month. What fighting on is
worth to side $i$ if $h$ holds, $Q_{i,h}$, is regressed on features of the moment; a side's floor
is the mean under its own belief,

$$F_i(s) = \sum_h \pi_i(h)\,Q_{i,h}(s),\qquad
Q_{i,h}(s) = -c_i + b_i + d\,E_h\big[\eta\,w_i(s') + (1-\eta)\,V_{i,h}(s')\,\big|\,s\big],$$

$w_i$ what freezing on the line of contact leaves (probability $\eta$ a period), and $V_{i,h}$
the agreed worth with the probability of talks where a deal is possible, else $Q_{i,h}$. Terms are
formed from the floors, the floors from payoffs along the courses under those terms, and so on to a
fixed point (policy iteration). Beyond the end of a course its last moment's $Q$ stands in.

Both floors are bounded below by surrender, worth 0, which touches a side's own floor only. A
settlement binds only if neither side would later rather break it: its floor after the settlement,
when forces have been rebuilt and aid has ended, less the cost of breaking a guarantee, must not
exceed what it was given.

All on/off combinations of the frictions in `situation.FRICTIONS` are solved together on one sample.
Luck is taken out of the payoffs without bias: each month of a course is also simulated with the
opposite luck, and half the difference of what the two months are thought to be worth, which has
mean zero whatever is thought, is subtracted.

In the spirit of Longstaff and Schwartz (2001), with the martingale control of Andersen and Broadie
(2004) made antithetic. The rival, regressing one period's *values* and
iterating (fitted value iteration), lets the error of the sampled drift add up over the periods:
measured here, errors of a tenth of the stake against a hundredth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any, Final

import numpy as np
from jaxtyping import Float, Float32

from kadesh.bargaining.basis import Basis, BasisChoice, fit_basis
from kadesh.bargaining.payoffs import Terms, leader_utility, requirement, terms
from kadesh.bargaining.situation import FRICTIONS, Situation, belief
from kadesh.errors import NumericalError

Case = frozenset[str]
"""The frictions that a case leaves out."""

ALL_CASES: Final[tuple[Case, ...]] = tuple(
    frozenset(chosen)
    for count in range(len(FRICTIONS) + 1)
    for chosen in combinations(FRICTIONS, count)
)
FULL: Final[Case] = frozenset()
ITERATIONS: Final = 8
CONTINUED_ITERATIONS: Final = 4
"""Rounds of policy iteration, from nothing and from another case's solution; the change of the
last round is part of the result."""
DAMPING: Final = 0.5
"""Part of the last round's weights that is kept: where a deal just holds or just fails, terms and
floors answer to each other and would swing."""
MOST_SURPRISE: Final = 0.25
"""Of the stake: how far terms are moved by what fighting on turned out to be worth."""
RIDGE: Final = 1e-9
"""Of the mean squared feature: settles exactly collinear columns, no more."""


@dataclass(frozen=True)
class Courses:
    """Simulated courses: `moments[h][t]` holds the same runs at period t under hypothesis h.

    `mirrors[h][t]` is what period t+1 would have been after `moments[h][t]` with the opposite luck;
    `sampled` are the periods whose moments are regressed on; `after_settlement` is life after a
    settlement at the courses' start (None: settlements are enforced from outside).
    """

    moments: tuple[tuple[Situation, ...], ...]
    mirrors: tuple[tuple[Situation, ...], ...]
    sampled: tuple[int, ...]
    after_settlement: Situation | None = None

    def half(self, which: int) -> "Courses":
        """Every second run, from `which` on: for an independent repeat."""
        part = slice(which, None, 2)
        after = None if self.after_settlement is None else self.after_settlement.take(part)
        moments, mirrors = (
            tuple(tuple(moment.take(part) for moment in path) for path in paths)
            for paths in (self.moments, self.mirrors)
        )
        return Courses(moments, mirrors, self.sampled, after)


@dataclass(frozen=True)
class Valuation:
    """Floors and terms of both sides at some moments, in one case."""

    floor: Float[np.ndarray, "side state"]
    terms: Terms


@dataclass(frozen=True)
class RegressionSolution:
    """Weights of what fighting on is worth, by case, side and hypothesis; evaluate anywhere.

    `last_change` is the mean change of the first side's share in the last iteration.
    """

    basis: Basis
    cases: tuple[Case, ...]
    weights: Float[np.ndarray, "case side hypothesis feature"]
    later_weights: Float[np.ndarray, "case side feature"] | None
    last_change: float

    def evaluate(self, situation: Situation, case: Case = FULL) -> Valuation:
        """Floors and terms at given moments."""
        return self.evaluate_cases(situation, (case,))[case]

    def evaluate_cases(self, situation: Situation, cases: Sequence[Case]) -> dict[Case, Valuation]:
        """Floors and terms at given moments, in several cases at once."""
        chosen = [self.cases.index(case) for case in cases]
        features = self.basis.features(situation.variables)
        later = None if self.later_weights is None else self.later_weights[chosen]
        together = _in_cases(situation, cases)
        valued = _value(together, features, cases, self.weights[chosen], later)
        size = situation.size
        result = {}
        for position, case in enumerate(cases):
            part = slice(position * size, (position + 1) * size)
            agreed = valued.terms
            result[case] = Valuation(
                valued.floor[:, part],
                Terms(
                    agreed.requirement[:, part],
                    agreed.width[part],
                    agreed.share[:, part],
                    agreed.is_feasible[part],
                    agreed.value[:, part],
                ),
            )
        return result


def _in_cases(situation: Situation, cases: Sequence[Case]) -> Situation:
    """The moments once per case, one case after the other, without their variables."""
    parts = [situation.without(case) for case in cases]
    joined: dict[str, Any] = {
        field.name: np.concatenate([getattr(part, field.name) for part in parts], axis=-1)
        for field in fields(Situation)
        if field.name != "variables"
    }
    return Situation(variables=np.empty((0, len(cases) * situation.size)), **joined)


def _times_features(
    weights: Float[np.ndarray, "case *rows feature"],
    features: Float[np.ndarray, "state feature"] | Float32[np.ndarray, "state feature"],
) -> Float[np.ndarray, "*rows states"]:
    """Weights times features, the cases' states one after the other, as one matrix product."""
    flat = weights.reshape(-1, weights.shape[-1]).astype(features.dtype) @ features.T
    shaped = flat.reshape(*weights.shape[:-1], features.shape[0])
    together = np.moveaxis(shaped, 0, -2)
    return np.asarray(together.reshape(*weights.shape[1:-1], -1), dtype=float)


def _value(
    now: Situation,
    features: Float[np.ndarray, "state feature"] | Float32[np.ndarray, "state feature"],
    cases: Sequence[Case],
    weights: Float[np.ndarray, "case side hypothesis feature"],
    later_weights: Float[np.ndarray, "case side feature"] | None,
) -> Valuation:
    """Floors and terms at moments that already stand once per case."""
    floor = _floor(now, _times_features(weights, features))
    end = _freeze_value(now)
    floor = np.where(now.is_over, end, floor)
    later = None
    if later_weights is not None:
        kept = np.maximum(_times_features(later_weights, features), 0.0) - now.guarantee_cost
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


def _floor(
    now: Situation, worth: Float[np.ndarray, "side hypothesis state"]
) -> Float[np.ndarray, "side state"]:
    """Floors under each side's own belief, bounded below by surrender."""
    if worth.shape[1] == 1:
        expected = worth[:, 0]
    else:
        likely = belief(now.log_odds)
        expected = (1.0 - likely) * worth[:, 0] + likely * worth[:, 1]
    return np.asarray(np.clip(expected, 0.0, most_worth(now)))


def _freeze_value(now: Situation) -> Float[np.ndarray, "side state"]:
    return np.stack(
        [
            leader_utility(now.freeze_share[i], now.leader_stake[i], now.leader_threshold_share[i])
            for i in (0, 1)
        ]
    )


def solve_regression(
    courses: Courses,
    *,
    choice: BasisChoice,
    cases: Sequence[Case] = ALL_CASES,
    start_from: RegressionSolution | None = None,
) -> RegressionSolution:
    """Solve the bargaining on simulated courses.

    Args:
        courses: Courses under one or two hypotheses, of equal length.
        choice: Which variables enter the features how.
        cases: Frictions left out, per case.
        start_from: A solution of one case on the same courses, to start all cases from.

    Raises:
        NumericalError: A regressed value is not finite.
    """
    cases = tuple(cases)
    pooled = np.concatenate(
        [path[t].variables for path in courses.moments for t in courses.sampled], axis=1
    )
    basis = fit_basis(pooled, choice)
    # Features of whole courses are kept in float32: half the memory, and far below sampling error.
    features, mirrored = (
        [[basis.features(moment.variables).astype(np.float32) for moment in path] for path in paths]
        for paths in (courses.moments, courses.mirrors)
    )
    regress = [
        regression_matrix(np.concatenate([path[t] for t in courses.sampled]).astype(float))
        for path in features
    ]
    after = courses.after_settlement
    shape = (len(cases), 2, len(courses.moments), features[0][0].shape[1])
    weights, later, change = np.zeros(shape), None, np.inf
    share = None
    rounds = range(ITERATIONS + 1)
    if start_from is not None:
        weights = weights + start_from.weights[:1]
        if start_from.later_weights is not None:
            later = np.zeros((len(cases), 2, shape[-1])) + start_from.later_weights[:1]
        rounds = range(1, CONTINUED_ITERATIONS + 1)
    for iteration in rounds:
        new = np.empty(shape)
        for h, path in enumerate(courses.moments):
            if iteration:
                rules = _Rules(cases, weights, later, h)
                targets = _course_worth(
                    rules, path, features[h], courses.mirrors[h], mirrored[h], courses.sampled
                )
            else:
                targets = _worth_without_talks(path, cases, courses.sampled)
            new[:, :, h] = (targets.reshape(-1, targets.shape[-1]) @ regress[h].T).reshape(
                new[:, :, h].shape
            )
        kept = DAMPING if iteration > 1 or start_from is not None else 0.0
        weights = kept * weights + (1.0 - kept) * new
        if not np.isfinite(weights).all():
            raise NumericalError(f"regression: a weight is not finite in iteration {iteration}")
        if after is not None:
            moment = _in_cases(after, cases)
            broken = _floor(moment, _times_features(weights, basis.features(after.variables)))
            first = basis.features(courses.moments[0][0].variables)
            by_case = broken.reshape(2, len(cases), -1).transpose(1, 0, 2)
            flat = by_case.reshape(len(cases) * 2, -1)
            later = (flat @ regression_matrix(first).T).reshape(len(cases), 2, -1)
        start = courses.moments[0][0]
        settled = _value(_in_cases(start, cases), features[0][0], cases, weights, later)
        if share is not None:
            change = float(np.abs(settled.terms.share[0] - share).mean())
        share = settled.terms.share[0]
    return RegressionSolution(basis, cases, weights, later, change)


def regression_matrix(
    design: Float[np.ndarray, "state feature"],
) -> Float[np.ndarray, "feature state"]:
    """Matrix that turns values at the sampled moments into least-squares weights."""
    gram = design.T @ design
    gram += np.eye(gram.shape[0]) * (RIDGE * np.trace(gram) / gram.shape[0])
    return np.asarray(np.linalg.solve(gram, design.T))


@dataclass(frozen=True)
class _Rules:
    """The terms of the last iteration, as seen under one hypothesis."""

    cases: tuple[Case, ...]
    weights: Float[np.ndarray, "case side hypothesis feature"]
    later: Float[np.ndarray, "case side feature"] | None
    hypothesis: int

    def thought(
        self, situation: Situation, features: Float32[np.ndarray, "state feature"]
    ) -> tuple[Situation, Valuation, Float[np.ndarray, "side state"]]:
        """The moments by case, their terms, and what fighting on is thought worth there."""
        now = _in_cases(situation, self.cases)
        valued = _value(now, features, self.cases, self.weights, self.later)
        worth = _times_features(self.weights[:, :, self.hypothesis], features)
        return now, valued, np.clip(worth, 0.0, most_worth(now))


def _entered(
    now: Situation,
    valued: Valuation,
    worth: Float[np.ndarray, "side state"],
    thought: Float[np.ndarray, "side state"],
) -> Float[np.ndarray, "side state"]:
    """Worth of entering a period in which fighting on turned out to be worth `worth`.

    Terms follow the floors; where what fighting on turned out to be worth differs from what was
    thought, the terms are moved as floors that knew it would move them. Otherwise terms would be
    built on terms, and the regression's error would add up over the periods once talks are
    frequent. The two hypotheses are taken to be in error alike here.
    """
    end = _freeze_value(now)
    bound = valued.terms.requirement > valued.floor + 1e-12
    surprise = np.where(bound, 0.0, np.clip(worth - thought, -MOST_SURPRISE, MOST_SURPRISE))
    power = now.bargaining_power
    moved = (1.0 - power) * surprise[0] - power * surprise[1]
    share = valued.terms.share + np.stack([moved, -moved])
    settled = np.stack(
        [
            leader_utility(share[i], now.leader_stake[i], now.leader_threshold_share[i])
            for i in (0, 1)
        ]
    )
    talks = np.where(valued.terms.is_feasible, now.talks_probability, 0.0)
    agreed = talks * (settled - now.switching_cost) + (1.0 - talks) * worth
    value = np.where(now.is_over, end, agreed)
    return np.asarray(now.freeze_probability * end + (1.0 - now.freeze_probability) * value)


def _course_worth(
    rules: _Rules,
    path: Sequence[Situation],
    features: Sequence[Float32[np.ndarray, "state feature"]],
    mirrors: Sequence[Situation],
    mirrored: Sequence[Float32[np.ndarray, "state feature"]],
    sampled: Sequence[int],
) -> Float[np.ndarray, "case side row"]:
    """Worth of fighting on along courses under given terms, at the sampled periods."""
    count, size = len(rules.cases), path[0].size
    kept: dict[int, np.ndarray] = {}
    entered = np.zeros((2, count * size))
    luck = np.zeros((2, count * size))
    for t in reversed(range(len(path))):
        now, valued, thought = rules.thought(path[t], features[t])
        if t == len(path) - 1:
            worth = thought
        else:
            worth = -now.cost + now.subsidy + now.discount * (entered - luck)
            worth = np.where(valued.floor <= 0.0, 0.0, worth)
        if t in sampled:
            kept[t] = worth.reshape(2, count, size).transpose(1, 0, 2)
        if t > 0:
            entered = _entered(now, valued, worth, thought)
            there = rules.thought(mirrors[t - 1], mirrored[t - 1])
            luck = 0.5 * (_entered(now, valued, thought, thought) - _entered(*there, there[2]))
    return np.concatenate([kept[t] for t in sampled], axis=-1)


def _worth_without_talks(
    path: Sequence[Situation], cases: Sequence[Case], sampled: Sequence[int]
) -> Float[np.ndarray, "case side row"]:
    """Worth of fighting on where nobody ever talks and the courses freeze at their end."""
    count, size = len(cases), path[0].size
    kept: dict[int, np.ndarray] = {}
    entered = np.zeros((2, count * size))
    for t in reversed(range(len(path))):
        now = _in_cases(path[t], cases)
        end = _freeze_value(now)
        worth = end
        if t < len(path) - 1:
            worth = -now.cost + now.subsidy + now.discount * entered
        if t in sampled:
            kept[t] = worth.reshape(2, count, size).transpose(1, 0, 2)
        value = np.where(now.is_over, end, worth)
        entered = now.freeze_probability * end + (1.0 - now.freeze_probability) * value
    return np.concatenate([kept[t] for t in sampled], axis=-1)
