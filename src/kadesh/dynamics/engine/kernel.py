"""The compiled week: lanes of runs through the weeks of a month, a sector and a side at a time.

Only the order of loops, the rows of memory (`kadesh.dynamics.engine.layout`) and what is rare are
written here; what happens in a week is `kadesh.dynamics.week` and its mechanisms, compiled as they
stand. Lanes do not touch: a run does not depend on what else is worked beside it.

Whatever is drawn for a month (see `kadesh.dynamics.shocks`) is drawn at its start, but for the
choice among sectors, which only an operation needs, and which is drawn where one is opened.
"""

import math
from collections import namedtuple
from typing import Any, Final

import numpy as np
from numba import njit

from kadesh.dynamics.elementwise import at_least, exp
from kadesh.dynamics.engine import layout
from kadesh.dynamics.engine.lanes import (
    OPTIONS,
    compiled,
    log_of,
    rare,
    turn_of,
    wide_vectors,
)
from kadesh.dynamics.engine.layout import (
    CONSTANTS,
    EFFECTIVENESS,
    LANES,
    P_ROWS,
    PLACE,
    Q_ROWS,
    SECTOR,
    SIDE,
    X_ROWS,
)
from kadesh.dynamics.mechanisms.allocation import holds_land
from kadesh.dynamics.mechanisms.ground import LEAST_FORCE, held_share
from kadesh.dynamics.mechanisms.reserves import spread_rates
from kadesh.dynamics.mechanisms.surprise import appeal, faded, prospect
from kadesh.dynamics.week import (
    Place,
    fight,
    front_of,
    home_front,
    leave,
    luck_of_losses,
    worth_log,
)

f4, i4, u4 = np.float32, np.int32, np.uint32
ZERO, HALF, ONE, LEAST = f4(0.0), f4(0.5), f4(1.0), f4(LEAST_FORCE)


def _places(name: str, rows: dict[str, int]) -> Any:
    """Where rows begin, by name, as a compiled function can look them up."""
    kind: Any = namedtuple(name, rows)  # type: ignore[misc]
    return kind(*(row * LANES for row in rows.values()))


SECOND: Final = LANES
"""Distance of the second side's row from the first's."""
X: Any = _places("X", SECTOR)
Q: Any = _places("Q", SIDE)
STAKE, ATTRACTION = PLACE["stake_weight"] * LANES, PLACE["attraction"] * LANES
# Beside its state, a sector has rows for a week's losses, weights and operations, and for luck.
LOSSES, WEIGHT, COMMITTED, LUCK = (
    row * LANES for row in (X_ROWS, X_ROWS + 2, X_ROWS + 4, X_ROWS + 6)
)
X_WORK: Final = (X_ROWS + 10) * LANES
_SCRATCH = (
    "lost", "weight", "placed", "stake_gain", "needed", "going",
    "released", "per_weight", "theatre", "worth", "worth_log", "factor",
)  # fmt: skip
Z: Any = _places("Z", {name: 2 * row for row, name in enumerate(_SCRATCH)})
SUMS: Final = 6 * 2 * LANES
"""The first scratch rows of the sides are sums over sectors."""
MONTH: Final = 4
LOSS_LUCK, AID_LUCK, OPERATION_LUCK = (2 * LANES * (len(_SCRATCH) + MONTH * i) for i in range(3))
"""Luck of a month by side: a row for each side and week."""
Z_WORK: Final = 2 * LANES * (len(_SCRATCH) + 3 * MONTH)

KEPT, STRENGTH = (
    CONSTANTS[name] * LANES for name in ("surprise_kept_share", "fortification_log_strength")
)
SURPRISE = layout.PARAMS["surprise"]
SHARE, PROBABILITY, FRESH = (
    SURPRISE[name] * LANES
    for name in ("operation_reserve_share", "operation_probability", "surprise_log_strength")
)
NOISE = layout.PARAMS["attrition"]["loss_noise"] * LANES
EFFECT = EFFECTIVENESS * LANES

_read_sector = compiled(layout.read_sector)
_read_constants = compiled(layout.read_constants)
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
def _rotated(x, k):
    return u4((x << k) | (x >> (u4(32) - k)))


@compiled
def _mixed(first, second, a, b, c, d):
    first = u4(first + second)
    second = _rotated(second, a) ^ first
    first = u4(first + second)
    second = _rotated(second, b) ^ first
    first = u4(first + second)
    second = _rotated(second, c) ^ first
    first = u4(first + second)
    second = _rotated(second, d) ^ first
    return first, second


