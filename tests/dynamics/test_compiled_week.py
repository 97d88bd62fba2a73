"""The compiled week against the same week of arrays, and its functions against the C library's."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest
from numba import njit

from kadesh.dynamics import MECHANISMS, CampaignParams, CampaignState, start_state, step_many
from kadesh.dynamics.blocks import Kept, advance
from kadesh.dynamics.engine.ensemble import Luck
from kadesh.dynamics.engine.lanes import exp_of, expm1_of, log1p_of, log_of, turn_of
from kadesh.dynamics.engine.layout import LANES
from kadesh.dynamics.shocks import draw_shocks, shock_keys
from kadesh.dynamics.step import step
from kadesh.errors import InputErrors
from kadesh.war import War, draw_assumptions
from wars_in_memory import HELD, SECTORS, toy_war

RUNS = 4 * LANES + 5
ROUNDINGS = 3e-5
"""About 500 roundings of single precision, relative to the largest number of a quantity: another
order of additions, and functions that differ by two units in the last place, four weeks long."""

SAME_RUNS = 0.98
"""Part of the runs that must agree so closely: where all of a side's sectors have what they need
but for a rounding, the rounding says where its reserves go."""

State = tuple[CampaignState, CampaignParams]


@pytest.fixture(scope="module")
def lively(war: War) -> State:
    """A state some months in, with operations under way."""
    state, params = start_state(war, HELD, draw_assumptions(war, RUNS, 7), seed=7)
    often = np.full_like(params.surprise.operation_probability, 0.05)
    params = replace(params, surprise=params.surprise._replace(operation_probability=often))
    return step_many(state, params, weeks=24, seed=3), params


def by_arrays(
    state: CampaignState, params: CampaignParams, orders: np.ndarray, sign: float = 1.0
) -> CampaignState:
    """A month of the week of arrays under the luck that `advance` has under seed 5."""
    names = params.geography
    keys = shock_keys(5, "x", names.side_ids, names.sector_ids)
    luck = draw_shocks(keys, np.arange(RUNS, dtype=np.uint32), np.uint32(0), sign)
    for week, order in enumerate(orders):
        state, _ = step(luck.week(week), order, state, params)
    return state


def assert_same_runs(one: CampaignState, other: CampaignState, enough: float = SAME_RUNS) -> None:
    far = np.zeros(RUNS)
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        assert a.dtype == b.dtype
        # Those on the move are the difference of what is wanted and what is there.
        of = "deployed_persons" if field.name == "moving_persons" else field.name
        scale = max(float(np.abs(getattr(one, of)).max()), 1e-6)
        assert np.isfinite(a).all()
        far = np.maximum(far, np.abs(a - b).reshape(-1, RUNS).max(axis=0) / scale)
    assert np.mean(far <= ROUNDINGS) >= enough, far


@pytest.mark.parametrize("off", [(), *((name,) for name in MECHANISMS), MECHANISMS])
def test_the_compiled_week_is_the_week_of_arrays(lively: State, off: tuple[str, ...]) -> None:
    """With everything at work, with each mechanism switched off, and with all of them."""
    state, params = lively[0], lively[1].without(off)
    orders = np.zeros((4, 2, len(SECTORS)), np.float32)
    compiled = advance(state, params, orders, seed=5, stream="x")
    assert_same_runs(by_arrays(state, params, orders), compiled)


@pytest.mark.parametrize("gone", ["materiel_eur", "deployed_persons", "reserve_persons"])
def test_a_side_that_has_run_out_is_the_same_side_compiled(lively: State, gone: str) -> None:
    """Of materiel, at elasticities at which nothing replaces it, and of people."""
    state, params = lively
    left = getattr(state, gone).copy()
    left[0] = 0
    state = replace(state, **{gone: left})
    elasticity = np.linspace(0.2, 1.5, RUNS, dtype=np.float32)
    materiel = params.materiel._replace(
        substitution_elasticity=elasticity,
        production_eur_per_week=np.zeros_like(params.materiel.production_eur_per_week),
    )
    aid = params.aid._replace(aid_flow_eur_per_week=np.zeros_like(params.aid.aid_flow_eur_per_week))
    params = replace(params, materiel=materiel, aid=aid)
    orders = np.zeros((4, 2, len(SECTORS)), np.float32)
    compiled = advance(state, params, orders, seed=5, stream="x")
    # Where everybody goes somewhere at once, a rounding decides more often where to.
    enough = 0.95 if gone == "deployed_persons" else SAME_RUNS
    assert_same_runs(by_arrays(state, params, orders), compiled, enough)


def test_orders_and_opposite_luck_are_those_of_the_week_of_arrays(lively: State) -> None:
    state, params = lively
    orders = np.zeros((4, 2, len(SECTORS)), np.float32)
    orders[1, 0, 3], orders[1, 1, 3], orders[2, 1, 0] = 9e3, 4e3, 1e9
    compiled = advance(state, params, orders, seed=5, stream="x", mirrored=True)
    assert_same_runs(by_arrays(state, params, orders, -1.0), compiled)
    assert not np.array_equal(compiled.held_km2, step_many(state, params, seed=5).held_km2)


def test_more_sectors_than_a_word_has_bits() -> None:
    """Who can reach what is kept in bits; each sector borders on the next and the last."""
    names = [f"sector-{i:02d}" for i in range(70)]
    war = toy_war([(name, "Ardia" if i % 3 else "Boria", 2e4, 0.0) for i, name in enumerate(names)])
    held = {name: 8e3 for i, name in enumerate(names) if i % 3 and i % 7 < 4}
    state, params = start_state(war, held, draw_assumptions(war, RUNS, 7), seed=7)
    place = np.arange(len(names))
    beside = (np.abs(place[:, None] - place) <= 1).astype(np.float32)
    often = np.full_like(params.surprise.operation_probability, 0.3)
    params = replace(
        params,
        surprise=params.surprise._replace(operation_probability=often),
        geography=replace(params.geography, neighbours=beside),
    )
    orders = np.zeros((4, 2, len(names)), np.float32)
    compiled = advance(state, params, orders, seed=5, stream="x")
    assert_same_runs(by_arrays(state, params, orders), compiled)
    assert (compiled.surprise_log[:, 33:] > 0).any()


def test_jax_takes_arrays_through_the_same_weeks(lively: State) -> None:
    """As on an accelerator, here on whatever device JAX finds; two months and two weeks."""
    pytest.importorskip("jax")
    from kadesh.dynamics.engine.accelerator import advance_arrays

    state, params = lively
    orders = np.zeros((10, 2, len(SECTORS)), np.float32)
    orders[5, 0, 3] = 9e3
    names = params.geography
    luck = Luck(shock_keys(5, "x", names.side_ids, names.sector_ids), 0, 3, -1.0)
    kept: dict[int, dict[str, np.ndarray]] = {}
    there, sound = advance_arrays(state, params, orders, luck, kept.__setitem__)
    known: list[Kept] = []
    compiled = advance(
        state, params, orders, seed=5, stream="x", first_month=3, mirrored=True, keep=known.append
    )
    assert sound.all()
    assert_same_runs(there, compiled)
    assert list(kept) == [0, 4, 8]
    for name, values in known[0].values.items():
        joined = np.concatenate([record[name] for record in kept.values()])
        near = np.abs(joined - values).max(axis=tuple(range(values.ndim - 1)))
        assert np.mean(near <= ROUNDINGS * np.abs(values).max() + 1e-6) >= SAME_RUNS, name


def test_a_device_that_is_not_there_is_refused_in_one_line(lively: State) -> None:
    state, params = lively
    with pytest.raises(InputErrors, match="device"):
        step_many(state, params, device="abacus")
    jax = pytest.importorskip("jax")
    if jax.default_backend() == "cpu":
        with pytest.raises(InputErrors, match="accelerator"):
            step_many(state, params, device="gpu")


def test_every_mechanism_is_at_work_in_the_state_compared(lively: State) -> None:
    state, params = lively
    orders = np.zeros((4, 2, len(SECTORS)), np.float32)
    everything = by_arrays(state, params, orders)
    assert (everything.surprise_log > 0).any()
    for name in MECHANISMS:
        without = by_arrays(state, params.without([name]), orders)
        assert any(
            not np.array_equal(getattr(everything, f.name), getattr(without, f.name))
            for f in fields(without)
        ), name


def called(function: Any) -> Any:
    """What only compiled functions may call, for Python."""
    return njit(lambda x: function(x), error_model="numpy")


SPREAD = np.concatenate(
    [
        np.linspace(-87.3, 87.9, 20_001),
        np.geomspace(1e-7, 1.0, 2_000),
        -np.geomspace(1e-7, 1.0, 2_000),
        [0.0],
    ]
).astype(np.float32)


@pytest.mark.parametrize(
    ("compiled", "exact", "given", "units"),
    [
        (exp_of, np.exp, SPREAD, 2),
        (log_of, np.log, np.geomspace(1.2e-38, 3e38, 20_001).astype(np.float32), 2),
        (log_of, np.log, 1 + SPREAD[np.abs(SPREAD) < 0.5], 2),
        (expm1_of, np.expm1, SPREAD, 5),
        (log1p_of, np.log1p, SPREAD[SPREAD > -0.999], 5),
    ],
)
def test_functions_are_right_to_a_few_units_in_the_last_place(
    compiled: Callable[[Any], Any], exact: Callable[[Any], Any], given: np.ndarray, units: int
) -> None:
    """Against double precision; Kahan's quotients add three roundings to two functions."""
    call = called(compiled)
    found = np.array([call(x) for x in given])
    wanted = exact(given.astype(np.float64))
    np.testing.assert_array_less(
        np.abs(found - wanted), units * np.spacing(np.abs(wanted).astype(np.float32)) + 1e-44
    )


