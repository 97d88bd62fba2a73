"""Each mechanism: its law and its limits; and where both sides enter, that none is preferred."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, get_type_hints

import numpy as np
import pytest

from kadesh.dynamics.elementwise import Pair
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
    REACH_SHARE,
    AllocationParams,
    allocation_weight,
    attraction,
    holds_land,
)
from kadesh.dynamics.mechanisms.attrition import (
    AttritionParams,
    expected_losses,
    intensity,
    loss_factor,
    people_log_ratio,
    weekly_losses,
)
from kadesh.dynamics.mechanisms.fortification import (
    FortificationParams,
    digging_pace,
    kept_share,
    next_fortification,
)
from kadesh.dynamics.mechanisms.ground import (
    LEAST_FORCE,
    GroundParams,
    advance_km,
    attack_share,
    contact_share,
    held_share,
    luck_step,
    next_held,
    next_luck,
    strength_log_ratio,
)
from kadesh.dynamics.mechanisms.materiel import (
    MaterielParams,
    materiel_multiplier_log,
    next_materiel,
)
from kadesh.dynamics.mechanisms.mobilization import MobilizationParams, recruits
from kadesh.dynamics.mechanisms.reserves import ReserveParams, arriving_share, spread_rates
from kadesh.dynamics.mechanisms.supply import SupplyParams, supply_factor
from kadesh.dynamics.mechanisms.support import SupportParams, next_support
from kadesh.dynamics.mechanisms.surprise import (
    SurpriseParams,
    appeal,
    faded,
    next_surprise,
    prospect,
    surprise_kept_share,
)
from kadesh.dynamics.mechanisms.withdrawal import (
    WithdrawalParams,
    given_up_km_per_day,
    unsaved_share,
    yielded_share,
)
from kadesh.dynamics.records import Contest, Fought, Front, Sector, Side
from kadesh.dynamics.shocks import Shocks
from kadesh.dynamics.state import CampaignParams, CampaignState, Geography, Switches
from kadesh.dynamics.step import (
    Given,
    contests,
    fronts,
    given_of,
    sector_of,
    side_of,
    step,
    theatre_persons,
    worths_log,
)
from kadesh.dynamics.week import fight, luck_of_losses

SECTORS, RUNS = 5, 32
RANDOM = np.random.default_rng(20220224)
ROUNDINGS = 4 * float(np.finfo(np.float32).eps)
"""Relative: a function may round otherwise in a vector than alone."""


def per_sector(low: float, high: float) -> np.ndarray:
    return RANDOM.uniform(low, high, (2, SECTORS, RUNS)).astype(np.float32)


def per_side(low: float, high: float) -> np.ndarray:
    return RANDOM.uniform(low, high, (2, RUNS)).astype(np.float32)


def per_run(low: float, high: float) -> np.ndarray:
    return RANDOM.uniform(low, high, RUNS).astype(np.float32)


def some(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def every_run(value: float) -> np.ndarray:
    return np.full(RUNS, value, np.float32)


def rising(low: float, high: float) -> np.ndarray:
    return np.linspace(low, high, RUNS, dtype=np.float32)


def first_of(params: Any) -> Any:
    """The first run's numbers, of length one: the same for all."""
    return params._make(number[..., :1] for number in params)


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
    aid_flow_eur_per_week=per_side(0, 1e9),
    interruption_probability=per_run(0.05, 0.3),
    resumption_probability=per_run(0.05, 0.3),
    surge_probability=per_run(0.05, 0.3),
    surge_end_probability=per_run(0.05, 0.3),
    interrupted_share=per_run(0, 1),
    surge_factor=per_run(1, 3),
    success_response=per_run(0, 15),
)
WITHDRAWAL = WithdrawalParams(per_run(0.5, 2), per_run(0.2, 4), per_run(0, 0.7))
SUPPORT = SupportParams(
    per_side(2e7, 1.5e8), per_side(0.4, 0.9), per_run(0.05, 0.4), per_run(0, 1), per_run(0, 0.02)
)
MOBILIZATION = MobilizationParams(
    per_side(1e3, 1e4), per_run(0, 1.5), per_run(0, 1.5), per_run(4, 20), per_side(1e5, 6e5)
)
RESERVES = ReserveParams(
    per_run(0, 0.5), per_run(1, 6), per_run(0, 0.3), per_run(0.3, 0.7), per_run(4, 20)
)
ALLOCATION = AllocationParams(per_run(0.02, 0.4), per_run(0.03, 0.25))
HOME = some(1, 1, 0, 1, 0)
IS_HOME = np.stack([HOME, 1 - HOME])
AREA = RANDOM.uniform(2e4, 6e4, (SECTORS, 1)).astype(np.float32)
# Some sectors are whole, some thinly held beyond the border.
HELD = np.maximum(RANDOM.uniform(-5e3, 1.9e4, (SECTORS, RUNS)), 0).astype(np.float32)
PEOPLE = per_sector(0, 1e5)
# Sectors lie in a row.
ROW = np.tri(SECTORS, k=1, dtype=np.float32)
NOTHING = np.zeros((2, SECTORS, RUNS), np.float32)
REGIMES = RANDOM.integers(0, 3, (2, RUNS)).astype(np.int32)

