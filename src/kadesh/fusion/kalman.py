"""Filter and smoother of one block of series, by scalar updates and without matrix inverses.

The state of a series is its level, the rate at which that changes, and one drifting bias per
component:

    level    x_t = x_(t-1) + r_t + e_t
    rate     r_t = f r_(t-1) + u_t
    bias     a_(c,t) = a_(c,t-1) + d_(c,t)            z = (x, r, a_1, ..., a_C)

(level and rate less their expectations, which are given), and a report i of week t is

    y_i = level_i (x_t - ago_i r_t) + load_i a_(c(i),t) + h_i'b + noise_i.

Reports are taken one at a time ("steps"); in a step every series has at most one report, all of
the same component, so that a step is a handful of operations on whole arrays. The last axis is the
lane, one series of one particle (series-major); an axis `variant` before it runs several sets of
terms over the same reports. The coefficients b of the regressors h are not in the state: the filter
runs over y and each regressor alike (de Jong 1991), and the sums of products of their innovations
give the likelihood as a function of b exactly.

Not here: what the terms are, and where the reports come from.

Source:
    Koopman 1993 (fast state smoother), de Jong 1991 (augmented filter), Durbin & Koopman 2002
    (simulation smoother); univariate treatment as in Durbin & Koopman, Time Series Analysis by
    State Space Methods, section 6.4. Known results, re-derived; checked in the tests against dense
    Gaussian conditioning.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Int

BASE: Final = 2
"""States before the biases: level and rate."""


@dataclass(frozen=True)
class Steps:
    """The reports of a block in the order in which the filter takes them."""

    weeks: int
    components: int
    rate_memory: float
    """f."""
    week: Int[np.ndarray, " step"]
    component: Int[np.ndarray, " step"]
    """Component of each step's reports; -1 where they have none."""
    present: Bool[np.ndarray, "step lane"]
    ago: Float[np.ndarray, "step lane"]
    """Weeks between the report's day and the end of its week."""
    load: Float[np.ndarray, "step lane"]

    @property
    def states(self) -> int:
        """Length of the state."""
        return BASE + self.components

    def bounds(self) -> list[tuple[int, int]]:
        """First and last-but-one step of each week."""
        edges = np.searchsorted(self.week, np.arange(self.weeks + 1))
        return [(int(edges[t]), int(edges[t + 1])) for t in range(self.weeks)]


@dataclass(frozen=True)
class Terms:
    """The numbers of the model: variances of everything random, and how reports see the level."""

    step: Float[np.ndarray, "week variant lane"]
    """Of e."""
    turn: Float[np.ndarray, "week variant lane"]
    """Of u."""
    drift: Float[np.ndarray, "week component variant lane"]
    noise: Float[np.ndarray, "step variant lane"]
    start: Float[np.ndarray, "state variant lane"]
    """Variance of the state before the first week (diagonal)."""
    level: Float[np.ndarray, "step variant lane"]
    """What a report shows of the level: 1 + the proportional bias."""
    expected: Float[np.ndarray, "step variant lane"]
    """What each report is expected to be before anything is seen."""

    @classmethod
    def stacked(cls, parts: "Sequence[Terms]") -> "Terms":
        """Several terms as variants of one."""
        names = [entry.name for entry in fields(cls)]
        return cls(**{
            name: np.concatenate([getattr(part, name) for part in parts], axis=-2) for name in names
        })  # fmt: skip

    def chosen(self, take_second: Bool[np.ndarray, " lane"]) -> "Terms":
        """One variant per lane out of two."""
        return Terms(**{
            entry.name: _pick(take_second, getattr(self, entry.name)) for entry in fields(self)
        })  # fmt: skip


def _pick(
    take_second: Bool[np.ndarray, " lane"], part: Float[np.ndarray, "*axes variant lane"]
) -> Float[np.ndarray, "*axes one lane"]:
    return np.where(take_second, part[..., 1, :], part[..., 0, :])[..., None, :]


@dataclass(frozen=True)
class FilterPass:
    """What the filter leaves for the likelihood and for the smoother."""

    gain: Float[np.ndarray, "step state variant lane"]
    precision: Float[np.ndarray, "step variant lane"]
    """1 / variance of each innovation; 0 where there is no report."""
    products: Float[np.ndarray, "column column variant lane"]
    """Sums over reports of products of innovations / variance; column 0 is y, then the h."""
    log_determinant: Float[np.ndarray, "variant lane"]

    def chosen(self, take_second: Bool[np.ndarray, " lane"]) -> "FilterPass":
        """One variant per lane out of two."""
        return FilterPass(**{
            entry.name: _pick(take_second, getattr(self, entry.name)) for entry in fields(self)
        })  # fmt: skip

    @property
    def log_likelihood(self) -> Float[np.ndarray, "variant lane"]:
        """Log density of the reports at b = 0, up to a constant."""
        return np.asarray(-0.5 * (self.log_determinant + self.products[0, 0]))