def test_functions_treat_what_is_no_number_as_the_library_does() -> None:
    one, infinite, none = np.float32(1), np.float32(np.inf), np.float32(np.nan)
    exp, log = called(exp_of), called(log_of)
    assert np.isnan([exp(none), log(none), called(log1p_of)(none), called(expm1_of)(none)]).all()
    assert exp(infinite) == infinite
    assert exp(np.float32(89)) == infinite
    assert exp(-infinite) == exp(np.float32(-88)) == 0
    assert log(np.float32(0)) == -infinite
    assert np.isnan(log(-one))
    log1p = called(log1p_of)
    assert log(infinite) == log1p(infinite) == called(expm1_of)(infinite) == infinite
    # A stock that is used up: e^x - 1 overflows, and its logarithm must not.
    for huge in (2.0**24, 1e20, 3e38):
        assert log1p(np.float32(huge)) == pytest.approx(np.log1p(huge), rel=3e-7)


def test_a_turn_goes_round_once() -> None:
    turns = np.linspace(-0.5, 0.5, 4_001).astype(np.float32)
    turn = called(turn_of)
    found = np.array([turn(t) for t in turns], np.float64)
    angle = 2 * np.pi * turns.astype(np.float64)
    np.testing.assert_allclose(found[:, 0], np.sin(angle), atol=5e-7)
    np.testing.assert_allclose(found[:, 1], np.cos(angle), atol=5e-7)