STATE = CampaignState(
    held_km2=HELD,
    luck_log=per_sector(-1, 1)[0],
    deployed_persons=PEOPLE,
    moving_persons=per_sector(0, 1e4),
    fortification_share=per_sector(0, 1),
    # Fresh in one sector of three.
    surprise_log=np.maximum(per_sector(-3, 1.5), 0),
    lost_km=per_sector(0, 20),
    reserve_persons=per_side(0, 5e4),
    training_persons=per_side(0, 5e4),
    recovering_persons=per_side(0, 5e4),
    pool_persons=per_side(0, 1e6),
    out_persons=per_side(0, 1e5),
    losses_persons=per_side(0, 2e5),
    recent_losses_persons_per_week=per_side(0, 5e3),
    materiel_eur=per_side(1e9, 3e10),
    support_share=per_side(0.3, 0.9),
    aid_regime=REGIMES,
    recent_gain_share=per_side(-0.2, 0.2),
)
PARAMS = CampaignParams(
    geography=Geography(
        side_ids=("Ardia", "Boria"),
        sector_ids=tuple("abcde"),
        area_km2=AREA[:, 0],
        is_home=IS_HOME,
        neighbours=ROW * ROW.T,
        held_before_km2=np.zeros(SECTORS, np.float32),
    ),
    switches=Switches._make(np.float32(1) for _ in Switches._fields),
    attrition=ATTRITION,
    ground=GROUND,
    supply=SUPPLY,
    withdrawal=WITHDRAWAL,
    fortification=FORTIFICATION,
    surprise=SURPRISE,
    reserves=RESERVES,
    mobilization=MOBILIZATION,
    materiel=MATERIEL,
    aid=AID,
    support=SUPPORT,
    allocation=ALLOCATION,
    stake_weight=np.full((SECTORS, RUNS), 1 / SECTORS, np.float32),
    attraction=per_sector(0.2, 2),
    effectiveness_log=per_side(-0.3, 0.3),
)
SHOCKS = Shocks(
    ground=RANDOM.standard_normal((SECTORS, RUNS)).astype(np.float32),
    choice=RANDOM.exponential(size=(2, SECTORS, RUNS)).astype(np.float32),
    losses=RANDOM.standard_normal((2, RUNS)).astype(np.float32),
    aid=per_side(0, 1),
    operation=per_side(0, 1),
)


# --- one number at a time ---

