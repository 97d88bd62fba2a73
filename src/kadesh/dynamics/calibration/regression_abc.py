r"""Posterior draws from simulations alone: regression-adjusted approximate Bayesian computation.

Parameters $\theta$ are drawn from their prior and data $x$ simulated under each. Three steps:

    1. summaries   the least-squares prediction of every parameter from the data, so that as many
                   numbers as there are parameters say what the data say of them
    2. nearest     the simulations whose summaries lie nearest to those of the observed data, in
                   prior standard deviations: what the data do not tell of does not count
    3. adjustment  each of them moved along the local regression of parameters on the data, to
                   where it would lie had its data been the observed ones

Parameters enter as normal scores (the standard normal quantile of their rank under the prior), and
leave through the prior's own quantiles, so that no draw ever leaves the prior's range. Each
parameter has the ridge of its own least leave-one-out error: with one for all, the many that the
data say nothing of would decide it for the few that they tell of.

Source:
    Beaumont, Zhang & Balding 2002 (adjustment); Fearnhead & Prangle 2012 (summaries). Rivals:
    gradient sampling through the campaign, which would have to sample the luck of every week and
    sector as well; a neural posterior, which needs a deep-learning library and hides what it
    learnt; an ensemble Kalman update, which is step 3 alone.
"""

from typing import Final

import numpy as np
from jaxtyping import Float
from scipy.stats import norm, rankdata

RIDGES: Final = tuple(10.0 ** np.arange(-4, 4))
"""Ridges tried, as multiples of the mean squared feature."""


def normal_scores(values: Float[np.ndarray, "parameter run"]) -> Float[np.ndarray, "parameter run"]:
    """Standard normal quantiles of ranks; zero for a parameter that does not vary."""
    runs = values.shape[1]
    scores = norm.ppf((rankdata(values, axis=1) - 0.5) / runs)
    varies = np.ptp(values, axis=1) > 0
    return np.where(varies[:, None], scores, 0.0)


def from_scores(
    scores: Float[np.ndarray, "parameter draw"], prior: Float[np.ndarray, "parameter run"]
) -> Float[np.ndarray, "parameter draw"]:
    """Values at the prior's quantiles of these scores, within what the prior drew."""
    place = norm.cdf(scores) * prior.shape[1] - 0.5
    ordered = np.sort(prior, axis=1)
    every = np.arange(prior.shape[1])
    return np.stack([np.interp(p, every, o) for p, o in zip(place, ordered, strict=True)])


class Ridge:
    """Least squares, each target with the ridge of its least leave-one-out error."""

    def __init__(
        self, data: Float[np.ndarray, "feature run"], targets: Float[np.ndarray, "target run"]
    ) -> None:
        spread = data.std(axis=1)
        self._scale = np.where(spread > 1e-9 * (1 + np.abs(data).max(axis=1)), spread, np.inf)
        self._centre = data.mean(axis=1)
        design = self._standard(data)
        middle = targets.mean(axis=1, keepdims=True)
        left, size, right = np.linalg.svd(design, full_matrices=False)
        onto = (targets - middle) @ right.T
        best = np.full(len(targets), np.inf)
        self._slope = np.zeros((len(targets), len(data)))
        for ridge in RIDGES:
            kept = size**2 / (size**2 + ridge * design.shape[1])
            fitted = (onto * kept) @ right
            leverage = 1 / design.shape[1] + (kept[:, None] * right**2).sum(axis=0)
            error = (((targets - middle - fitted) / (1 - leverage)) ** 2).mean(axis=1)
            shrunk = np.divide(kept, size, out=np.zeros_like(size), where=size > 0)
            better = error < best
            self._slope[better] = ((onto * shrunk) @ left.T)[better]
            best = np.where(better, error, best)
        self._middle = middle

    def _standard(self, data: Float[np.ndarray, "feature run"]) -> Float[np.ndarray, "feature run"]:
        return np.asarray((data - self._centre[:, None]) / self._scale[:, None])

    def __call__(self, data: Float[np.ndarray, "feature run"]) -> Float[np.ndarray, "target run"]:
        """Predicted targets."""
        return np.asarray(self._middle + self._slope @ self._standard(data))


def posterior_scores(
    scores: Float[np.ndarray, "parameter run"],
    data: Float[np.ndarray, "feature run"],
    observed: Float[np.ndarray, " feature"],
    kept: int,
) -> Float[np.ndarray, "parameter draw"]:
    """Posterior draws of normal scores, from the `kept` nearest of the simulations."""
    here = observed[:, None]
    summary = Ridge(data, scores)
    summaries = summary(data)
    if not summaries.std(axis=1).max() > 1e-9:
        return scores[:, :kept]
    distance = ((summaries - summary(here)) ** 2).sum(axis=0)
    nearest = np.sort(np.argsort(distance, kind="stable")[:kept])
    local = Ridge(data[:, nearest], scores[:, nearest])
    return np.asarray(scores[:, nearest] + local(here) - local(data[:, nearest]))
