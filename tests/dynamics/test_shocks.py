import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.random import threefry_2x32

from kadesh.dynamics.shocks import draw_shocks as draw_shocks_eagerly
from kadesh.dynamics.shocks import shock_keys, threefry

SIDES = ("Ardia", "Boria")
RUNS = jnp.arange(4096, dtype=jnp.uint32)
MONTH = jnp.uint32(3)
draw_shocks = jax.jit(draw_shocks_eagerly)


def test_generator_is_threefry_with_twenty_rounds() -> None:
    key = (jnp.uint32(0x13198A2E), jnp.uint32(0x03707344))
    first, second = threefry(key, (RUNS, jnp.full_like(RUNS, 7)))
    theirs = threefry_2x32(
        jnp.array([0x13198A2E, 0x03707344], jnp.uint32),
        jnp.concatenate([RUNS, jnp.full_like(RUNS, 7)]),
    )
    np.testing.assert_array_equal(np.concatenate([first, second]), theirs)


def test_a_sector_keeps_its_luck_when_others_are_added_or_reordered() -> None:
    few = draw_shocks(shock_keys(1, "s", SIDES, ("a", "c")), RUNS, MONTH)
    many = draw_shocks(shock_keys(1, "s", SIDES, ("c", "b", "a")), RUNS, MONTH)
    np.testing.assert_array_equal(few.ground, many.ground[:, [2, 0]])
    np.testing.assert_array_equal(few.choice, many.choice[:, :, [2, 0]])
    np.testing.assert_array_equal(few.losses, many.losses)


def test_any_run_can_be_drawn_alone() -> None:
    keys = shock_keys(1, "s", SIDES, ("a", "b"))
    together = draw_shocks(keys, RUNS, MONTH)
    alone = draw_shocks(keys, RUNS[777:778], MONTH)
    np.testing.assert_array_equal(together.ground[..., 777:778], alone.ground)
    np.testing.assert_array_equal(together.operation[..., 777:778], alone.operation)


@pytest.mark.parametrize("other", ["seed", "stream", "month"])
def test_another_seed_stream_or_month_is_other_luck(other: str) -> None:
    one = draw_shocks(shock_keys(1, "s", SIDES, ("a",)), RUNS, MONTH)
    seed, stream = (2 if other == "seed" else 1), ("t" if other == "stream" else "s")
    month = jnp.uint32(4) if other == "month" else MONTH
    two = draw_shocks(shock_keys(seed, stream, SIDES, ("a",)), RUNS, month)
    # Correlation of 4 x 4096 independent normal pairs: standard error 0.008.
    assert abs(np.corrcoef(one.ground.ravel(), two.ground.ravel())[0, 1]) < 0.04


def test_deviates_have_the_distributions_they_claim() -> None:
    names = tuple(f"s{i}" for i in range(12))
    shocks = draw_shocks(shock_keys(5, "s", SIDES, names), RUNS, MONTH)
    normal = np.asarray(shocks.ground, np.float64).ravel()
    n = normal.size
    assert abs(normal.mean()) < 4 / np.sqrt(n)
    assert abs(normal.var() - 1) < 4 * np.sqrt(2 / n)
    assert abs((normal**4).mean() - 3) < 4 * np.sqrt(96 / n)
    uniform = np.asarray(shocks.operation, np.float64)
    assert abs(uniform.mean() - 0.5) < 4 / np.sqrt(12 * uniform.size)
    assert ((uniform > 0) & (uniform < 1)).all()
    weeks = shocks.ground.reshape(4, -1)
    assert np.abs(np.corrcoef(weeks) - np.eye(4)).max() < 4 / np.sqrt(weeks.shape[1])


def test_the_choice_among_sectors_follows_the_stated_odds() -> None:
    shocks = draw_shocks(shock_keys(5, "s", SIDES, ("a", "b", "c")), RUNS, MONTH)
    odds = np.array([0.5, 0.3, 0.2])[:, None]
    chosen = np.argmax(odds / np.asarray(shocks.choice), axis=2).ravel()
    frequency = np.bincount(chosen, minlength=3) / chosen.size
    # 32,768 choices from bytes: sampling error .003 and, from ties of bytes, at most .004 more.
    np.testing.assert_allclose(frequency, [0.5, 0.3, 0.2], atol=0.012)
