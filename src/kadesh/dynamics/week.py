"""One week of a campaign: every mechanism once, in a fixed order.

    operations -> contest (force, intent) -> losses -> ground -> fortification -> home front
    -> movement of people

Each mechanism is a module of its own. What they do to each other in a week is written here, and the
order of its parts, with operations before them, twice: for arrays and for lanes. A week comes in
four parts, each for one sector or one side of one run, with sums over sectors in between:

    `worth_log`, `luck_of_losses`   a side     what one of its people is worth, its luck
    `fight`                         a sector   both sides: losses, ground, lines
    `home_front`                    a side     aid, materiel, support, the pipeline of people
    `leave`, `spread_rates`         a sector   who goes, who comes

What belongs to both sides is a pair, the first side first: a tuple, or the first axis of an array.
`kadesh.dynamics.step` takes whole arrays through the week, `kadesh.dynamics.engine.kernel` the
numbers of one run. What a switched-off mechanism would have changed is multiplied by zero, so that
one compiled programme serves every combination.
"""

from typing import Any

from kadesh.dynamics.elementwise import (
    Number,
    Pair,
    absolute,
    at_least,
    at_most,
    choose,
    exp,
    unless_tiny,
)
from kadesh.dynamics.mechanisms.aid import aid_delivered, next_recent_gain, next_regime
from kadesh.dynamics.mechanisms.allocation import allocation_weight
from kadesh.dynamics.mechanisms.attrition import (
    expected_losses,
    intensity,
    loss_factor,
    people_log_ratio,
    weekly_losses,
)
from kadesh.dynamics.mechanisms.fortification import digging_pace, kept_share, next_fortification
from kadesh.dynamics.mechanisms.ground import (
    advance_km,
    attack_share,
    contact_share,
    held_share,
    luck_step,
    next_held,
    next_luck,
    strength_log_ratio,
)
from kadesh.dynamics.mechanisms.materiel import materiel_multiplier_log, next_materiel
from kadesh.dynamics.mechanisms.mobilization import recruits
from kadesh.dynamics.mechanisms.reserves import arriving_share
from kadesh.dynamics.mechanisms.supply import supply_factor
from kadesh.dynamics.mechanisms.support import next_support
from kadesh.dynamics.mechanisms.surprise import surprise_kept_share
from kadesh.dynamics.mechanisms.withdrawal import (
    given_up_km_per_day,
    unsaved_share,
    yielded_share,
)
from kadesh.dynamics.records import Constants, Contest, Fought, Front, Left, Place, Sector, Side

MEMORY = 0.75
"""Part of a recent loss of ground or people still in mind a week later: about four weeks."""


def constants_of(params: Any, on: Any) -> Constants:
    """Constants of runs with these parameters (`kadesh.dynamics.state.RunParams`) and switches."""
    attrition = params.attrition
    rate = on.attrition * attrition.loss_rate_per_week
    exposure_0, exposure_1 = attrition.loss_exposure_log[0], attrition.loss_exposure_log[1]
    return Constants(
        loss_rate_per_week=(rate * exp(exposure_0), rate * exp(exposure_1)),
        luck_step=luck_step(params.ground),
        fortification_log_strength=on.fortification
        * params.fortification.fortification_log_strength,
        fortification_pace=digging_pace(params.fortification),
        per_fortification_depth=1.0 / params.fortification.fortification_depth_km,
        per_surprise_log_strength=1.0 / params.surprise.surprise_log_strength,
        surprise_kept_share=on.surprise * surprise_kept_share(params.surprise),
        movement_share=arriving_share(params.reserves.reserve_delay_weeks),
        recovery_share=arriving_share(params.reserves.recovery_weeks),
        training_share=on.mobilization * arriving_share(params.mobilization.training_weeks),
    )


def worth_log(
    materiel_eur: Number, theatre_persons: Number, effectiveness_log: Number, params: Any, on: Any
) -> Number:
    """Logarithm of the effective force of one of a side's people."""
    multiplier = materiel_multiplier_log(materiel_eur, theatre_persons, params)
    return choose(on.materiel > 0.0, multiplier, 0.0) + effectiveness_log


def luck_of_losses(shock: Number, params: Any, on: Any) -> Number:
    """What chance makes of a side's losses of a week; 1 without noise."""
    return loss_factor(shock, on.noise * params.loss_noise)


def front_of(held_km2: Number, reach: Pair, place: Place, ground: Any) -> Front:
    """Where the sides meet in a sector."""
    return Front(
        shares=(
            held_share(held_km2, place.area_km2, place.is_home[0]),
            held_share(held_km2, place.area_km2, place.is_home[1]),
        ),
        contact=contact_share(held_km2, place.area_km2),
        reach=reach,
        full_km=ground.front_length_factor * place.length_km,
    )


