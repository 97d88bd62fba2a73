"""Each mechanism: its law, its limits, and that exchanging the two sides mirrors it exactly."""

from collections.abc import Callable
from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from kadesh.dynamics.mechanisms.aid import (
    INTERRUPTED,
    SURGE,
    SUSTAINED,
    AidParams,
    aid_delivered,
    change_probabilities,
    next_recent_gain,
    next_regime,
)
from kadesh.dynamics.mechanisms.allocation import (
    OBJECTIVES,
    AllocationParams,
    attraction,
    wanted_share,
    within_reach,
)
from kadesh.dynamics.mechanisms.attrition import AttritionParams, expected_losses, weekly_losses
from kadesh.dynamics.mechanisms.fortification import FortificationParams, next_fortification
from kadesh.dynamics.mechanisms.ground import (
    GroundParams,
    advance_km,
    advantage_log,
    attack_share,
    contact_share,
    held_share,
    next_held,
)
from kadesh.dynamics.mechanisms.materiel import MaterielParams, materiel_multiplier, next_materiel
from kadesh.dynamics.mechanisms.mobilization import MobilizationParams, recruits
from kadesh.dynamics.mechanisms.reserves import arriving, spread
from kadesh.dynamics.mechanisms.supply import SupplyParams, supply_factor
from kadesh.dynamics.mechanisms.support import SupportParams, next_support
from kadesh.dynamics.mechanisms.surprise import (
    SurpriseParams,
    chosen_sector,
    next_surprise,
    operations,
)
from kadesh.dynamics.mechanisms.withdrawal import (
    WithdrawalParams,
    given_up_km_per_day,
    unsaved_share,
    yielded_share,
)

SECTORS, RUNS = 5, 32
RANDOM = np.random.default_rng(20220224)


def per_sector(low: float, high: float) -> jax.Array:
    return jnp.asarray(RANDOM.uniform(low, high, (2, SECTORS, RUNS)), jnp.float32)


def per_side(low: float, high: float) -> jax.Array:
    return jnp.asarray(RANDOM.uniform(low, high, (2, RUNS)), jnp.float32)


def per_run(low: float, high: float) -> jax.Array:
    return jnp.asarray(RANDOM.uniform(low, high, RUNS), jnp.float32)


ATTRITION = AttritionParams(
    per_run(0.01, 0.04), per_run(0, 0.6), per_run(1, 2), per_run(0, 0.2), per_run(0.1, 0.5),
    per_side(-0.6, 0.6),
)  # fmt: skip
GROUND = GroundParams(
    advance_km_per_day=per_run(0.02, 0.2),
    advance_force_exponent=per_run(0.7, 2),
    advance_limit_km_per_day=per_run(10, 30),
    front_length_factor=per_run(0.5, 1.4),
    border_front_share=per_run(0.05, 0.3),
    ground_noise=per_run(0.3, 1.2),
    ground_noise_persistence=per_run(0.5, 0.9),
    attack_slope=per_run(0.7, 2.5),
)
SUPPLY = SupplyParams(per_run(15, 120))
FORTIFICATION = FortificationParams(per_run(0.6, 2), per_run(8, 50), per_run(2, 20))
SURPRISE = SurpriseParams(per_run(1, 2.8), per_run(0.5, 4), per_side(0.2, 0.8), per_run(0.2, 0.7))
MATERIEL = MaterielParams(
    per_run(0.2, 1.5), per_run(0.3, 0.7), per_run(3e4, 1e5), per_run(0.01, 0.05), per_side(1e7, 1e9)
)
AID = AidParams(
    per_side(0, 1e9),
    *(per_run(0.05, 0.3) for _ in range(4)),
    per_run(0, 1),
    per_run(1, 3),
    per_run(0, 15),
)
WITHDRAWAL = WithdrawalParams(per_run(0.5, 2), per_run(0.2, 4), per_run(0, 0.7))
SUPPORT = SupportParams(
    per_side(2e7, 1.5e8), per_side(0.4, 0.9), per_run(0.05, 0.4), per_run(0, 1), per_run(0, 0.02)
)
MOBILIZATION = MobilizationParams(
    per_side(1e3, 1e4), per_run(0, 1.5), per_run(0, 1.5), per_run(4, 20), per_side(1e5, 6e5)
)
ALLOCATION = AllocationParams(per_run(0.02, 0.4), per_run(0.03, 0.25), per_sector(0.2, 2))
IS_HOME = jnp.asarray(np.array([[1, 1, 0, 1, 0], [0, 0, 1, 0, 1]]), jnp.float32)
AREA = jnp.asarray(RANDOM.uniform(2e4, 6e4, SECTORS), jnp.float32)
HELD = jnp.asarray(RANDOM.uniform(0, 2e4, (SECTORS, RUNS)), jnp.float32)
PEOPLE = per_sector(0, 1e5)
NEIGHBOURS = jnp.asarray(np.eye(SECTORS) + np.eye(SECTORS, k=1) + np.eye(SECTORS, k=-1))
TWO_SIDED = (jax.Array, AttritionParams, MaterielParams, AidParams, SupportParams)