def filter_pass(
    steps: Steps, terms: Terms, columns: Float[np.ndarray, "step column lane"]
) -> FilterPass:
    """Run the filter over every column at once.

    Args:
        steps: The reports.
        terms: The model's numbers, by variant.
        columns: Column 0 holds y, the others the regressors; anything where no report is.
    """
    states, memory = steps.states, steps.rate_memory
    variants, lanes = terms.noise.shape[1:]
    count = columns.shape[1]
    covariance = np.zeros((states, states, variants, lanes))
    covariance[np.arange(states), np.arange(states)] = terms.start
    mean = np.zeros((states, count, variants, lanes))
    gain = np.empty((len(steps.week), states, variants, lanes))
    precision = np.empty((len(steps.week), variants, lanes))
    innovation = np.empty((len(steps.week), count, variants, lanes))
    outer, change = np.empty_like(covariance), np.empty_like(mean)
    biases = np.arange(BASE, states)
    present = steps.present.astype(np.float64)
    has_ago = [bool(row.any()) for row in steps.ago]
    for week, (first, last) in enumerate(steps.bounds()):
        covariance[1] *= memory
        covariance[:, 1] *= memory
        covariance[1, 1] += terms.turn[week]
        covariance[0] += covariance[1]
        covariance[:, 0] += covariance[:, 1]
        covariance[0, 0] += terms.step[week]
        covariance[biases, biases] += terms.drift[week]
        mean[1] *= memory
        mean[0] += mean[1]
        for step in range(first, last):
            index, load, ago = steps.component[step], steps.load[step], steps.ago[step]
            level = terms.level[step]
            if has_ago[step]:
                across = covariance[:, 0] - ago * covariance[:, 1]
                foreseen = mean[0] - ago * mean[1]
                across *= level
            else:
                across, foreseen = covariance[:, 0] * level, mean[0].copy()
            foreseen *= level
            if index >= 0:
                across += load * covariance[BASE + index]
                foreseen += load * mean[BASE + index]
            variance = across[0] - ago * across[1] if has_ago[step] else across[0].copy()
            variance *= level
            variance += terms.noise[step]
            if index >= 0:
                variance += load * across[BASE + index]
            seen = innovation[step]
            np.subtract(columns[step][:, None], foreseen, out=seen)
            seen[0] -= terms.expected[step]
            np.divide(present[step], variance, out=precision[step])
            np.multiply(across, precision[step], out=gain[step])
            np.multiply(gain[step][:, None], across, out=outer)
            covariance -= outer
            np.multiply(gain[step][:, None], seen, out=change)
            mean += change
    products = np.einsum("scvl,sdvl,svl->cdvl", innovation, innovation, precision, optimize=True)
    inverse = np.where(precision > 0, precision, 1.0)
    return FilterPass(gain, precision, products, -np.log(inverse).sum(axis=0))


def smooth(
    steps: Steps,
    terms: Terms,
    done: FilterPass,
    reports: Float[np.ndarray, "step lane"],
) -> Float[np.ndarray, "state time lane"]:
    """Mean of the state given reports whose state has prior mean zero.

    Args:
        steps: The reports.
        terms: With one variant.
        done: The filter's pass under these terms.
        reports: Values, less what is expected of them.

    Returns:
        The state before the first week and at the end of each week.
    """
    lanes, memory = reports.shape[1], steps.rate_memory
    gain, precision, level = done.gain[:, :, 0], done.precision[:, 0], terms.level[:, 0]
    bounds, has_ago = steps.bounds(), [bool(row.any()) for row in steps.ago]
    mean = np.zeros((steps.states, lanes))
    weighted = np.empty_like(reports)
    for first, last in bounds:
        mean[1] *= memory
        mean[0] += mean[1]
        for step in range(first, last):
            index = steps.component[step]
            foreseen = mean[0] - steps.ago[step] * mean[1] if has_ago[step] else mean[0]
            seen = reports[step] - level[step] * foreseen
            if index >= 0:
                seen -= steps.load[step] * mean[BASE + index]
            np.multiply(seen, precision[step], out=weighted[step])
            mean += gain[step] * seen
    adjoint = np.zeros((steps.states, lanes))
    predicted = np.empty((steps.weeks, steps.states, lanes))
    for week in range(steps.weeks - 1, -1, -1):
        first, last = bounds[week]
        for step in range(last - 1, first - 1, -1):
            index = steps.component[step]
            part = weighted[step] - (gain[step] * adjoint).sum(axis=0)
            shown = level[step] * part
            adjoint[0] += shown
            if has_ago[step]:
                adjoint[1] -= steps.ago[step] * shown
            if index >= 0:
                adjoint[BASE + index] += steps.load[step] * part
        predicted[week] = adjoint
        adjoint[1] += adjoint[0]
        adjoint[1] *= memory
    path = np.empty((steps.states, steps.weeks + 1, lanes))
    path[:, 0] = terms.start[:, 0] * adjoint
    drift = terms.drift[:, :, 0] * predicted[:, BASE:]
    path[BASE:, 1:] = path[BASE:, :1] + drift.transpose(1, 0, 2).cumsum(axis=1)
    path[1, 1:] = terms.turn[:, 0] * (predicted[:, 0] + predicted[:, 1])
    remember(path[1], memory)
    shock = terms.step[:, 0] * predicted[:, 0]
    path[0, 1:] = path[0, 0] + (path[1, 1:] + shock).cumsum(axis=0)
    return path


def remember(rate: Float[np.ndarray, "time *lanes"], memory: float) -> None:
    """Turn a first rate and later shocks into rates, r_t = f r_(t-1) + u_t, in place."""
    for time in range(1, len(rate)):
        rate[time] += memory * rate[time - 1]