MECHANISMS: dict[str, tuple[Callable[..., Any], tuple[Any, ...]]] = {
    "people": (people_log_ratio, (per_sector(0, 1e5), PEOPLE)),
    "intensity": (intensity, (per_sector(0, 1), per_sector(0, 1), ATTRITION)),
    "attrition": (
        expected_losses,
        (PEOPLE, PEOPLE * 1.3, per_sector(-2, 2), per_sector(0, 0.05), ATTRITION),
    ),
    "chance in losses": (loss_factor, (per_side(-2, 2), ATTRITION.loss_noise)),
    "attrition with chance": (weekly_losses, (PEOPLE * 0.02, PEOPLE, per_sector(0.5, 2))),
    "strength": (strength_log_ratio, (PEOPLE, per_sector(0, 1e5))),
    "intent": (attack_share, (per_sector(-2, 2), GROUND)),
    "supply": (supply_factor, (per_sector(0, 100), SUPPLY)),
    "ground": (
        advance_km,
        (per_sector(-3, 5), per_sector(0, 1), per_sector(0, 1), GROUND, per_sector(0, 4)),
    ),
    "luck": (next_luck, (STATE.luck_log, SHOCKS.ground, luck_step(GROUND), GROUND)),
    "withdrawal": (yielded_share, (per_sector(-3, 5), per_sector(0, 1), WITHDRAWAL)),
    "ground given up": (given_up_km_per_day, (per_sector(0, 1), WITHDRAWAL)),
    "people saved": (unsaved_share, (per_sector(0, 1), WITHDRAWAL)),
    "held share": (held_share, (HELD, AREA, IS_HOME[:, :, None])),
    "contact": (contact_share, (HELD, AREA)),
    "land held": (next_held, (HELD, per_sector(-2e4, 2e4), AREA)),
    "fortification": (
        next_fortification,
        (per_sector(0, 1), per_sector(0, 1), digging_pace(FORTIFICATION), per_sector(0, 1)),
    ),
    "fortification kept": (
        kept_share,
        (per_sector(0, 20), 1 / FORTIFICATION.fortification_depth_km),
    ),
    "prospect": (
        prospect,
        (PEOPLE, PEOPLE + 300, per_sector(0, 3e4), per_sector(0.2, 2), per_sector(0, 2)),
    ),
    "choice of sector": (
        appeal,
        (per_sector(0, 1), per_sector(0, 1) > 0.4, per_sector(0.1, 2)),
    ),
    "surprise left": (faded, (per_sector(0, 2), surprise_kept_share(SURPRISE))),
    "surprise": (next_surprise, (per_sector(0, 2), per_sector(-1, 1), SURPRISE)),
    "materiel force": (
        materiel_multiplier_log,
        (per_side(1e9, 3e10), per_side(1e5, 6e5), MATERIEL),
    ),
    "materiel stock": (next_materiel, (per_side(1e9, 3e10), per_side(0, 1e9), MATERIEL)),
    "aid chances": (change_probabilities, (per_side(-0.2, 0.2), AID)),
    "aid regime": (next_regime, (REGIMES, per_side(0, 1), per_side(-0.2, 0.2), AID)),
    "gains of late": (next_recent_gain, (per_side(-0.2, 0.2), per_side(-0.1, 0.1))),
    "aid": (aid_delivered, (REGIMES, AID)),
    "support": (next_support, (per_side(0, 1), per_side(0, 1e4), per_side(-0.1, 0.1), SUPPORT)),
    "mobilization": (
        recruits,
        (per_side(0, 1e6), per_side(1e5, 6e5), per_side(0.3, 1.3), MOBILIZATION),
    ),
    "reserves": (spread_rates, (per_side(0, 1e5), per_side(0, 1e4), per_side(0.1, 0.3))),
    "delay": (arriving_share, (per_run(1, 6),)),
    "allocation": (
        allocation_weight,
        (
            contact_share(HELD, AREA),
            held_share(HELD, AREA, IS_HOME[:, :, None]),
            per_sector(0, 1) > 0.5,
            per_sector(0, 5),
            PEOPLE[0] / 1e3 + 1,
            PARAMS.attraction,
            ALLOCATION,
        ),
    ),
}


def number_of(values: Any, side: int, sector: int, run: int) -> Any:
    """What belongs to one side, sector and run of arrays, or of a group of them."""
    if isinstance(values, tuple):
        parts = [number_of(part, side, sector, run) for part in values]
        return values._make(parts) if hasattr(values, "_make") else tuple(parts)
    place = {1: 0, 2: side, SECTORS: sector, RUNS: run}
    return values[tuple(slice(place[size], place[size] + 1) for size in values.shape)].reshape(1)


@pytest.mark.parametrize("name", MECHANISMS)
def test_each_number_is_worked_for_itself_in_single_precision(name: str) -> None:
    function, given = MECHANISMS[name]
    together = function(*given)
    for side, sector, run in ((0, 0, 0), (1, 0, 17), (0, 4, 31), (1, 3, 8)):
        alone = function(*(number_of(part, side, sector, run) for part in given))
        expected = number_of(together, side, sector, run)
        np.testing.assert_allclose(alone, expected, rtol=ROUNDINGS, atol=ROUNDINGS)
    # A regime is one of three whole numbers, and is kept as an integer.
    if name != "aid regime":
        for part in together if isinstance(together, tuple) else (together,):
            assert part.dtype == np.float32


def test_a_week_keeps_single_precision() -> None:
    ordered = np.zeros((2, SECTORS), np.float32)
    state, info = step(SHOCKS, ordered, STATE, PARAMS)
    for name, values in vars(state).items():
        assert values.dtype == (np.int32 if name == "aid_regime" else np.float32), name
    assert {values.dtype for values in info} == {np.dtype(np.float32)}


# --- neutrality ---


def turned(group: Any) -> Any:
    """The same with the sides exchanged in every number that both sides have."""
    hints = get_type_hints(type(group), include_extras=True)
    pairs = {name: getattr(group, name) for name in group._fields if hints[name] == Pair}
    return group._replace(**{name: flipped(pair) for name, pair in pairs.items()})


def flipped(pair: Any) -> np.ndarray:
    return np.stack([pair[1], pair[0]])


def turned_params(params: CampaignParams) -> CampaignParams:
    groups: dict[str, Any] = {name: turned(group) for name, group in groups_of(params).items()}
    return replace(
        params,
        **groups,
        geography=replace(params.geography, is_home=flipped(params.geography.is_home)),
        attraction=flipped(params.attraction),
        effectiveness_log=flipped(params.effectiveness_log),
    )


def groups_of(params: CampaignParams) -> dict[str, Any]:
    return params.mechanisms._asdict()


def a_front(sector: Sector, side: Side, factor: np.ndarray, given: Given) -> Front:
    return fronts(sector, given)


