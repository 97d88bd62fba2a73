"""The filter and smoother against dense Gaussian conditioning, and the anchors F1 and F2."""

import numpy as np
import pytest

from kadesh.fusion.kalman import BASE, Steps, Terms, filter_pass, smooth

WEEKS, COMPONENTS, MEMORY = 6, 2, 0.9


class Dense:
    """The same model written out as one big normal vector: states at every week, then reports."""

    def __init__(self, steps: Steps, terms: Terms, lane: int, variant: int) -> None:
        size = BASE + steps.components
        weeks = steps.weeks
        shocks = size * (weeks + 1)
        to_state = np.zeros(((weeks + 1) * size, shocks))
        to_state[:size, :size] = np.eye(size)
        move = np.eye(size)
        move[1, 1] = steps.rate_memory
        move[0, 1] = steps.rate_memory
        for week in range(weeks):
            now, then = slice(week * size, (week + 1) * size), (week + 1) * size
            to_state[then : then + size] = move @ to_state[now]
            here = (week + 1) * size
            to_state[then, here] += 1.0
            to_state[then, here + 1] += 1.0
            to_state[then + 1, here + 1] += 1.0
            for component in range(steps.components):
                to_state[then + BASE + component, here + BASE + component] += 1.0
        variance = [terms.start[:, variant, lane]]
        for week in range(weeks):
            variance.append(
                np.concatenate(
                    [
                        [terms.step[week, variant, lane], terms.turn[week, variant, lane]],
                        terms.drift[week, :, variant, lane],
                    ]
                )
            )
        self.to_state = to_state
        self.variance = np.concatenate(variance)
        self.rows = np.flatnonzero(steps.present[:, lane])
        see = np.zeros((len(self.rows), (weeks + 1) * size))
        for line, step in enumerate(self.rows):
            at = (steps.week[step] + 1) * size
            level = terms.level[step, variant, lane]
            see[line, at] = level
            see[line, at + 1] = -level * steps.ago[step, lane]
            if steps.component[step] >= 0:
                see[line, at + BASE + steps.component[step]] = steps.load[step, lane]
        self.see = see @ to_state
        noise = terms.noise[self.rows, variant, lane]
        self.spread = (self.see * self.variance) @ self.see.T + np.diag(noise)
        self.expected = terms.expected[self.rows, variant, lane]

    def log_density(self, values: np.ndarray) -> float:
        off = values - self.expected
        _, log = np.linalg.slogdet(self.spread)
        return float(-0.5 * (log + off @ np.linalg.solve(self.spread, off)))

    def mean(self, values: np.ndarray) -> np.ndarray:
        gain = (self.to_state * self.variance) @ self.see.T
        return gain @ np.linalg.solve(self.spread, values)


def _random_problem(seed: int, variants: int = 2) -> tuple[Steps, Terms]:
    draw = np.random.default_rng(seed)
    lanes = 3
    week = np.sort(draw.integers(0, WEEKS, 11))
    component = draw.integers(-1, COMPONENTS, 11)
    steps = Steps(
        weeks=WEEKS,
        components=COMPONENTS,
        rate_memory=MEMORY,
        week=week,
        component=component,
        present=draw.random((11, lanes)) < 0.8,
        ago=np.where(draw.random((11, 1)) < 0.5, draw.random((11, lanes)), 0.0),
        load=draw.random((11, lanes)) + 0.5,
    )
    terms = Terms(
        step=draw.random((WEEKS, variants, lanes)),
        turn=draw.random((WEEKS, variants, lanes)),
        drift=0.1 * draw.random((WEEKS, COMPONENTS, variants, lanes)),
        noise=draw.random((11, variants, lanes)) + 0.1,
        start=draw.random((BASE + COMPONENTS, variants, lanes)),
        level=draw.random((11, variants, lanes)) + 0.5,
        expected=draw.standard_normal((11, variants, lanes)),
    )
    return steps, terms


@pytest.mark.parametrize("seed", range(4))
def test_likelihood_is_that_of_dense_conditioning_for_every_lane_and_variant(seed: int) -> None:
    steps, terms = _random_problem(seed)
    values = np.random.default_rng(seed + 50).standard_normal((11, 1, 3)) * 3
    done = filter_pass(steps, terms, values)
    for lane in range(3):
        for variant in range(2):
            dense = Dense(steps, terms, lane, variant)
            expected = dense.log_density(values[dense.rows, 0, lane])
            assert done.log_likelihood[variant, lane] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(3))
