"""The compiled week against the same week of arrays: bit by bit, but for JAX's."""

import os
import subprocess
import sys
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from kadesh.dynamics import MECHANISMS, CampaignParams, CampaignState, start_state, step_many
from kadesh.dynamics.advance import advance
from kadesh.dynamics.engine import arrays, compiled
from kadesh.dynamics.engine.given import as_given
from kadesh.dynamics.engine.layout import LANES
from kadesh.dynamics.shocks import Luck, shock_keys
from kadesh.errors import InputErrors
from kadesh.war import War, draw_assumptions
from wars_in_memory import HELD, SECTORS, toy_war

RUNS = 4 * LANES + 5
ROUNDINGS = 3e-5
"""About 500 roundings of single precision, relative to the largest number of a quantity: products
rounded before they are added or not, four weeks and more long."""

SAME_RUNS = 0.98
"""Part of JAX's runs that must agree so closely: where all of a side's sectors have what they need
but for a rounding, the rounding says where its reserves go."""

State = tuple[CampaignState, CampaignParams]
Record = dict[str, np.ndarray]

pytestmark = pytest.mark.usefixtures("compiled")


@pytest.fixture(scope="module")
def lively(war: War) -> State:
    """A state some months in, with operations under way."""
    state, params = start_state(war, HELD, draw_assumptions(war, RUNS, 7), seed=7)
    often = np.full_like(params.surprise.operation_probability, 0.05)
    params = replace(params, surprise=params.surprise._replace(operation_probability=often))
    return step_many(state, params, weeks=24, seed=3), params


def luck_of(params: CampaignParams, sign: float = 1.0, first_month: int = 0) -> Luck:
    """The luck that `advance` has under seed 5."""
    names = params.geography
    return Luck(shock_keys(5, "x", names.side_ids, names.sector_ids), 0, first_month, sign)


def by_arrays(
    state: CampaignState, params: CampaignParams, orders: np.ndarray, sign: float = 1.0
) -> CampaignState:
    end, sound = arrays.through_weeks(state, params, orders, luck_of(params, sign))
    assert sound.all()
    return end


def assert_same(one: CampaignState, other: CampaignState) -> None:
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        assert np.isfinite(a).all()
        assert a.dtype == b.dtype
        assert a.tobytes() == b.tobytes(), field.name


def nothing_ordered(weeks: int, sectors: int = len(SECTORS)) -> np.ndarray:
    return np.zeros((weeks, 2, sectors), np.float32)


@pytest.mark.parametrize("off", [(), *((name,) for name in MECHANISMS), MECHANISMS])
def test_the_compiled_week_is_the_week_of_arrays(lively: State, off: tuple[str, ...]) -> None:
    """With everything at work, with each mechanism switched off, and with all of them."""
    state, params = lively[0], lively[1].without(off)
    there = advance(state, params, nothing_ordered(4), seed=5, stream="x")
    assert_same(by_arrays(state, params, nothing_ordered(4)), there)