def swap(thing: Any) -> Any:
    """Everything with a side axis (first, of length two) turned round."""
    return jax.tree.map(
        lambda leaf: jnp.flip(leaf, 0) if leaf.ndim > 1 and leaf.shape[0] == 2 else leaf, thing
    )


def shares_of(held: jax.Array, is_home: jax.Array) -> jax.Array:
    return held_share(held, AREA, is_home)


MECHANISMS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "attrition": (
        expected_losses,
        (PEOPLE, PEOPLE * 1.3, per_sector(0, 1), PEOPLE[0] / 1e5, ATTRITION),
    ),
    "attrition with chance": (
        weekly_losses,
        (PEOPLE * 0.02, PEOPLE, per_side(-2, 2), ATTRITION),
    ),
    "advantage": (
        advantage_log,
        (PEOPLE, per_sector(0, 2), per_sector(0, 2), per_sector(-1, 1)),
    ),
    "intent": (attack_share, (per_sector(-2, 2), GROUND)),
    "supply": (supply_factor, (per_sector(0, 100), SUPPLY)),
    "ground": (
        advance_km,
        (per_sector(-3, 5), per_sector(0, 1), per_sector(0, 1), GROUND, per_sector(0, 4)),
    ),
    "withdrawal": (yielded_share, (per_sector(-3, 5), per_sector(0, 1), WITHDRAWAL)),
    "ground given up": (given_up_km_per_day, (per_sector(0, 1), WITHDRAWAL)),
    "people saved": (unsaved_share, (per_sector(0, 1), WITHDRAWAL)),
    "held share": (shares_of, (HELD, IS_HOME)),
    "fortification": (
        next_fortification,
        (per_sector(0, 1), per_sector(0, 1), PEOPLE[0] / 1e4, FORTIFICATION),
    ),
    "operations": (
        operations,
        (
            per_side(1e4, 5e4),
            per_sector(0, 1),
            per_side(0, 1),
            per_sector(0, 3e3),
            SURPRISE,
        ),
    ),
    "choice of sector": (
        chosen_sector,
        (per_sector(0, 1), per_sector(0, 1) > 0.4, per_sector(0.1, 2)),
    ),
    "surprise": (next_surprise, (per_sector(0, 2), per_sector(-1, 1), SURPRISE)),
    "materiel force": (materiel_multiplier, (per_side(1e9, 3e10), per_side(1e5, 6e5), MATERIEL)),
    "materiel stock": (next_materiel, (per_side(1e9, 3e10), per_side(0, 1e9), MATERIEL)),
    "aid regime": (
        next_regime,
        (
            jnp.asarray(RANDOM.integers(0, 3, (2, RUNS)), jnp.int32),
            per_side(0, 1),
            per_side(-0.2, 0.2),
            AID,
        ),
    ),
    "gains of late": (next_recent_gain, (per_side(-0.2, 0.2), per_side(-0.1, 0.1))),
    "aid": (aid_delivered, (jnp.asarray(RANDOM.integers(0, 3, (2, RUNS)), jnp.int32), AID)),
    "support": (
        next_support,
        (per_side(0, 1), per_side(0, 1e4), per_side(-0.1, 0.1), SUPPORT),
    ),
    "mobilization": (
        recruits,
        (per_side(0, 1e6), per_side(1e5, 6e5), per_side(0.3, 1.3), MOBILIZATION),
    ),
    "reserves": (spread, (per_side(0, 1e5), per_sector(0, 1e4), per_sector(0.1, 0.3))),
    "delay": (arriving, (PEOPLE, per_run(1, 6))),
    "reach": (within_reach, (shares_of(HELD, IS_HOME), NEIGHBOURS)),
    "allocation": (
        wanted_share,
        (
            contact_share(HELD, AREA),
            shares_of(HELD, IS_HOME),
            per_sector(0, 1) > 0.5,
            per_sector(0, 5),
            PEOPLE[0] / 1e3 + 1,
            ALLOCATION,
        ),
    ),
}


