"""Filter and smoother of one block of series, by scalar updates and without matrix inverses.

The state of a series is its level, the rate at which that changes, and one drifting bias per
component:

    level    x_t = x_(t-1) + r_t + e_t
    rate     r_t = f r_(t-1) + u_t
    bias     a_(c,t) = a_(c,t-1) + d_(c,t)            z = (x, r, a_1, ..., a_C)

(level and rate less their expectations, which are given), and a report i of week t is

    y_i = level_i (x_t - ago_i r_t) + load_i a_(c(i),t) + h_i'b + noise_i.

Reports are taken one at a time, each series on its own. The last axis is the particle; the loops
over it are compiled (`fusion.paths.kernels`). The coefficients b of the regressors h are not in
the state: the filter runs over y and each regressor alike (de Jong 1991), and the sums of products
of their innovations give the likelihood as a function of b exactly.

Not here: what the terms are, and where the reports come from.

Source:
    Koopman 1993 (fast state smoother), de Jong 1991 (augmented filter), Durbin & Koopman 2002
    (simulation smoother); univariate treatment as in Durbin & Koopman, Time Series Analysis by
    State Space Methods, section 6.4. Known results, re-derived; checked in the tests against dense
    Gaussian conditioning.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from jaxtyping import Bool, Float, Int

from kadesh.fusion.paths.kernels import filter_series, invert_series, smooth_series

BASE: Final = 2
"""States before the biases: level and rate."""


@dataclass(frozen=True)
class Reports:
    """The reports of a block, sorted by series and then by week."""

    weeks: int
    rate_memory: float
    """f."""
    has_component: Bool[np.ndarray, "component series"]
    series: Int[np.ndarray, " row"]
    week: Int[np.ndarray, " row"]
    component: Int[np.ndarray, " row"]
    """Component of each report; -1 where it has none."""
    ago: Float[np.ndarray, " row"]
    """Weeks between the report's day and the end of its week."""
    load: Float[np.ndarray, " row"]
    use: Bool[np.ndarray, " row"]
    """Reports that the filter takes; it passes over the others."""

    @property
    def states(self) -> int:
        """Length of the state."""
        return BASE + len(self.has_component)

    @cached_property
    def bounds(self) -> Int[np.ndarray, " edge"]:
        """First report of each series, and the number of reports."""
        return np.searchsorted(self.series, np.arange(self.has_component.shape[1] + 1))

    @cached_property
    def active(self) -> list[Int[np.ndarray, " state"]]:
        """Components that each series has."""
        return [np.flatnonzero(column) for column in self.has_component.T]

    @cached_property
    def place(self) -> Int[np.ndarray, " row"]:
        """State in which each report's bias stands, among those of its series; -1 without one."""
        place = np.full(len(self.series), -1)
        for index, active in enumerate(self.active):
            chosen = (self.series == index) & (self.component >= 0)
            place[chosen] = BASE + np.searchsorted(active, self.component[chosen])
        return place


@dataclass(frozen=True)
class Terms:
    """The numbers of the model: variances of everything random, and how reports see the level."""

    step: Float[np.ndarray, "week series particle"]
    """Of e."""
    turn: Float[np.ndarray, "week series particle"]
    """Of u."""
    drift: Float[np.ndarray, "component series particle"]
    """Of d in any week,"""
    jump: Float[np.ndarray, "week component series"]
    """and what is added to it in some."""
    noise: Float[np.ndarray, "row particle"]
    start: Float[np.ndarray, "state series particle"]
    """Variance of the state before the first week (diagonal)."""
    level: Float[np.ndarray, "row particle"]
    """What a report shows of the level: 1 + the proportional bias."""
    expected: Float[np.ndarray, "row particle"]
    """What each report is expected to be before anything is seen."""


@dataclass(frozen=True)
class FilterPass:
    """What the filter leaves for the likelihood and for the smoother."""

    gain: Float[np.ndarray, "row state particle"]
    """By state among those that the series has."""
    precision: Float[np.ndarray, "row particle"]
    """1 / variance of each innovation; 0 where a report is passed over."""
    products: Float[np.ndarray, "series column column particle"]
    """Sums over reports of products of innovations / variance; column 0 is y, then the h."""
    log_determinant: Float[np.ndarray, "series particle"]

    @property
    def log_likelihood(self) -> Float[np.ndarray, "series particle"]:
        """Log density of the reports at b = 0, up to a constant."""
        return np.asarray(-0.5 * (self.log_determinant + self.products[:, 0, 0]))