def contest_of(
    front: Front,
    sector: Sector,
    luck_log: Number,
    worth: Pair,
    worths_log: Pair,
    place: Place,
    params: Any,
    constants: Constants,
    on: Any,
) -> Contest:
    """Intent and expected losses of both sides in a sector."""
    own_0, own_1 = sector.deployed_persons[0], sector.deployed_persons[1]
    force_0, force_1 = own_0 * worth[0], own_1 * worth[1]
    ratio = strength_log_ratio(force_0, force_1)
    luck_0 = (place.is_home[0] - place.is_home[1]) * luck_log
    strength = constants.fortification_log_strength
    fresh_0, fresh_1 = sector.surprise_log[0], sector.surprise_log[1]
    edge_0 = fresh_0 - strength * sector.fortification_share[1] + (ratio + luck_0)
    edge_1 = fresh_1 - strength * sector.fortification_share[0] - (ratio + luck_0)
    attack_0, attack_1 = attack_share(edge_0, params.ground), attack_share(edge_1, params.ground)
    # A border opens to the width of a fresh operation and closes as surprise fades.
    border, per_strength = params.ground.border_front_share, constants.per_surprise_log_strength
    opened_0 = choose(front.reach[0], border * at_most(fresh_0 * per_strength, 1.0), 0.0)
    opened_1 = choose(front.reach[1], border * at_most(fresh_1 * per_strength, 1.0), 0.0)
    contested_0 = at_least(opened_0, front.contact)
    contested_1 = at_least(opened_1, front.contact)
    meeting = at_least(contested_0, contested_1)
    # Where no line moves nobody goes back, and nobody is saved by it.
    may_withdraw = on.withdrawal * on.ground
    yielded_0 = may_withdraw * yielded_share(edge_0, attack_0, params.withdrawal)
    yielded_1 = may_withdraw * yielded_share(edge_1, attack_1, params.withdrawal)
    unsaved = unsaved_share(yielded_0, params.withdrawal) * unsaved_share(
        yielded_1, params.withdrawal
    )
    engaged = meeting * unsaved
    odds = people_log_ratio(own_1, own_0)
    attrition, rate = params.attrition, constants.loss_rate_per_week
    hit_0 = rate[0] * intensity(attack_0, attack_1, attrition)
    hit_1 = rate[1] * intensity(attack_1, attack_0, attrition)
    return Contest(
        advantage_log=(edge_0, edge_1),
        attack_share=(attack_0, attack_1),
        contested_share=(contested_0, contested_1),
        meeting=meeting,
        yielded_share=(yielded_0, yielded_1),
        expected_losses_persons=(
            expected_losses(
                own_0, force_1, worths_log[1] + odds, hit_0 * engaged, params.attrition
            ),
            expected_losses(
                own_1, force_0, worths_log[0] - odds, hit_1 * engaged, params.attrition
            ),
        ),
    )


def fight(
    front: Front,
    sector: Sector,
    shock: Number,
    worth: Pair,
    worths_log: Pair,
    factor: Pair,
    place: Place,
    params: Any,
    constants: Constants,
    on: Any,
) -> Fought:
    """The fighting of a week in a sector.

    Args:
        front: From `front_of`.
        sector: State, operations opened this week included.
        shock: Standard normal, in favour of the side at home.
        worth: Effective force of one of each side's people.
        worths_log: Its logarithm.
        factor: What chance makes of each side's losses.
        place: What never changes of the sector.
        params: Parameters of the run.
        constants: From `constants_of`.
        on: Switches.
    """
    luck = on.noise * next_luck(sector.luck_log, shock, constants.luck_step, params.ground)
    contest = contest_of(front, sector, luck, worth, worths_log, place, params, constants, on)
    lost_0, lost_1 = sector.lost_km[0], sector.lost_km[1]
    # What one side has lost of late is what the other has advanced.
    advance_0 = advance_km(
        contest.advantage_log[0],
        contest.attack_share[0],
        supply_factor(on.supply * lost_1, params.supply),
        params.ground,
        given_up_km_per_day(contest.yielded_share[0], params.withdrawal),
    )
    advance_1 = advance_km(
        contest.advantage_log[1],
        contest.attack_share[1],
        supply_factor(on.supply * lost_0, params.supply),
        params.ground,
        given_up_km_per_day(contest.yielded_share[1], params.withdrawal),
    )
    advance_0, advance_1 = on.ground * advance_0, on.ground * advance_1
    gained_0 = advance_0 * contest.contested_share[0]
    gained_1 = advance_1 * contest.contested_share[1]
    abroad = (place.is_home[1] - place.is_home[0]) * (gained_0 - gained_1)
    held = next_held(sector.held_km2, front.full_km * abroad, place.area_km2)
    moved = absolute(held - sector.held_km2) / at_least(front.full_km * contest.meeting, 1.0)
    after_0 = held_share(held, place.area_km2, place.is_home[0])
    after_1 = held_share(held, place.area_km2, place.is_home[1])
    lost_0 = unless_tiny(MEMORY * lost_0 + choose(after_0 < front.shares[0], moved, 0.0))
    lost_1 = unless_tiny(MEMORY * lost_1 + choose(after_1 < front.shares[1], moved, 0.0))
    kept, pace = kept_share(moved, constants.per_fortification_depth), constants.fortification_pace
    dug_0, dug_1 = sector.fortification_share[0], sector.fortification_share[1]
    attack_0, attack_1 = contest.attack_share[0], contest.attack_share[1]
    digs = on.fortification > 0.0
    expected = contest.expected_losses_persons
    return Fought(
        held_km2=held,
        luck_log=luck,
        fortification_share=(
            choose(digs, next_fortification(dug_0, attack_0, pace, kept), dug_0),
            choose(digs, next_fortification(dug_1, attack_1, pace, kept), dug_1),
        ),
        lost_km=(lost_0, lost_1),
        losses_persons=(
            weekly_losses(expected[0], sector.deployed_persons[0], factor[0]),
            weekly_losses(expected[1], sector.deployed_persons[1], factor[1]),
        ),
        advance_km=(advance_0, advance_1),
        attack_share=contest.attack_share,
        stake_gain_share=(
            place.stake_weight * (after_0 - front.shares[0]),
            place.stake_weight * (after_1 - front.shares[1]),
        ),
        wanted_weight=(
            allocation_weight(
                front.contact, front.shares[0], front.reach[1], lost_0, front.full_km,
                place.attraction[0], params.allocation,
            ),
            allocation_weight(
                front.contact, front.shares[1], front.reach[0], lost_1, front.full_km,
                place.attraction[1], params.allocation,
            ),
        ),
    )  # fmt: skip