@compiled
def words(key_0, key_1, run, month):
    """`kadesh.dynamics.shocks.threefry` of one key and counter."""
    key_2 = u4(key_0 ^ key_1 ^ u4(0x1BD11BDA))
    a, b, c, d = u4(13), u4(15), u4(26), u4(6)
    e, f, g, h = u4(17), u4(29), u4(16), u4(24)
    first, second = u4(run + key_0), u4(month + key_1)
    first, second = _mixed(first, second, a, b, c, d)
    first, second = u4(first + key_1), u4(second + u4(key_2 + u4(1)))
    first, second = _mixed(first, second, e, f, g, h)
    first, second = u4(first + key_2), u4(second + u4(key_0 + u4(2)))
    first, second = _mixed(first, second, a, b, c, d)
    first, second = u4(first + key_0), u4(second + u4(key_1 + u4(3)))
    first, second = _mixed(first, second, e, f, g, h)
    first, second = u4(first + key_1), u4(second + u4(key_2 + u4(4)))
    first, second = _mixed(first, second, a, b, c, d)
    return u4(first + key_2), u4(second + u4(key_0 + u4(5)))


@compiled
def _half(word, shift):
    """A uniform deviate in (0, 1) from one half of a word."""
    return (f4(i4((word >> shift) & u4(0xFFFF))) + HALF) * f4(1.0 / 65536.0)


@compiled
def _normals(key, run, month, sign, out):
    """Four weeks' standard normal deviates, by Box and Muller."""
    for lane in range(LANES):
        pair = words(key[0], key[1], u4(run + u4(lane)), month)
        first, second = pair[0], pair[1]
        turn = _half(first, u4(16))
        sine, cosine = turn_of(turn - ONE if turn > HALF else turn)
        radius = sign * math.sqrt(f4(-2.0) * log_of(_half(first, u4(0))))
        out[lane] = radius * cosine
        out[LANES + lane] = radius * sine
        turn = _half(second, u4(16))
        sine, cosine = turn_of(turn - ONE if turn > HALF else turn)
        radius = sign * math.sqrt(f4(-2.0) * log_of(_half(second, u4(0))))
        out[2 * LANES + lane] = radius * cosine
        out[3 * LANES + lane] = radius * sine


@compiled
def _uniforms(key, run, month, sign, out):
    for lane in range(LANES):
        pair = words(key[0], key[1], u4(run + u4(lane)), month)
        first, second = pair[0], pair[1]
        out[lane] = HALF + sign * (_half(first, u4(0)) - HALF)
        out[LANES + lane] = HALF + sign * (_half(first, u4(16)) - HALF)
        out[2 * LANES + lane] = HALF + sign * (_half(second, u4(0)) - HALF)
        out[3 * LANES + lane] = HALF + sign * (_half(second, u4(16)) - HALF)


@compiled
def _draw(x, z, keys, run, month, sign):
    """All luck of a month that every run needs."""
    for s in range(len(x)):
        _normals(keys.ground[s], run, month, sign, x[s, LUCK:])
    for side in range(2):
        at = side * MONTH * LANES
        _normals(keys.losses[side], run, month, sign, z[LOSS_LUCK + at :])
        _uniforms(keys.aid[side], run, month, sign, z[AID_LUCK + at :])
        _uniforms(keys.operation[side], run, month, sign, z[OPERATION_LUCK + at :])


@compiled
def _look(x, q, p, z, holds, area, home):
    """Who holds land where, who is in the theatre; surprise fades."""
    for lane in range(LANES):
        holds[lane] = 0
        holds[SECOND + lane] = 0
        z[Z.theatre + lane] = q[Q.reserve_persons + lane]
        z[Z.theatre + SECOND + lane] = q[Q.reserve_persons + SECOND + lane]
    for s in range(len(x)):
        y = x[s]
        bit = i4(1 << s)
        for lane in range(LANES):
            held = y[X.held_km2 + lane]
            first = held_share(held, area[s], home[s, 0])
            second = held_share(held, area[s], home[s, 1])
            holds[lane] |= bit if holds_land(first) else i4(0)
            holds[SECOND + lane] |= bit if holds_land(second) else i4(0)
            z[Z.theatre + lane] += y[X.deployed_persons + lane] + y[X.moving_persons + lane]
            z[Z.theatre + SECOND + lane] += (
                y[X.deployed_persons + SECOND + lane] + y[X.moving_persons + SECOND + lane]
            )
            kept = p[KEPT + lane]
            y[X.surprise_log + lane] = faded(y[X.surprise_log + lane], kept)
            y[X.surprise_log + SECOND + lane] = faded(y[X.surprise_log + SECOND + lane], kept)


@compiled
def _waiting(key, run, month, week, own):
    """How long an operation would wait for a sector: exponential, from a byte of a word."""
    pair = words(key[0], key[1], run, month)
    word = pair[0] if own else pair[1]
    byte = (word >> u4(8 * week)) & u4(0xFF)
    return -log_of((f4(i4(byte)) + HALF) * f4(1.0 / 256.0))


