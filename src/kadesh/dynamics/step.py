"""One week of a campaign: every mechanism once, in a fixed order.

    operations -> contest (force, intent) -> losses -> ground -> fortification -> home front
    -> movement of people

Each mechanism is a function of arrays in a module of its own; only this one knows the order. What a
switched-off mechanism would have changed is multiplied by zero, so that one compiled programme
serves every combination.
"""

from dataclasses import replace

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from kadesh.dynamics.bounds import at_least, at_most
from kadesh.dynamics.mechanisms.aid import aid_delivered, next_recent_gain, next_regime
from kadesh.dynamics.mechanisms.allocation import wanted_share, within_reach
from kadesh.dynamics.mechanisms.attrition import expected_losses, weekly_losses
from kadesh.dynamics.mechanisms.fortification import next_fortification
from kadesh.dynamics.mechanisms.ground import (
    LEAST_FORCE,
    advance_km,
    advantage_log,
    attack_share,
    contact_share,
    held_share,
    next_held,
    next_luck,
)
from kadesh.dynamics.mechanisms.materiel import materiel_multiplier, next_materiel
from kadesh.dynamics.mechanisms.mobilization import recruits
from kadesh.dynamics.mechanisms.reserves import arriving, spread
from kadesh.dynamics.mechanisms.supply import supply_factor
from kadesh.dynamics.mechanisms.support import next_support
from kadesh.dynamics.mechanisms.surprise import chosen_sector, next_surprise, operations
from kadesh.dynamics.mechanisms.withdrawal import (
    given_up_km_per_day,
    unsaved_share,
    yielded_share,
)
from kadesh.dynamics.shocks import Shocks
from kadesh.dynamics.state import CampaignParams, CampaignState

MEMORY = 0.75
"""Part of a recent loss of ground or people still in mind a week later: about four weeks."""


class WeekInfo(eqx.Module):
    """What happened in a week that the state does not keep."""

    losses_persons: Float[Array, "side sector run"]
    advance_km: Float[Array, "side sector run"]
    attack_share: Float[Array, "side sector run"]
    committed_persons: Float[Array, "side sector run"]


class Front(eqx.Module):
    """Where the sides meet at the start of a week.

    `shares` held by each side, `contact` the part of the full front along land both hold,
    `reach` where a side could attack, `full_km` the front of a sector that is fought over.
    """

    shares: Float[Array, "side sector run"]
    contact: Float[Array, "sector run"]
    reach: Bool[Array, "side sector run"]
    full_km: Float[Array, "sector run"]


class Contest(eqx.Module):
    """What each side makes of the front in a week.

    `advantage_log` in an attack, `attack_share` of the front on which it attacks,
    `contested_share` of the full front on which it can, `meeting` where either can,
    `yielded_share` of it on which the other side goes back before it, and expected losses.
    """

    advantage_log: Float[Array, "side sector run"]
    attack_share: Float[Array, "side sector run"]
    contested_share: Float[Array, "side sector run"]
    meeting: Float[Array, "sector run"]
    yielded_share: Float[Array, "side sector run"]
    expected_losses_persons: Float[Array, "side sector run"]


