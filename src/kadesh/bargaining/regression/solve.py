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
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float

from kadesh.bargaining.payoffs import Terms
from kadesh.bargaining.regression.basis import Basis, BasisChoice, fit_basis
from kadesh.bargaining.regression.courses import Courses, Rules, course_worth, worth_without_talks
from kadesh.bargaining.regression.valuation import (
    ALL_CASES,
    FULL,
    Case,
    Valuation,
    floor_of,
    in_cases,
    times_features,
    value_at,
)
from kadesh.bargaining.situation import Situation
from kadesh.errors import NumericalError

ITERATIONS: Final = 8
CONTINUED_ITERATIONS: Final = 4
"""Rounds of policy iteration, from nothing and from another case's solution; the change of the
last round is part of the result."""
DAMPING: Final = 0.5
"""Part of the last round's weights that is kept: where a deal just holds or just fails, terms and
floors answer to each other and would swing."""
RIDGE: Final = 1e-9
"""Of the mean squared feature: settles exactly collinear columns, no more."""


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
        together = in_cases(situation, cases)
        valued = value_at(together, features, cases, self.weights[chosen], later)
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
                rules = Rules(cases, weights, later, h)
                targets = course_worth(
                    rules, path, features[h], courses.mirrors[h], mirrored[h], courses.sampled
                )
            else:
                targets = worth_without_talks(path, cases, courses.sampled)
            new[:, :, h] = (targets.reshape(-1, targets.shape[-1]) @ regress[h].T).reshape(
                new[:, :, h].shape
            )
        kept = DAMPING if iteration > 1 or start_from is not None else 0.0
        weights = kept * weights + (1.0 - kept) * new
        if not np.isfinite(weights).all():
            raise NumericalError(f"regression: a weight is not finite in iteration {iteration}")
        if after is not None:
            moment = in_cases(after, cases)
            broken = floor_of(moment, times_features(weights, basis.features(after.variables)))
            first = basis.features(courses.moments[0][0].variables)
            by_case = broken.reshape(2, len(cases), -1).transpose(1, 0, 2)
            flat = by_case.reshape(len(cases) * 2, -1)
            later = (flat @ regression_matrix(first).T).reshape(len(cases), 2, -1)
        start = courses.moments[0][0]
        settled = value_at(in_cases(start, cases), features[0][0], cases, weights, later)
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