def home_front(
    side: Side,
    theatre_persons: Number,
    losses_persons: Number,
    stake_gain_share: Number,
    aid_shock: Number,
    params: Any,
    constants: Constants,
    on: Any,
) -> tuple[Side, Number]:
    """A side after a week's losses and gains, and the people it releases from its reserve.

    Args:
        side: State.
        theatre_persons: People in the theatre at the start of the week.
        losses_persons: Losses of the week in all sectors.
        stake_gain_share: Gain of the week, as a share of the ground at stake.
        aid_shock: Uniform on (0, 1).
        params: Parameters of the run, with this side's own.
        constants: From `constants_of`.
        on: Switches.
    """
    reserves, first = params.reserves, params.support.support_start_share
    gain = next_recent_gain(side.recent_gain_share, stake_gain_share)
    regime = next_regime(side.aid_regime, aid_shock, gain, params.aid)
    aid = on.aid * aid_delivered(regime, params.aid)
    materiel = next_materiel(side.materiel_eur, aid, params.materiel)
    moved = next_support(side.support_share, losses_persons, stake_gain_share, params.support)
    support = choose(on.support > 0.0, moved, side.support_share)
    joined = on.mobilization * recruits(
        side.pool_persons, theatre_persons, support / at_least(first, 0.01), params.mobilization
    )
    trained = constants.training_share * side.training_persons
    recovered = constants.recovery_share * side.recovering_persons
    released = on.reserves * reserves.reserve_release_per_week * side.reserve_persons
    wounded = reserves.returning_share * losses_persons
    recent = side.recent_losses_persons_per_week
    after = Side(
        reserve_persons=unless_tiny(side.reserve_persons - released + trained + recovered),
        training_persons=unless_tiny(side.training_persons - trained + joined),
        recovering_persons=unless_tiny(side.recovering_persons - recovered + wounded),
        pool_persons=side.pool_persons - joined,
        out_persons=side.out_persons + losses_persons - wounded,
        losses_persons=side.losses_persons + losses_persons,
        recent_losses_persons_per_week=unless_tiny(
            MEMORY * recent + (1.0 - MEMORY) * losses_persons
        ),
        materiel_eur=choose(on.materiel > 0.0, materiel, side.materiel_eur),
        support_share=support,
        aid_regime=choose(on.aid > 0.0, regime, side.aid_regime),
        recent_gain_share=gain,
    )
    return after, released


def leave(
    deployed_persons: Number,
    moving_persons: Number,
    losses_persons: Number,
    wanted_persons: Number,
    params: Any,
    constants: Constants,
    on: Any,
) -> Left:
    """Losses and surplus leave a sector, those on the move arrive, and what it needs is noted."""
    deployed = deployed_persons - losses_persons
    surplus = at_least(deployed - wanted_persons, 0.0)
    redeployed = on.allocation * params.reserves.redeployment_share_per_week * surplus
    lacking = at_least(wanted_persons - (deployed + moving_persons), 0.0)
    arrived = moving_persons * constants.movement_share
    return Left(
        deployed_persons=deployed - redeployed + arrived,
        moving_persons=unless_tiny(moving_persons - arrived),
        redeployed_persons=redeployed,
        needed_persons=choose(on.allocation > 0.0, lacking, deployed),
    )