def a_contest(sector: Sector, side: Side, factor: np.ndarray, given: Given) -> Contest:
    return contests(sector, side, sector.luck_log, given)


def a_fight(sector: Sector, side: Side, factor: np.ndarray, given: Given) -> Fought:
    worths = worths_log(side, theatre_persons(sector, side), given)
    return fight(
        fronts(sector, given), sector, SHOCKS.ground, np.exp(worths), worths, factor, given.place,
        given.params, given.constants, given.on,
    )  # fmt: skip


@pytest.mark.parametrize("part", [a_front, a_contest, a_fight])
def test_exchanging_the_sides_mirrors(part: Callable[..., Any]) -> None:
    """What is of a sector stays, luck included: it is towards the side at home."""
    sector, given = sector_of(STATE), given_of(PARAMS)
    side, other_side = side_of(STATE), Side._make(flipped(values) for values in side_of(STATE))
    factor = luck_of_losses(SHOCKS.losses, ATTRITION, PARAMS.switches)
    there = turned(part(sector, side, factor, given))
    back = part(turned(sector), other_side, flipped(factor), given_of(turned_params(PARAMS)))
    for name, one, other in zip(there._fields, there, back, strict=True):
        np.testing.assert_array_equal(one, other, err_msg=name)


def test_ratios_of_the_sides_are_opposite() -> None:
    own, other = PEOPLE.copy()
    own[0, :3] = other[1, :3] = 0.0
    for ratio in (people_log_ratio, strength_log_ratio):
        np.testing.assert_array_equal(ratio(own, other), -ratio(other, own))


# --- ground ---


def test_land_held_stays_within_the_sector() -> None:
    held = next_held(HELD, per_sector(-2e5, 2e5)[0], AREA)
    assert ((held >= 0) & (held <= AREA)).all()
    shares = held_share(held, AREA, IS_HOME[:, :, None])
    np.testing.assert_allclose(shares.sum(axis=0), 1.0, rtol=1e-6)


def test_the_side_at_home_gains_what_the_other_loses() -> None:
    gain = some(500.0)
    after = next_held(some(1000.0), gain, some(5e4))
    np.testing.assert_array_equal(after, 1500.0)
    for home, change in ((1.0, -0.01), (0.0, 0.01)):
        before, now = (held_share(km2, some(5e4), some(home)) for km2 in (some(1000.0), after))
        assert now - before == pytest.approx(change, abs=1e-6)


def test_advance_spans_the_observed_rates_and_stops_at_the_limit() -> None:
    """Campaigns move between 0.01 and 30 km a day; no advantage exceeds the limit."""
    run, one = first_of(GROUND), some(1.0)
    advantages = some(-4.0, -1.0, 0.0, 2.0, 6.0, 40.0)
    rates = advance_km(advantages, one, one, run, some(0.0)) / 7
    assert rates.tolist() == sorted(rates)
    assert rates[0] < 0.01
    assert 7 < rates[-1] <= run.advance_limit_km_per_day[0] * (1 + 1e-6)


def test_what_is_given_up_adds_to_an_advance_and_stays_within_its_limit() -> None:
    one, nothing, given_up = every_run(1), every_run(0), per_run(0, 4)
    advantages = [every_run(a) for a in (-4.0, 0.0, 2.0, 6.0, 40.0)]
    for advantage in advantages:
        plain = advance_km(advantage, one, one, GROUND, nothing)
        followed = advance_km(advantage, one, one, GROUND, given_up)
        assert (followed >= plain).all()
        assert (followed - plain <= 7 * given_up * (1 + 1e-5) + 1e-4).all()
        assert (followed <= 7 * GROUND.advance_limit_km_per_day * (1 + 1e-6)).all()
    slow = advance_km(advantages[0], one, one, GROUND, 0.01 * given_up)
    fought = advance_km(advantages[0], one, one, GROUND, nothing)
    np.testing.assert_allclose(slow - fought, 7 * 0.01 * given_up, rtol=0.02)


def test_half_of_a_front_is_attacked_at_parity_and_more_with_an_advantage() -> None:
    np.testing.assert_array_equal(attack_share(every_run(0), GROUND), 0.5)
    shares = attack_share(rising(-4, 4), first_of(GROUND))
    assert (np.diff(shares) > 0).all()
    assert 0 < shares[0] < shares[-1] < 1


def test_nobody_goes_back_below_the_threshold_and_never_everywhere() -> None:
    same, advantage = first_of(WITHDRAWAL), rising(-5.0, 40.0)
    threshold = same.withdrawal_advantage_log
    yielded = yielded_share(advantage, some(1.0), same)
    above = advantage > threshold
    np.testing.assert_array_equal(yielded[~above], 0.0)
    assert (np.diff(yielded[above]) > 0).all()
    assert 0 < yielded[above].min() < yielded.max() < 1
    attack = per_run(0, 1)
    np.testing.assert_allclose(yielded_share(threshold + 1, attack, same), attack / 2, rtol=1e-5)
    np.testing.assert_array_equal(yielded_share(advantage, every_run(0), same), 0.0)


