"""The campaign as a whole: what is conserved, mirrored, switched off, repeated and refused."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from kadesh.dynamics import (
    MECHANISMS,
    CampaignParams,
    CampaignState,
    Order,
    simulate,
    start_state,
    step_many,
    summarise,
    take_runs,
    take_states,
)
from kadesh.dynamics.engine import compiled
from kadesh.dynamics.mechanisms.aid import GAIN_MEMORY, aid_delivered
from kadesh.dynamics.shocks import Shocks, draw_shocks, shock_keys
from kadesh.dynamics.state import Geography
from kadesh.dynamics.step import WeekInfo, contests, given_of, sector_of, side_of, step
from kadesh.errors import InputErrors, NumericalError
from kadesh.war import War, draw_assumptions
from kadesh.war.schema import Period
from wars_in_memory import HELD, SECTORS

RUNS = 256
WEEKS = 40
SIDE_FIELDS = {"losses", "aid", "operation"}


@pytest.fixture(scope="module")
def courses(war: War) -> xr.Dataset:
    return simulate(war, HELD, weeks=WEEKS, runs=RUNS, seed=7)


@pytest.fixture(scope="module")
def started(war: War) -> tuple[CampaignState, CampaignParams]:
    return start_state(war, HELD, draw_assumptions(war, RUNS, 7), seed=7)


def central(war: War) -> dict[str, float]:
    return {name: assumption.central for name, assumption in war.assumptions.items()}


def lively(started: tuple[CampaignState, CampaignParams]) -> tuple[CampaignState, CampaignParams]:
    """A state some months in, in which everything is going on."""
    state, params = started
    return step_many(state, params, weeks=24, seed=3), params


def people(state: CampaignState) -> np.ndarray:
    sectors = np.asarray(state.deployed_persons + state.moving_persons, np.float64).sum(axis=1)
    return sectors + sum(
        np.asarray(getattr(state, name), np.float64)
        for name in (
            "reserve_persons",
            "training_persons",
            "recovering_persons",
            "pool_persons",
            "out_persons",
        )
    )


def each(thing: Any, change: Callable[[np.ndarray], np.ndarray]) -> Any:
    """The same state, parameters or group of numbers with every array changed."""
    if isinstance(thing, np.ndarray):
        return change(thing)
    if isinstance(thing, CampaignState | CampaignParams | Geography):
        return replace(
            thing,
            **{field.name: each(getattr(thing, field.name), change) for field in fields(thing)},
        )
    if isinstance(thing, tuple) and hasattr(thing, "_fields"):
        return type(thing)(*(each(number, change) for number in thing))
    return thing


def mirrored(thing: Any) -> Any:
    return each(thing, lambda x: x[::-1] if x.ndim > 1 and x.shape[0] == 2 else x)


def luck_of_a_week(params: CampaignParams) -> Shocks:
    geography = params.geography
    keys = shock_keys(5, "x", geography.side_ids, geography.sector_ids)
    return draw_shocks(keys, np.arange(RUNS, dtype=np.uint32), np.uint32(0)).week(1)


def a_week(state: CampaignState, params: CampaignParams) -> tuple[CampaignState, WeekInfo]:
    nothing = np.zeros((2, len(SECTORS)), np.float32)
    return step(luck_of_a_week(params), nothing, state, params)


def with_first(values: np.ndarray, place: int, value: float) -> np.ndarray:
    """The same array with another value at a place of its first axis."""
    changed = values.copy()
    changed[place] = value
    return changed


def with_numbers(params: CampaignParams, group: str, **numbers: float) -> CampaignParams:
    """The same war with numbers of one mechanism set in every run."""
    held = {name: np.full(RUNS, value, np.float32) for name, value in numbers.items()}
    return replace(params, **{group: getattr(params, group)._replace(**held)})


# --- conservation ---


def test_people_are_neither_made_nor_lost(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = started
    later = step_many(state, params, weeks=52, seed=1)
    # Float32 sums over 52 weeks of numbers up to 2.5e7.
    np.testing.assert_allclose(people(later), people(state), rtol=1e-5)


def test_without_mobilization_only_losses_thin_the_ranks(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = started
    later = step_many(state, params.without(["mobilization"]), weeks=52, seed=1)
    np.testing.assert_array_equal(later.pool_persons, state.pool_persons)
    before = state.theatre_persons
    after = later.theatre_persons + later.recovering_persons + later.out_persons
    np.testing.assert_allclose(after, before, rtol=1e-5)


def test_all_quantities_stay_in_their_range(courses: xr.Dataset, war: War) -> None:
    for sector in war.sectors:
        held = courses["held_km2"].sel(sector=sector.id) + sector.held_before_km2
        assert float(held.min()) >= -0.01
        assert float(held.max()) <= sector.area_km2 + 0.01
    for name in ("deployed_persons", "reserve_persons", "pool_persons", "materiel_eur"):
        assert float(courses[name].min()) >= -1.0
    assert float(courses["support_share"].min()) >= 0
    assert float(courses["support_share"].max()) <= 1
    assert set(np.unique(courses["aid_regime"])) <= {0, 1, 2}


# --- neutrality ---


def test_exchanging_the_sides_mirrors_a_week_with_all_its_chance(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = lively(started)
    now = luck_of_a_week(params)
    turned = now._replace(**{name: getattr(now, name)[::-1] for name in SIDE_FIELDS})
    order = np.zeros((2, len(SECTORS)), np.float32)
    order[0, 3] = 9e3
    there, _ = step(now, order, state, params)
    back, _ = step(turned, order[::-1], mirrored(state), mirrored(params))
    for field in fields(there):
        one, other = getattr(mirrored(there), field.name), getattr(back, field.name)
        np.testing.assert_allclose(one, other, rtol=2e-6, atol=1e-6, err_msg=field.name)


def test_exchanging_the_sides_data_mirrors_the_campaign_without_chance(
    make_war: Callable[..., War],
) -> None:
    one, other = make_war(), make_war(swapped=True)
    given = {"weeks": WEEKS, "runs": 1, "switched_off": ("noise", "surprise", "aid")}
    there = simulate(one, HELD, assumptions=central(one), **given)
    back = simulate(other, HELD, assumptions=central(other), **given)
    turned = back.assign_coords(side=["Boria", "Ardia"]).sortby("side")
    for name in there.data_vars:
        np.testing.assert_allclose(there[name], turned[name], rtol=1e-6, atol=1e-3, err_msg=name)


def test_exchanging_the_sides_data_mirrors_sampled_campaigns(
    make_war: Callable[..., War],
) -> None:
    """Per-side streams belong to names, so chance differs; the distribution must not."""
    held = {}
    for swapped in (False, True):
        war = make_war(swapped=swapped)
        runs = simulate(war, HELD, weeks=WEEKS, runs=4 * RUNS, seed=11)
        held[swapped] = runs["held_km2"].isel(week=-1).sum("sector").to_numpy()
    error = np.hypot(*(x.std() / np.sqrt(x.size) for x in held.values()))
    assert abs(held[False].mean() - held[True].mean()) < 4 * error


def test_the_order_of_sectors_changes_nothing(
    make_war: Callable[..., War], courses: xr.Dataset
) -> None:
    again = simulate(make_war(SECTORS[::-1]), HELD, weeks=WEEKS, runs=RUNS, seed=7)
    assert again.identical(courses)


def test_no_sector_is_special_by_its_place(started: tuple[CampaignState, CampaignParams]) -> None:
    state, params = lively(started)
    place = np.array([4, 0, 5, 8, 1, 7, 3, 2, 6])
    geography = params.geography

    def reorder(x: np.ndarray) -> np.ndarray:
        places = [place if size == len(place) else np.arange(size) for size in x.shape]
        return x[np.ix_(*places)] if places else x

    names = tuple(geography.sector_ids[i] for i in place)
    shuffled = replace(
        each(params, reorder), geography=replace(each(geography, reorder), sector_ids=names)
    )
    there = step_many(state, params, weeks=4, seed=5)
    back = step_many(each(state, reorder), shuffled, weeks=4, seed=5)
    for field in fields(there):
        np.testing.assert_allclose(
            reorder(getattr(there, field.name)),
            getattr(back, field.name),
            rtol=1e-4,
            # What moves is the difference of sums of up to a million people, in single precision.
            atol=0.1 if field.name.endswith("persons") else 1e-3,
            err_msg=field.name,
        )


# --- switches ---


def end(state: CampaignState, params: CampaignParams, *off: str, seed: int = 3) -> CampaignState:
    return step_many(state, params.without(off), weeks=8, seed=seed)


def test_switching_off_removes_what_the_mechanism_changes(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = lively(started)
    unchanged = {
        "attrition": ["losses_persons", "out_persons"],
        "ground": ["held_km2"],
        "fortification": ["fortification_share"],
        "mobilization": ["pool_persons"],
        "materiel": ["materiel_eur"],
        "support": ["support_share"],
        "aid": ["aid_regime"],
    }
    on = end(state, params)
    for mechanism, names in unchanged.items():
        off = end(state, params, mechanism)
        for name in names:
            assert np.array_equal(getattr(off, name), getattr(state, name)), (mechanism, name)
            assert not np.array_equal(getattr(on, name), getattr(state, name)), (mechanism, name)


def test_without_surprise_no_operation_is_opened(war: War) -> None:
    order = [Order("Ardia", "march", 1, 5000.0)]
    never = {"operation_probability_per_month": 0.0}
    given = {"weeks": 4, "runs": 8, "orders": order, "assumptions": never}
    assert float(simulate(war, HELD, **given)["committed_persons"].max()) == 5000.0
    off = simulate(war, HELD, switched_off=["surprise"], **given)
    assert float(off["committed_persons"].max()) == 0
    assert float(off["held_km2"].sel(sector="march").max()) == 0


def test_without_reserves_and_allocation_troops_stay_where_they_are(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = started
    still = ("reserves", "allocation", "attrition", "mobilization", "surprise")
    later = end(state, params, *still)
    np.testing.assert_array_equal(later.deployed_persons, state.deployed_persons)
    np.testing.assert_array_equal(later.reserve_persons, state.reserve_persons)
    released = end(state, params, "allocation", "attrition", "mobilization", "surprise")
    assert bool(np.all(released.reserve_persons < state.reserve_persons))
    moved = end(state, params, "reserves", "attrition", "mobilization", "surprise")
    assert not np.array_equal(moved.deployed_persons, state.deployed_persons)


def test_without_materiel_weapons_do_not_matter_and_without_forts_lines_do_not(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = started
    richer = replace(state, materiel_eur=state.materiel_eur * 3)
    deeper = replace(state, fortification_share=state.fortification_share * 0)
    for mechanism, changed in (("materiel", richer), ("fortification", deeper)):
        one, other = end(state, params, mechanism), end(changed, params, mechanism)
        np.testing.assert_array_equal(one.held_km2, other.held_km2)
        assert not np.array_equal(end(state, params).held_km2, end(changed, params).held_km2)


def test_without_supply_a_fast_advance_goes_on_faster(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = started
    fast = replace(state, lost_km=with_first(state.lost_km, 1, 50.0))
    _, unhindered = a_week(fast, params.without(["supply"]))
    assert bool(np.all(unhindered.advance_km[0] > a_week(fast, params)[1].advance_km[0]))
    # A month: later the other side has moved its troops to where it was pressed.
    kept = step_many(fast, params.without(["supply"]), seed=3)
    slowed = step_many(fast, params, seed=3)
    assert (abroad(kept, params, 0) - abroad(slowed, params, 0)).mean() > 0


def test_without_noise_surprise_and_aid_there_is_no_chance(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    off = ("noise", "surprise", "aid")
    one, other = end(*started, *off, seed=1), end(*started, *off, seed=2)
    for field in fields(one):
        np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))


def test_every_mechanism_can_be_switched_off_by_name(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = started
    nothing = end(state, params, *MECHANISMS)
    for name in ("held_km2", "deployed_persons", "losses_persons", "materiel_eur"):
        np.testing.assert_array_equal(getattr(nothing, name), getattr(state, name))
    with pytest.raises(InputErrors, match="artillery"):
        params.without(["artillery"])


# --- direction of effects ---


def abroad(state: CampaignState, params: CampaignParams, side: int | slice) -> np.ndarray:
    return summarise(state, params).stake_share[side]


def test_a_side_favoured_does_better_under_the_same_chance(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = started
    for side in (0, 1):
        plain = step_many(state, params, weeks=24, seed=9)
        helped = step_many(state, params.favouring(side, 0.5), weeks=24, seed=9)
        gain = abroad(helped, params, side) - abroad(plain, params, side)
        assert gain.mean() > 0
        assert (gain > -1e-3).mean() > 0.95
    undone = params.favouring(0, 0.5).favouring(1, 0.5)
    np.testing.assert_allclose(undone.effectiveness_log, params.effectiveness_log, atol=1e-7)


@pytest.mark.parametrize("name", ["deployed_persons", "materiel_eur", "fortification_share"])
def test_more_of_anything_loses_less_ground(
    name: str, started: tuple[CampaignState, CampaignParams]
) -> None:
    state, params = started
    more = np.ones((2, *[1] * (getattr(state, name).ndim - 1)), np.float32)
    more[1] = 1.5
    stronger = replace(state, **{name: getattr(state, name) * more})
    plain = step_many(state, params, weeks=12, seed=9)
    helped = step_many(stronger, params, weeks=12, seed=9)
    assert (abroad(helped, params, 1) - abroad(plain, params, 1)).mean() > 0


# --- withdrawal, and aid that answers to success ---


def test_without_withdrawal_nothing_differs_from_one_of_no_pace_that_saves_nobody(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = lively(started)
    idle = with_numbers(params, "withdrawal", withdrawal_km_per_day=0, withdrawal_saved_share=0)
    far = with_numbers(params, "withdrawal", withdrawal_advantage_log=1e3)
    off = end(state, params, "withdrawal")
    for other in (idle, far):
        on = end(state, other)
        for field in fields(on):
            np.testing.assert_array_equal(getattr(on, field.name), getattr(off, field.name))
    assert not np.array_equal(end(state, params).held_km2, off.held_km2)


def test_a_side_that_goes_back_gives_up_ground_and_saves_people_on_both_sides(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = lively(started)
    for side in (0, 1):
        outmatched = params.favouring(side, 3.0)
        after, info = a_week(state, outmatched)
        stood, stood_info = a_week(state, outmatched.without(["withdrawal"]))
        assert abroad(after, params, side).mean() > abroad(stood, params, side).mean()
        assert bool(np.all(info.advance_km >= stood_info.advance_km))
        assert bool(np.all(info.losses_persons <= stood_info.losses_persons))
        total = np.sum(info.losses_persons, axis=(1, 2))
        assert bool(np.all(total < 0.95 * np.sum(stood_info.losses_persons, axis=(1, 2))))
        assert bool(np.all(after.lost_km[1 - side].sum(0) >= stood.lost_km[1 - side].sum(0)))


def test_losses_and_advance_of_a_week_are_those_of_the_formula(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = lively(started)
    calm = params.without(["noise", "surprise"])
    _, info = a_week(state, calm)
    _, stood = a_week(state, calm.without(["withdrawal"]))
    state = replace(state, surprise_log=0 * state.surprise_log)
    contest = contests(sector_of(state), side_of(state), 0 * state.luck_log, given_of(calm))
    numbers = params.withdrawal
    x = np.maximum(np.stack(contest.advantage_log) - numbers.withdrawal_advantage_log, 0)
    yielded = np.stack(contest.attack_share) * x / (1 + x)
    np.testing.assert_allclose(contest.yielded_share, yielded, rtol=1e-4, atol=1e-6)
    assert 0 < (yielded > 0).mean() < 1
    unsaved = (1 - numbers.withdrawal_saved_share * yielded).prod(axis=0)
    np.testing.assert_allclose(info.losses_persons, stood.losses_persons * unsaved, rtol=1e-4)
    limit = np.asarray(params.ground.advance_limit_km_per_day)
    plain = np.asarray(stood.advance_km, np.float64) / 7
    rate = plain / (1 - plain / limit) + np.asarray(numbers.withdrawal_km_per_day) * yielded
    np.testing.assert_allclose(info.advance_km, 7 * rate / (1 + rate / limit), rtol=1e-3, atol=1e-5)


def test_a_withdrawal_never_moves_a_front_faster_than_its_limit(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = lively(started)
    rout = with_numbers(params.favouring(0, 8.0), "withdrawal", withdrawal_km_per_day=1e3)
    _, info = a_week(state, rout)
    limit = 7 * params.ground.advance_limit_km_per_day
    assert bool(np.all(info.advance_km <= limit * (1 + 1e-6)))
    assert float((info.advance_km / limit).max()) > 0.9


def test_where_no_line_moves_nobody_goes_back(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = lively(started)
    one, other = end(state, params, "ground"), end(state, params, "ground", "withdrawal")
    np.testing.assert_array_equal(one.losses_persons, other.losses_persons)


def test_gains_of_late_are_those_of_the_ground_at_stake(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = lively(started)
    after, _ = a_week(state, params)
    change = abroad(after, params, slice(None)) - abroad(state, params, slice(None))
    expected = GAIN_MEMORY * np.asarray(state.recent_gain_share) + change
    np.testing.assert_allclose(after.recent_gain_share, expected, atol=1e-6)
    np.testing.assert_allclose(after.recent_gain_share.sum(axis=0), 0.0, atol=1e-5)
    np.testing.assert_array_equal(started[0].recent_gain_share, 0.0)


def test_a_patron_that_does_not_answer_to_success_does_not_see_it(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = lively(started)
    deaf = with_numbers(params, "aid", success_response=0)
    winning = replace(state, recent_gain_share=with_first(state.recent_gain_share, 0, 0.5))
    one, other = end(state, deaf), end(winning, deaf)
    for field in fields(one):
        if field.name != "recent_gain_share":
            np.testing.assert_array_equal(getattr(one, field.name), getattr(other, field.name))
    assert not np.array_equal(end(state, params).aid_regime, end(winning, params).aid_regime)


def test_a_side_that_gains_is_aided_more_than_without_an_answer_to_success(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = started
    for side in (0, 1):
        winning = params.favouring(side, 1.5)
        aid = {}
        for chi in (0.0, 15.0):
            answered = with_numbers(winning, "aid", success_response=chi)
            now, flows = state, []
            for month in range(12):
                now = step_many(now, answered, seed=9, first_month=month)
                relative = aid_delivered(now.aid_regime, answered.aid)
                flows.append(relative / answered.aid.aid_flow_eur_per_week)
            aid[chi] = np.mean(flows, axis=(0, 2))
        assert aid[15.0][side] > 1.02 * aid[0.0][side]
        assert aid[15.0][1 - side] < 0.98 * aid[0.0][1 - side]


# --- repeatability ---


@pytest.mark.usefixtures("either_way")
def test_a_run_does_not_depend_on_how_many_are_asked_for(war: War) -> None:
    large = simulate(war, HELD, weeks=10, runs=600, seed=7)
    for runs in (1, 2, 40, 65):
        small = simulate(war, HELD, weeks=6, runs=runs, seed=7)
        part = large.isel(run=slice(runs), week=slice(7))
        for name in small.data_vars:
            assert small[name].to_numpy().tobytes() == part[name].to_numpy().tobytes(), name


@pytest.mark.usefixtures("either_way")
def test_working_blocks_side_by_side_leaves_every_byte(war: War) -> None:
    one = simulate(war, HELD, weeks=8, runs=700, seed=7)
    two = simulate(war, HELD, weeks=8, runs=700, seed=7, workers=2)
    for name in one.data_vars:
        assert one[name].to_numpy().tobytes() == two[name].to_numpy().tobytes(), name


@pytest.mark.usefixtures("either_way")
def test_quantiles_are_those_of_all_runs_whatever_is_kept_at_a_time(
    war: War, monkeypatch: pytest.MonkeyPatch
) -> None:
    probabilities = [0.05, 0.5, 0.95]
    whole = simulate(war, HELD, weeks=9, runs=300, seed=7)
    at_once = simulate(war, HELD, weeks=9, runs=300, seed=7, quantiles=probabilities)
    monkeypatch.setattr(compiled, "KEPT_BYTES", 1)
    by_month = simulate(war, HELD, weeks=9, runs=300, seed=7, quantiles=probabilities)
    for name in whole.data_vars:
        expected = np.quantile(whole[name].to_numpy().astype(float), probabilities, axis=0)
        np.testing.assert_array_equal(at_once[name].to_numpy(), expected, err_msg=name)
        np.testing.assert_array_equal(by_month[name].to_numpy(), expected, err_msg=name)
    assert list(at_once["quantile"].to_numpy()) == probabilities


@pytest.mark.usefixtures("either_way")
def test_any_run_can_be_repeated_alone(started: tuple[CampaignState, CampaignParams]) -> None:
    state, params = started
    together = step_many(state, params, weeks=8, seed=3)
    index = np.array([201])
    alone = step_many(
        take_states(state, index), take_runs(params, index), weeks=8, seed=3, first_run=201
    )
    for field in fields(alone):
        np.testing.assert_array_equal(
            getattr(alone, field.name)[..., 0], getattr(together, field.name)[..., 201]
        )


@pytest.mark.usefixtures("either_way")
def test_months_can_be_stepped_one_at_a_time(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = started
    at_once = step_many(state, params, weeks=12, seed=3)
    for month in range(3):
        state = step_many(state, params, seed=3, first_month=month)
    for field in fields(at_once):
        np.testing.assert_array_equal(getattr(at_once, field.name), getattr(state, field.name))


def test_another_stream_is_other_luck_and_the_same_stream_is_common(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = started
    one = step_many(state, params, seed=3, stream="a").held_km2
    assert not np.array_equal(one, step_many(state, params, seed=3, stream="b").held_km2)
    assert np.array_equal(one, step_many(state, params, seed=3, stream="a").held_km2)


# --- refusals ---


@pytest.mark.parametrize(
    "assumption",
    ["advance_limit_km_per_day", "loss_rate_per_week", "operation_reserve_share", "ground_noise"],
)
def test_a_parameter_that_is_not_finite_is_named(war: War, assumption: str) -> None:
    with pytest.raises(NumericalError, match=f"{assumption} = nan.*run 0"):
        simulate(war, HELD, weeks=4, runs=3, assumptions={assumption: float("nan")})
    with pytest.raises(NumericalError, match=r"operation_probability = nan, side Ardia, run 0"):
        simulate(war, HELD, weeks=4, runs=3, factors={"operation_probability_per_month": np.nan})


@pytest.mark.parametrize(
    ("began", "quantity"),
    [
        ("luck_log", "held_km2"),
        ("materiel_eur", "held_km2"),
        ("moving_persons", "held_km2|deployed_persons"),
        ("training_persons", "reserve_persons"),
        ("losses_persons", "losses_persons"),
        ("recent_gain_share", "recent_gain_share"),
    ],
)
@pytest.mark.usefixtures("either_way")
def test_a_number_that_is_not_finite_is_named(
    started: tuple[CampaignState, CampaignParams], began: str, quantity: str
) -> None:
    state, params = started
    values = getattr(state, began).copy()
    values[..., 5] = np.nan
    with pytest.raises(NumericalError, match=rf"({quantity}) = nan.*week 1, run 5") as error:
        step_many(replace(state, **{began: values}), params)
    assert "side Ardia" in str(error.value) or "sector" in str(error.value)


@pytest.mark.usefixtures("either_way")
def test_an_overflow_is_an_error_too(war: War) -> None:
    with pytest.raises(NumericalError, match="materiel_eur = inf, side Ardia"):
        simulate(war, HELD, weeks=4, runs=3, assumptions={"production_eur_per_week.Ardia": 3e38})


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"weeks": 0}, "weeks"),
        ({"runs": 0}, "runs"),
        ({"quantiles": [0.5, 1.5]}, "quantiles"),
        ({"quantiles": []}, "quantiles"),
        ({"scenario": "nowhere"}, "scenario"),
        ({"switched_off": ["tanks"]}, "switched_off"),
        ({"assumptions": {"nothing": 1.0}}, "nothing"),
        ({"objectives": {"Ardia": "glory"}}, "glory"),
        ({"objectives": {"Ordia": "stake"}}, "Ordia"),
        ({"orders": [Order("Ardia", "moon", 0, 1.0)]}, "moon"),
        ({"orders": [Order("Ardia", "march", 99, 1.0)]}, "99"),
        ({"orders": [Order("Ardia", "march", 1, -5e4)]}, "persons"),
        ({"orders": [Order("Ardia", "march", 1, float("nan"))]}, "persons"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(war: War, given: dict[str, Any], word: str) -> None:
    with pytest.raises(InputErrors, match=word):
        simulate(war, HELD, **({"weeks": 4, "runs": 2} | given))


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"first_run": 2**32 - 100}, "first_run"),
        ({"first_run": -1}, "first_run"),
        ({"first_month": 2**32}, "first_month"),
        ({"workers": 0}, "workers"),
    ],
)
def test_luck_that_has_no_address_is_refused(
    started: tuple[CampaignState, CampaignParams], given: dict[str, int], word: str
) -> None:
    with pytest.raises(InputErrors, match=word):
        step_many(*started, **given)


@pytest.mark.usefixtures("either_way")
def test_states_and_parameters_of_other_runs_are_refused(
    started: tuple[CampaignState, CampaignParams],
) -> None:
    state, params = started
    with pytest.raises(InputErrors, match="as many as there are states, 66"):
        step_many(take_states(state, np.arange(64, 130)), params)


@pytest.mark.usefixtures("either_way")
@pytest.mark.parametrize("began", ["lost_km", "surprise_log", "recent_losses_persons_per_week"])
def test_what_is_below_every_number_is_not_taken_for_nothing(
    started: tuple[CampaignState, CampaignParams], began: str
) -> None:
    state, params = started
    values = getattr(state, began).copy()
    values[..., 5] = -np.inf
    with pytest.raises(NumericalError, match="run 5"):
        step_many(replace(state, **{began: values}), params)


@pytest.mark.usefixtures("either_way")
def test_a_number_worked_out_of_others_is_named_as_such(war: War) -> None:
    with pytest.raises(NumericalError, match=r"per_fortification_depth \(worked out .* = inf"):
        simulate(war, HELD, weeks=4, runs=3, assumptions={"fortification_depth_km": 0.0})
    with pytest.raises(NumericalError, match=r"loss_rate_per_week \(worked out .* = inf"):
        simulate(war, HELD, weeks=4, runs=3, assumptions={"loss_exposure_log.Ardia": 100.0})


@pytest.mark.usefixtures("either_way")
def test_numbers_at_the_edge_of_sense_pass_without_a_warning(war: War) -> None:
    """Warnings are errors in tests."""
    for name in ("fortification_weeks", "surprise_decay_weeks", "reserve_delay_weeks"):
        assert simulate(war, HELD, weeks=5, runs=70, assumptions={name: 0.0}).sizes["run"] == 70
    for name in ("loss_noise", "production_eur_per_week.Ardia"):
        with pytest.raises(NumericalError):
            simulate(war, HELD, weeks=8, runs=70, assumptions={name: 1e39})


def test_a_part_of_a_run_or_of_a_week_is_refused(war: War) -> None:
    """Where types are not checked, as they are in tests."""
    unchecked = inspect.unwrap(simulate)
    with pytest.raises(InputErrors, match=r"runs.*2\.5"):
        unchecked(war, HELD, weeks=4, runs=2.5)
    order = Order("Ardia", "march", 1, 1.0)
    object.__setattr__(order, "week", 0.5)
    with pytest.raises(InputErrors, match=r"orders\.week.*0\.5"):
        unchecked(war, HELD, weeks=4, runs=2, orders=[order])


def test_a_missing_assumption_is_named(war: War) -> None:
    draws = draw_assumptions(war, 4, 1)
    del draws["loss_noise"]
    with pytest.raises(InputErrors, match="loss_noise"):
        start_state(war, HELD, draws)


# --- the start ---


@dataclass(frozen=True)
class Held:
    as_of: date
    held_km2: xr.DataArray


def reconstruction(war: War, draws: int) -> Held:
    weeks = pd.date_range("2022-03-06", periods=3, freq="7D", unit="s")
    levels = np.array([HELD.get(name, 0.0) for name in war.sector_ids])
    spread = np.linspace(0.9, 1.0, draws)[:, None] * levels
    values = np.stack([spread * 0, spread * 0.5, spread], axis=-1)
    coords = {"draw": np.arange(draws), "sector": list(war.sector_ids), "week": weeks}
    return Held(date(2022, 3, 20), xr.DataArray(values, coords, ("draw", "sector", "week")))


def test_a_campaign_starts_where_the_reconstruction_ends(war: War) -> None:
    held = reconstruction(war, 3)
    runs = simulate(war, held, weeks=2, runs=5, seed=1)
    assert list(runs["week"].to_numpy().astype("M8[D]").astype(str)) == [
        "2022-03-20",
        "2022-03-27",
        "2022-04-03",
    ]
    began = runs["held_km2"].isel(week=0).sel(sector="coast").to_numpy()
    last = held.held_km2.isel(week=-1).sel(sector="coast").to_numpy()
    np.testing.assert_allclose(began, last[[0, 1, 2, 0, 1]], rtol=1e-6)
    assert runs.attrs["as_of"] == "2022-03-20"


def test_forces_start_as_assumed_and_where_the_front_is(war: War) -> None:
    draws = draw_assumptions(war, 8, 1)
    state, _ = start_state(war, HELD, draws)
    for side, name in enumerate(("Ardia", "Boria")):
        there = draws[f"force_in_theatre_persons.{name}"]
        np.testing.assert_allclose(state.theatre_persons[side], there, rtol=1e-5)
    coast, delta, march = 0, 1, 3
    assert bool(np.all(state.deployed_persons[:, coast] > state.deployed_persons[:, march]))
    assert float(state.deployed_persons[0, delta].max()) < 1
    assert bool(np.all(state.recent_losses_persons_per_week > 0))
    quiet, _ = start_state(war, HELD, draws, switched_off=["attrition"])
    np.testing.assert_array_equal(quiet.recent_losses_persons_per_week, 0.0)


def test_aid_that_is_paused_at_the_start_starts_interrupted(war: War) -> None:
    day = date(2023, 1, 1)
    pause = Period.model_validate(
        {
            "id": "pause",
            "kind": "aid pause",
            "start": day,
            "end": day,
            "side": "Boria",
            "note": "made up",
            "source": "made up",
        }
    )
    draws = draw_assumptions(war, 2, 1)
    paused = replace(war, periods=(pause,))
    on, _ = start_state(paused, HELD, draws, as_of=day)
    np.testing.assert_array_equal(on.aid_regime, [[1, 1], [0, 0]])
    after, _ = start_state(paused, HELD, draws, as_of=date(2023, 1, 2))
    np.testing.assert_array_equal(after.aid_regime, 1)


# --- the incursion ---


def test_an_incursion_into_thin_cover_gains_ground_and_then_stalls(war: War) -> None:
    """Surprise and sparse defence carry it; then reserves arrive, and others are left weaker."""
    given = {
        "weeks": 36,
        "runs": 2 * RUNS,
        "seed": 5,
        "assumptions": {"operation_probability_per_month": 0.0, "fortification_start_share": 0.5},
    }
    without = simulate(war, HELD, **given)
    march = simulate(war, HELD, orders=[Order("Ardia", "march", 4, 20_000.0)], **given)
    held = march["held_km2"].sel(sector="march").median("run")
    assert float(without["held_km2"].sel(sector="march").max()) == 0
    first, second = float(held[5] - held[4]), float(held[6] - held[5])
    later = float(held[12] - held[8])
    assert first > 20
    assert second < first
    assert later < 0.5 * first
    defenders = march["deployed_persons"].sel(side="Boria", sector="march").mean("run")
    assert float(defenders[12]) > 1.3 * float(defenders[4])
    others = march["deployed_persons"].drop_sel(sector="march").sum("sector").sel(side="Boria")
    unmoved = without["deployed_persons"].drop_sel(sector="march").sum("sector").sel(side="Boria")
    assert float((others - unmoved).isel(week=12).mean()) < 0


def test_a_foothold_objective_opens_operations_in_the_others_home(war: War) -> None:
    given = {
        "weeks": 52,
        "runs": RUNS,
        "seed": 5,
        "assumptions": {"operation_probability_per_month": 0.5},
    }

    def opened(aim: str) -> float:
        runs = simulate(war, HELD, objectives={"Ardia": aim}, **given)
        there = runs["committed_persons"].sel(side="Ardia", sector="march")
        return float((there > 0).sum("week").mean())

    assert opened("foothold") > 1.5 * opened("stake") > 0
    assert opened("hold") == 0


# --- what the assumptions imply before any fitting ---


def test_prior_campaigns_are_of_the_size_wars_have(courses: xr.Dataset) -> None:
    """Weekly losses in the hundreds and thousands; a month moves hundreds of km2, either way."""
    losses = courses["weekly_losses_persons"].sum("sector").isel(week=slice(1, None)).mean("week")
    for side in ("Ardia", "Boria"):
        low, high = np.quantile(losses.sel(side=side), [0.05, 0.95])
        assert 200 < low < high < 12_000
    held = courses["held_km2"].sum("sector").to_numpy()
    months = held[:, 4::4] - held[:, :-4:4]
    assert 50 < np.median(np.abs(months)) < 1500
    assert np.quantile(np.abs(months), 0.95) < 15_000
    assert 0.2 < (months > 0).mean() < 0.8


def test_summary_shares_are_shares(started: tuple[CampaignState, CampaignParams]) -> None:
    state, params = lively(started)
    summary = summarise(state, params)
    np.testing.assert_allclose(summary.stake_share.sum(axis=0), 1.0, atol=1e-5)
    np.testing.assert_allclose(
        summary.home_stake_share + summary.abroad_stake_share, summary.stake_share, atol=1e-6
    )
    turned = summarise(mirrored(state), mirrored(params))
    np.testing.assert_allclose(turned.force_log_ratio, -summary.force_log_ratio, atol=1e-5)
    np.testing.assert_allclose(turned.luck_log, -summary.luck_log, atol=1e-5)
    columns = summary.columns()
    assert "stake_share.Ardia" in columns
    assert "held_share.march" in columns
    assert all(np.isfinite(column).all() for column in columns.values())
