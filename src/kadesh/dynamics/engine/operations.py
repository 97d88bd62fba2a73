"""Operations in the compiled week: rare, and so opened run by run."""

import numpy as np

from kadesh.dynamics.elementwise import at_least
from kadesh.dynamics.engine.draws import draw_waits
from kadesh.dynamics.engine.lanes import compiled, rare
from kadesh.dynamics.engine.layout import (
    ATTRACTION,
    COMMITTED,
    FRESH,
    LANES,
    OPERATION_LUCK,
    PROBABILITY,
    SECOND,
    SHARE,
    STRENGTH,
    Q,
    X,
)
from kadesh.dynamics.mechanisms.ground import LEAST_FORCE, held_share
from kadesh.dynamics.mechanisms.surprise import appeal, prospect
from kadesh.dynamics.shocks import MONTH_WEEKS

f4, i4, u4 = np.float32, np.int32, np.uint32
ZERO, HALF, ONE, LEAST = f4(0.0), f4(0.5), f4(1.0), f4(LEAST_FORCE)


@rare
def _commit(x, q, p, holds, area, home, beside, waits, orders, on, side, lane, opens):
    """One side opens its operations of a week in one run."""
    sectors, other = len(x), 1 - side
    at, across = side * SECOND + lane, other * SECOND + lane
    everybody = at_least(q[Q.reserve_persons + at], ZERO)
    available = at_least(p[SHARE + lane] * everybody, ZERO)
    best = ZERO
    for s in range(sectors):
        chance = ZERO
        share = held_share(x[s, X.held_km2 + lane], area[s], home[s, side])
        reach = i4(0)
        for word in range(len(holds)):
            reach |= holds[word, at] & beside[s, word]
        if opens and reach != 0 and share < ONE:
            good = prospect(
                x[s, X.deployed_persons + at] + LEAST,
                x[s, X.deployed_persons + across] + LEAST,
                available,
                x[s, ATTRACTION + at],
                p[STRENGTH + lane] * x[s, X.fortification_share + across],
            )
            chance = appeal(good, True, waits[0, s] if home[s, side] > HALF else waits[1, s])
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
    if total > ZERO:
        q[Q.reserve_persons + at] = at_least(everybody - scale * total, ZERO)


@compiled
def any_opens(luck, p, ordered):
    """Whether a side opens an operation in any lane; `luck` of the second side is a month later."""
    count = i4(0)
    for lane in range(LANES):
        first = luck[lane] < p[PROBABILITY + lane]
        second = luck[MONTH_WEEKS * LANES + lane] < p[PROBABILITY + SECOND + lane]
        count += i4(1) if first or second else i4(0)
    return ordered or count > 0


@compiled
def any_ordered(orders):
    """Whether an operation is ordered this week."""
    for side in range(2):
        for s in range(orders.shape[1]):
            if orders[side, s] > ZERO:
                return True
    return False


@rare
def no_operations(x):
    """Clear what is recorded as committed."""
    for s in range(len(x)):
        for lane in range(2 * LANES):
            x[s, COMMITTED + lane] = ZERO


@rare
def open_operations(
    x, q, p, z, holds, area, home, beside, choice, waits, run, month, week, orders, ordered, on
):
    """Operations are rare: run by run, and only where one is opened."""
    luck = OPERATION_LUCK + week * LANES
    for lane in range(LANES):
        opens_0 = z[luck + lane] < p[PROBABILITY + lane]
        opens_1 = z[luck + MONTH_WEEKS * LANES + lane] < p[PROBABILITY + SECOND + lane]
        if ordered or opens_0 or opens_1:
            draw_waits(choice, u4(run + u4(lane)), month, week, waits)
            for side in range(2):
                opens = opens_1 if side else opens_0
                if ordered or opens:
                    _commit(
                        x, q, p, holds, area, home, beside, waits, orders, on, side, lane, opens
                    )  # fmt: skip
            for side in range(2):
                at = side * SECOND + lane
                if not (ordered or (opens_1 if side else opens_0)):
                    continue
                for s in range(len(x)):
                    if x[s, COMMITTED + at] > ZERO:
                        x[s, X.deployed_persons + at] += x[s, COMMITTED + at]
                        x[s, X.surprise_log + at] = at_least(
                            x[s, X.surprise_log + at], p[FRESH + lane]
                        )