def test_everything_kept_of_two_years_is_the_same(
    lively: State, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of a last month cut short; some runs at a time, and not as many in either way."""
    monkeypatch.setattr(arrays, "RUNS", 100)
    monkeypatch.setattr(compiled, "PART_WEEKS", 100)
    monkeypatch.setattr(compiled, "KEPT_BYTES", 2**22)
    state, params = lively
    known: dict[int, Record] = {}
    there = advance(
        state, params, nothing_ordered(102), seed=5, stream="x", first_month=3,
        keep=known.__setitem__,
    )  # fmt: skip
    record: dict[int, Record] = {}
    luck = luck_of(params, first_month=3)
    end, sound = arrays.through_weeks(state, params, nothing_ordered(102), luck, record.__setitem__)
    assert sound.all()
    assert_same(end, there)
    assert list(record) == [0]
    assert len(known) > 1
    assert all(one < other for one, other in pairwise(known))
    for name, values in record[0].items():
        whole = np.concatenate([kept[name] for kept in known.values()])
        assert whole.dtype == values.dtype
        assert whole.tobytes() == values.tobytes(), name


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
    there = advance(state, params, nothing_ordered(4), seed=5, stream="x")
    assert_same(by_arrays(state, params, nothing_ordered(4)), there)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_numbers_that_make_no_sense_make_the_same_nonsense(lively: State, sign: float) -> None:
    """Reserves below nothing, fewer than nobody sent out of them, land in double precision."""
    state, params = lively
    reserve = state.reserve_persons.copy()
    reserve[0] = -5e4
    state = replace(state, reserve_persons=reserve, held_km2=state.held_km2.astype(float) * 0.9)
    share = np.full(RUNS, 0.3 * sign)
    params = replace(params, surprise=params.surprise._replace(operation_reserve_share=share))
    orders = nothing_ordered(2)
    orders[1, 1, 2] = 7e3
    there = advance(state, params, orders, seed=5, stream="x")
    assert_same(by_arrays(*as_given(state, params), orders), there)
    assert there.reserve_persons[0].min() < 0


def test_one_number_for_all_runs_and_sides_is_that_in_either_way(lively: State) -> None:
    state, params = lively
    one = params.mobilization._replace(recruitment_persons_per_week=np.float32(5e3))
    every = params.mobilization._replace(
        recruitment_persons_per_week=np.full((2, RUNS), 5e3, np.float32)
    )
    there = advance(
        state, replace(params, mobilization=one), nothing_ordered(4), seed=5, stream="x"
    )
    params = replace(params, mobilization=every)
    assert_same(by_arrays(state, params, nothing_ordered(4)), there)


def test_orders_and_opposite_luck_are_those_of_the_week_of_arrays(lively: State) -> None:
    state, params = lively
    orders = nothing_ordered(4)
    orders[1, 0, 3], orders[1, 1, 3], orders[2, 1, 0] = 9e3, 4e3, 1e9
    there = advance(state, params, orders, seed=5, stream="x", mirrored=True)
    assert_same(by_arrays(state, params, orders, -1.0), there)
    assert not np.array_equal(there.held_km2, step_many(state, params, seed=5).held_km2)


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
    orders = nothing_ordered(4, len(names))
    there = advance(state, params, orders, seed=5, stream="x")
    assert_same(by_arrays(state, params, orders), there)
    assert (there.surprise_log[:, 33:] > 0).any()


def in_a_process(code: str, **environment: str) -> list[str]:
    """What a process of its own prints, word by word."""
    here = Path(__file__).parents[1]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=600, check=False,
        cwd=here, env=os.environ | {"PYTHONPATH": "."} | environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


FEW = """
from kadesh.dynamics import simulate
from kadesh.dynamics.engine.compiled import is_loaded
from wars_in_memory import HELD, toy_war

for weeks in (26, 520):
    simulate(toy_war(), HELD, weeks=weeks, runs=1000)
    print(is_loaded())
"""


def test_few_runs_are_taken_by_numpy_and_compile_nothing() -> None:
    """A thousand campaigns of half a year, and then of ten years."""
    assert in_a_process(FEW) == ["False", "True"]


BYTES = """
from hashlib import sha256
from kadesh.dynamics import advance, simulate
from wars_in_memory import HELD, toy_war

advance.NUMPY_WORK = 0
courses = simulate(toy_war(), HELD, weeks=52, runs=130)
print(*(sha256(values.to_numpy().tobytes()).hexdigest() for values in courses.values()))
"""


def test_a_processor_of_twenty_years_ago_gives_the_same_bits(tmp_path: Path) -> None:
    """Without wide vectors, and where a product that is added at once is a call."""
    old = {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_CACHE_DIR": str(tmp_path)}
    assert in_a_process(BYTES, **old) == in_a_process(BYTES)


def assert_near(one: CampaignState, other: CampaignState) -> None:
    far = np.zeros(RUNS)
    for field in fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        assert a.dtype == b.dtype
        # Those on the move are the difference of what is wanted and what is there.
        of = "deployed_persons" if field.name == "moving_persons" else field.name
        scale = max(float(np.abs(getattr(one, of)).max()), 1e-6)
        assert np.isfinite(a).all()
        far = np.maximum(far, np.abs(a - b).reshape(-1, RUNS).max(axis=0) / scale)
    assert np.mean(far <= ROUNDINGS) >= SAME_RUNS, far


def test_jax_takes_arrays_through_the_same_weeks(lively: State) -> None:
    """As on an accelerator, here on whatever device JAX finds; two months and two weeks."""
    pytest.importorskip("jax")
    from kadesh.dynamics.engine import accelerator

    state, params = lively
    orders = nothing_ordered(10)
    orders[5, 0, 3] = 9e3
    luck = luck_of(params, -1.0, first_month=3)
    kept: dict[int, Record] = {}
    by_jax, sound = accelerator.through_weeks(state, params, orders, luck, kept.__setitem__)
    known: dict[int, Record] = {}
    there = advance(
        state,
        params,
        orders,
        seed=5,
        stream="x",
        first_month=3,
        mirrored=True,
        keep=known.__setitem__,
    )
    assert sound.all()
    assert_near(by_jax, there)
    assert list(kept) == [0, 4, 8]
    for name, values in known[0].items():
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
    orders = nothing_ordered(4)
    everything = by_arrays(state, params, orders)
    assert (everything.surprise_log > 0).any()
    for name in MECHANISMS:
        without = by_arrays(state, params.without([name]), orders)
        assert any(
            not np.array_equal(getattr(everything, f.name), getattr(without, f.name))
            for f in fields(without)
        ), name
