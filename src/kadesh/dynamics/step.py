"""A week of many runs as arrays, in NumPy or JAX: the same week that the processor runs compiled.

It serves the first weeks of a process (`kadesh.dynamics.engine.arrays`), the start of a campaign
and summaries, and on an accelerator (`kadesh.dynamics.engine.accelerator`).
"""

from typing import Any, NamedTuple

import numpy as np

from kadesh.dynamics.elementwise import Number, Pair, at_least, choose, exp, total
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
        constants=constants_of(params.mechanisms, params.switches),
        effectiveness_log=params.effectiveness_log,
        on=params.switches,
    )


def sector_of(state: CampaignState) -> Sector:
    """What changes of sectors."""
    return Sector._make(getattr(state, name) for name in Sector._fields)


def side_of(state: CampaignState) -> Side:
    """What changes of sides."""
    return Side._make(getattr(state, name) for name in Side._fields)


def state_of(sector: Sector, side: Side) -> CampaignState:
    """The state that these are."""
    regime = side.aid_regime.astype(np.int32)
    return CampaignState(**sector._asdict(), **side._replace(aid_regime=regime)._asdict())


def recorded(sector: Sector, side: Side, info: WeekInfo) -> dict[str, Any]:
    """What is kept of a week, by the names of the quantities."""
    return {
        "held_km2": sector.held_km2,
        "deployed_persons": sector.deployed_persons,
        "weekly_losses_persons": info.losses_persons,
        "committed_persons": info.committed_persons,
    } | side._asdict()


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
    return state_of(sector, side), info


def array_week(
    shocks: Shocks, ordered_persons: Any, sector: Sector, side: Side, given: Given
) -> tuple[Sector, Side, WeekInfo]:
    """A week of arrays: of sectors (side, sector, run), of sides (side, run)."""
    place, params, constants, on = given.place, given.params, given.constants, given.on
    front = fronts(sector, given)
    sector = sector._replace(surprise_log=faded(sector.surprise_log, constants.surprise_kept_share))
    committed, reserve = _operations(shocks, ordered_persons, front, sector, side, given)
    theatre = theatre_persons(sector, side)
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
        total(losses, 1),
        total(_stacked(fought.stake_gain_share), 1),
        shocks.aid,
        params,
        constants,
        on,
    )
    placed = total(sector.deployed_persons - losses + sector.moving_persons, 1) + released
    weights = total(weight, 1)
    wanted = weight * (placed / weights)[:, None]
    left = leave(
        sector.deployed_persons, sector.moving_persons, losses, wanted, params, constants, on
    )
    per_need, per_weight = spread_rates(
        released + total(left.redeployed_persons, 1), total(left.needed_persons, 1), weights
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
    return total(sector.deployed_persons + sector.moving_persons, 1, side.reserve_persons)


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
) -> tuple[Any, Any]:
    """People committed to operations this week, by sector, and the reserves that are left."""
    surprise, constants = given.params.surprise, given.constants
    shares = _stacked(front.shares)
    xp = shares.__array_namespace__()
    reserve = at_least(side.reserve_persons, 0.0)
    available = at_least(surprise.operation_reserve_share * reserve, 0.0)
    there = sector.deployed_persons + LEAST_FORCE
    forts = constants.fortification_log_strength * sector.fortification_share
    prospects = prospect(
        there, there[::-1], available[:, None], given.place.attraction, forts[::-1]
    )
    home = given.place.is_home
    waiting = home * shocks.choice[0] + (1.0 - home) * shocks.choice[1]
    opens = shocks.operation < surprise.operation_probability
    is_open = opens[:, None] & front.reach & (shares < 1.0)
    appeals = appeal(prospects, is_open, waiting)
    best = appeals.max(axis=1, keepdims=True)
    target = (appeals == best) & (best > 0.0)
    each = available / at_least(total(target.astype(shares.dtype), 1), 1.0)
    ordered = xp.broadcast_to(ordered_persons[:, :, None], target.shape)
    wanted = choose(target, each[:, None], 0.0) + ordered
    people = total(wanted, 1)
    enough = choose(people > reserve, reserve / at_least(people, 1.0), 1.0)
    scale = given.on.surprise * enough
    left = at_least(reserve - scale * people, 0.0)
    return wanted * scale[:, None], choose(people > 0.0, left, side.reserve_persons)