@pytest.mark.parametrize("name", MECHANISMS)
def test_exchanging_the_sides_mirrors(name: str) -> None:
    function, given = jax.jit(MECHANISMS[name][0]), MECHANISMS[name][1]
    there = swap(function(*given))
    back = function(*swap(given))
    assert there.dtype == back.dtype
    np.testing.assert_array_equal(there, back)


def test_exchanging_the_sides_leaves_what_the_one_abroad_holds() -> None:
    gained = per_sector(0, 3e4)
    one = next_held(HELD, gained, AREA, IS_HOME)
    mirrored = next_held(HELD, swap(gained), AREA, swap(IS_HOME))
    np.testing.assert_array_equal(one, mirrored)


def test_land_held_stays_within_the_sector() -> None:
    held = next_held(HELD, per_sector(0, 2e5), AREA, IS_HOME)
    assert bool(jnp.all((held >= 0) & (held <= AREA[:, None])))
    shares = held_share(held, AREA, IS_HOME)
    np.testing.assert_allclose(jnp.sum(shares, axis=0), 1.0, rtol=1e-6)


def test_advance_spans_the_observed_rates_and_stops_at_the_limit() -> None:
    """Campaigns move between 0.01 and 30 km a day; no advantage exceeds the limit."""
    run, one = jax.tree.map(lambda leaf: leaf[:1], GROUND), jnp.ones((2, 1, 1))
    rates = [
        float(advance_km(jnp.full((2, 1, 1), a), one, one, run)[0, 0, 0]) / 7
        for a in (-4.0, -1.0, 0.0, 2.0, 6.0, 40.0)
    ]
    assert rates == sorted(rates)
    assert rates[0] < 0.01
    assert 7 < rates[-1] <= float(run.advance_limit_km_per_day[0]) * (1 + 1e-6)


def test_what_is_given_up_adds_to_an_advance_and_stays_within_its_limit() -> None:
    one, given_up = jnp.ones((2, 1, RUNS)), per_sector(0, 4)[:, :1]
    advantages = [jnp.full((2, 1, RUNS), a) for a in (-4.0, 0.0, 2.0, 6.0, 40.0)]
    for advantage in advantages:
        plain = advance_km(advantage, one, one, GROUND)
        np.testing.assert_array_equal(
            advance_km(advantage, one, one, GROUND, 0.0 * given_up), plain
        )
        followed = advance_km(advantage, one, one, GROUND, given_up)
        assert bool(jnp.all(followed >= plain))
        assert bool(jnp.all(followed - plain <= 7 * given_up * (1 + 1e-5) + 1e-4))
        assert bool(jnp.all(followed <= 7 * GROUND.advance_limit_km_per_day * (1 + 1e-6)))
    slow = advance_km(advantages[0], one, one, GROUND, 0.01 * given_up)
    fought = advance_km(advantages[0], one, one, GROUND)
    np.testing.assert_allclose(slow - fought, 7 * 0.01 * given_up, rtol=0.02)


