"""How far the sampler has come: R-hat between groups of chains, and effective draws.

The fit is many chains (particles), in islands that never exchange anything. R-hat is the nested
one: the chains are taken together in a few groups of whole islands, and with B the variance of the
groups' means and W the mean variance within a group,

    R = sqrt(1 + B / W).

Sampling error alone puts R near sqrt(1 + groups / effective draws). Effective draws are counted
from the chains' autocorrelation where they are long enough to have one, as in Stan,

    n chains x n rounds / (1 + 2 sum of autocorrelations),

with the variance between chains in the denominator, so that chains that do not mix count little;
and from B alone where a date has a few rounds only:  (W + B) / (B / groups). Values are ranked and
mapped to a normal first, so that heavy tails do not hide a difference.

Source:
    Margossian et al. 2022 (nested R-hat for many short chains), Vehtari et al. 2021 (ranks,
    effective sample size of several chains), Geyer 1992 (initial monotone sequence). Rival: R-hat
    between single chains, which needs every chain to be as long as all of them are together here.
"""

from typing import Final

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri

GROUPS: Final = 4
"""Groups of islands that R-hat compares."""


def nested_r_hat(draws: Float[np.ndarray, "group draw"]) -> float:
    """R-hat between the groups; 1 where nothing varies."""
    between, within = _variances(draws)
    return float(np.sqrt(1 + between / within)) if within > 0 else 1.0


def effective_draws(draws: Float[np.ndarray, "group draw"]) -> float:
    """Independent draws that would leave as much Monte Carlo error in the mean; at most all."""
    between, within = _variances(draws)
    if within <= 0 or between <= 0:
        return float(draws.size)
    return float(min((within + between) * len(draws) / between, draws.size))


def effective_draws_of_chains(draws: Float[np.ndarray, "round chain"]) -> float:
    """Effective draws of chains, from their autocorrelation; at most all."""
    rounds = len(draws)
    if np.ptp(draws) == 0:
        return float(draws.size)
    normal = _normal_scores(draws)
    means, centred = normal.mean(axis=0), normal - normal.mean(axis=0)
    within = centred.var(axis=0, ddof=1).mean()
    pooled = within * (rounds - 1) / rounds + means.var(ddof=1)
    spectrum = np.fft.rfft(centred, 2 * rounds, axis=0)
    covariance = np.fft.irfft(np.abs(spectrum) ** 2, axis=0)[:rounds].mean(axis=1) / rounds
    correlation = 1 - (within - covariance) / pooled
    pairs = correlation[: rounds // 2 * 2].reshape(-1, 2).sum(axis=1)
    positive = pairs[: int(np.argmin(np.append(pairs, -1.0) > 0))]
    time = max(2 * np.minimum.accumulate(positive).sum() - 1, 1 / np.log10(draws.size))
    return float(min(draws.size / time, draws.size))


def _normal_scores(draws: Float[np.ndarray, "*axes"]) -> Float[np.ndarray, "*axes"]:
    order = np.argsort(np.argsort(draws, axis=None, kind="stable"), kind="stable")
    return np.asarray(ndtri((order.reshape(draws.shape) + 0.625) / (draws.size + 0.25)))


def _variances(draws: Float[np.ndarray, "group draw"]) -> tuple[float, float]:
    if np.ptp(draws) == 0:
        return 0.0, 0.0
    normal = _normal_scores(draws)
    return float(normal.mean(axis=1).var(ddof=1)), float(normal.var(axis=1, ddof=1).mean())