def test_products_of_innovations_give_the_likelihood_of_any_coefficients(seed: int) -> None:
    steps, terms = _random_problem(seed, variants=1)
    draw = np.random.default_rng(seed + 80)
    columns = draw.standard_normal((11, 3, 3))
    done = filter_pass(steps, terms, columns)
    b = draw.standard_normal(2)
    weights = np.concatenate([[1.0], -b])
    total = np.einsum("c,d,cdvl->vl", weights, weights, done.products)
    for lane in range(3):
        dense = Dense(steps, terms, lane, 0)
        values = columns[dense.rows, 0, lane] - columns[dense.rows, 1:, lane] @ b
        expected = dense.log_density(values)
        found = -0.5 * (done.log_determinant[0, lane] + total[0, lane])
        assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("seed", range(4))
def test_smoothed_states_are_those_of_dense_conditioning(seed: int) -> None:
    steps, terms = _random_problem(seed, variants=1)
    values = np.random.default_rng(seed + 20).standard_normal((11, 3)) * 2
    done = filter_pass(steps, terms, values[:, None])
    path = smooth(steps, terms, done, values)
    for lane in range(3):
        dense = Dense(steps, terms, lane, 0)
        mean = dense.mean(values[dense.rows, lane]).reshape(WEEKS + 1, -1)
        np.testing.assert_allclose(path[:, :, lane].T, mean, atol=1e-9)


def _static(
    prior: float, bias: float, noise: list[float], source: list[int], sources: int
) -> tuple[Steps, Terms]:
    """One week, one level, constant biases: the setting of F1 and F2. `prior` is a variance."""
    count = len(noise)
    one = np.ones((count, 1))
    steps = Steps(
        weeks=1,
        components=sources,
        rate_memory=0.5,
        week=np.zeros(count, dtype=np.int64),
        component=np.array(source, dtype=np.int64),
        present=one.astype(bool),
        ago=0 * one,
        load=one,
    )
    start = np.zeros((BASE + sources, 1, 1))
    start[BASE:] = bias
    terms = Terms(
        step=np.full((1, 1, 1), prior),
        turn=np.zeros((1, 1, 1)),
        drift=np.zeros((1, sources, 1, 1)),
        noise=np.array(noise)[:, None, None],
        start=start,
        level=one[:, None],
        expected=np.zeros((count, 1, 1)),
    )
    return steps, terms


def _posterior(steps: Steps, terms: Terms, values: np.ndarray, prior: float) -> tuple[float, float]:
    """Mean, and variance from what the mean makes of the prior covariance of level and reports."""
    done = filter_pass(steps, terms, values[:, None, None])
    mean = smooth(steps, terms, done, values[:, None])[0, 1, 0]
    covered = np.full((len(values), 1), prior)
    return float(mean), float(prior - smooth(steps, terms, done, covered)[0, 1, 0])


def test_f1_two_calibrated_sources() -> None:
    steps, terms = _static(100.0, 0.0, [1.0, 4.0], [-1, -1], 0)
    mean, variance = _posterior(steps, terms, np.array([12.0, 20.0 - 5.0]), 100.0)
    assert mean == pytest.approx(12.5, abs=5e-3)
    assert variance == pytest.approx(0.793651, abs=5e-7)


@pytest.mark.parametrize(("reports", "expected"), [(1, 12.6638), (10, 11.2689), (400, 11.1111)])
def test_f2_more_reports_from_the_same_sources_never_beat_the_bias_floor(
    reports: int, expected: float
) -> None:
    source = [0] * reports + [1] * reports
    steps, terms = _static(100.0, 25.0, [4.0] * (2 * reports), source, 2)
    _, variance = _posterior(steps, terms, np.zeros(2 * reports), 100.0)
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
    one = np.ones((len(week), 1))
    steps = Steps(weeks, 2, 0.5, week, source, one.astype(bool), 0 * one, one)
    start = np.zeros((4, 1, 1))
    start[2:] = 25.0
    terms = Terms(
        step=np.full((weeks, 1, 1), q),
        turn=np.zeros((weeks, 1, 1)),
        drift=np.full((weeks, 2, 1, 1), d),
        noise=np.full((len(week), 1, 1), 0.01),
        start=start,
        level=one[:, None],
        expected=0 * one[:, None],
    )
    done = filter_pass(steps, terms, 0 * one[:, None])
    # Covariance of each report with the change of the level from week 2 to week 7.
    covered = q * (np.minimum(week + 1, 7) - np.minimum(week + 1, 2))[:, None].astype(float)
    path = smooth(steps, terms, done, covered)
    variance = 5 * q - (path[0, 7, 0] - path[0, 2, 0])
    floor = 1 / (1 / (5 * q) + 2 / (5 * d))
    assert variance > floor
    assert variance == pytest.approx(floor, rel=0.05)
