r"""The compiled Newton's method for chains: games without an end in which one axis moves by one.

Values solve $V = G(EV)$ (`kadesh.bargaining.exact.stationary`). With the slopes $J$ of $G$ in each
state a step $\delta - J E \delta = G(EV) - V$ is a chain of two by two blocks, eliminated from one
end to the other and back. Many chains (parameter sets) are taken in blocks that stay in nearest
memory, the chain innermost. A chain that has settled no longer changes, so that its result does
not depend on the block. Compiled by Numba without fast-math (compare
`kadesh.bargaining.exact.kernels`). Rival: sparse LU, ten times as slow on one long chain.
"""

from typing import Any, Final

import numpy as np
from numba import njit

from kadesh.bargaining.exact.kernels import FEASIBLE

CHAINS: Final = 32
"""Chains at a time."""

Array = np.ndarray[Any, Any]


@njit(cache=True, nogil=True, error_model="numpy")
def _play(
    first: int, size: int, prob: Array, rules: Array, is_over: Array, end: Array, value: Array,
    now: Array, rest: Array, carry: Array, eliminate: bool,
) -> None:  # fmt: skip
    """Values of every state of a block of chains from `value` and, to eliminate, forward halves.

    `value`, `now`, `rest` have a row before position 0 and one after the last.
    """
    positions = is_over.shape[0]
    count = np.uint64(size)
    start = np.uint64(first)
    for k in range(positions):
        p = min(k, prob.shape[1] - 1)
        q = min(k, rules.shape[1] - 1)
        at, before, after = k + 1, k, k + 2
        for j in range(count):
            c = start + j
            up_a, down_a, stay_a = prob[0, p, c], prob[1, p, c], prob[2, p, c]
            up_b, down_b, stay_b = prob[3, p, c], prob[4, p, c], prob[5, p, c]
            keep, part_a, part_b = rules[2, q, c], rules[6, q, c], rules[7, q, c]
            floor_a = rules[0, q, c] + keep * (
                up_a * value[0, after, j] + down_a * value[0, before, j] + stay_a * value[0, at, j]
            )
            floor_b = rules[1, q, c] + keep * (
                up_b * value[1, after, j] + down_b * value[1, before, j] + stay_b * value[1, at, j]
            )
            over = is_over[k, c]
            # 1 where fighting on is worth what is lost and won by it, 0 where a bound holds.
            free_a = 0.0 if floor_a < rules[3, q, c] or over else keep
            free_b = 0.0 if floor_b < rules[4, q, c] or over else keep
            floor_a = rules[3, q, c] if floor_a < rules[3, q, c] else floor_a
            floor_b = rules[4, q, c] if floor_b < rules[4, q, c] else floor_b
            surplus = rules[5, q, c] - floor_a - floor_b
            deal = 1.0 if surplus >= FEASIBLE else 0.0
            surplus *= deal
            now_a = end[0, k, c] if over else floor_a + part_a * surplus
            now_b = end[1, k, c] if over else floor_b + part_b * surplus
            now[0, at, j], now[1, at, j] = now_a, now_b
            if eliminate:
                gap_a, gap_b = now_a - value[0, at, j], now_b - value[1, at, j]
                aa, ab = (1.0 - deal * part_a) * free_a, -deal * part_a * free_b
                ba, bb = -deal * part_b * free_a, (1.0 - deal * part_b) * free_b
                # What elimination has left of the step down: row below = rest - carry * delta.
                caa, cab = carry[0, before, j], carry[1, before, j]
                cba, cbb = carry[2, before, j], carry[3, before, j]
                da, db = down_a, down_b
                daa = 1.0 - aa * stay_a + (aa * da * caa + ab * db * cba)
                dab = -ab * stay_b + (aa * da * cab + ab * db * cbb)
                dba = -ba * stay_a + (ba * da * caa + bb * db * cba)
                dbb = 1.0 - bb * stay_b + (ba * da * cab + bb * db * cbb)
                ra, rb = da * rest[0, before, j], db * rest[1, before, j]
                right_a, right_b = gap_a + aa * ra + ab * rb, gap_b + ba * ra + bb * rb
                scale = 1.0 / (daa * dbb - dab * dba)
                rest[0, at, j] = scale * (dbb * right_a - dab * right_b)
                rest[1, at, j] = scale * (daa * right_b - dba * right_a)
                uaa, uab, uba, ubb = -aa * up_a, -ab * up_b, -ba * up_a, -bb * up_b
                carry[0, at, j] = scale * (dbb * uaa - dab * uba)
                carry[1, at, j] = scale * (dbb * uab - dab * ubb)
                carry[2, at, j] = scale * (daa * uba - dba * uaa)
                carry[3, at, j] = scale * (daa * ubb - dba * uab)


