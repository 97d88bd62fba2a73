"""How far the sampler has come: R-hat between islands of particles, and effective draws.

The fit is many short chains (particles), in islands that never exchange anything. So R-hat is the
nested one: with B the variance of the islands' means and W the mean variance within an island,

    R = sqrt(1 + B / W),        effective draws = (W + B) / (B / islands).

Sampling error alone puts R near sqrt(1 + 1 / effective draws of one island): about 1.03 for 24
draws of an island of which half count. Values are ranked and mapped to a normal first, so that
heavy tails do not hide a difference.

Source:
    Margossian et al. 2022 (nested R-hat for many short chains), Vehtari et al. 2021 (ranks). Rival:
    R-hat between single chains, which needs chains longer than a rung's.
"""

import numpy as np
from jaxtyping import Float
from scipy.special import ndtri


def nested_r_hat(draws: Float[np.ndarray, "island draw"]) -> float:
    """R-hat between the islands; 1 where nothing varies."""
    between, within = _variances(draws)
    return float(np.sqrt(1 + between / within)) if within > 0 else 1.0


def effective_draws(draws: Float[np.ndarray, "island draw"]) -> float:
    """Independent draws that would leave as much Monte Carlo error in the mean; at most all."""
    between, within = _variances(draws)
    if within <= 0 or between <= 0:
        return float(draws.size)
    return float(min((within + between) * len(draws) / between, draws.size))


def _variances(draws: Float[np.ndarray, "island draw"]) -> tuple[float, float]:
    order = np.argsort(np.argsort(draws, axis=None, kind="stable"), kind="stable")
    if np.ptp(draws) == 0:
        return 0.0, 0.0
    normal = ndtri((order.reshape(draws.shape) + 0.625) / (draws.size + 0.25))
    return float(normal.mean(axis=1).var(ddof=1)), float(normal.var(axis=1, ddof=1).mean())