def test_a_withdrawal_saves_its_share_of_the_losses_of_the_sector() -> None:
    np.testing.assert_array_equal(unsaved_share(every_run(0), WITHDRAWAL), 1.0)
    saved = WITHDRAWAL.withdrawal_saved_share
    left = unsaved_share(every_run(0.4), WITHDRAWAL)
    np.testing.assert_allclose(left, 1 - 0.4 * saved, rtol=1e-6)
    one, other = unsaved_share(per_sector(0, 1), WITHDRAWAL)
    assert ((one * other >= (1 - saved) ** 2 - 1e-6) & (one * other <= 1)).all()


def test_withdrawals_of_either_side_save_people_of_both() -> None:
    """Losses are those without withdrawals times what each of them leaves."""
    sector, side = sector_of(STATE), side_of(STATE)
    contest = contests(sector, side, STATE.luck_log, given_of(PARAMS))
    stubborn = contests(sector, side, STATE.luck_log, given_of(PARAMS.without(["withdrawal"])))
    np.testing.assert_array_equal(stubborn.yielded_share, 0.0)
    left = [unsaved_share(yielded, WITHDRAWAL) for yielded in contest.yielded_share]
    for losses, without in zip(
        contest.expected_losses_persons, stubborn.expected_losses_persons, strict=True
    ):
        np.testing.assert_allclose(losses, without * left[0] * left[1], rtol=1e-6)


def contest_with(**changes: Any) -> Contest:
    """A contest at parity, all else being nothing, with some numbers of the sector set."""
    even = replace(
        PARAMS,
        effectiveness_log=np.zeros((2, RUNS), np.float32),
        **{name: first_of(group) for name, group in groups_of(PARAMS).items()},
    ).without(["materiel"])
    quiet = Sector(AREA / 2 + 0 * HELD, 0 * HELD, NOTHING + 5e4, *[NOTHING] * 4)
    sector = quiet._replace(**changes)
    return contests(sector, side_of(STATE), sector.luck_log, given_of(even))


def test_more_defenders_better_fortified_lose_less_ground() -> None:
    def advances(contest: Contest) -> list[np.ndarray]:
        """Of each side in the first sector, in which numbers rise with the run."""
        advantages, attacks = contest.advantage_log, contest.attack_share
        ground, one, nothing = first_of(GROUND), some(1.0), some(0.0)
        pairs = zip(advantages, attacks, strict=True)
        return [advance_km(a[0], share[0], one, ground, nothing) for a, share in pairs]

    deployed, dug = NOTHING + 5e4, NOTHING.copy()
    deployed[1] = rising(1e3, 2e5)
    dug[1] = rising(0, 1)
    assert (np.diff(advances(contest_with(deployed_persons=deployed))[0]) < 0).all()
    one, other = advances(contest_with(fortification_share=dug))
    assert (np.diff(one) < 0).all()
    np.testing.assert_array_equal(other, other[0])


def test_an_advantage_is_strength_surprise_and_luck_less_the_others_lines() -> None:
    deployed, fresh, dug = per_sector(1e3, 1e5), per_sector(0, 1), per_sector(0, 1)
    luck = per_sector(-1, 1)[0]
    contest = contest_with(
        deployed_persons=deployed, surprise_log=fresh, fortification_share=dug, luck_log=luck
    )
    strength = FORTIFICATION.fortification_log_strength[0]
    ratio = np.log((deployed[0] + LEAST_FORCE) / (deployed[1] + LEAST_FORCE))
    to_first = ratio + (2 * HOME - 1)[:, None] * luck
    expected = [fresh[0] - strength * dug[1] + to_first, fresh[1] - strength * dug[0] - to_first]
    np.testing.assert_allclose(contest.advantage_log, expected, atol=1e-5)


def test_luck_keeps_its_stated_spread() -> None:
    kept, step_of_luck = GROUND.ground_noise_persistence, luck_step(GROUND)
    spread_after = np.hypot(kept * GROUND.ground_noise, step_of_luck)
    np.testing.assert_allclose(spread_after, GROUND.ground_noise, rtol=1e-6)


def test_contact_is_the_front_of_a_half_disc() -> None:
    """A half disc of 1,000 km2 has an arc of 79.3 km; a sector half held has its full front."""
    contact = contact_share(some(1000.0, 28_500.0, 0.0), some(57_000.0))
    np.testing.assert_allclose(contact, [79.27 / np.sqrt(57_000), 1.0, 0.0], atol=1e-4)