@njit(cache=True, nogil=True, error_model="numpy")
def settle_chains(
    prob: Array, rules: Array, is_over: Array, end: Array, value: Array, within: Array,
    limits: Array, steps: Array, answer: Array, residual: Array, error: Array,
) -> None:  # fmt: skip
    """Newton's method for every chain; fills `answer`, `residual` and `error`.

    Args:
        prob: Up, down and stay to A, then to B, by position (or one row for all) and chain.
        rules: The numbers of `kernels.RULES`, likewise.
        is_over: Where the war is over.
        end: What that is worth to each side.
        value: Where to begin.
        within: Least and largest value that each side's answers can have.
        limits: Residual, and distance from the answer, at which a chain has settled; both in units
            of the largest value if that is above 1.
        steps: Most steps; steps after which values are swept; how often they are swept then.
        answer: Values of both sides by position and chain.
        residual: By chain, how much a sweep would change the answer.
        error: By chain, the last correction.
    """
    positions, chains = is_over.shape
    width = min(chains, CHAINS)
    here = np.zeros((2, positions + 2, width))
    now = np.zeros((2, positions + 2, width))
    rest = np.zeros((2, positions + 2, width))
    carry = np.zeros((4, positions + 2, width))
    moved, off, largest = np.zeros((3, width))
    going = np.ones(width)
    for first in range(0, chains, width):
        size = min(width, chains - first)
        for i in range(2):
            for k in range(positions):
                for j in range(size):
                    here[i, k + 1, j] = value[i, k, first + j]
        going[:] = 1.0
        for step in range(1, steps[0] + 1):
            _play(first, size, prob, rules, is_over, end, here, now, rest, carry, True)
            moved[:] = 0.0
            off[:] = 0.0
            largest[:] = 1.0
            for k in range(positions, 0, -1):
                for i in range(2):
                    for j in range(size):
                        delta = rest[i, k, j]
                        if k < positions:
                            delta -= carry[2 * i, k, j] * rest[0, k + 1, j]
                            delta -= carry[2 * i + 1, k, j] * rest[1, k + 1, j]
                        now_j = now[i, k, j]
                        change = abs(now_j - here[i, k, j])
                        moved[j] = change if not change <= moved[j] else moved[j]
                        off[j] = abs(delta) if not abs(delta) <= off[j] else off[j]
                        size_j = abs(now_j)
                        largest[j] = size_j if size_j > largest[j] else largest[j]
                        rest[i, k, j] = delta
            left = 0
            for j in range(size):
                if going[j] > 0.0:
                    residual[first + j] = moved[j] / largest[j]
                    error[first + j] = off[j] / largest[j]
                    if residual[first + j] < limits[0] and error[first + j] < limits[1]:
                        going[j] = -1.0
                    else:
                        left += 1
            for i in range(2):
                for k in range(1, positions + 1):
                    for j in range(size):
                        if going[j] > 0.0:
                            next_j = here[i, k, j] + rest[i, k, j]
                            next_j = within[i, 0] if next_j < within[i, 0] else next_j
                            next_j = within[i, 1] if next_j > within[i, 1] else next_j
                            here[i, k, j] = next_j
                        elif going[j] < 0.0:
                            here[i, k, j] = now[i, k, j]
            for j in range(size):
                going[j] = max(going[j], 0.0)
            if not left:
                break
            if step % steps[1] == 0:
                # Pieces that flip back and forth: begin again from nearer by.
                for _ in range(steps[2]):
                    _play(first, size, prob, rules, is_over, end, now, now, rest, carry, False)
                for i in range(2):
                    for k in range(1, positions + 1):
                        for j in range(size):
                            if going[j] > 0.0:
                                here[i, k, j] = now[i, k, j]
        for i in range(2):
            for k in range(positions):
                for j in range(size):
                    answer[i, k, first + j] = here[i, k + 1, j]