def test_nobody_goes_back_below_the_threshold_and_never_everywhere() -> None:
    rising = jnp.linspace(-5.0, 40.0, RUNS) * jnp.ones((2, 1, RUNS))
    same = jax.tree.map(lambda leaf: jnp.broadcast_to(leaf[0], leaf.shape), WITHDRAWAL)
    threshold = float(same.withdrawal_advantage_log[0])
    yielded = np.asarray(yielded_share(rising, jnp.ones_like(rising), same))[0, 0]
    above = np.asarray(rising[0, 0]) > threshold
    np.testing.assert_array_equal(yielded[~above], 0.0)
    assert (np.diff(yielded[above]) > 0).all()
    assert 0 < yielded[above].min() < yielded.max() < 1
    one_above = jnp.full((2, 1, RUNS), threshold + 1)
    attack = per_sector(0, 1)[:, :1]
    np.testing.assert_allclose(yielded_share(one_above, attack, same), attack / 2, rtol=1e-5)
    np.testing.assert_array_equal(yielded_share(rising, 0 * rising, same), 0.0)


def test_a_withdrawal_saves_its_share_of_the_losses_of_the_sector() -> None:
    nowhere = jnp.zeros((2, SECTORS, RUNS))
    np.testing.assert_array_equal(unsaved_share(nowhere, WITHDRAWAL), 1.0)
    saved = np.asarray(WITHDRAWAL.withdrawal_saved_share)
    one = nowhere.at[1].set(0.4)
    for yielded in (one, swap(one)):
        expected = np.broadcast_to(1 - 0.4 * saved, (SECTORS, RUNS))
        np.testing.assert_allclose(unsaved_share(yielded, WITHDRAWAL), expected, rtol=1e-6)
    both = unsaved_share(per_sector(0, 1), WITHDRAWAL)
    assert bool(jnp.all((both >= (1 - saved) ** 2 - 1e-6) & (both <= 1)))


def test_more_defenders_better_fortified_lose_less_ground() -> None:
    attack = jnp.ones((2, 1, RUNS))
    forces = jnp.stack([jnp.full((1, RUNS), 5e4), jnp.linspace(1e3, 2e5, RUNS)[None]])
    nothing = jnp.zeros_like(forces)
    by_force = advance_km(
        advantage_log(forces, nothing, nothing, nothing), attack, attack, _first(GROUND)
    )
    assert bool(jnp.all(jnp.diff(by_force[0, 0]) < 0))
    even = jnp.full_like(forces, 5e4)
    forts = jnp.stack([nothing[0], jnp.linspace(0, 2, RUNS)[None]])
    by_fort = advance_km(
        advantage_log(even, nothing, forts, nothing), attack, attack, _first(GROUND)
    )
    assert bool(jnp.all(jnp.diff(by_fort[0, 0]) < 0))
    np.testing.assert_array_equal(by_fort[1], by_fort[1, 0, 0])


def _first(params: GroundParams) -> GroundParams:
    return jax.tree.map(lambda leaf: jnp.broadcast_to(leaf[0], leaf.shape), params)


def test_contact_is_the_front_of_a_half_disc() -> None:
    """A half disc of 1,000 km2 has an arc of 79.3 km; a sector half held has its full front."""
    area = jnp.array([57_000.0, 57_000.0, 57_000.0])
    contact = contact_share(jnp.array([[1000.0], [28_500.0], [0.0]]), area)[:, 0]
    np.testing.assert_allclose(contact, [79.27 / np.sqrt(57_000), 1.0, 0.0], atol=1e-4)


def test_digging_in_takes_time_and_movement_undoes_it() -> None:
    one = jax.tree.map(lambda leaf: leaf[:1], FORTIFICATION)
    level = jnp.zeros((2, 1, 1))
    still = jnp.zeros((1, 1))
    weeks = int(10 * float(one.fortification_weeks[0]))
    for _ in range(weeks):
        level = next_fortification(level, jnp.zeros((2, 1, 1)), still, one)
    assert float(level[0, 0, 0]) == pytest.approx(1 - np.exp(-10), abs=1e-3)
    depth = one.fortification_depth_km[None]
    attacked = next_fortification(level, jnp.ones((2, 1, 1)), depth, one)
    assert float(attacked[0, 0, 0]) == pytest.approx(np.exp(-1), rel=1e-3)