def step(
    shocks: Shocks,
    ordered_persons: Float[Array, "side sector"],
    state: CampaignState,
    params: CampaignParams,
) -> tuple[CampaignState, WeekInfo]:
    """The state a week later, and what happened in between.

    Args:
        shocks: Chance of this week.
        ordered_persons: People ordered to open an operation this week, by side and sector.
        state: State at the start of the week.
        params: Parameters of each run.
    """
    on = params.switches
    front, fort_log = front_of(state, params), fortification_log(state, params)
    state, committed = _open_operations(shocks, ordered_persons, front, fort_log, state, params)

    luck = on.noise * next_luck(state.luck_log, shocks.ground, params.ground)
    contest = contest_of(front, fort_log, luck, state, params)
    losses = on.attrition * weekly_losses(
        contest.expected_losses_persons,
        state.deployed_persons,
        on.noise * shocks.losses,
        params.attrition,
    )
    # What one side has lost of late is what the other has advanced.
    supplied = supply_factor(on.supply * jnp.flip(state.lost_km, 0), params.supply)
    attack = contest.attack_share
    given_up = given_up_km_per_day(contest.yielded_share, params.withdrawal)
    advance = on.ground * advance_km(
        contest.advantage_log, attack, supplied, params.ground, given_up
    )
    gained_km2 = advance * front.full_km * contest.contested_share
    held = next_held(
        state.held_km2, gained_km2, params.geography.area_km2, params.geography.is_home
    )
    moved_km = jnp.abs(held - state.held_km2) / at_least(front.full_km * contest.meeting, 1.0)
    dug_in = next_fortification(state.fortification_share, attack, moved_km, params.fortification)
    shares_after = held_share(held, params.geography.area_km2, params.geography.is_home)
    lost_km = jnp.where(shares_after < front.shares, moved_km, 0.0)
    state = replace(
        state,
        held_km2=held,
        luck_log=luck,
        lost_km=MEMORY * state.lost_km + lost_km,
        fortification_share=jnp.where(on.fortification > 0, dug_in, state.fortification_share),
    )
    stake_gain = jnp.sum(params.stake_weight * (shares_after - front.shares), axis=1)
    state = _home_front(shocks, jnp.sum(losses, axis=1), stake_gain, state, params)
    state = _move_people(losses, front, state, params)
    return state, WeekInfo(losses, advance, attack, committed)


def front_of(state: CampaignState, params: CampaignParams) -> Front:
    """Where the sides meet in a state."""
    geography = params.geography
    shares = held_share(state.held_km2, geography.area_km2, geography.is_home)
    return Front(
        shares=shares,
        contact=contact_share(state.held_km2, geography.area_km2),
        reach=within_reach(shares, geography.neighbours),
        full_km=params.ground.front_length_factor * jnp.sqrt(geography.area_km2)[:, None],
    )


def fortification_log(
    state: CampaignState, params: CampaignParams
) -> Float[Array, "side sector run"]:
    """What its fortification adds to the logarithm of each side's strength in defence."""
    strength = params.switches.fortification * params.fortification.fortification_log_strength
    return strength * state.fortification_share


def contest_of(
    front: Front,
    fort_log: Float[Array, "side sector run"],
    luck_log: Float[Array, "sector run"],
    state: CampaignState,
    params: CampaignParams,
) -> Contest:
    """Intent and expected losses of both sides along a front."""
    toward_home = (2.0 * params.geography.is_home - 1.0)[:, :, None]
    force = effective_force(state, params)
    advantage = advantage_log(force, state.surprise_log, fort_log, toward_home * luck_log)
    attack = attack_share(advantage, params.ground)
    # A border opens to the width of a fresh operation and closes as surprise fades.
    freshness = state.surprise_log / params.surprise.surprise_log_strength
    opened = params.ground.border_front_share * at_most(freshness, 1.0)
    contested = at_least(jnp.where(front.reach, opened, 0.0), front.contact)
    meeting = at_least(contested[0], contested[1])
    # Where no line moves nobody goes back, and nobody is saved by it.
    may_withdraw = params.switches.withdrawal * params.switches.ground
    yielded = may_withdraw * yielded_share(advantage, attack, params.withdrawal)
    engaged = meeting * unsaved_share(yielded, params.withdrawal)
    losses = expected_losses(state.deployed_persons, force, attack, engaged, params.attrition)
    return Contest(advantage, attack, contested, meeting, yielded, losses)


def effective_force(
    state: CampaignState, params: CampaignParams
) -> Float[Array, "side sector run"]:
    """Strength of each side in each sector, in persons at reference equipment and effectiveness."""
    multiplier = materiel_multiplier(state.materiel_eur, state.theatre_persons, params.materiel)
    multiplier = jnp.where(params.switches.materiel > 0, multiplier, 1.0)
    return state.deployed_persons * (multiplier * jnp.exp(params.effectiveness_log))[:, None]


