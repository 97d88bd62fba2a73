from dataclasses import replace

import numpy as np
import pytest
from jaxtyping import Float

from kadesh.dynamics import start_state
from kadesh.dynamics.mechanisms.attrition import (
    AttritionParams,
    expected_losses,
    helmbold_losses,
    intensity,
    loss_factor,
    people_log_ratio,
    weekly_losses,
)
from kadesh.dynamics.step import contests, given_of, sector_of, side_of
from kadesh.war import War, draw_assumptions
from wars_in_memory import HELD


def params(**values: float) -> AttritionParams:
    given = {
        "loss_rate_per_week": 0.02,
        "concentration_exponent": 0.3,
        "attacker_loss_factor": 1.4,
        "quiet_loss_share": 0.1,
        "loss_noise": 0.25,
    } | values
    shared = {name: np.full(1, value, np.float32) for name, value in given.items()}
    return AttritionParams(**shared, loss_exposure_log=np.zeros((2, 1), np.float32))


def numbers(*values: float) -> Float[np.ndarray, " number"]:
    return np.array(values, np.float32)


def lost(
    own: np.ndarray, other: np.ndarray, given: AttritionParams, attack: float, attacked: float
) -> np.ndarray:
    """Expected losses of people against as good people, all along their front."""
    part = intensity(numbers(attack), numbers(attacked), given)
    rate = given.loss_rate_per_week * part
    return np.asarray(expected_losses(own, other, people_log_ratio(other, own), rate, given))


def fight(exponent: float, time: float, steps: int = 4000) -> Float[np.ndarray, "time side"]:
    """Course of 1000 against 800 with rates .01, by Runge and Kutta in float64."""
    step, shape = time / steps, np.float64(exponent)
    course = np.empty((steps, 2))

    def rate(x: Float[np.ndarray, "side"]) -> Float[np.ndarray, "side"]:
        other = x[::-1]
        return -np.asarray(helmbold_losses(x, other, people_log_ratio(other, x), 0.01, shape))

    x = np.array([1000.0, 800.0])
    for row in course:
        k1 = rate(x)
        k2 = rate(x + step / 2 * k1)
        k3 = rate(x + step / 2 * k2)
        k4 = rate(x + step * k3)
        x = x + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        row[:] = x
    return course


def test_square_law_leaves_600_after_109_86() -> None:
    """C1: x0 = 1000, y0 = 800, a = b = .01, t = 100 artanh .8."""
    own, other = fight(1.0, 109.8612)[-1]
    assert own == pytest.approx(600.0, abs=1e-3)
    assert other == pytest.approx(0.0, abs=1e-3)


def test_linear_law_leaves_200() -> None:
    """C1: the exponent 1/2 keeps a x - b y, the invariant of the linear law."""
    own, other = fight(0.5, 288.5)[-1]
    assert own == pytest.approx(200.0, abs=1e-2)
    assert other == pytest.approx(0.0, abs=1e-2)


@pytest.mark.parametrize(("exponent", "survivors"), [(1.0, 721.1103), (0.5, 600.0), (0.0, 500.0)])
def test_survivors_when_the_other_side_is_at_400(exponent: float, survivors: float) -> None:
    """C1: Helmbold's family from the same start."""
    course = fight(exponent, 90.0)
    assert np.interp(-400.0, -course[:, 1], course[:, 0]) == pytest.approx(survivors, abs=2e-3)


@pytest.mark.parametrize("exponent", [0.2, 0.5, 0.8, 1.0])
def test_helmbold_invariant_is_kept(exponent: float) -> None:
    power = fight(exponent, 60.0) ** (2 * exponent)
    invariant = power[:, 0] - power[:, 1]
    np.testing.assert_allclose(invariant, invariant[0], rtol=1e-9)


def test_nobody_is_lost_where_either_side_is_absent() -> None:
    own, other = numbers(0.0, 500.0, 0.0), numbers(500.0, 0.0, 0.0)
    np.testing.assert_array_equal(people_log_ratio(other, own), 0.0)
    np.testing.assert_array_equal(lost(own, other, params(), 1.0, 1.0), 0.0)
    # Nor where what is absent is worth something: the ratio is not asked.
    endless = helmbold_losses(own, other, numbers(9.0), numbers(1.0), numbers(1.0))
    np.testing.assert_array_equal(endless, 0.0)


def test_losses_never_exceed_those_present() -> None:
    forces = numbers(5.0, 1e6)
    hard = params(loss_rate_per_week=50.0, concentration_exponent=1.0, loss_noise=1.0)
    expected = lost(forces, forces[::-1], hard, 1.0, 1.0)
    factor = loss_factor(numbers(3.0), hard.loss_noise)
    for losses in (expected, weekly_losses(expected, forces, factor)):
        assert (losses <= forces).all()
        assert losses[0] == 5.0


def test_chance_leaves_mean_losses_unchanged() -> None:
    shock = np.random.default_rng(1).standard_normal(40_000).astype(np.float32)
    expected, deployed = numbers(1000.0), numbers(1e5)
    losses = weekly_losses(expected, deployed, loss_factor(shock, params().loss_noise))
    # Lognormal with sd .25 of the logarithm: standard error of the mean of 40,000 is .13 %.
    assert float(np.mean(losses)) == pytest.approx(1000.0, rel=0.005)


def test_without_noise_chance_changes_no_losses() -> None:
    np.testing.assert_array_equal(loss_factor(numbers(-3.0, 0.0, 3.0), numbers(0.0)), 1.0)


def test_attacking_costs_the_attacker_more_than_it_costs_the_attacked() -> None:
    forces = numbers(1e5)
    attacker, attacked, quiet, both = (
        lost(forces, forces, params(), *shares)[0]
        for shares in ((1.0, 0.0), (0.0, 1.0), (0.0, 0.0), (1.0, 1.0))
    )
    assert both > attacker > attacked > quiet > 0
    assert both == pytest.approx(0.02 * 1e5, rel=1e-6)
    assert quiet == pytest.approx(0.1 * both, rel=1e-6)


def test_exposure_multiplies_a_sides_own_losses_and_no_others(war: War) -> None:
    state, plain = start_state(war, HELD, draw_assumptions(war, 64, 7), seed=7)

    def expected(exposure: float) -> tuple[np.ndarray, np.ndarray]:
        raised = plain.attrition.loss_exposure_log + numbers(exposure, 0.0)[:, None]
        exposed = replace(plain, attrition=plain.attrition._replace(loss_exposure_log=raised))
        sector, side = sector_of(state), side_of(state)
        contest = contests(sector, side, sector.luck_log, given_of(exposed))
        return contest.expected_losses_persons[0], contest.expected_losses_persons[1]

    own, other = expected(0.0)
    assert min(own.max(), other.max()) > 0
    exposed_own, exposed_other = expected(0.6)
    deployed = state.deployed_persons[0]
    np.testing.assert_allclose(exposed_own, np.minimum(own * np.exp(0.6), deployed), rtol=1e-6)
    np.testing.assert_array_equal(exposed_other, other)
    everybody = expected(20.0)[0]
    np.testing.assert_array_equal(everybody, np.where(own > 0, deployed, 0.0))