def test_supply_halves_the_advance_at_its_reach() -> None:
    advanced = jnp.stack([SUPPLY.supply_reach_km[None], 0 * SUPPLY.supply_reach_km[None]])
    np.testing.assert_allclose(supply_factor(advanced, SUPPLY)[:, 0, 0], [0.5, 1.0], rtol=1e-6)


def test_surprise_fades_as_stated() -> None:
    now = jnp.full((2, 1, RUNS), 2.0)
    later = next_surprise(now, jnp.zeros_like(now), SURPRISE)
    np.testing.assert_allclose(later[0, 0], 2 * np.exp(-1 / SURPRISE.surprise_decay_weeks), 1e-5)


def test_operations_never_commit_more_than_the_reserve() -> None:
    reserve = per_side(0, 1e4)
    out = operations(
        reserve, jnp.ones((2, 1, RUNS)), jnp.zeros((2, RUNS)), jnp.full((2, 1, RUNS), 1e5), SURPRISE
    )
    assert bool(jnp.all(jnp.sum(out, axis=1) <= reserve * (1 + 1e-6)))


def test_aid_moves_only_between_neighbouring_regimes() -> None:
    shock = jnp.linspace(0.001, 0.999, RUNS)[None].repeat(2, 0)
    for regime, allowed in (
        (INTERRUPTED, {INTERRUPTED, SUSTAINED}),
        (SUSTAINED, {INTERRUPTED, SUSTAINED, SURGE}),
        (SURGE, {SUSTAINED, SURGE}),
    ):
        now, gain = jnp.full((2, RUNS), regime, jnp.int32), per_side(-0.2, 0.2)
        later = next_regime(now, shock, gain, AID)
        assert set(np.unique(later).tolist()) <= allowed


def test_success_lowers_the_chance_of_an_interruption_and_raises_that_of_a_surge() -> None:
    gains = [jnp.full((2, RUNS), gain) for gain in (-0.2, 0.0, 0.2)]
    interruption, surge = zip(*(change_probabilities(gain, AID) for gain in gains), strict=True)
    np.testing.assert_array_equal(interruption[1][0], AID.interruption_probability)
    np.testing.assert_array_equal(surge[1][0], AID.surge_probability)
    assert bool(jnp.all((interruption[0] > interruption[1]) & (interruption[1] > interruption[2])))
    assert bool(jnp.all((surge[0] < surge[1]) & (surge[1] < surge[2])))
    small = change_probabilities(gains[1] + 0.03, AID)
    factor = np.exp(0.03 * np.asarray(AID.success_response))
    np.testing.assert_allclose(small[0][0], AID.interruption_probability / factor, rtol=1e-5)
    np.testing.assert_allclose(small[1][0], AID.surge_probability * factor, rtol=1e-5)


@pytest.mark.parametrize("stated", [0.0, 1e-6, 0.4, 0.9, 1.0])
def test_chances_of_aid_stay_chances_however_strong_the_response(stated: float) -> None:
    level = jnp.full(RUNS, stated)
    for chi in (0.0, 1.0, 300.0, 1e6):
        params = eqx.tree_at(
            lambda p: (p.interruption_probability, p.surge_probability, p.success_response),
            AID,
            (level, level, jnp.full(RUNS, chi)),
        )
        interruption, surge = change_probabilities(per_side(-1, 1), params)
        for chance in (interruption, surge, interruption + surge):
            assert bool(jnp.all((chance >= 0) & (chance <= 1)))


def test_without_a_response_gains_do_not_change_aid() -> None:
    deaf = eqx.tree_at(lambda p: p.success_response, AID, jnp.zeros(RUNS))
    regime, shock = jnp.full((2, RUNS), SUSTAINED, jnp.int32), per_side(0, 1)
    stated = jnp.where(
        shock < AID.interruption_probability,
        INTERRUPTED,
        jnp.where(shock > 1 - AID.surge_probability, SURGE, SUSTAINED),
    )
    for gain in (-1.0, 0.0, 1.0):
        later = next_regime(regime, shock, jnp.full((2, RUNS), gain), deaf)
        np.testing.assert_array_equal(later, stated)