def _open_operations(
    shocks: Shocks,
    ordered_persons: Float[Array, "side sector"],
    front: Front,
    fort_log: Float[Array, "side sector run"],
    state: CampaignState,
    params: CampaignParams,
) -> tuple[CampaignState, Float[Array, "side sector run"]]:
    available = params.surprise.operation_reserve_share * state.reserve_persons
    there = state.deployed_persons + LEAST_FORCE
    ratio = (there + available[:, None]) / jnp.flip(there, 0)
    prospect = ratio * params.allocation.attraction * jnp.flip(jnp.exp(-fort_log), 0)
    home = params.geography.is_home[:, :, None]
    choice = home * shocks.choice[0] + (1.0 - home) * shocks.choice[1]
    target = chosen_sector(prospect, front.reach & (front.shares < 1.0), choice)
    committed = params.switches.surprise * operations(
        state.reserve_persons,
        target,
        shocks.operation,
        jnp.broadcast_to(ordered_persons[:, :, None], target.shape),
        params.surprise,
    )
    reserve = state.reserve_persons - jnp.sum(committed, axis=1)
    surprise = next_surprise(state.surprise_log, committed, params.surprise)
    return (
        replace(
            state,
            deployed_persons=state.deployed_persons + committed,
            reserve_persons=at_least(reserve, 0.0),
            surprise_log=params.switches.surprise * surprise,
        ),
        committed,
    )


def _home_front(
    shocks: Shocks,
    losses_persons: Float[Array, "side run"],
    stake_gain_share: Float[Array, "side run"],
    state: CampaignState,
    params: CampaignParams,
) -> CampaignState:
    """Aid, materiel and home support after a week's losses and gains."""
    on = params.switches
    gain = next_recent_gain(state.recent_gain_share, stake_gain_share)
    regime = next_regime(state.aid_regime, shocks.aid, gain, params.aid)
    materiel = next_materiel(
        state.materiel_eur, on.aid * aid_delivered(regime, params.aid), params.materiel
    )
    support = next_support(state.support_share, losses_persons, stake_gain_share, params.support)
    recent = MEMORY * state.recent_losses_persons_per_week + (1.0 - MEMORY) * losses_persons
    return replace(
        state,
        aid_regime=jnp.where(on.aid > 0, regime, state.aid_regime),
        materiel_eur=jnp.where(on.materiel > 0, materiel, state.materiel_eur),
        support_share=jnp.where(on.support > 0, support, state.support_share),
        losses_persons=state.losses_persons + losses_persons,
        recent_losses_persons_per_week=recent,
        recent_gain_share=gain,
    )


def _move_people(
    losses_persons: Float[Array, "side sector run"],
    front: Front,
    state: CampaignState,
    params: CampaignParams,
) -> CampaignState:
    """Losses leave, the trained and the recovered come back, reserves and surplus move."""
    on, reserves = params.switches, params.reserves
    joined = on.mobilization * recruits(
        state.pool_persons,
        state.theatre_persons,
        state.support_share / at_least(params.support.support_start_share, 0.01),
        params.mobilization,
    )
    trained = on.mobilization * arriving(state.training_persons, params.mobilization.training_weeks)
    recovered = arriving(state.recovering_persons, reserves.recovery_weeks)
    arrived = arriving(state.moving_persons, reserves.reserve_delay_weeks)
    released = on.reserves * reserves.reserve_release_per_week * state.reserve_persons

    deployed = state.deployed_persons - losses_persons
    placed = deployed + state.moving_persons
    total = jnp.sum(placed, axis=1) + released
    wanted = wanted_share(
        front.contact,
        front.shares,
        front.reach,
        state.lost_km,
        front.full_km,
        params.allocation,
    )
    surplus = at_least(deployed - wanted * total[:, None], 0.0)
    redeployed = on.allocation * reserves.redeployment_share_per_week * surplus
    needed = at_least(wanted * total[:, None] - placed, 0.0)
    needed = jnp.where(on.allocation > 0, needed, deployed)
    sent = spread(released + jnp.sum(redeployed, axis=1), needed, wanted)

    all_losses = jnp.sum(losses_persons, axis=1)
    wounded = reserves.returning_share * all_losses
    return replace(
        state,
        deployed_persons=deployed - redeployed + arrived,
        moving_persons=state.moving_persons - arrived + sent,
        reserve_persons=state.reserve_persons - released + trained + recovered,
        training_persons=state.training_persons - trained + joined,
        recovering_persons=state.recovering_persons - recovered + wounded,
        pool_persons=state.pool_persons - joined,
        out_persons=state.out_persons + all_losses - wounded,
    )
