"""The fit of the campaign: against posteriors in closed form, and on a war in memory."""

import numpy as np
import pytest

from kadesh.dynamics.calibration import calibrate
from kadesh.dynamics.calibration.regression_abc import (
    Ridge,
    from_scores,
    normal_scores,
    posterior_scores,
)
from kadesh.dynamics.calibration.windows import features, observed, simulated, windows_of
from kadesh.errors import InputErrors
from kadesh.fusion import Reconstruction
from kadesh.war import War, draw_assumptions
from reconstructions import made_by_hand
from wars_in_memory import HELD, toy_war

RUNS, KEPT = 6000, 1500


def test_the_posterior_of_a_linear_normal_model_is_the_exact_one() -> None:
    # theta ~ N(0, 1), three data theta + N(0, 0.5^2): precision 1 + 3/0.25 = 13.
    stream = np.random.default_rng(0)
    theta = stream.normal(size=(2, RUNS))
    data = theta[:1] + 0.5 * stream.normal(size=(3, RUNS))
    seen = np.array([0.9, 1.1, 0.4])
    found = posterior_scores(theta, data, seen, KEPT)
    # Four standard errors of a mean and of a standard deviation over so many draws.
    assert found[0].mean() == pytest.approx(seen.sum() / 0.25 / 13, abs=4 * 13**-0.5 / KEPT**0.5)
    assert found[0].std() == pytest.approx(13**-0.5, rel=4 / (2 * KEPT) ** 0.5)
    assert found[1].mean() == pytest.approx(0.0, abs=4 / KEPT**0.5)
    assert found[1].std() == pytest.approx(1.0, rel=4 / (2 * KEPT) ** 0.5)


def test_parameters_and_data_that_say_nothing_do_not_hide_those_that_do() -> None:
    stream = np.random.default_rng(5)
    theta = stream.normal(size=(60, RUNS))
    told = theta[:2] + 0.5 * stream.normal(size=(2, RUNS))
    data = np.concatenate([told, stream.normal(size=(40, RUNS))])
    found = posterior_scores(theta, data, np.concatenate([[1.0, -0.5], np.zeros(40)]), KEPT)
    # Precision 1 + 1/0.25 = 5; 42 slopes fitted to so many draws take up 42 / KEPT of the variance.
    assert found[:2].mean(axis=1) == pytest.approx([0.8, -0.4], abs=6 * 5**-0.5 / KEPT**0.5)
    assert found[:2].std(axis=1) == pytest.approx(5**-0.5, rel=0.1)
    assert found[2:].std(axis=1).mean() == pytest.approx(1.0, abs=0.02)


def test_data_that_say_nothing_leave_the_prior() -> None:
    theta = np.random.default_rng(1).normal(size=(1, RUNS))
    data = np.ones((2, RUNS))
    assert (posterior_scores(theta, data, np.ones(2), KEPT) == theta[:, :KEPT]).all()


def test_scores_and_values_are_inverse_and_stay_in_range() -> None:
    values = np.random.default_rng(2).triangular(1.0, 2.0, 6.0, size=(3, RUNS))
    values[2] = 4.0
    scores = normal_scores(values)
    assert from_scores(scores, values) == pytest.approx(values, abs=1e-9)
    assert scores[:2].std(axis=1) == pytest.approx(1.0, abs=1e-3)
    far = from_scores(np.full((3, 2), [-40.0, 40.0]), values)
    assert (far[:, 0] == values.min(axis=1)).all()
    assert (far[:, 1] == values.max(axis=1)).all()


def test_ridge_is_least_squares_where_there_is_nothing_to_shrink() -> None:
    stream = np.random.default_rng(3)
    data = stream.normal(size=(4, 500)) * np.array([[1.0], [100.0], [0.01], [3.0]])
    targets = np.array([[1.0, 0.02, -50.0, 0.0], [0.0, 0.0, 0.0, 1.0]]) @ data + 7.0
    assert Ridge(data, targets)(data) == pytest.approx(targets, abs=1e-2)


def still_war(weeks: int, per_week: float) -> tuple[War, Reconstruction]:
    """A war in which no land changes hands and both sides lose so many a week."""
    war = toy_war()
    held = {name: np.full(weeks, level) for name, level in HELD.items()}
    losses = {name: per_week * np.arange(weeks) for name in war.side_ids}
    return war, made_by_hand(war, weeks, held, losses)


def test_windows_lie_end_to_end_up_to_the_date() -> None:
    war, made = still_war(40, 1000.0)
    windows = windows_of(war, made)
    assert len(windows) == 2
    assert windows[0].end == made.as_of
    assert windows[0].start == windows[1].end
    assert (windows[0].end - windows[0].start).days == 84
    assert windows[0].losses_persons.mean(axis=1) == pytest.approx(12_000, rel=0.02)
    assert len(windows_of(*still_war(200, 1.0))) == 4


def test_a_war_too_short_to_fit_is_refused() -> None:
    with pytest.raises(InputErrors, match="17 weeks"):
        windows_of(*still_war(15, 1000.0))


def test_features_tell_small_changes_apart_and_large_ones_by_their_order() -> None:
    found = features(np.array([[0.0, 1.0, 5e3, 1e4]]), np.array([[0.0, 1.0, np.e, 100.0]]))
    assert found[0, 0] == 0
    assert found[0, 1] == pytest.approx(0.02, rel=1e-3)
    assert found[0, 3] - found[0, 2] == pytest.approx(np.log(2), abs=1e-4)
    assert found[1].tolist() == pytest.approx([0.0, 0.0, 1.0, np.log(100)])


def test_simulated_windows_have_the_shape_and_error_of_the_record() -> None:
    war, made = still_war(18, 2000.0)
    windows = windows_of(war, made)
    draws = draw_assumptions(war, 64, 0, made.as_of)
    data = simulated(war, windows, draws, seed=0)
    assert data.shape == (len(observed(windows)), 64) == (11, 64)
    assert np.isfinite(data).all()
    assert (simulated(war, windows, draws, seed=0) == data).all()
    assert (simulated(war, windows, draws, seed=0, workers=2) == data).all()


def test_losses_teach_the_loss_rate_and_nothing_they_do_not_touch() -> None:
    fits = []
    for per_week in (1500.0, 8000.0):
        war, made = still_war(30, per_week)
        fits.append(calibrate(war, made, simulations=1024, kept=256))
    low, high = (fit.posterior["loss_rate_per_week"].mean() for fit in fits)
    assert low < high
    table = fits[1].moved().set_index("assumption")
    assert table.loc["loss_rate_per_week", "shrunk"] > 0.1
    assert abs(table.loc["population_persons.Ardia", "shift"]) < 0.5
    for fit in fits:
        sides = [i for i, name in enumerate(fit.features) if name.startswith("losses_persons")]
        apart = np.abs(fit.after[sides].mean(axis=1) - fit.observed[sides])
        before = np.abs(fit.before[sides].mean(axis=1) - fit.observed[sides])
        assert apart.mean() < before.mean()
        for name, values in fit.posterior.items():
            assert fit.prior[name].min() <= values.min() <= values.max() <= fit.prior[name].max()


def test_more_draws_than_simulations_are_refused() -> None:
    war, made = still_war(30, 1500.0)
    with pytest.raises(InputErrors, match="kept"):
        calibrate(war, made, simulations=64, kept=65)