@rare
def _commit(
    x, q, p, z, holds, area, home, beside, keys, run, month, week, orders, on, side, lane, opens
):
    """One side opens its operations of a week in one run."""
    sectors, other = len(x), 1 - side
    at, across = side * SECOND + lane, other * SECOND + lane
    everybody = q[Q.reserve_persons + at]
    available = p[SHARE + lane] * everybody
    best = ZERO
    for s in range(sectors):
        chance = ZERO
        if opens:
            share = held_share(x[s, X.held_km2 + lane], area[s], home[s, side])
            reach = (holds[at] & beside[s]) != 0
            fort = p[STRENGTH + lane] * x[s, X.fortification_share + across]
            good = prospect(
                x[s, X.deployed_persons + at] + LEAST,
                x[s, X.deployed_persons + across] + LEAST,
                available,
                x[s, ATTRACTION + at],
                fort,
            )
            own = home[s, side] > HALF
            waiting = _waiting(keys.choice[s], run, month, week, own)
            chance = appeal(good, reach and share < ONE, waiting)
        x[s, COMMITTED + at] = chance
        best = max(best, chance)
    count = ZERO
    for s in range(sectors):
        if best > ZERO and x[s, COMMITTED + at] == best:
            count += ONE
    total = ZERO
    for s in range(sectors):
        there = available / count if best > ZERO and x[s, COMMITTED + at] == best else ZERO
        x[s, COMMITTED + at] = there + orders[side, s]
        total += x[s, COMMITTED + at]
    scale = on.surprise * (everybody / max(total, ONE) if total > everybody else ONE)
    for s in range(sectors):
        x[s, COMMITTED + at] *= scale
    q[Q.reserve_persons + at] = at_least(everybody - scale * total, ZERO)


@rare
def _open_operations(x, q, p, z, holds, area, home, beside, keys, run, month, week, orders, on):
    """Operations are rare: run by run, and only where one is opened."""
    ordered = False
    for s in range(len(x)):
        for lane in range(2 * LANES):
            x[s, COMMITTED + lane] = ZERO
        ordered = ordered or orders[0, s] > ZERO or orders[1, s] > ZERO
    luck = OPERATION_LUCK + week * LANES
    for lane in range(LANES):
        opens_0 = z[luck + lane] < p[PROBABILITY + lane]
        opens_1 = z[luck + MONTH * LANES + lane] < p[PROBABILITY + SECOND + lane]
        if ordered or opens_0 or opens_1:
            number = u4(run + u4(lane))
            _commit(
                x, q, p, z, holds, area, home, beside, keys, number, month, week, orders, on,
                0, lane, opens_0,
            )  # fmt: skip
            _commit(
                x, q, p, z, holds, area, home, beside, keys, number, month, week, orders, on,
                1, lane, opens_1,
            )  # fmt: skip
            for s in range(len(x)):
                for side in range(2):
                    at = side * SECOND + lane
                    if x[s, COMMITTED + at] > ZERO:
                        x[s, X.deployed_persons + at] += x[s, COMMITTED + at]
                        x[s, X.surprise_log + at] = at_least(
                            x[s, X.surprise_log + at], p[FRESH + lane]
                        )


@compiled
def _worth(q, z, p, own, luck, on):
    """What one of a side's people is worth, and the luck of its losses."""
    for lane in range(LANES):
        params = _read_worth_params(p, own, lane)
        worth = worth_log(
            q[Q.materiel_eur + lane], z[Z.theatre + lane], own[EFFECT + lane], params.materiel, on
        )
        z[Z.worth_log + lane] = worth
        z[Z.worth + lane] = exp(worth)
        z[Z.factor + lane] = luck_of_losses(luck[lane], params.attrition, on)