def filter_pass(
    reports: Reports,
    terms: Terms,
    values: Float[np.ndarray, "row particle"],
    regressors: Float[np.ndarray, "row regressor"] | None = None,
    *,
    keep: bool = True,
) -> FilterPass:
    """Run the filter over the reports, and over the regressors at once.

    Args:
        reports: The reports.
        terms: The model's numbers.
        values: y; anything where a report is passed over.
        regressors: h, alike for all particles.
        keep: Whether to keep what the smoother needs; else `gain` and `precision` are empty.
    """
    rows, particles = terms.noise.shape
    if regressors is None:
        regressors = np.zeros((rows, 0))
    count = 1 + regressors.shape[1]
    series = reports.has_component.shape[1]
    kept = rows if keep else 0
    gain = np.zeros((kept, reports.states, particles))
    precision = np.zeros((kept, particles))
    products = np.zeros((series, count, count, particles))
    log_determinant = np.zeros((series, particles))
    for index, active in enumerate(reports.active):
        mine = slice(reports.bounds[index], reports.bounds[index + 1])
        states = [0, 1, *(BASE + active)]
        filter_series(
            reports.week[mine], reports.place[mine], reports.ago[mine], reports.load[mine],
            reports.use[mine], reports.rate_memory,
            terms.step[:, index], terms.turn[:, index],
            np.ascontiguousarray(terms.drift[active, index]),
            np.ascontiguousarray(terms.jump[:, active, index]),
            np.ascontiguousarray(terms.start[states, index]),
            terms.noise[mine], terms.level[mine], terms.expected[mine],
            values[mine], regressors[mine],
            gain[mine], precision[mine], products[index], log_determinant[index], keep,
        )  # fmt: skip
    return FilterPass(gain, precision, products, log_determinant)


def smooth(
    reports: Reports,
    terms: Terms,
    done: FilterPass,
    values: Float[np.ndarray, "row particle"],
) -> Float[np.ndarray, "state time series particle"]:
    """Mean of the state given reports whose state has prior mean zero.

    Args:
        reports: The reports.
        terms: The model's numbers.
        done: The filter's pass under these terms.
        values: The reports, less what is expected of them.

    Returns:
        The state before the first week and at the end of each week.
    """
    return _smooth(reports, terms, done, values)[0]


def solve(
    reports: Reports,
    terms: Terms,
    done: FilterPass,
    values: Float[np.ndarray, "row particle"],
) -> Float[np.ndarray, "row particle"]:
    """S^-1 y, with S the covariance of the reports; 0 for reports that are passed over.

    Arguments as in `smooth`.
    """
    return _smooth(reports, terms, done, values)[1]


def _smooth(
    reports: Reports, terms: Terms, done: FilterPass, values: Float[np.ndarray, "row particle"]
) -> tuple[Float[np.ndarray, "state time series particle"], Float[np.ndarray, "row particle"]]:
    series, particles = terms.start.shape[1:]
    path = np.zeros((reports.states, reports.weeks + 1, series, particles))
    solved = np.zeros(values.shape)
    for index, active in enumerate(reports.active):
        mine = slice(reports.bounds[index], reports.bounds[index + 1])
        states = np.concatenate([[0, 1], BASE + active])
        smooth_series(
            reports.week[mine], reports.place[mine], reports.ago[mine], reports.load[mine],
            reports.rate_memory,
            terms.step[:, index], terms.turn[:, index],
            np.ascontiguousarray(terms.drift[active, index]),
            np.ascontiguousarray(terms.jump[:, active, index]),
            np.ascontiguousarray(terms.start[states, index]),
            terms.level[mine], done.gain[mine], done.precision[mine], values[mine],
            states, path[:, :, index], solved[mine],
        )  # fmt: skip
    return path, solved


def inverse_diagonal(
    reports: Reports, terms: Terms, done: FilterPass
) -> Float[np.ndarray, "row particle"]:
    """The diagonal of S^-1; 0 for reports that are passed over.

    1 / it is the variance of a report given all others.
    """
    diagonal = np.zeros(terms.noise.shape)
    for index, active in enumerate(reports.active):
        mine = slice(reports.bounds[index], reports.bounds[index + 1])
        invert_series(
            reports.week[mine], reports.place[mine], reports.ago[mine], reports.load[mine],
            reports.rate_memory, reports.weeks, terms.level[mine],
            np.ascontiguousarray(done.gain[mine, : BASE + len(active)]),
            done.precision[mine], diagonal[mine],
        )  # fmt: skip
    return diagonal


def remember(rate: Float[np.ndarray, "time *lanes"], memory: float) -> None:
    """Turn a first rate and later shocks into rates, r_t = f r_(t-1) + u_t, in place."""
    for time in range(1, len(rate)):
        rate[time] += memory * rate[time - 1]
