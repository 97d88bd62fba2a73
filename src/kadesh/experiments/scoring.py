"""Proper scores of forecasts, whether they are calibrated, and by how much one beats another.

Forecasts are draws; the last axis is the draw. Skill is 1 - (mean score) / (mean score of the
baseline). Intervals come from a moving-block bootstrap over dates: forecasts from neighbouring
dates look at overlapping weeks, so that dates one by one would count the same weeks many times
(Kuensch 1989).

Rivals for the log score of draws: a binned frequency with a pseudo-draw a bin (as in the ViEWS
challenge) depends on the bins; a normal of the draws' mean and variance forgives no fat tail.
"""

from typing import Final

import numpy as np
import scoringrules
from jaxtyping import Bool, Float, Int

from kadesh.streams import generator

BOOTSTRAPS: Final = 4000
LEVEL: Final = 0.9


def crps(
    draws: Float[np.ndarray, "*shape draw"], outcome: Float[np.ndarray, "*shape"]
) -> Float[np.ndarray, "*shape"]:
    """Continuous ranked probability score in the outcome's unit; unbiased in the draws' number.

    By probability-weighted moments: the fair estimator (no draw is compared with itself), after a
    sort instead of over all pairs.
    """
    return np.asarray(scoringrules.crps_ensemble(outcome, draws, estimator="pwm"))


def log_score(
    draws: Float[np.ndarray, "*shape draw"],
    outcome: Float[np.ndarray, "*shape"],
    least: Float[np.ndarray, "*shape"],
) -> Float[np.ndarray, "*shape"]:
    """Minus the logarithm of the density at the outcome, in nats.

    The density is a mixture of a normal around each draw, Silverman's width but at least `least`
    (the unit in which the outcome is known), with one draw in a thousand spread over a normal ten
    times as wide as all draws: a floor, so that one miss does not decide everything.
    """
    size = draws.shape[-1]
    spread = draws.std(axis=-1, keepdims=True)
    quartiles = np.quantile(draws, (0.25, 0.75), axis=-1)
    narrow = np.minimum(spread[..., 0], (quartiles[1] - quartiles[0]) / 1.349)
    width = np.maximum(0.9 * narrow * size**-0.2, least)[..., None]
    distance = (outcome[..., None] - draws) / width
    peak = -0.5 * distance**2
    top = peak.max(axis=-1, keepdims=True)
    mixed = top[..., 0] + np.log(np.exp(peak - top).mean(axis=-1))
    main = mixed - np.log(width[..., 0])
    far = 10 * np.maximum(spread[..., 0], least)
    wide = -0.5 * ((outcome - draws.mean(axis=-1)) / far) ** 2 - np.log(far)
    both = np.logaddexp(np.log(0.999) + main, np.log(0.001) + wide)
    return np.asarray(0.5 * np.log(2 * np.pi) - both)


def rank(
    draws: Float[np.ndarray, "*shape draw"],
    outcome: Float[np.ndarray, "*shape"],
    stream: np.random.Generator,
) -> Float[np.ndarray, "*shape"]:
    """Probability integral transform: the share of draws below the outcome, ties at random."""
    below = (draws < outcome[..., None]).sum(axis=-1)
    ties = (draws == outcome[..., None]).sum(axis=-1)
    place = below + stream.random(outcome.shape) * (ties + 1)
    return np.asarray(place / (draws.shape[-1] + 1))


def covered(
    draws: Float[np.ndarray, "*shape draw"],
    outcome: Float[np.ndarray, "*shape"],
    level: float = LEVEL,
) -> Bool[np.ndarray, "*shape"]:
    """Whether the outcome lies in the central interval, its ends included."""
    low, high = np.quantile(draws, (0.5 - level / 2, 0.5 + level / 2), axis=-1)
    return np.asarray((low <= outcome) & (outcome <= high))


def rank_distance(
    ranks: Int[np.ndarray, "*unknown replicate"], draws: int
) -> Float[np.ndarray, "*unknown"]:
    """Largest distance of the ranks' distribution from uniform, in standard deviations.

    Args:
        ranks: Of the truth among `draws` posterior draws, from 0 to `draws`.
        draws: Their number.
    """
    points = np.arange(draws)
    share = (points + 1) / (draws + 1)
    found = (ranks[..., None, :] <= points[:, None]).mean(axis=-1)
    spread = np.sqrt(share * (1 - share) / ranks.shape[-1])
    return np.asarray(np.abs((found - share) / spread).max(axis=-1))


def joint_limit(unknowns: int, replicates: int, draws: int, level: float = 0.99) -> float:
    """The distance that the farthest of so many calibrated unknowns stays below."""
    stream = generator(0, "hindcast", "joint limit")
    runs = [
        rank_distance(stream.integers(0, draws + 1, (unknowns, replicates)), draws).max()
        for _ in range(400)
    ]
    return float(np.quantile(runs, level))


def block_resamples(dates: int, block: int, seed: int) -> Int[np.ndarray, "resample date"]:
    """Dates of each resample: blocks of `block` neighbours, drawn with replacement, round the end.

    Round the end (Politis & Romano 1992), so that every date is drawn equally often.
    """
    block = min(max(block, 1), dates)
    count = -(-dates // block)
    starts = generator(seed, "hindcast", "bootstrap").integers(0, dates, (BOOTSTRAPS, count))
    every = (starts[..., None] + np.arange(block)) % dates
    return np.asarray(every.reshape(BOOTSTRAPS, -1)[:, :dates])


def central(values: Float[np.ndarray, " resample"], level: float = LEVEL) -> tuple[float, float]:
    """The central interval of resampled values."""
    low, high = np.quantile(values, (0.5 - level / 2, 0.5 + level / 2))
    return float(low), float(high)


def skill(
    score: Float[np.ndarray, " date"],
    baseline: Float[np.ndarray, " date"],
    resamples: Int[np.ndarray, "resample date"],
) -> tuple[float, float, float]:
    """Skill against a baseline, with its 90 % interval; scores are per date and not negative."""
    drawn = 1 - score[resamples].mean(axis=1) / baseline[resamples].mean(axis=1)
    return (float(1 - score.mean() / baseline.mean()), *central(drawn))