def test_a_border_is_contested_only_within_reach_and_while_surprise_is_fresh() -> None:
    """Contact of nothing: the border's part of the front at full surprise, less as it fades."""
    params = replace(PARAMS, surprise=first_of(SURPRISE), ground=first_of(GROUND))
    given, border = given_of(params), GROUND.border_front_share[0]
    full = SURPRISE.surprise_log_strength[0]
    held = np.zeros((SECTORS, RUNS), np.float32)
    for fresh, expected in ((0.0, 0.0), (0.5 * full, 0.5 * border), (3 * full, border)):
        sector = sector_of(STATE)._replace(held_km2=held, surprise_log=NOTHING + fresh)
        reach = fronts(sector, given).reach
        contest = contests(sector, side_of(STATE), STATE.luck_log, given)
        for side in (0, 1):
            opened = np.where(reach[side], expected, 0.0)
            np.testing.assert_allclose(contest.contested_share[side], opened, rtol=1e-6)


def test_a_side_reaches_where_it_holds_land_and_the_sectors_beside() -> None:
    held = AREA * some(0, 0, 0.5, 0, 0)[:, None] + 0 * HELD
    reach = fronts(sector_of(STATE)._replace(held_km2=held), given_of(PARAMS)).reach
    # In a row, with homes 0 0 1 0 1, and the middle one half held by the first side.
    np.testing.assert_array_equal(reach[0, :, 0], [True] * 5)
    np.testing.assert_array_equal(reach[1, :, 0], [False, True, True, True, True])
    np.testing.assert_array_equal(
        holds_land(some(0.0, REACH_SHARE, 0.03, 1.0)), [False, False, True, True]
    )


def test_digging_in_takes_time_and_movement_undoes_it() -> None:
    one, level, nothing = first_of(FORTIFICATION), some(0.0), some(0.0)
    per_depth = 1 / one.fortification_depth_km
    for _ in range(int(10 * float(one.fortification_weeks[0]))):
        still = kept_share(nothing, per_depth)
        level = next_fortification(level, nothing, digging_pace(one), still)
    assert level[0] == pytest.approx(1 - np.exp(-10), abs=1e-3)
    moved = kept_share(one.fortification_depth_km, per_depth)
    attacking = next_fortification(level, some(1.0), digging_pace(one), moved)
    assert attacking[0] == pytest.approx(np.exp(-1), rel=1e-3)


def test_supply_halves_the_advance_at_its_reach() -> None:
    reach = SUPPLY.supply_reach_km
    np.testing.assert_allclose(supply_factor(reach, SUPPLY), 0.5, rtol=1e-6)
    np.testing.assert_array_equal(supply_factor(0 * reach, SUPPLY), 1.0)


# --- operations ---


def test_surprise_fades_as_stated() -> None:
    later = faded(every_run(2.0), surprise_kept_share(SURPRISE))
    np.testing.assert_allclose(later, 2 * np.exp(-1 / SURPRISE.surprise_decay_weeks), rtol=1e-5)
    np.testing.assert_array_equal(next_surprise(later, every_run(0), SURPRISE), later)
    np.testing.assert_array_equal(faded(some(1.5e-6, 0.0), some(0.5)), 0.0)


def test_a_new_operation_brings_full_surprise_and_never_lowers_what_is_left() -> None:
    left, full = per_run(0, 4), SURPRISE.surprise_log_strength
    np.testing.assert_array_equal(
        next_surprise(left, every_run(5e3), SURPRISE), np.maximum(left, full)
    )


def committed(
    shock: float, ordered: float, params: CampaignParams = PARAMS, state: CampaignState = STATE
) -> np.ndarray:
    """People who open operations, where chance is the same to both sides in every run."""
    shocks = SHOCKS._replace(operation=np.full((2, RUNS), shock, np.float32))
    orders = np.full((2, SECTORS), ordered, np.float32)
    return np.asarray(step(shocks, orders, state, params)[1].committed_persons)


def test_operations_never_commit_more_than_the_reserve() -> None:
    reserve = STATE.reserve_persons
    for shock in (0.0, 1.0):
        sent = committed(shock, 1e5).sum(axis=1)
        assert (sent <= reserve * (1 + 1e-6)).all()
        np.testing.assert_allclose(sent, reserve, rtol=1e-6)
    np.testing.assert_array_equal(committed(1.0, 0.0), 0.0)


def test_an_operation_goes_to_one_sector_that_can_be_attacked() -> None:
    sent = committed(0.0, 0.0)
    share = SURPRISE.operation_reserve_share
    np.testing.assert_allclose(sent.sum(axis=1), share * STATE.reserve_persons, rtol=1e-6)
    np.testing.assert_array_equal((sent > 0).sum(axis=1), 1)
    front = fronts(sector_of(STATE), given_of(PARAMS))
    can_attack = front.reach & (np.stack(front.shares) < 1)
    assert can_attack[sent > 0].all()
    alone = replace(PARAMS.geography, neighbours=np.eye(SECTORS, dtype=np.float32))
    whole = replace(STATE, held_km2=0 * HELD)
    np.testing.assert_array_equal(committed(0.0, 0.0, replace(PARAMS, geography=alone), whole), 0.0)


