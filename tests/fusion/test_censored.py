"""One-sided reports: the anchor F3, by the probability and by augmentation."""

import numpy as np
import pytest

from kadesh.fusion.moves.censored import augment, curvature, log_chance

LIMIT, WIDTH = np.array([60.0]), np.array([5.0])
AT_LEAST, UP_TO = np.array([1]), np.array([-1])


def test_f3_a_floor_above_the_prior_mean() -> None:
    grid = np.linspace(-150, 250, 200_001)
    prior = np.exp(-0.5 * ((grid - 50) / 20) ** 2)
    weight = prior * np.exp(log_chance(grid[None], LIMIT, WIDTH, AT_LEAST)[0])
    weight /= weight.sum()
    mean = weight @ grid
    assert mean == pytest.approx(71.928621, abs=1e-6)
    assert np.sqrt(weight @ (grid - mean) ** 2) == pytest.approx(11.2037, abs=5e-5)


def test_f3_by_augmentation() -> None:
    draw = np.random.default_rng(0)
    z = np.full((1, 4000), 50.0)
    found = []
    for turn in range(300):
        value = augment(z, LIMIT, WIDTH, AT_LEAST, draw.random(z.shape))
        precision = 1 / 400 + 1 / 25
        mean = (50 / 400 + value / 25) / precision
        z = mean + draw.standard_normal(z.shape) / np.sqrt(precision)
        if turn >= 100:
            found.append(z.copy())
    # 4000 chains of 200 correlated draws: about 0.05 of Monte Carlo error in the mean.
    assert np.mean(found) == pytest.approx(71.928621, abs=0.2)
    assert np.std(found) == pytest.approx(11.2037, abs=0.15)


@pytest.mark.parametrize("form", [1, -1])
def test_augmented_values_lie_on_the_right_side_even_far_in_the_tail(form: int) -> None:
    draw = np.random.default_rng(1)
    signal = np.array([[60.0 - form * 5000.0, 60.0, 60.0 + form * 5000.0]])
    value = augment(signal, LIMIT, WIDTH, np.array([form]), draw.random((1, 3)))
    assert np.isfinite(value).all()
    assert (form * (value - 60.0) >= -1e-9).all()


def test_a_ceiling_mirrors_a_floor() -> None:
    signal = np.array([[41.0, 58.0, 77.0]])
    floor = log_chance(signal, LIMIT, WIDTH, AT_LEAST)
    ceiling = log_chance(120 - signal, LIMIT, WIDTH, UP_TO)
    np.testing.assert_allclose(floor, ceiling, atol=1e-12)


def test_curvature_is_the_second_derivative_of_the_chance() -> None:
    signal, step = np.array([[48.0, 61.0, 73.0]]), 1e-3
    chance = [log_chance(signal + move, LIMIT, WIDTH, AT_LEAST) for move in (-step, 0.0, step)]
    second = (chance[0] - 2 * chance[1] + chance[2]) / step**2
    found = curvature(signal, LIMIT, WIDTH, AT_LEAST)
    np.testing.assert_allclose(found, -second, rtol=1e-4, atol=1e-7)
