"""A week of many runs as arrays, in NumPy or JAX: the same week that the processor runs compiled.

It serves where speed is no matter (the start of a campaign, summaries, tests of the compiled week)
and on an accelerator (`kadesh.dynamics.engine.accelerator`).
"""

from typing import Any, NamedTuple

import numpy as np

from kadesh.dynamics.elementwise import Number, Pair, at_least, choose, exp
from kadesh.dynamics.mechanisms.allocation import holds_land
from kadesh.dynamics.mechanisms.ground import LEAST_FORCE, held_share
from kadesh.dynamics.mechanisms.reserves import spread_rates
from kadesh.dynamics.mechanisms.surprise import appeal, faded, next_surprise, prospect
from kadesh.dynamics.records import Constants, Contest, Front, Place, Sector, Side
from kadesh.dynamics.shocks import Shocks
from kadesh.dynamics.state import CampaignParams, CampaignState, RunParams, Switches
from kadesh.dynamics.week import (
    constants_of,
    contest_of,
    fight,
    front_of,
    home_front,
    leave,
    luck_of_losses,
    worth_log,
)


class WeekInfo(NamedTuple):
    """What happened in a week that the state does not keep: arrays (side, sector, run)."""

    losses_persons: Any
    advance_km: Any
    attack_share: Any
    committed_persons: Any


class Given(NamedTuple):
    """What stays the same within a run, as the week takes it.

    `place` has sectors along the second last axis, `neighbours` is (sector, sector), 1 where two
    lie beside each other or are the same.
    """

    place: Place
    neighbours: Any
    params: RunParams
    constants: Constants
    effectiveness_log: Pair
    on: Switches


def given_of(params: CampaignParams) -> Given:
    """Parameters as the week takes them."""
    geography = params.geography
    area = np.asarray(geography.area_km2)[:, None]
    return Given(
        place=Place(
            area_km2=area,
            length_km=np.sqrt(area),
            is_home=np.asarray(geography.is_home)[:, :, None],
            stake_weight=params.stake_weight,
            attraction=params.attraction,
        ),
        neighbours=geography.neighbours,
        params=params.mechanisms,
        constants=constants_of(params),
        effectiveness_log=params.effectiveness_log,
        on=params.switches,
    )


def sector_of(state: CampaignState) -> Sector:
    """What changes of sectors."""
    return Sector._make(getattr(state, name) for name in Sector._fields)


def side_of(state: CampaignState) -> Side:
    """What changes of sides."""
    return Side._make(getattr(state, name) for name in Side._fields)


def step(
    shocks: Shocks, ordered_persons: Any, state: CampaignState, params: CampaignParams
) -> tuple[CampaignState, WeekInfo]:
    """The state a week later, and what happened in between.

    Args:
        shocks: Chance of this week.
        ordered_persons: People ordered to open an operation this week, by side and sector.
        state: State at the start of the week.
        params: Parameters of each run.
    """
    # What is no number is looked for where a campaign is run, not where it first appears.
    with np.errstate(all="ignore"):
        sector, side, info = array_week(
            shocks, ordered_persons, sector_of(state), side_of(state), given_of(params)
        )
    regime = side.aid_regime.astype(np.int32)
    return CampaignState(**sector._asdict(), **side._replace(aid_regime=regime)._asdict()), info


