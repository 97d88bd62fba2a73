"""The filter and smoother against dense Gaussian conditioning, and the anchors F1 and F2."""

from dataclasses import fields

import numpy as np
import pytest

from kadesh.fusion.paths.kalman import (
    BASE,
    Reports,
    Terms,
    filter_pass,
    inverse_diagonal,
    smooth,
    solve,
)  # fmt: skip

WEEKS, MEMORY, ROWS, PARTICLES = 6, 0.9, 20, 19
EXACT = 1e-9
"""Rounding of float64 through some dozen updates of numbers of order 1 to 100."""


class Dense:
    """The same model written out as one big normal vector: states at every week, then reports."""

    def __init__(self, reports: Reports, terms: Terms, series: int, particle: int) -> None:
        size = reports.states
        weeks = reports.weeks
        shocks = size * (weeks + 1)
        to_state = np.zeros(((weeks + 1) * size, shocks))
        to_state[:size, :size] = np.eye(size)
        move = np.eye(size)
        move[1, 1] = reports.rate_memory
        move[0, 1] = reports.rate_memory
        for week in range(weeks):
            now, then = slice(week * size, (week + 1) * size), (week + 1) * size
            to_state[then : then + size] = move @ to_state[now]
            here = (week + 1) * size
            to_state[then, here] += 1.0
            to_state[then, here + 1] += 1.0
            to_state[then + 1, here + 1] += 1.0
            for component in range(size - BASE):
                to_state[then + BASE + component, here + BASE + component] += 1.0
        variance = [terms.start[:, series, particle]]
        for week in range(weeks):
            drift = terms.drift[:, series, particle] + terms.jump[week, :, series]
            shock = [terms.step[week, series, particle], terms.turn[week, series, particle]]
            variance.append(np.concatenate([shock, drift]))
        self.to_state = to_state
        self.variance = np.concatenate(variance)
        self.rows = np.flatnonzero(reports.use & (reports.series == series))
        see = np.zeros((len(self.rows), (weeks + 1) * size))
        for line, row in enumerate(self.rows):
            at = (reports.week[row] + 1) * size
            level = terms.level[row, particle]
            see[line, at] = level
            see[line, at + 1] = -level * reports.ago[row]
            if reports.component[row] >= 0:
                see[line, at + BASE + reports.component[row]] = reports.load[row]
        self.see = see @ to_state
        noise = terms.noise[self.rows, particle]
        self.spread = (self.see * self.variance) @ self.see.T + np.diag(noise)
        self.expected = terms.expected[self.rows, particle]

    def log_density(self, values: np.ndarray) -> float:
        off = values - self.expected
        _, log = np.linalg.slogdet(self.spread)
        return float(-0.5 * (log + off @ np.linalg.solve(self.spread, off)))

    def mean(self, values: np.ndarray) -> np.ndarray:
        gain = (self.to_state * self.variance) @ self.see.T
        return gain @ np.linalg.solve(self.spread, values)


def _random_problem(seed: int) -> tuple[Reports, Terms]:
    """Two series, of which the first lacks a component; more particles than fit in one block."""
    draw = np.random.default_rng(seed)
    has = np.array([[False, True], [True, True]])
    series, week = draw.integers(0, 2, ROWS), draw.integers(0, WEEKS, ROWS)
    order = np.lexsort((week, series))
    series, week = series[order], week[order]
    component = draw.integers(-1, 2, ROWS)
    component[(component == 0) & (series == 0)] = -1
    reports = Reports(
        weeks=WEEKS,
        rate_memory=MEMORY,
        has_component=has,
        series=series,
        week=week,
        component=component,
        ago=np.where(draw.random(ROWS) < 0.5, draw.random(ROWS), 0.0),
        load=draw.random(ROWS) + 0.5,
        use=draw.random(ROWS) < 0.8,
    )
    jump = np.zeros((WEEKS, 2, 2))
    jump[3, 1] = 2.0
    terms = Terms(
        step=draw.random((WEEKS, 2, PARTICLES)),
        turn=draw.random((WEEKS, 2, PARTICLES)),
        drift=0.1 * draw.random((2, 2, PARTICLES)) * has[..., None],
        jump=jump * has,
        noise=draw.random((ROWS, PARTICLES)) + 0.1,
        start=draw.random((BASE + 2, 2, PARTICLES))
        * np.concatenate([np.ones((2, 2)), has])[..., None],
        level=draw.random((ROWS, PARTICLES)) + 0.5,
        expected=draw.standard_normal((ROWS, PARTICLES)),
    )
    return reports, terms


