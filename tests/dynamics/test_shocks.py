import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.random import threefry_2x32

from kadesh.dynamics.shocks import Shocks, draw_shocks, shock_keys, threefry

SIDES = ("Ardia", "Boria")
RUNS = np.arange(4096, dtype=np.uint32)
MONTH = np.full_like(RUNS, 3)
KEY = (np.uint32(0x13198A2E), np.uint32(0x03707344))


def test_generator_is_threefry_with_twenty_rounds() -> None:
    sevens = np.full_like(RUNS, 7)
    first, second = threefry(KEY, (RUNS, sevens))
    theirs = threefry_2x32(jnp.asarray(KEY, jnp.uint32), jnp.concatenate([RUNS, sevens]))
    assert first.dtype == second.dtype == np.uint32
    np.testing.assert_array_equal(np.concatenate([first, second]), theirs)


def test_bits_are_the_same_worked_by_numpy_and_by_jax() -> None:
    ours = threefry(KEY, (RUNS, MONTH))
    theirs = threefry(KEY, (jnp.asarray(RUNS), jnp.asarray(MONTH)))
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("luck_sign", [1.0, -1.0])
def test_deviates_are_the_same_worked_by_numpy_and_by_jax(luck_sign: float) -> None:
    keys = shock_keys(1, "s", SIDES, ("a", "b", "c"))
    sign = np.float32(luck_sign)
    ours = draw_shocks(keys, RUNS, MONTH, sign)
    theirs = draw_shocks(keys, jnp.asarray(RUNS), jnp.asarray(MONTH), sign)
    for name, one, other in zip(Shocks._fields, ours, theirs, strict=True):
        assert one.dtype == other.dtype == np.float32
        # Roundings of logarithm, root and cosine, in deviates up to 6.
        np.testing.assert_allclose(one, other, rtol=5e-7, atol=1e-6, err_msg=name)


def test_the_opposite_luck_is_opposite_and_leaves_which_sector_is_hit() -> None:
    keys = shock_keys(1, "s", SIDES, ("a", "b"))
    one = draw_shocks(keys, RUNS, MONTH, np.float32(1.0))
    opposite = draw_shocks(keys, RUNS, MONTH, np.float32(-1.0))
    np.testing.assert_array_equal(opposite.ground, -one.ground)
    np.testing.assert_array_equal(opposite.losses, -one.losses)
    np.testing.assert_array_equal(opposite.aid, 1 - one.aid)
    np.testing.assert_array_equal(opposite.operation, 1 - one.operation)
    np.testing.assert_array_equal(opposite.choice, one.choice)


def test_a_sector_keeps_its_luck_when_others_are_added_or_reordered() -> None:
    few = draw_shocks(shock_keys(1, "s", SIDES, ("a", "c")), RUNS, MONTH)
    many = draw_shocks(shock_keys(1, "s", SIDES, ("c", "b", "a")), RUNS, MONTH)
    np.testing.assert_array_equal(few.ground, many.ground[:, [2, 0]])
    np.testing.assert_array_equal(few.choice, many.choice[:, :, [2, 0]])
    np.testing.assert_array_equal(few.losses, many.losses)


def test_any_run_can_be_drawn_alone() -> None:
    keys = shock_keys(1, "s", SIDES, ("a", "b"))
    together = draw_shocks(keys, RUNS, MONTH)
    alone = draw_shocks(keys, RUNS[777:778], MONTH[777:778])
    np.testing.assert_array_equal(together.ground[..., 777:778], alone.ground)
    np.testing.assert_array_equal(together.operation[..., 777:778], alone.operation)


@pytest.mark.parametrize("other", ["seed", "stream", "month"])
def test_another_seed_stream_or_month_is_other_luck(other: str) -> None:
    one = draw_shocks(shock_keys(1, "s", SIDES, ("a",)), RUNS, MONTH)
    seed, stream = (2 if other == "seed" else 1), ("t" if other == "stream" else "s")
    month = MONTH + np.uint32(1) if other == "month" else MONTH
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
