"""The compiled loops over wars whose battles are counted (`kadesh.bargaining.exact.counts`).

A layer's states, one for each number of battles won from which the war goes on, are one vector.
Sums run in eight lanes in a fixed order. Compiled by Numba without fast-math (compare
`kadesh.bargaining.exact.kernels`).
"""

from typing import Any, Final

import numpy as np
from numba import njit

from kadesh.bargaining.exact.kernels import FEASIBLE

LANES: Final = 8
NEGLIGIBLE: Final = 1e-280
"""Mass below which the ends of a layer are cut off: numbers near the smallest are slow."""
VALUE_SLACK: Final = 1e-9
"""How far a floor may be above its value, of values of order one."""

Array = np.ndarray[Any, Any]


@njit(cache=True, nogil=True, error_model="numpy")
def live_range(positions: int, start: int, n: int) -> tuple[int, int]:
    """Fewest and most battles won of `n` with which the war goes on (none: fewest above most)."""
    return max(0, (n - start + 2) // 2), min(n, (positions - 1 - start + n) // 2)


@njit(cache=True, nogil=True, error_model="numpy")
def go_back(
    positions: int, start: int, level: Array, slope: Array, cost: Array, bound: Array,
    discount: float, power: float, is_common: bool, has_deal: Array, kept: Array,
) -> tuple[Array, Array]:  # fmt: skip
    """Backward over all layers; fills `has_deal` and, if it has rows, `kept` with A's values.

    Returns:
        Floors and values at the start, and what was found: the number of floors that a bound
        raised, of floors above their values, the largest joint value and the largest residual of
        the priced-in identity (both -inf where beliefs differ), and the largest value (1 where
        neither these nor kept values need it).
    """
    periods = level.shape[1]
    # A page and a quarter apart, as in `kernels`.
    width = (periods + 2 + 511) // 512 * 512 + 128
    work = np.zeros((4, width))
    share = np.zeros((2, width))
    left = np.zeros(width)
    wins = np.arange(width).astype(np.float64)
    clipped, above = 0, 0
    joint, residual, largest = -np.inf, -np.inf, 1.0
    low, high = live_range(positions, start, periods)
    for w in range(low, high + 1):
        work[0, w] = (start + 2 * w - periods) / positions
        work[1, w] = 1.0 - work[0, w]
    one, two = np.uint64(1), np.uint64(2)
    a = np.uint64(0)
    bound_a, bound_b = bound[0], bound[1]
    cost_a, cost_b = cost[0], cost[1]
    rest = 1.0 - power
    floors = np.zeros(4)
    for n in range(periods - 1, -1, -1):
        low_next, high_next = low, high
        low, high = live_range(positions, start, n)
        b, to_a, to_b = a + one, two - a, two - a + one
        if low < low_next:
            work[a, low], work[b, low] = 0.0, 1.0
        if high + 1 > high_next:
            work[a, high + 1], work[b, high + 1] = 1.0, 0.0
        level_a, level_b, slope_a, slope_b = level[0, n], level[1, n], slope[0, n], slope[1, n]
        first = np.uint64(low)
        count = np.uint64(max(0, high - low + 1))
        layer = has_deal[n]
        for j in range(count):
            i = first + j
            odds_a = level_a + slope_a * wins[i]
            odds_b = level_b + slope_b * wins[i]
            own_a = work[a, i] + odds_a * (work[a, i + one] - work[a, i])
            own_b = work[b, i] + odds_b * (work[b, i + one] - work[b, i])
            own_a = discount * own_a - cost_a
            own_b = discount * own_b - cost_b
            clipped += own_a < bound_a
            clipped += own_b < bound_b
            floor_a = bound_a if own_a < bound_a else own_a
            floor_b = bound_b if own_b < bound_b else own_b
            surplus = 1.0 - floor_a - floor_b
            left[j] = surplus
            gain = surplus if surplus >= FEASIBLE else 0.0
            work[to_a, i] = floor_a + power * gain
            work[to_b, i] = floor_b + rest * gain
            above += work[to_a, i] < floor_a - VALUE_SLACK
            above += work[to_b, i] < floor_b - VALUE_SLACK
        for j in range(count):
            layer[j] = left[j] >= FEASIBLE
        if kept.shape[0]:
            for j in range(count):
                kept[n, j] = work[to_a, first + j]
                largest = max(largest, abs(work[to_a, first + j]), abs(work[to_b, first + j]))
        if is_common:
            for w in range(low, high + 2):
                share[0, w] = work[a, w] + power * (1.0 - work[a, w] - work[b, w])
            for w in range(low, high + 1):
                odds = level_a + slope_a * w
                own_a = odds * work[a, w + 1] + (1.0 - odds) * work[a, w]
                own_b = odds * work[b, w + 1] + (1.0 - odds) * work[b, w]
                own_a = discount * own_a - cost_a
                own_b = discount * own_b - cost_b
                joint = max(joint, work[to_a, w] + work[to_b, w])
                largest = max(largest, abs(work[to_a, w]), abs(work[to_b, w]))
                if own_a >= bound_a and own_b >= bound_b:
                    # The same share from the shares that follow, not from the floors.
                    later = odds * share[0, w + 1] + (1.0 - odds) * share[0, w]
                    foretold = power * (1.0 - discount + cost_a + cost_b) - cost_a
                    foretold += discount * later
                    here = own_a + power * (1.0 - own_a - own_b)
                    residual = max(residual, abs(here - foretold))
        if n == 0:
            own_a = level_a * work[a, 1] + (1.0 - level_a) * work[a, 0]
            own_b = level_b * work[b, 1] + (1.0 - level_b) * work[b, 0]
            floors[0] = max(discount * own_a - cost_a, bound_a)
            floors[1] = max(discount * own_b - cost_b, bound_b)
        a = to_a
    floors[2], floors[3] = work[a, 0], work[a + one, 0]
    return floors, np.array([float(clipped), float(above), joint, residual, largest])


@njit(cache=True, nogil=True, error_model="numpy")
def go_forward(
    positions: int, start: int, level: Array, slope: Array, has_deal: Array, kept: Array,
    keep: float, settled: Array, conquered: Array, fought: Array, where: Array,
) -> tuple[float, float]:  # fmt: skip
    """Send a mass of one from the start through all layers.

    Args:
        positions: N.
        start: Position at the start.
        level: A's odds by period if it had won no battle yet, to whom the measure belongs.
        slope: What a battle won adds to them.
        has_deal: As `go_back` filled it.
        kept: A's values as `go_back` filled them, or without rows.
        keep: What is left of the mass after a battle: 1, or the discount factor.
        settled: Filled: mass that settles in each period.
        conquered: Filled: mass that reaches either end in each period, B's end first.
        fought: Filled: mass that fights in each period.
        where: Filled: mass by battles won that is left at the horizon.

    Returns:
        The mass left at the horizon, and what settlements gave A (0 if nothing was kept).
    """
    periods = len(level)
    width = (periods + 2 + 511) // 512 * 512 + 128
    work = np.zeros((2, width))
    battle = np.zeros(width)
    wins = np.arange(width).astype(np.float64)
    lanes = np.zeros((2, LANES))
    work[0, 0] = 1.0
    now = 0
    first_live, last_live = 0, 0
    paid = 0.0
    for n in range(periods):
        low, high = live_range(positions, start, n)
        begin, end = max(low, first_live), min(high, last_live)
        while begin <= end and work[now, begin] < NEGLIGIBLE:
            begin += 1
        while begin <= end and work[now, end] < NEGLIGIBLE:
            end -= 1
        if begin > end:
            return 0.0, paid
        first, count = np.uint64(begin), np.uint64(end - begin + 1)
        skipped = np.uint64(begin - low)
        layer = has_deal[n]
        for j in range(count):
            battle[j] = 0.0 if layer[skipped + j] else work[now, first + j]
        if kept.shape[0]:
            for j in range(count):
                paid += (work[now, first + j] - battle[j]) * kept[n, skipped + j]
        lanes[:] = 0.0
        whole = count // np.uint64(LANES)
        for c in range(whole):
            for lane in range(np.uint64(LANES)):
                i = c * np.uint64(LANES) + lane
                lanes[0, lane] += work[now, first + i]
                lanes[1, lane] += battle[i]
        for last in range(whole * np.uint64(LANES), count):
            lanes[0, 0] += work[now, first + last]
            lanes[1, 0] += battle[last]
        fighting = 0.0
        live = 0.0
        for lane in range(LANES):
            live += lanes[0, lane]
            fighting += lanes[1, lane]
        settled[n] = live - fighting
        fought[n] = fighting
        level_n, slope_n, other = level[n], slope[n], 1 - now
        work[other, begin] = 0.0
        for j in range(count):
            odds = level_n + slope_n * wins[first + j]
            work[other, first + j] = keep * (1.0 - odds) * battle[j]
        work[other, end + 1] = 0.0
        one = np.uint64(1)
        for j in range(count):
            odds = level_n + slope_n * wins[first + j]
            work[other, first + j + one] += keep * odds * battle[j]
        first_live, last_live = begin, end + 1
        low, high = live_range(positions, start, n + 1)
        if first_live < low:
            conquered[0, n] = work[other, first_live]
            first_live += 1
        if last_live > high:
            conquered[1, n] = work[other, last_live]
            last_live -= 1
        now = other
    left = 0.0
    for w in range(first_live, last_live + 1):
        where[w] = work[now, w]
        left += work[now, w]
    return left, paid