@pytest.mark.parametrize("seed", range(4))
def test_likelihood_is_that_of_dense_conditioning_for_every_particle(seed: int) -> None:
    reports, terms = _random_problem(seed)
    values = np.random.default_rng(seed + 50).standard_normal((ROWS, PARTICLES)) * 3
    found = filter_pass(reports, terms, values).log_likelihood
    for series, particle in np.ndindex(2, PARTICLES):
        dense = Dense(reports, terms, series, particle)
        expected = dense.log_density(values[dense.rows, particle])
        assert found[series, particle] == pytest.approx(expected, abs=EXACT)


@pytest.mark.parametrize("seed", range(3))
def test_products_of_innovations_give_the_likelihood_of_any_coefficients(seed: int) -> None:
    reports, terms = _random_problem(seed)
    draw = np.random.default_rng(seed + 80)
    values, regressors = draw.standard_normal((ROWS, PARTICLES)), draw.standard_normal((ROWS, 2))
    done = filter_pass(reports, terms, values, regressors)
    b = draw.standard_normal(2)
    weights = np.concatenate([[1.0], -b])
    total = np.einsum("c,d,scdp->sp", weights, weights, done.products)
    for series, particle in np.ndindex(2, PARTICLES):
        dense = Dense(reports, terms, series, particle)
        expected = dense.log_density((values[:, particle] - regressors @ b)[dense.rows])
        found = -0.5 * (done.log_determinant + total)[series, particle]
        assert found == pytest.approx(expected, abs=EXACT)


@pytest.mark.parametrize("seed", range(4))
def test_smoothed_states_are_those_of_dense_conditioning(seed: int) -> None:
    reports, terms = _random_problem(seed)
    values = np.random.default_rng(seed + 20).standard_normal((ROWS, PARTICLES)) * 2
    done = filter_pass(reports, terms, values)
    path = smooth(reports, terms, done, values)
    for series, particle in np.ndindex(2, PARTICLES):
        dense = Dense(reports, terms, series, particle)
        mean = dense.mean(values[dense.rows, particle]).reshape(WEEKS + 1, -1)
        np.testing.assert_allclose(path[:, :, series, particle].T, mean, atol=EXACT)


@pytest.mark.parametrize("seed", range(4))
def test_the_inverse_covariance_is_the_dense_one(seed: int) -> None:
    reports, terms = _random_problem(seed)
    values = np.random.default_rng(seed + 50).normal(0, 5, (ROWS, PARTICLES))
    done = filter_pass(reports, terms, np.zeros((ROWS, PARTICLES)))
    solved, diagonal = solve(reports, terms, done, values), inverse_diagonal(reports, terms, done)
    assert not solved[~reports.use].any()
    assert not diagonal[~reports.use].any()
    for series in (0, 1):
        for particle in (0, PARTICLES - 1):
            dense = Dense(reports, terms, series, particle)
            inverse = np.linalg.inv(dense.spread)
            mine = dense.rows
            assert solved[mine, particle] == pytest.approx(
                inverse @ values[mine, particle], abs=EXACT
            )
            assert diagonal[mine, particle] == pytest.approx(np.diag(inverse), abs=EXACT)


def test_particles_do_not_touch() -> None:
    reports, terms = _random_problem(7)
    values = np.random.default_rng(7).standard_normal((ROWS, PARTICLES))
    whole = filter_pass(reports, terms, values)
    last = {
        entry.name: part if entry.name == "jump" else np.ascontiguousarray(part[..., -1:])
        for entry in fields(terms)
        for part in [getattr(terms, entry.name)]
    }
    alone = filter_pass(reports, Terms(**last), np.ascontiguousarray(values[:, -1:]))
    np.testing.assert_array_equal(alone.log_likelihood, whole.log_likelihood[:, -1:])


