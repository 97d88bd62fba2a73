"""The parts of a week (`kadesh.dynamics.week`), from rows of lanes to rows of lanes.

Lanes do not touch: a run does not depend on what else is worked beside it.
"""

import numpy as np

from kadesh.dynamics import week
from kadesh.dynamics.elementwise import exp
from kadesh.dynamics.engine import layout
from kadesh.dynamics.engine.lanes import compiled, two_at_a_time, wide_vectors
from kadesh.dynamics.engine.layout import (
    ATTRACTION,
    BITS,
    EFFECT,
    KEPT,
    LANES,
    LOSSES,
    SECOND,
    STAKE,
    WEIGHT,
    Q,
    X,
    Z,
)
from kadesh.dynamics.mechanisms.allocation import holds_land
from kadesh.dynamics.mechanisms.ground import held_share
from kadesh.dynamics.mechanisms.reserves import spread_rates
from kadesh.dynamics.mechanisms.surprise import faded
from kadesh.dynamics.records import Place

i4 = np.int32

_read_sector = compiled(layout.read_sector)
_read_constants = compiled(layout.read_constants)
_read_params = compiled(layout.read_params)
_write_constants = compiled(layout.write_constants)
_read_side = compiled(layout.read_side)
_read_worth_params = compiled(layout.params_reader("materiel", "attrition"))
_read_fight_params = compiled(
    layout.params_reader("attrition", "ground", "supply", "withdrawal", "allocation")
)
_read_home_params = compiled(
    layout.params_reader("reserves", "mobilization", "materiel", "aid", "support")
)
_read_leave_params = compiled(layout.params_reader("reserves"))


@compiled
def settle(p, on):
    """What a week needs of the parameters: worked out once."""
    wide_vectors()
    for lane in range(LANES):
        _write_constants(p, lane, week.constants_of(_read_params(p, lane), on))
        two_at_a_time()


