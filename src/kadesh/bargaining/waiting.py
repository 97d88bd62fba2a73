r"""Whether waiting, with the right to settle on the way, beats settling now.

For side $i$ and one set of beliefs, with $S_i(s)$ the share it would get at the table,

$$U^{(0)} = S_i,\qquad U^{(n)} = \max(S_i, Z^{(n)}),
\qquad Z^{(n)}(s) = -c_i + b_i + d\,E\big[\eta w_i(s') + (1-\eta) U^{(n-1)}(s')\big],
$$

$Z^{(n)}(s) - S_i(s)$ is the value of waiting up to $n$ periods: the best stopping that does not
see the future, net of the cost of fighting, against settling now. Expectations are regressed on
simulated months under each hypothesis and weighted by the beliefs asked for: the side's own, the
other side's, or those of an analyst who started even. Where no deal is possible $S_i$ is notional,
and so is the comparison.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from jaxtyping import Float

from kadesh.bargaining.regression.courses import Courses
from kadesh.bargaining.regression.solve import RegressionSolution, regression_matrix
from kadesh.bargaining.regression.valuation import FULL
from kadesh.bargaining.situation import Situation, belief

Beliefs = Literal["own", "other", "analyst"]
BELIEFS: Final[tuple[Beliefs, ...]] = ("own", "other", "analyst")
MOST_PERIODS: Final = 13
"""A year of waiting, in bargaining periods."""


@dataclass(frozen=True)
class WaitingSolution:
    """Weights of what waiting n periods is worth; the period axis begins at one period."""

    weights: Float[np.ndarray, "period beliefs side hypothesis feature"]

    def value(
        self,
        solution: RegressionSolution,
        situation: Situation,
        *,
        side: int,
        periods: int,
        beliefs: Beliefs,
    ) -> Float[np.ndarray, "state"]:
        """Value of waiting up to `periods` against settling now, in shares of the stake."""
        features = solution.basis.features(situation.variables)
        which = BELIEFS.index(beliefs)
        worth = self.weights[periods - 1, which, side] @ features.T
        likely = belief(_log_odds(situation)[which, side])
        waited = (1.0 - likely) * worth[0] + likely * worth[1]
        return np.asarray(waited - solution.evaluate(situation).terms.share[side])


def _log_odds(situation: Situation) -> Float[np.ndarray, "beliefs side state"]:
    """Log odds of hypothesis 1 under each set of beliefs, for each side whose waiting it is."""
    own = situation.log_odds
    analyst = np.stack([situation.analyst_log_odds, situation.analyst_log_odds])
    return np.stack([own, own[::-1], analyst])


def solve_waiting(solution: RegressionSolution, courses: Courses) -> WaitingSolution:
    """Regress the value of waiting on the same courses, period by period."""
    pairs: list[list[tuple[Situation, Situation]]] = []
    for moments, mirrors in zip(courses.moments, courses.mirrors, strict=True):
        pairs.append(
            [
                (moments[t], following)
                for t in courses.sampled
                for following in (moments[t + 1], mirrors[t])
            ]
        )
    now_features = [
        np.concatenate([solution.basis.features(moments[t].variables) for t in courses.sampled])
        for moments in courses.moments
    ]
    matrices = [regression_matrix(design) for design in now_features]
    later = [
        [
            (now, then, solution.basis.features(then.variables), solution.evaluate(then, FULL))
            for now, then in of
        ]
        for of in pairs
    ]
    shape = (len(BELIEFS), 2, len(pairs), now_features[0].shape[1])
    periods: list[np.ndarray] = []
    for _ in range(MOST_PERIODS):
        weights = np.zeros(shape)
        for h, steps in enumerate(later):
            targets = []
            for now, then, features, valued in steps:
                stopped = valued.terms.share
                best = np.broadcast_to(stopped, (len(BELIEFS), *stopped.shape))
                if periods:
                    worth = (periods[-1].reshape(-1, shape[-1]) @ features.T).reshape(
                        *shape[:-1], -1
                    )
                    likely = belief(_log_odds(then))
                    waited = (1.0 - likely) * worth[:, :, 0] + likely * worth[:, :, 1]
                    best = np.maximum(best, waited)
                hazard = then.freeze_probability
                entered = hazard * then.freeze_share + (1.0 - hazard) * best
                targets.append(-now.cost + now.subsidy + now.discount * entered)
            # Each sampled month has two successors, of opposite luck: their mean is the target.
            mean = [0.5 * (targets[k] + targets[k + 1]) for k in range(0, len(targets), 2)]
            pooled = np.concatenate(mean, axis=-1)
            weights[:, :, h] = (pooled.reshape(-1, pooled.shape[-1]) @ matrices[h].T).reshape(
                weights[:, :, h].shape
            )
        periods.append(weights)
    return WaitingSolution(np.stack(periods))
