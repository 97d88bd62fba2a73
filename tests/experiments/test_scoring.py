"""Scores against published values, closed forms and their own laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from kadesh.experiments.scoring import (
    block_resamples,
    covered,
    crps,
    joint_limit,
    log_score,
    rank,
    rank_distance,
    skill,
)  # fmt: skip

MANY = 200_000
SAMPLING = 0.005
"""Four standard errors of a score's mean over so many draws, of order 1 / sqrt(MANY)."""


@pytest.mark.parametrize(("z", "value"), [(0, 0.233695), (1, 0.602441), (2, 1.452792)])
def test_crps_of_a_normal(z: float, value: float) -> None:
    middle = norm.ppf((np.arange(MANY) + 0.5) / MANY)
    assert crps(middle[None], np.array([float(z)]))[0] == pytest.approx(value, abs=1e-4)


def test_crps_is_fair_to_small_ensembles() -> None:
    # models.md 5: 2/9 with every pair counted, 0 when a draw is not compared with itself.
    assert crps(np.array([[0.0, 1.0, 2.0]]), np.array([1.0]))[0] == pytest.approx(0.0, abs=1e-12)


@given(shift=st.floats(-1e4, 1e4), scale=st.floats(0.1, 1e3), outcome=st.floats(-5, 5))
def test_scores_follow_the_unit(shift: float, scale: float, outcome: float) -> None:
    draws = np.random.default_rng(1).normal(size=(1, 50))
    at = np.array([outcome])
    moved, there = shift + scale * draws, shift + scale * at
    assert crps(moved, there) == pytest.approx(scale * crps(draws, at), rel=1e-6, abs=1e-6)
    small = np.array([1e-3])
    # A density changes by the factor of the unit, its logarithm by a constant.
    expected = log_score(draws, at, small) + np.log(scale)
    assert log_score(moved, there, small * scale) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("z", [0.0, 1.0, 2.0])
def test_the_log_score_of_normal_draws_is_that_of_the_normal(z: float) -> None:
    draws = np.random.default_rng(2).normal(size=(1, 20_000))
    found = log_score(draws, np.array([z]), np.array([1e-6]))[0]
    # Silverman's width is a fifth of a thousandth off the density here; sampling decides.
    assert found == pytest.approx(-norm.logpdf(z), abs=0.05)


def test_the_log_score_of_a_certain_forecast_is_finite_and_fair() -> None:
    sure = np.zeros((2, 64))
    right, wrong = log_score(sure, np.array([0.0, 30.0]), np.array([1.0, 1.0]))
    assert right == pytest.approx(0.5 * np.log(2 * np.pi) - np.log(0.999 + 0.0001), abs=1e-9)
    assert right < wrong < 20


def test_ranks_of_calibrated_forecasts_are_uniform_and_ties_are_at_random() -> None:
    stream = np.random.default_rng(3)
    draws, outcome = stream.normal(size=(4000, 39)), stream.normal(size=4000)
    places = rank(draws, outcome, stream)
    assert np.histogram(places, 10, (0, 1))[0] == pytest.approx(400, abs=4 * np.sqrt(360))
    tied = rank(np.zeros((4000, 9)), np.zeros(4000), stream)
    assert np.histogram(tied, 10, (0, 1))[0] == pytest.approx(400, abs=4 * np.sqrt(360))


def test_the_interval_covers_as_often_as_it_says() -> None:
    stream = np.random.default_rng(4)
    inside = covered(stream.normal(size=(4000, 400)), stream.normal(size=4000))
    assert inside.mean() == pytest.approx(0.9, abs=4 * np.sqrt(0.09 / 4000) + 0.005)


@given(dates=st.integers(1, 30), block=st.integers(1, 40))
def test_resamples_are_blocks_of_neighbours_and_treat_every_date_alike(
    dates: int, block: int
) -> None:
    index = block_resamples(dates, block, 0)
    assert index.shape[1] == dates
    assert (np.bincount(index.ravel(), minlength=dates) > 0).all()
    length = min(block, dates)
    steps = np.diff(index, axis=1) % dates
    within = np.arange(1, dates) % length != 0
    assert (steps[:, within] == 1 % dates).all()


def test_skill_is_what_is_saved_of_the_baseline() -> None:
    baseline = np.random.default_rng(5).gamma(2.0, size=20)
    index = block_resamples(20, 3, 0)
    assert skill(baseline, baseline, index) == (0.0, 0.0, 0.0)
    half = skill(baseline / 2, baseline, index)
    assert half == pytest.approx((0.5, 0.5, 0.5))
    noisy = skill(baseline[::-1].copy(), baseline, index)
    assert noisy[0] == pytest.approx(0.0)
    assert noisy[1] < noisy[0] < noisy[2]


def test_ranks_of_the_truth_stay_below_the_joint_limit_and_of_a_shifted_one_do_not() -> None:
    stream = np.random.default_rng(6)
    limit = joint_limit(20, 200, 63)
    uniform = stream.integers(0, 64, (20, 200))
    assert rank_distance(uniform, 63).max() < limit
    # A posterior that lies too low three times in ten.
    wrong = uniform[3].copy()
    wrong[:60] = 63
    assert rank_distance(wrong[None], 63)[0] > limit
    # By hand, for ranks that are all 0: everything lies below the first point.
    share = 1 / 64
    expected = (1 - share) / np.sqrt(share * (1 - share) / 200)
    assert rank_distance(np.zeros((1, 200), dtype=int), 63)[0] == pytest.approx(expected)