def test_gains_fade_from_memory_in_about_two_months() -> None:
    gain, nothing = jnp.full((2, RUNS), 0.1), jnp.zeros((2, RUNS))
    recent = next_recent_gain(nothing, gain)
    np.testing.assert_array_equal(recent, gain)
    weeks = 365.2425 / 12 / 7 * 2
    for _ in range(round(weeks)):
        recent = next_recent_gain(recent, nothing)
    np.testing.assert_allclose(recent, 0.1 * np.exp(-1), rtol=0.1)


def test_aid_flows_less_when_interrupted_and_more_in_a_surge() -> None:
    flows = [aid_delivered(jnp.full((2, RUNS), r, jnp.int32), AID) for r in range(3)]
    assert bool(jnp.all(flows[0] <= flows[1]))
    assert bool(jnp.all(flows[1] <= flows[2]))


def test_support_falls_with_losses_and_rises_with_gains() -> None:
    base = per_side(0.4, 0.6)
    nothing = jnp.zeros((2, RUNS))
    quiet = next_support(base, nothing, nothing, SUPPORT)
    assert bool(jnp.all(next_support(base, nothing + 1e4, nothing, SUPPORT) < quiet))
    assert bool(jnp.all(next_support(base, nothing, nothing + 0.1, SUPPORT) >= quiet))
    emptied = next_support(base, nothing + 1e9, nothing, SUPPORT)
    np.testing.assert_array_equal(emptied, 0.0)


def test_nobody_is_recruited_beyond_the_pool() -> None:
    joined = recruits(per_side(0, 100), per_side(1e4, 1e5), per_side(0.5, 1), MOBILIZATION)
    assert float(jnp.max(joined)) <= 100


def test_shrinking_and_willing_sides_recruit_more() -> None:
    pool, half = jnp.full((2, RUNS), 1e7), MOBILIZATION.theatre_start_persons / 2
    full_will = jnp.ones((2, RUNS))
    whole = recruits(pool, 2 * half, full_will, MOBILIZATION)
    assert bool(jnp.all(recruits(pool, half, full_will, MOBILIZATION) >= whole))
    assert bool(jnp.all(recruits(pool, 2 * half, 0.5 * full_will, MOBILIZATION) <= whole))


def test_reserves_go_where_they_are_needed_and_none_is_lost() -> None:
    needed = per_sector(0, 1e4).at[:, 0].set(0.0)
    sent = spread(per_side(0, 1e5), needed, per_sector(0, 1))
    np.testing.assert_array_equal(sent[:, 0], 0.0)
    people = per_side(1e3, 1e5)
    np.testing.assert_allclose(jnp.sum(spread(people, needed, needed), 1), people, rtol=1e-5)


def test_threatened_sectors_draw_troops_from_the_others() -> None:
    calm = MECHANISMS["allocation"][1]
    lost = jnp.zeros((2, SECTORS, RUNS)).at[0, 2].set(20.0)
    before = wanted_share(*calm[:3], 0 * lost, *calm[4:])
    after = wanted_share(*calm[:3], lost, *calm[4:])
    np.testing.assert_allclose(jnp.sum(after, axis=1), 1.0, rtol=1e-5)
    assert bool(jnp.all(after[0, 2] >= before[0, 2]))
    assert bool(jnp.all(jnp.delete(after[0], 2, 0) <= jnp.delete(before[0], 2, 0)))
    np.testing.assert_array_equal(before[1], after[1])


def test_objectives_lean_to_the_sectors_they_name() -> None:
    home, even = np.asarray(IS_HOME), np.full((SECTORS, 1), 1 / SECTORS)
    for name, lean in OBJECTIVES.items():
        pull = np.log(attraction([name, "stake"], home, even, np.zeros(1)))[..., 0]
        np.testing.assert_allclose(pull[0][home[0] == 1], lean.own_home_log, atol=1e-12)
        np.testing.assert_allclose(pull[0][home[0] == 0], lean.other_home_log, atol=1e-12)
        np.testing.assert_allclose(pull[1], 0.0, atol=1e-12)