@compiled
def _fight(y, p, z, holds, luck, area, length, home_0, home_1, beside, on):
    """The fighting of a week in one sector."""
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
        reach = ((holds[lane] & beside) != 0, (holds[SECOND + lane] & beside) != 0)
        front = front_of(sector.held_km2, reach, place, params.ground)
        after = fight(
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


@compiled
def _home_front(q, z, p, own, luck, on):
    """Aid, materiel, support and the pipeline of people of one side."""
    for lane in range(LANES):
        after, released = home_front(
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


@compiled
def _leave(y, z, p, own, on):
    """Losses and surplus of one side leave a sector; what it needs lies where its losses lay."""
    for lane in range(LANES):
        left = leave(
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


@compiled
def _rates(z):
    """How those who go are divided over the sectors of one side."""
    for lane in range(LANES):
        per_need, per_weight = spread_rates(
            z[Z.released + lane] + z[Z.going + lane],
            z[Z.needed + lane],
            z[Z.weight + lane],
        )
        z[Z.needed + lane] = per_need
        z[Z.per_weight + lane] = per_weight


@compiled
def _send(y, z):
    """Reserves and surplus of one side go where they are needed."""
    for lane in range(LANES):
        y[X.moving_persons + lane] += (
            y[LOSSES + lane] * z[Z.needed + lane] + y[WEIGHT + lane] * z[Z.per_weight + lane]
        )


@rare
def _copy(source, target, count):
    for i in range(count):
        target[i] = source[i]


@rare
def _record_losses(x, record, start):
    """Losses and operations of a week, before people move."""
    for s in range(len(x)):
        for lane in range(LANES):
            record[3, s, start + lane] = x[s, LOSSES + lane]
            record[4, s, start + lane] = x[s, LOSSES + SECOND + lane]
            record[5, s, start + lane] = x[s, COMMITTED + lane]
            record[6, s, start + lane] = x[s, COMMITTED + SECOND + lane]


@rare
def _record(x, q, record, side_record, start):
    """Land and people of a sector, and all of the sides, at the end of a week."""
    for s in range(len(x)):
        for lane in range(LANES):
            record[0, s, start + lane] = x[s, X.held_km2 + lane]
            record[1, s, start + lane] = x[s, X.deployed_persons + lane]
            record[2, s, start + lane] = x[s, X.deployed_persons + SECOND + lane]
    for row in range(Q_ROWS):
        for lane in range(LANES):
            side_record[row, start + lane] = q[row * LANES + lane]


@rare
def _finite(x, q, finite):
    """Leave 0 in lanes whose numbers are all finite; NaN in others, for good."""
    for s in range(len(x)):
        for row in range(X_ROWS):
            for lane in range(LANES):
                finite[lane] += ZERO * x[s, row * LANES + lane]
    for row in range(Q_ROWS):
        for lane in range(LANES):
            finite[lane] += ZERO * q[row * LANES + lane]


Keys = namedtuple("Keys", "ground choice losses aid operation")


def programme(version: str) -> Any:
    """The compiled weeks; compiled anew where `version`, the code it is made of, is another."""

    @njit(cache=True, **OPTIONS)
    def through_weeks(
        xs, qs, ps, area, length, home, beside, on, keys, first_run, first_month, sign,
        orders, first, last, record, side_record, finite,
    ):  # fmt: skip
        """Blocks `first` to before `last` through the weeks of `orders`, in place."""
        wide_vectors()  # type: ignore[call-arg]
        sectors, weeks = len(area), len(orders)
        x = np.zeros((sectors, X_WORK), np.float32)
        q = np.zeros(Q_ROWS * LANES, np.float32)
        p = np.zeros(P_ROWS * LANES, np.float32)
        z = np.zeros(Z_WORK, np.float32)
        holds = np.zeros(2 * LANES, np.int32)
        if len(version) == 0:
            return
        for block in range(first, last):
            for s in range(sectors):
                _copy(xs[block, s], x[s], X_ROWS * LANES)
            _copy(qs[block], q, Q_ROWS * LANES)
            _copy(ps[block], p, P_ROWS * LANES)
            run = u4(first_run + u4(block * LANES))
            for now in range(weeks):
                week, month = now % MONTH, u4(first_month + u4(now // MONTH))
                if week == 0:
                    _draw(x, z, keys, run, month, sign)
                _look(x, q, p, z, holds, area, home)
                _open_operations(
                    x, q, p, z, holds, area, home, beside, keys, run, month, week, orders[now], on
                )
                for i in range(SUMS):
                    z[i] = ZERO
                for side in range(2):
                    at = side * LANES
                    luck = z[LOSS_LUCK + (side * MONTH + week) * LANES :]
                    _worth(q[at:], z[at:], p, p[at:], luck, on)
                for s in range(sectors):
                    y = x[s]
                    _fight(
                        y, p, z, holds, y[LUCK + week * LANES :], area[s], length[s],
                        home[s, 0], home[s, 1], beside[s], on,
                    )  # fmt: skip
                if len(record) > 0:
                    _record_losses(x, record[now], block * LANES)
                for side in range(2):
                    at = side * LANES
                    luck = z[AID_LUCK + (side * MONTH + week) * LANES :]
                    _home_front(q[at:], z[at:], p, p[at:], luck, on)
                    for s in range(sectors):
                        _leave(x[s, at:], z[at:], p, p[at:], on)
                    _rates(z[at:])
                    for s in range(sectors):
                        _send(x[s, at:], z[at:])
                if len(record) > 0:
                    _record(x, q, record[now], side_record[now], block * LANES)
                if week == MONTH - 1 or now == weeks - 1:
                    _finite(x, q, finite[block])
            for s in range(sectors):
                _copy(x[s], xs[block, s], X_ROWS * LANES)
            _copy(q, qs[block], Q_ROWS * LANES)

    return through_weeks