def array_week(
    shocks: Shocks, ordered_persons: Any, sector: Sector, side: Side, given: Given
) -> tuple[Sector, Side, WeekInfo]:
    """A week of arrays: of sectors (side, sector, run), of sides (side, run)."""
    place, params, constants, on = given.place, given.params, given.constants, given.on
    front = fronts(sector, given)
    sector = sector._replace(surprise_log=faded(sector.surprise_log, constants.surprise_kept_share))
    committed = on.surprise * _operations(shocks, ordered_persons, front, sector, side, given)
    theatre = theatre_persons(sector, side)
    reserve = at_least(side.reserve_persons - committed.sum(axis=1), 0.0)
    sector = sector._replace(
        deployed_persons=sector.deployed_persons + committed,
        surprise_log=next_surprise(sector.surprise_log, committed, params.surprise),
    )
    worths = worths_log(side, theatre, given)
    fought = fight(
        front,
        sector,
        shocks.ground,
        exp(worths),
        worths,
        luck_of_losses(shocks.losses, params.attrition, on),
        place,
        params,
        constants,
        on,
    )
    losses, weight = _stacked(fought.losses_persons), _stacked(fought.wanted_weight)
    after, released = home_front(
        side._replace(reserve_persons=reserve),
        theatre,
        losses.sum(axis=1),
        _stacked(fought.stake_gain_share).sum(axis=1),
        shocks.aid,
        params,
        constants,
        on,
    )
    placed = (sector.deployed_persons - losses + sector.moving_persons).sum(axis=1) + released
    wanted = weight * (placed / weight.sum(axis=1))[:, None]
    left = leave(
        sector.deployed_persons, sector.moving_persons, losses, wanted, params, constants, on
    )
    per_need, per_weight = spread_rates(
        released + left.redeployed_persons.sum(axis=1),
        left.needed_persons.sum(axis=1),
        weight.sum(axis=1),
    )
    sent = left.needed_persons * per_need[:, None] + weight * per_weight[:, None]
    info = WeekInfo(losses, _stacked(fought.advance_km), _stacked(fought.attack_share), committed)
    later = Sector(
        held_km2=fought.held_km2,
        luck_log=fought.luck_log,
        deployed_persons=left.deployed_persons,
        moving_persons=left.moving_persons + sent,
        fortification_share=_stacked(fought.fortification_share),
        surprise_log=sector.surprise_log,
        lost_km=_stacked(fought.lost_km),
    )
    return later, after, info


def fronts(sector: Sector, given: Given) -> Front:
    """Where the sides meet in every sector."""
    shares = held_share(sector.held_km2, given.place.area_km2, given.place.is_home)
    xp = shares.__array_namespace__()
    holds = holds_land(shares).astype(shares.dtype)
    reach = xp.einsum("st,itr->isr", given.neighbours, holds) > 0.0
    return front_of(sector.held_km2, reach, given.place, given.params.ground)


def worths_log(side: Side, theatre_persons: Any, given: Given) -> Any:
    """Logarithm of the effective force of one of each side's people (side, run)."""
    return worth_log(
        side.materiel_eur, theatre_persons, given.effectiveness_log, given.params.materiel, given.on
    )


def theatre_persons(sector: Sector, side: Side) -> Any:
    """People of each side in the theatre (side, run)."""
    return (sector.deployed_persons + sector.moving_persons).sum(axis=1) + side.reserve_persons


def contests(sector: Sector, side: Side, luck_log: Number, given: Given) -> Contest:
    """What each side makes of the front of every sector, no operation being opened."""
    worths = worths_log(side, theatre_persons(sector, side), given)
    return contest_of(
        fronts(sector, given), sector, luck_log, exp(worths), worths, given.place, given.params,
        given.constants, given.on,
    )  # fmt: skip


def _stacked(pair: Pair) -> Any:
    return pair[0].__array_namespace__().stack([pair[0], pair[1]])


def _operations(
    shocks: Shocks, ordered_persons: Any, front: Front, sector: Sector, side: Side, given: Given
) -> Any:
    """People committed to operations this week (side, sector, run)."""
    surprise, constants = given.params.surprise, given.constants
    shares = _stacked(front.shares)
    xp = shares.__array_namespace__()
    available = surprise.operation_reserve_share * side.reserve_persons
    there = sector.deployed_persons + LEAST_FORCE
    forts = constants.fortification_log_strength * sector.fortification_share
    prospects = prospect(
        there, there[::-1], available[:, None], given.place.attraction, forts[::-1]
    )
    home = given.place.is_home
    waiting = home * shocks.choice[0] + (1.0 - home) * shocks.choice[1]
    appeals = appeal(prospects, front.reach & (shares < 1.0), waiting)
    best = appeals.max(axis=1, keepdims=True)
    target = ((appeals == best) & (best > 0.0)).astype(shares.dtype)
    target = target / at_least(target.sum(axis=1, keepdims=True), 1.0)
    opens = shocks.operation < surprise.operation_probability
    committed = choose(opens, available, 0.0)
    ordered = xp.broadcast_to(ordered_persons[:, :, None], target.shape)
    wanted = target * committed[:, None] + ordered
    total = wanted.sum(axis=1)
    reserve = side.reserve_persons
    scale = choose(total > reserve, reserve / at_least(total, 1.0), 1.0)
    return wanted * scale[:, None]
