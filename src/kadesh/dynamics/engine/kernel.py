"""The compiled week: lanes of runs through the weeks of a month, a sector and a side at a time.

Only the order of loops and what is kept of a week are written here; what happens in a week is
`kadesh.dynamics.week` and its mechanisms, compiled as they stand (`kadesh.dynamics.engine.phases`).
"""

from collections import namedtuple
from typing import Any

import numpy as np
from numba import njit

from kadesh.dynamics.engine.draws import draw
from kadesh.dynamics.engine.lanes import OPTIONS, rare, wide_vectors
from kadesh.dynamics.engine.layout import (
    AID_LUCK,
    COMMITTED,
    LANES,
    LINE,
    LOSS_LUCK,
    LOSSES,
    LUCK,
    OPERATION_LUCK,
    P_ROWS,
    Q_ROWS,
    SECOND,
    SUMS,
    X_ROWS,
    X_WORK,
    Z_WORK,
    X,
)
from kadesh.dynamics.engine.operations import any_opens, any_ordered, no_operations, open_operations
from kadesh.dynamics.engine.phases import (
    fight,
    home_front,
    leave,
    look,
    rates,
    reach_into,
    send,
    settle,
    worth,
)
from kadesh.dynamics.shocks import MONTH_WEEKS

f4, u4 = np.float32, np.uint32
ZERO = f4(0.0)


@rare
def _copy(source, target, count):
    for i in range(count):
        target[i] = source[i]


@rare
def _record_losses(x, record):
    """Losses and operations of a week, before people move."""
    for s in range(len(x)):
        for side in range(2):
            at = side * SECOND
            _copy(x[s, LOSSES + at :], record[3 + side, s], LANES)
            _copy(x[s, COMMITTED + at :], record[5 + side, s], LANES)


@rare
def _record(x, q, record, side_record):
    """Land and people of a sector, and all of the sides, at the end of a week."""
    for s in range(len(x)):
        _copy(x[s, X.held_km2 :], record[0, s], LANES)
        for side in range(2):
            deployed = x[s, X.deployed_persons + side * SECOND :]
            _copy(deployed, record[1 + side, s], LANES)
    for row in range(Q_ROWS):
        _copy(q[row * LANES :], side_record[row], LANES)


@rare
def _check(numbers, rows, finite):
    """Leave 0 in lanes whose numbers are all finite; NaN in others, for good."""
    for row in range(rows):
        for lane in range(LANES):
            finite[lane] += ZERO * numbers[row * LANES + lane]


@rare
def _aligned(count, kind):
    """Zeros of four bytes that begin where a line of memory does, as a whole vector must."""
    room = np.zeros(count + LINE, kind)
    start = (-(room.ctypes.data // 4)) % LINE
    return room[start : start + count]


Keys = namedtuple("Keys", "ground choice losses aid operation")
"""`kadesh.dynamics.shocks.ShockKeys`. Numba's caches know it by this name: move it, and one of an
earlier version cannot be read."""


def programme(version: str) -> Any:
    """The compiled weeks; compiled anew where `version`, the code it is made of, is another."""

    @njit(cache=True, **OPTIONS)
    def through_weeks(
        xs, qs, ps, area, length, home, beside, on, key_words, first_run, first_month, sign,
        orders, record, side_record, finite,
    ):  # fmt: skip
        """Blocks of runs through the weeks of `orders`, in place."""
        wide_vectors()
        keys = Keys(*key_words)
        sectors, weeks, kept = len(area), len(orders), record.shape[1] > 0
        x = _aligned(sectors * X_WORK, np.float32).reshape(sectors, X_WORK)
        q = _aligned(Q_ROWS * LANES, np.float32)
        p = _aligned(P_ROWS * LANES, np.float32)
        z = _aligned(Z_WORK, np.float32)
        holds = _aligned(beside.shape[1] * 2 * LANES, np.int32).reshape(-1, 2 * LANES)
        reach = _aligned(2 * LANES, np.int32)
        waits = np.zeros(keys.choice.shape, np.float32)
        # Read here, `version` is part of what Numba's cache knows a programme by.
        if len(version) == 0:
            return
        for block in range(len(xs)):
            for s in range(sectors):
                _copy(xs[block, s], x[s], X_ROWS * LANES)
            _copy(qs[block], q, Q_ROWS * LANES)
            _copy(ps[block], p, P_ROWS * LANES)
            settle(p, on)
            _check(p, P_ROWS, finite[block])
            run = u4(first_run + u4(block * LANES))
            for now in range(weeks):
                week, month = now % MONTH_WEEKS, u4(first_month + u4(now // MONTH_WEEKS))
                if week == 0:
                    draw(x, z, keys, run, month, sign)
                look(x, q, p, z, holds, area, home)
                ordered = any_ordered(orders[now])
                opened = any_opens(z[OPERATION_LUCK + week * LANES :], p, ordered)
                if kept:
                    no_operations(x)
                if opened:
                    open_operations(
                        x, q, p, z, holds, area, home, beside, keys.choice, waits, run, month,
                        week, orders[now], ordered, on,
                    )  # fmt: skip
                for i in range(SUMS):
                    z[i] = ZERO
                for side in range(2):
                    at = side * LANES
                    luck = z[LOSS_LUCK + (side * MONTH_WEEKS + week) * LANES :]
                    worth(q[at:], z[at:], p, p[at:], luck, on)
                for s in range(sectors):
                    y = x[s]
                    reach_into(holds, beside[s], reach)
                    fight(
                        y, p, z, reach, y[LUCK + week * LANES :], area[s], length[s],
                        home[s, 0], home[s, 1], on,
                    )  # fmt: skip
                if kept:
                    _record_losses(x, record[block, now])
                for side in range(2):
                    at = side * LANES
                    luck = z[AID_LUCK + (side * MONTH_WEEKS + week) * LANES :]
                    home_front(q[at:], z[at:], p, p[at:], luck, on)
                    for s in range(sectors):
                        leave(x[s, at:], z[at:], p, p[at:], on)
                    rates(z[at:])
                    for s in range(sectors):
                        send(x[s, at:], z[at:])
                if kept:
                    _record(x, q, record[block, now], side_record[block, now])
                if week == MONTH_WEEKS - 1 or now == weeks - 1:
                    for s in range(sectors):
                        _check(x[s], X_ROWS, finite[block])
                    _check(q, Q_ROWS, finite[block])
            for s in range(sectors):
                _copy(x[s], xs[block, s], X_ROWS * LANES)
            _copy(q, qs[block], Q_ROWS * LANES)

    return through_weeks