@compiled
def look(x, q, p, z, holds, area, home):
    """Who holds land where, who is in the theatre; surprise fades."""
    wide_vectors()
    for word in range(len(holds)):
        for lane in range(2 * LANES):
            holds[word, lane] = 0
    for lane in range(LANES):
        z[Z.theatre + lane] = q[Q.reserve_persons + lane]
        z[Z.theatre + SECOND + lane] = q[Q.reserve_persons + SECOND + lane]
        two_at_a_time()
    for s in range(len(x)):
        y, held_there = x[s], holds[s // BITS]
        bit = i4(1 << (s % BITS))
        for lane in range(LANES):
            held = y[X.held_km2 + lane]
            first = held_share(held, area[s], home[s, 0])
            second = held_share(held, area[s], home[s, 1])
            held_there[lane] |= bit if holds_land(first) else i4(0)
            held_there[SECOND + lane] |= bit if holds_land(second) else i4(0)
            z[Z.theatre + lane] += y[X.deployed_persons + lane] + y[X.moving_persons + lane]
            z[Z.theatre + SECOND + lane] += (
                y[X.deployed_persons + SECOND + lane] + y[X.moving_persons + SECOND + lane]
            )
            kept = p[KEPT + lane]
            y[X.surprise_log + lane] = faded(y[X.surprise_log + lane], kept)
            y[X.surprise_log + SECOND + lane] = faded(y[X.surprise_log + SECOND + lane], kept)
            two_at_a_time()


@compiled
def reach_into(holds, beside, reach):
    """Whether each side holds land beside a sector, or in it: not 0 where it does."""
    wide_vectors()
    for lane in range(2 * LANES):
        reach[lane] = holds[0, lane] & beside[0]
        two_at_a_time()
    for word in range(1, len(holds)):
        for lane in range(2 * LANES):
            reach[lane] |= holds[word, lane] & beside[word]


@compiled
def worth(q, z, p, own, luck, on):
    """What one of a side's people is worth, and the luck of its losses."""
    wide_vectors()
    for lane in range(LANES):
        params = _read_worth_params(p, own, lane)
        log_worth = week.worth_log(
            q[Q.materiel_eur + lane], z[Z.theatre + lane], own[EFFECT + lane], params.materiel, on
        )
        z[Z.worth_log + lane] = log_worth
        z[Z.worth + lane] = exp(log_worth)
        z[Z.factor + lane] = week.luck_of_losses(luck[lane], params.attrition, on)
        two_at_a_time()


@compiled
def fight(y, p, z, reach, luck, area, length, home_0, home_1, on):
    """The fighting of a week in one sector."""
    wide_vectors()
    for lane in range(LANES):
        params = _read_fight_params(p, p, lane)
        sector = _read_sector(y, lane)
        place = Place(
            area,
            length,
            (home_0, home_1),
            y[STAKE + lane],
            (y[ATTRACTION + lane], y[ATTRACTION + SECOND + lane]),
        )
        reached = reach[lane] != 0, reach[SECOND + lane] != 0
        front = week.front_of(sector.held_km2, reached, place, params.ground)
        after = week.fight(
            front,
            sector,
            luck[lane],
            (z[Z.worth + lane], z[Z.worth + SECOND + lane]),
            (z[Z.worth_log + lane], z[Z.worth_log + SECOND + lane]),
            (z[Z.factor + lane], z[Z.factor + SECOND + lane]),
            place,
            params,
            _read_constants(p, lane),
            on,
        )
        y[X.held_km2 + lane] = after.held_km2
        y[X.luck_log + lane] = after.luck_log
        y[X.fortification_share + lane] = after.fortification_share[0]
        y[X.fortification_share + SECOND + lane] = after.fortification_share[1]
        y[X.lost_km + lane] = after.lost_km[0]
        y[X.lost_km + SECOND + lane] = after.lost_km[1]
        lost_0, lost_1 = after.losses_persons[0], after.losses_persons[1]
        y[LOSSES + lane] = lost_0
        y[LOSSES + SECOND + lane] = lost_1
        y[WEIGHT + lane] = after.wanted_weight[0]
        y[WEIGHT + SECOND + lane] = after.wanted_weight[1]
        z[Z.lost + lane] += lost_0
        z[Z.lost + SECOND + lane] += lost_1
        z[Z.weight + lane] += after.wanted_weight[0]
        z[Z.weight + SECOND + lane] += after.wanted_weight[1]
        z[Z.placed + lane] += sector.deployed_persons[0] - lost_0 + sector.moving_persons[0]
        z[Z.placed + SECOND + lane] += (
            sector.deployed_persons[1] - lost_1 + sector.moving_persons[1]
        )
        z[Z.stake_gain + lane] += after.stake_gain_share[0]
        z[Z.stake_gain + SECOND + lane] += after.stake_gain_share[1]
        two_at_a_time()


@compiled
def home_front(q, z, p, own, luck, on):
    """Aid, materiel, support and the pipeline of people of one side."""
    wide_vectors()
    for lane in range(LANES):
        after, released = week.home_front(
            _read_side(q, lane),
            z[Z.theatre + lane],
            z[Z.lost + lane],
            z[Z.stake_gain + lane],
            luck[lane],
            _read_home_params(p, own, lane),
            _read_constants(p, lane),
            on,
        )
        q[Q.reserve_persons + lane] = after.reserve_persons
        q[Q.training_persons + lane] = after.training_persons
        q[Q.recovering_persons + lane] = after.recovering_persons
        q[Q.pool_persons + lane] = after.pool_persons
        q[Q.out_persons + lane] = after.out_persons
        q[Q.losses_persons + lane] = after.losses_persons
        q[Q.recent_losses_persons_per_week + lane] = after.recent_losses_persons_per_week
        q[Q.materiel_eur + lane] = after.materiel_eur
        q[Q.support_share + lane] = after.support_share
        q[Q.aid_regime + lane] = after.aid_regime
        q[Q.recent_gain_share + lane] = after.recent_gain_share
        z[Z.released + lane] = released
        z[Z.per_weight + lane] = (z[Z.placed + lane] + released) / z[Z.weight + lane]
        two_at_a_time()


@compiled
def leave(y, z, p, own, on):
    """Losses and surplus of one side leave a sector; what it needs lies where its losses lay."""
    wide_vectors()
    for lane in range(LANES):
        left = week.leave(
            y[X.deployed_persons + lane],
            y[X.moving_persons + lane],
            y[LOSSES + lane],
            y[WEIGHT + lane] * z[Z.per_weight + lane],
            _read_leave_params(p, own, lane),
            _read_constants(p, lane),
            on,
        )
        y[X.deployed_persons + lane] = left.deployed_persons
        y[X.moving_persons + lane] = left.moving_persons
        y[LOSSES + lane] = left.needed_persons
        z[Z.needed + lane] += left.needed_persons
        z[Z.going + lane] += left.redeployed_persons
        two_at_a_time()


@compiled
def rates(z):
    """How those who go are divided over the sectors of one side."""
    wide_vectors()
    for lane in range(LANES):
        per_need, per_weight = spread_rates(
            z[Z.released + lane] + z[Z.going + lane],
            z[Z.needed + lane],
            z[Z.weight + lane],
        )
        z[Z.needed + lane] = per_need
        z[Z.per_weight + lane] = per_weight
        two_at_a_time()


@compiled
def send(y, z):
    """Reserves and surplus of one side go where they are needed."""
    wide_vectors()
    for lane in range(LANES):
        y[X.moving_persons + lane] += (
            y[LOSSES + lane] * z[Z.needed + lane] + y[WEIGHT + lane] * z[Z.per_weight + lane]
        )
        two_at_a_time()
