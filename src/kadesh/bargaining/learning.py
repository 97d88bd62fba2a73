r"""What a month's results on the ground teach about whom attrition favours.

Two hypotheses differ in the effective force ratio by `effectiveness_shift_log`. A month's change
of the first side's share of the ground, $\Delta$, has mean $\mu_h(s)$ under hypothesis $h$ and
variance $v(s)$, all regressed on simulated months. Everybody sees $\Delta$; the log odds of
hypothesis 1 (attrition favours the second side) move by

$$\lambda\,\frac{(\Delta-\mu_0)^2-(\Delta-\mu_1)^2}{2 v},$$

$\lambda$ the learning rate: 1 for a Bayesian who trusts the model, less for one who does not. A
month moves them by at most `MOST_PER_MONTH`, because results beyond what the model can produce
speak against the model and not for a hypothesis. Losses, aid and forces teach nothing here.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float

from kadesh.bargaining.regression.basis import Basis
from kadesh.bargaining.regression.solve import regression_matrix

MOST_PER_MONTH: Final = 2.0
LEAST_STANDARD_DEVIATION: Final = 2e-4
"""Of a month's change of the share of the ground; keeps a quiet sector's variance from zero."""


@dataclass(frozen=True)
class Lessons:
    """Regressions of a month's change of the ground under each hypothesis."""

    basis: Basis
    mean_weights: Float[np.ndarray, "hypothesis feature"]
    log_variance_weights: Float[np.ndarray, "feature"]

    def log_odds_step(
        self,
        features: Float[np.ndarray, "state feature"],
        change: Float[np.ndarray, "state"],
        learning_rate: Float[np.ndarray, "state"],
    ) -> Float[np.ndarray, "state"]:
        """How far one month's change of the ground moves the log odds of hypothesis 1."""
        mean = self.mean_weights @ features.T
        variance = np.exp(self.log_variance_weights @ features.T) + LEAST_STANDARD_DEVIATION**2
        ratio = ((change - mean[0]) ** 2 - (change - mean[1]) ** 2) / (2.0 * variance)
        return np.asarray(learning_rate * np.clip(ratio, -MOST_PER_MONTH, MOST_PER_MONTH))


def fit_lessons(
    basis: Basis,
    features: Float[np.ndarray, "hypothesis state feature"],
    changes: Float[np.ndarray, "hypothesis repeat state"],
) -> Lessons:
    """Regress the simulated changes and their spread on the features of where they began."""
    matrices = [regression_matrix(design) for design in features]
    mean_weights = np.stack(
        [changes[h].mean(axis=0) @ matrix.T for h, matrix in enumerate(matrices)]
    )
    mean = np.einsum("hf,hnf->hn", mean_weights, features)
    squared = ((changes - mean[:, None]) ** 2).mean(axis=1)
    floor = LEAST_STANDARD_DEVIATION**2
    # E log of a chi-square with m degrees of freedom over m is about -1/m (psi(m/2) - log(m/2)).
    log_variance = np.log(np.maximum(squared, floor)) + 1.0 / changes.shape[1]
    weights = np.mean([log_variance[h] @ matrix.T for h, matrix in enumerate(matrices)], axis=0)
    return Lessons(basis, mean_weights, weights)
