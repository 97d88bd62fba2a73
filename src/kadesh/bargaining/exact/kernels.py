r"""The compiled loops of backward induction: many periods of one game whose rules stay the same.

A lattice is one long row of states, so that a step along any axis is a step of fixed length along
the row. With gains $g_i$, both sides' expectations $E_i$ and bounds $R_i$ a state's values are

$$F_i = \max(R_i,\, g_i + k_i E_i),\quad x = (1 - \kappa) - F_A - F_B,\quad
  V_i = F_i + s_i\,x\,1\{x \ge 0\},$$

both sides in one pass. `sweep_lattice` takes any number of stages of steps a period, by blocks of
states that stay in nearest memory. `sweep_walk` takes walks with the same odds everywhere: a block
and a margin as wide as the periods it takes at once are swept several periods in nearest memory.
Every state's sum has a fixed order and no state's result depends on its block. Compiled by Numba
without fast-math and kept on disk between runs. Rival: JAX, whose compiled sweep took two to five
times as long.
"""

from typing import Any, Final

import numpy as np
from numba import njit

BLOCK: Final = 1024
"""States at a time."""
WALK_BLOCK: Final = 512
"""States of a walk at a time."""
DEPTH: Final = 48
"""Periods that a block of a walk takes at once."""
FEASIBLE: Final = -1e-12
"""Surplus from which there is a deal, as in `kadesh.bargaining.payoffs`."""
RULES: Final = ("gain_a", "gain_b", "keep", "bound_a", "bound_b", "stake", "part_a", "part_b")
"""Rows of the table of rules; `stake` is what is left of it after both switching costs."""

# Blocks one after the other in memory whose lengths are a multiple of a page would make the
# processor take a load for one of a store just made: a page and a quarter.
_ROW: Final = 640

Array = np.ndarray[Any, Any]


@njit(cache=True, nogil=True, error_model="numpy")
def _add_steps(
    total: Array, side: int, value: Array, place: Array, prob: Array, row: Array, size: int,
    first: int, begin: int, end: int,
) -> None:  # fmt: skip
    """Sum over steps of probability times value where the step leads, for a block of states."""
    count = np.uint64(size)
    start = np.uint64(first)
    for m in range(begin, end):
        r = row[m, side]
        there = np.uint64(place[m])
        if m == begin:
            for j in range(count):
                total[side, j] = prob[r, start + j] * value[side, there + j]
        else:
            for j in range(count):
                total[side, j] += prob[r, start + j] * value[side, there + j]


@njit(cache=True, nogil=True, error_model="numpy")
def sweep_lattice(
    value: Array, pad: int, periods: int, stage: Array, offset: Array, row: Array, prob: Array,
    rules: Array, over: Array, end: Array,
) -> int:  # fmt: skip
    """Sweep `value` (buffer, side, state with margins) back; the buffer that holds the answer.

    Args:
        value: The values that follow in buffer 0.
        pad: Width of the margin at either end.
        periods: Number of periods.
        stage: Where in the list of steps each stage of a period begins, and the end of the list.
        offset: Length of each step along the row.
        row: Rows of `prob` for each step and side.
        prob: Probabilities by state.
        rules: The numbers named by `RULES`, by state or one for all.
        over: States where the war is over, in order.
        end: What they are worth to each side.
    """
    states = prob.shape[1]
    total = np.zeros((2, BLOCK))
    place = np.zeros(len(offset), np.int64)
    uniform = rules.shape[1] == 1
    gain_a, gain_b, keep, bound_a, bound_b, stake, part_a, part_b = rules[:, 0]
    one = np.uint64(1)
    now = 0
    for _ in range(periods):
        for s in range(len(stage) - 1):
            source, target = value[now], value[1 - now]
            done = 0
            for first in range(0, states, BLOCK):
                size = min(BLOCK, states - first)
                count, start = np.uint64(size), np.uint64(first)
                for m in range(stage[s], stage[s + 1]):
                    place[m] = pad + first + offset[m]
                for side in (0, 1):
                    _add_steps(
                        total, side, source, place, prob, row, size, first, stage[s], stage[s + 1]
                    )
                if s == len(stage) - 2:
                    if uniform:
                        for j in range(count):
                            floor_a = gain_a + keep * total[0, j]
                            floor_b = gain_b + keep * total[1, j]
                            floor_a = bound_a if floor_a < bound_a else floor_a
                            floor_b = bound_b if floor_b < bound_b else floor_b
                            surplus = stake - floor_a - floor_b
                            surplus = surplus if surplus >= FEASIBLE else 0.0
                            total[0, j] = floor_a + part_a * surplus
                            total[1, j] = floor_b + part_b * surplus
                    else:
                        for j in range(count):
                            i = start + j
                            floor_a = rules[0, i] + rules[2, i] * total[0, j]
                            floor_b = rules[1, i] + rules[2, i] * total[1, j]
                            floor_a = rules[3, i] if floor_a < rules[3, i] else floor_a
                            floor_b = rules[4, i] if floor_b < rules[4, i] else floor_b
                            surplus = rules[5, i] - floor_a - floor_b
                            surplus = surplus if surplus >= FEASIBLE else 0.0
                            total[0, j] = floor_a + rules[6, i] * surplus
                            total[1, j] = floor_b + rules[7, i] * surplus
                    while done < len(over) and over[done] < first + size:
                        total[0, over[done] - first] = end[0, done]
                        total[1, over[done] - first] = end[1, done]
                        done += 1
                begin = np.uint64(pad) + start
                for j in range(count):
                    target[0, begin + j] = total[0, j]
                    target[one, begin + j] = total[1, j]
            now = 1 - now
    return now


