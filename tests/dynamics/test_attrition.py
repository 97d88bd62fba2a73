from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jaxtyping import Array, Float

from kadesh.dynamics.mechanisms.attrition import AttritionParams, helmbold_losses
from kadesh.dynamics.mechanisms.attrition import expected_losses as expected_losses_eagerly
from kadesh.dynamics.mechanisms.attrition import weekly_losses as weekly_losses_eagerly

expected_losses = jax.jit(expected_losses_eagerly)
weekly_losses = jax.jit(weekly_losses_eagerly)


def params(runs: int = 1, **values: float) -> AttritionParams:
    given = {
        "loss_rate_per_week": 0.02,
        "concentration_exponent": 0.3,
        "attacker_loss_factor": 1.4,
        "quiet_loss_share": 0.1,
        "loss_noise": 0.25,
    } | values
    shared = {name: jnp.full(runs, v, jnp.float32) for name, v in given.items()}
    return AttritionParams(**shared, loss_exposure_log=jnp.zeros((2, runs), jnp.float32))


def fight(exponent: float, time: float, steps: int = 4000) -> Float[np.ndarray, "time side"]:
    """Course of 1000 against 800 with rates .01, by Runge and Kutta in float64."""
    step = time / steps

    def rate(x: Float[Array, "side"]) -> Float[Array, "side"]:
        return -helmbold_losses(x, jnp.flip(x), jnp.asarray(0.01), jnp.asarray(exponent))

    def advance(x: Float[Array, "side"], _: None) -> tuple[Array, Array]:
        k1 = rate(x)
        k2 = rate(x + step / 2 * k1)
        k3 = rate(x + step / 2 * k2)
        k4 = rate(x + step * k3)
        after = x + step / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        return after, after

    with jax.enable_x64(True):
        start = jnp.array([1000.0, 800.0])
        return np.asarray(jax.lax.scan(advance, start, length=steps)[1])


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
    forces = jnp.array([[[0.0], [500.0], [0.0]], [[500.0], [0.0], [0.0]]])
    everywhere = jnp.ones_like(forces)
    losses = expected_losses(forces, forces, everywhere, everywhere[0], params())
    np.testing.assert_array_equal(losses, 0.0)


def test_losses_never_exceed_those_present() -> None:
    forces = jnp.array([[[5.0]], [[1e6]]])
    hard = params(loss_rate_per_week=50.0, concentration_exponent=1.0, loss_noise=1.0)
    expected = expected_losses(forces, forces, jnp.ones_like(forces), jnp.ones((1, 1)), hard)
    lost = weekly_losses(expected, forces, jnp.full((2, 1), 3.0), hard)
    assert bool(jnp.all(lost <= forces))
    assert float(lost[0, 0, 0]) == 5.0


def test_chance_leaves_mean_losses_unchanged() -> None:
    many = 20_000
    forces = jnp.full((2, 1, many), 1e5)
    given = params(many)
    expected = jnp.full_like(forces, 1000.0)
    shock = jnp.asarray(np.random.default_rng(1).standard_normal((2, many)), jnp.float32)
    lost = weekly_losses(expected, forces, shock, given)
    # Lognormal with sd .25 of the logarithm: standard error of the mean of 40,000 is .13 %.
    assert float(jnp.mean(lost)) == pytest.approx(1000.0, rel=0.005)


def test_attacking_costs_the_attacker_more_than_it_costs_the_attacked() -> None:
    forces = jnp.full((2, 1, 1), 1e5)
    attack = jnp.array([[[1.0]], [[0.0]]])
    lost = expected_losses(forces, forces, attack, jnp.ones((1, 1)), params())
    quiet = expected_losses(forces, forces, 0 * attack, jnp.ones((1, 1)), params())
    assert float(lost[0, 0, 0]) > float(lost[1, 0, 0]) > float(quiet[0, 0, 0]) > 0


def test_exposure_multiplies_a_sides_own_losses_and_no_others() -> None:
    forces = jnp.full((2, 1, 1), 1e5)
    attack = jnp.ones((2, 1, 1))
    plain = expected_losses(forces, forces, attack, jnp.ones((1, 1)), params())
    exposed = replace(params(), loss_exposure_log=jnp.array([[0.6], [0.0]], jnp.float32))
    lost = expected_losses(forces, forces, attack, jnp.ones((1, 1)), exposed)
    assert float(lost[0, 0, 0] / plain[0, 0, 0]) == pytest.approx(np.exp(0.6), rel=1e-6)
    assert float(lost[1, 0, 0]) == float(plain[1, 0, 0])
    everybody = replace(params(), loss_exposure_log=jnp.full((2, 1), 9.0, jnp.float32))
    assert (expected_losses(forces, forces, attack, jnp.ones((1, 1)), everybody) == forces).all()