def _static(
    prior: float, bias: float, noise: list[float], source: list[int], sources: int
) -> tuple[Reports, Terms]:
    """One week, one level, constant biases: the setting of F1 and F2. `prior` is a variance."""
    count = len(noise)
    reports = Reports(
        weeks=1,
        rate_memory=0.5,
        has_component=np.ones((sources, 1), dtype=bool),
        series=np.zeros(count, dtype=np.int64),
        week=np.zeros(count, dtype=np.int64),
        component=np.array(source, dtype=np.int64),
        ago=np.zeros(count),
        load=np.ones(count),
        use=np.ones(count, dtype=bool),
    )
    start = np.zeros((BASE + sources, 1, 1))
    start[BASE:] = bias
    terms = Terms(
        step=np.full((1, 1, 1), prior),
        turn=np.zeros((1, 1, 1)),
        drift=np.zeros((sources, 1, 1)),
        jump=np.zeros((1, sources, 1)),
        noise=np.array(noise)[:, None],
        start=start,
        level=np.ones((count, 1)),
        expected=np.zeros((count, 1)),
    )
    return reports, terms


def _posterior(
    reports: Reports, terms: Terms, values: np.ndarray, prior: float
) -> tuple[float, float]:
    """Mean, and variance from what the mean makes of the prior covariance of level and reports."""
    done = filter_pass(reports, terms, values[:, None])
    mean = smooth(reports, terms, done, values[:, None])[0, 1, 0, 0]
    covered = np.full((len(values), 1), prior)
    return float(mean), float(prior - smooth(reports, terms, done, covered)[0, 1, 0, 0])


def test_f1_two_calibrated_sources() -> None:
    reports, terms = _static(100.0, 0.0, [1.0, 4.0], [-1, -1], 0)
    mean, variance = _posterior(reports, terms, np.array([12.0, 20.0 - 5.0]), 100.0)
    assert mean == pytest.approx(12.5, abs=5e-3)
    assert variance == pytest.approx(0.793651, abs=5e-7)


@pytest.mark.parametrize(("reports", "expected"), [(1, 12.6638), (10, 11.2689), (400, 11.1111)])
def test_f2_more_reports_from_the_same_sources_never_beat_the_bias_floor(
    reports: int, expected: float
) -> None:
    source = [0] * reports + [1] * reports
    given, terms = _static(100.0, 25.0, [4.0] * (2 * reports), source, 2)
    _, variance = _posterior(given, terms, np.zeros(2 * reports), 100.0)
    exact = 1 / (1 / 100 + 2 / (25 + 4 / reports))
    assert variance == pytest.approx(exact, rel=1e-9)
    tolerance = 5e-5 if reports < 400 else 5e-3
    assert variance == pytest.approx(expected, abs=tolerance)
    assert variance > 1 / (1 / 100 + 2 / 25)


@pytest.mark.parametrize("reports", [1, 20])
def test_drifting_biases_put_a_floor_under_changes_too(reports: int) -> None:
    weeks, q, d = 8, 30.0, 2.0
    week = np.repeat(np.arange(weeks), 2 * reports)
    source = np.tile(np.repeat([0, 1], reports), weeks)
    count = len(week)
    order = np.argsort(week, kind="stable")
    given = Reports(
        weeks, 0.5, np.ones((2, 1), dtype=bool), np.zeros(count, dtype=np.int64), week[order],
        source[order], np.zeros(count), np.ones(count), np.ones(count, dtype=bool),
    )  # fmt: skip
    start = np.zeros((4, 1, 1))
    start[2:] = 25.0
    terms = Terms(
        step=np.full((weeks, 1, 1), q),
        turn=np.zeros((weeks, 1, 1)),
        drift=np.full((2, 1, 1), d),
        jump=np.zeros((weeks, 2, 1)),
        noise=np.full((count, 1), 0.01),
        start=start,
        level=np.ones((count, 1)),
        expected=np.zeros((count, 1)),
    )
    done = filter_pass(given, terms, np.zeros((count, 1)))
    # Covariance of each report with the change of the level from week 2 to week 7.
    covered = q * (np.minimum(week + 1, 7) - np.minimum(week + 1, 2))[:, None].astype(float)
    path = smooth(given, terms, done, covered)
    variance = 5 * q - (path[0, 7, 0, 0] - path[0, 2, 0, 0])
    floor = 1 / (1 / (5 * q) + 2 / (5 * d))
    assert variance > floor
    assert variance == pytest.approx(floor, rel=0.05)