@njit(cache=True, nogil=True, error_model="numpy")
def sweep_walk(
    value: Array, periods: int, up: Array, down: Array, rules: Array, over: Array, end: Array
) -> int:
    """Sweep a walk with the same odds everywhere back; as `sweep_lattice` with margins of one.

    Args:
        value: Buffer, side, state with a margin; the values that follow are in buffer 0.
        periods: Number of periods.
        up: Probability of a step up, to each side.
        down: Probability of a step down, to each side.
        rules: The numbers named by `RULES`.
        over: States where the war is over, in order.
        end: What they are worth to each side.
    """
    states = value.shape[2] - 2
    gain_a, gain_b, keep, bound_a, bound_b, stake, part_a, part_b = rules[:, 0]
    up_a, up_b, down_a, down_b = keep * up[0], keep * up[1], keep * down[0], keep * down[1]
    work = np.zeros((4, _ROW))
    one, two = np.uint64(1), np.uint64(2)
    now, left = 0, periods
    while left:
        depth = min(DEPTH, left)
        for first in range(0, states, WALK_BLOCK):
            last = min(states, first + WALK_BLOCK)
            low, high = max(0, first - depth), min(states, last + depth)
            width = high - low
            for side in range(2):
                for j in range(np.uint64(width)):
                    work[side, j + one] = value[now, side, np.uint64(low + 1) + j]
            begin = np.searchsorted(over, low)
            end_of = np.searchsorted(over, high)
            a = np.uint64(0)
            for t in range(depth):
                b = a + one
                to_a, to_b = two - a, two - a + one
                left_out = 0 if low == 0 else t + 1
                right_out = 0 if high == states else t + 1
                start = np.uint64(left_out + 1)
                for j in range(np.uint64(width - left_out - right_out)):
                    i = start + j
                    floor_a = gain_a + (up_a * work[a, i + one] + down_a * work[a, i - one])
                    floor_b = gain_b + (up_b * work[b, i + one] + down_b * work[b, i - one])
                    floor_a = bound_a if floor_a < bound_a else floor_a
                    floor_b = bound_b if floor_b < bound_b else floor_b
                    surplus = stake - floor_a - floor_b
                    surplus = surplus if surplus >= FEASIBLE else 0.0
                    work[to_a, i] = floor_a + part_a * surplus
                    work[to_b, i] = floor_b + part_b * surplus
                for k in range(begin, end_of):
                    work[to_a, over[k] - low + 1] = end[0, k]
                    work[to_b, over[k] - low + 1] = end[1, k]
                a = to_a
            for side in range(2):
                taken = a + np.uint64(side)
                for j in range(np.uint64(last - first)):
                    value[1 - now, side, np.uint64(first + 1) + j] = work[
                        taken, np.uint64(first - low + 1) + j
                    ]
        now = 1 - now
        left -= depth
    return now