def test_a_sector_is_more_appealing_the_better_its_prospect_and_not_at_all_when_closed() -> None:
    prospects, waiting = rising(0.01, 1), some(0.7)
    appeals = appeal(prospects, prospects > 0.5, waiting)
    np.testing.assert_array_equal(appeals[prospects <= 0.5], 0.0)
    assert (np.diff(appeals[prospects > 0.5]) > 0).all()


def test_a_prospect_falls_with_defenders_and_lines_and_rises_with_all_else() -> None:
    base = (some(1e4), some(2e4), some(1e4), some(1.5), some(0.5))
    before = prospect(*base)
    assert before[0] == pytest.approx(1.5 * np.exp(-0.5), rel=1e-6)
    for place, sign in enumerate((1, -1, 1, 1, -1)):
        more = tuple(value * (1.1 if i == place else 1) for i, value in enumerate(base))
        assert sign * (prospect(*more) - before)[0] > 0


# --- aid ---


def test_aid_moves_only_between_neighbouring_regimes() -> None:
    shock = rising(0.001, 0.999) * np.ones((2, 1), np.float32)
    for regime, allowed in (
        (INTERRUPTED, {INTERRUPTED, SUSTAINED}),
        (SUSTAINED, {INTERRUPTED, SUSTAINED, SURGE}),
        (SURGE, {SUSTAINED, SURGE}),
    ):
        now, gain = np.full((2, RUNS), regime, np.int32), per_side(-0.2, 0.2)
        later = next_regime(now, shock, gain, AID)
        assert set(np.unique(later).tolist()) <= allowed


def test_success_lowers_the_chance_of_an_interruption_and_raises_that_of_a_surge() -> None:
    gains = [every_run(gain) for gain in (-0.2, 0.0, 0.2)]
    interruption, surge = zip(*(change_probabilities(gain, AID) for gain in gains), strict=True)
    np.testing.assert_array_equal(interruption[1], AID.interruption_probability)
    np.testing.assert_array_equal(surge[1], AID.surge_probability)
    assert ((interruption[0] > interruption[1]) & (interruption[1] > interruption[2])).all()
    assert ((surge[0] < surge[1]) & (surge[1] < surge[2])).all()
    small = change_probabilities(every_run(0.03), AID)
    factor = np.exp(0.03 * AID.success_response)
    np.testing.assert_allclose(small[0], AID.interruption_probability / factor, rtol=1e-5)
    np.testing.assert_allclose(small[1], AID.surge_probability * factor, rtol=1e-5)


@pytest.mark.parametrize("stated", [0.0, 1e-6, 0.4, 0.9, 1.0])
def test_chances_of_aid_stay_chances_however_strong_the_response(stated: float) -> None:
    level = every_run(stated)
    for chi in (0.0, 1.0, 300.0, 1e6):
        params = AID._replace(
            interruption_probability=level, surge_probability=level, success_response=every_run(chi)
        )
        interruption, surge = change_probabilities(per_side(-1, 1), params)
        for chance in (interruption, surge, interruption + surge):
            assert ((chance >= 0) & (chance <= 1)).all()


def test_without_a_response_gains_do_not_change_aid() -> None:
    deaf = AID._replace(success_response=every_run(0))
    regime, shock = np.full((2, RUNS), SUSTAINED, np.int32), per_side(0, 1)
    stated = np.where(
        shock < AID.interruption_probability,
        INTERRUPTED,
        np.where(shock > 1 - AID.surge_probability, SURGE, SUSTAINED),
    )
    for gain in (-1.0, 0.0, 1.0):
        later = next_regime(regime, shock, every_run(gain), deaf)
        np.testing.assert_array_equal(later, stated)


def test_gains_fade_from_memory_in_about_two_months() -> None:
    gain, nothing = every_run(0.1), every_run(0)
    recent = next_recent_gain(nothing, gain)
    np.testing.assert_array_equal(recent, gain)
    weeks = 365.2425 / 12 / 7 * 2
    for _ in range(round(weeks)):
        recent = next_recent_gain(recent, nothing)
    np.testing.assert_allclose(recent, 0.1 * np.exp(-1), rtol=0.1)


def test_aid_flows_less_when_interrupted_and_more_in_a_surge() -> None:
    flows = [aid_delivered(np.full((2, RUNS), r, np.int32), AID) for r in range(3)]
    assert (flows[0] <= flows[1]).all()
    assert (flows[1] <= flows[2]).all()


# --- the home front ---


def test_support_falls_with_losses_and_rises_with_gains() -> None:
    base, nothing = per_side(0.4, 0.6), every_run(0)
    quiet = next_support(base, nothing, nothing, SUPPORT)
    assert (next_support(base, nothing + 1e4, nothing, SUPPORT) < quiet).all()
    assert (next_support(base, nothing, nothing + 0.1, SUPPORT) >= quiet).all()
    emptied = next_support(base, nothing + 1e9, nothing, SUPPORT)
    np.testing.assert_array_equal(emptied, 0.0)


def test_nobody_is_recruited_beyond_the_pool() -> None:
    pool = per_side(0, 100)
    joined = recruits(pool, per_side(1e4, 1e5), per_side(0.5, 1), MOBILIZATION)
    assert (joined <= pool).all()


def test_shrinking_and_willing_sides_recruit_more() -> None:
    pool, half = every_run(1e7), MOBILIZATION.theatre_start_persons / 2
    full_will = every_run(1)
    whole = recruits(pool, 2 * half, full_will, MOBILIZATION)
    assert (recruits(pool, half, full_will, MOBILIZATION) >= whole).all()
    assert (recruits(pool, 2 * half, 0.5 * full_will, MOBILIZATION) <= whole).all()


# --- movement of people ---


def test_reserves_go_where_they_are_needed_and_none_is_lost() -> None:
    people, needed, weight = per_side(1e3, 1e5), per_sector(0, 1e4), per_sector(0.1, 1)
    needed[:, 0] = 0.0
    needed[1, :, :5] = 0.0
    per_need, per_weight = spread_rates(people, needed.sum(axis=1), weight.sum(axis=1))
    sent = needed * per_need[:, None] + weight * per_weight[:, None]
    np.testing.assert_allclose(sent.sum(axis=1), people, rtol=1e-5)
    # By need where there is any, by weight where there is none.
    np.testing.assert_array_equal(sent[0, 0], 0.0)
    np.testing.assert_array_equal(sent[1, 0, 5:], 0.0)
    by_weight = people[1] * weight[1] / weight[1].sum(axis=0)
    np.testing.assert_allclose(sent[1, :, :5], by_weight[:, :5], rtol=1e-5)


def test_of_those_who_wait_a_share_arrives_each_week() -> None:
    delay = per_run(1, 6)
    left = (1 - arriving_share(delay)) ** delay
    np.testing.assert_allclose(left, np.exp(-1), rtol=1e-5)


def wanted_share(lost_km: np.ndarray) -> np.ndarray:
    """Share of its deployed troops that each side wants in each sector."""
    front = fronts(sector_of(STATE), given_of(PARAMS))
    shares = np.stack(front.shares)
    weight = allocation_weight(
        front.contact, shares, front.reach[::-1], lost_km, front.full_km, PARAMS.attraction,
        ALLOCATION,
    )  # fmt: skip
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def test_threatened_sectors_draw_troops_from_the_others() -> None:
    lost = NOTHING.copy()
    lost[0, 2] = 20.0
    before, after = wanted_share(NOTHING), wanted_share(lost)
    np.testing.assert_allclose(after.sum(axis=1), 1.0, rtol=1e-5)
    assert (after[0, 2] >= before[0, 2]).all()
    assert (np.delete(after[0], 2, 0) <= np.delete(before[0], 2, 0)).all()
    np.testing.assert_array_equal(before[1], after[1])


def test_a_quiet_border_is_covered_only_where_the_other_side_could_attack() -> None:
    nothing, whole, front, pull = some(0.0), some(1.0), some(200.0), some(1.3)
    one = first_of(ALLOCATION)
    covered, left = (
        allocation_weight(nothing, whole, np.array([reach]), nothing, front, pull, one)
        for reach in (True, False)
    )
    assert covered[0] == pytest.approx(200 * 1.3 * one.quiet_cover_share[0], rel=1e-4)
    assert 0 < left[0] < 1e-4 * covered[0]
    # A side without land there covers nothing.
    gone = allocation_weight(nothing, nothing, np.array([True]), nothing, front, pull, one)
    assert 0 < gone[0] < left[0]


def test_objectives_lean_to_the_sectors_they_name() -> None:
    home, even = np.asarray(IS_HOME), np.full((SECTORS, 1), 1 / SECTORS)
    for name, lean in OBJECTIVES.items():
        pull = np.log(attraction([name, "stake"], home, even, np.zeros(1)))[..., 0]
        np.testing.assert_allclose(pull[0][home[0] == 1], lean.own_home_log, atol=1e-12)
        np.testing.assert_allclose(pull[0][home[0] == 0], lean.other_home_log, atol=1e-12)
        np.testing.assert_allclose(pull[1], 0.0, atol=1e-12)
