"""The compiled loops of the filter and the smoother over one series (`kadesh.fusion.paths.kalman`).

Particles are taken in blocks that stay in the processor's nearest memory, the particle innermost,
so that the machine's vector units are full; the loops over them run to the block's constant end.
Particles do not touch: a result does not depend on the block, and the order of every sum is fixed.
Compiled by Numba, without fast-math, and kept on disk between runs. Rival: JAX, which compiles anew
for every number of weeks and reports, that is for every date of a ladder; NumPy over whole arrays
takes about five times as long.
"""

from typing import Any, Final

import numpy as np
from numba import njit

BLOCK: Final = 64
"""Particles at a time."""

Array = np.ndarray[Any, Any]


@njit(cache=True, nogil=True, error_model="numpy")
def filter_series(
    week: Array, place: Array, ago: Array, load: Array, use: Array, memory: float,
    step: Array, turn: Array, drift: Array, jump: Array, start: Array,
    noise: Array, level: Array, expected: Array, values: Array, regressors: Array,
    gain: Array, precision: Array, products: Array, log_determinant: Array, keep: bool,
) -> None:  # fmt: skip
    """Fill products, log determinant and, to keep, gain and precision (as in `filter_pass`)."""
    rows, particles = values.shape
    weeks, states, columns = step.shape[0], start.shape[0], 1 + regressors.shape[1]
    spread = np.zeros((states, states, BLOCK))
    mean = np.zeros((states, columns, BLOCK))
    across, pulled = np.zeros((states, BLOCK)), np.zeros((states, BLOCK))
    seen, total = np.zeros((columns, BLOCK)), np.zeros((columns, columns, BLOCK))
    shown, variance, weight, factor = np.ones((4, BLOCK))
    logs = np.zeros(BLOCK)
    for first in range(0, particles, BLOCK):
        size = min(BLOCK, particles - first)
        spread[:] = 0.0
        mean[:] = 0.0
        total[:] = 0.0
        logs[:] = 0.0
        factor[:] = 1.0
        for a in range(states):
            for j in range(size):
                spread[a, a, j] = start[a, first + j]
        row = taken = 0
        for t in range(weeks):
            for j in range(size):
                shown[j] = turn[t, first + j]
                variance[j] = step[t, first + j]
            for j in range(BLOCK):
                with_rate = memory * spread[1, 0, j]
                rate = memory * memory * spread[1, 1, j] + shown[j]
                spread[0, 0, j] += 2.0 * with_rate + rate + variance[j]
                spread[1, 0, j] = with_rate + rate
                spread[1, 1, j] = rate
            for a in range(2, states):
                for j in range(BLOCK):
                    spread[a, 1, j] *= memory
                    spread[a, 0, j] += spread[a, 1, j]
                for j in range(size):
                    spread[a, a, j] += drift[a - 2, first + j] + jump[t, a - 2]
            for c in range(columns):
                for j in range(BLOCK):
                    mean[1, c, j] *= memory
                    mean[0, c, j] += mean[1, c, j]
            while row < rows and week[row] == t:
                i = row
                row += 1
                if not use[i]:
                    continue
                k, back, pull = place[i], ago[i], load[i]
                for j in range(size):
                    shown[j] = level[i, first + j]
                    variance[j] = noise[i, first + j]
                    seen[0, j] = values[i, first + j] - expected[i, first + j]
                for j in range(BLOCK):
                    across[0, j] = shown[j] * (spread[0, 0, j] - back * spread[1, 0, j])
                    across[1, j] = shown[j] * (spread[1, 0, j] - back * spread[1, 1, j])
                for a in range(2, states):
                    for j in range(BLOCK):
                        across[a, j] = shown[j] * (spread[a, 0, j] - back * spread[a, 1, j])
                if k >= 0:
                    for a in range(k + 1):
                        for j in range(BLOCK):
                            across[a, j] += pull * spread[k, a, j]
                    for a in range(k + 1, states):
                        for j in range(BLOCK):
                            across[a, j] += pull * spread[a, k, j]
                    for j in range(BLOCK):
                        variance[j] += pull * across[k, j]
                for j in range(BLOCK):
                    variance[j] += shown[j] * (across[0, j] - back * across[1, j])
                    weight[j] = 1.0 / variance[j]
                    factor[j] *= variance[j]
                for a in range(states):
                    for j in range(BLOCK):
                        pulled[a, j] = across[a, j] * weight[j]
                    for b in range(a + 1):
                        for j in range(BLOCK):
                            spread[a, b, j] -= pulled[a, j] * across[b, j]
                for c in range(columns):
                    if c > 0:
                        for j in range(BLOCK):
                            seen[c, j] = regressors[i, c - 1]
                    for j in range(BLOCK):
                        seen[c, j] -= shown[j] * (mean[0, c, j] - back * mean[1, c, j])
                    if k >= 0:
                        for j in range(BLOCK):
                            seen[c, j] -= pull * mean[k, c, j]
                    for a in range(states):
                        for j in range(BLOCK):
                            mean[a, c, j] += pulled[a, j] * seen[c, j]
                    for d in range(c + 1):
                        for j in range(BLOCK):
                            total[c, d, j] += seen[c, j] * seen[d, j] * weight[j]
                if keep:
                    for j in range(size):
                        precision[i, first + j] = weight[j]
                    for a in range(states):
                        for j in range(size):
                            gain[i, a, first + j] = pulled[a, j]
                taken += 1
                # One logarithm for several variances; eight of them stay within floating point.
                if taken % 8 == 0:
                    for j in range(BLOCK):
                        logs[j] += np.log(factor[j])
                        factor[j] = 1.0
        for j in range(size):
            log_determinant[first + j] = logs[j] + np.log(factor[j])
        for c in range(columns):
            for d in range(c + 1):
                for j in range(size):
                    products[c, d, first + j] = products[d, c, first + j] = total[c, d, j]


@njit(cache=True, nogil=True, error_model="numpy")
def smooth_series(
    week: Array, place: Array, ago: Array, load: Array, memory: float,
    step: Array, turn: Array, drift: Array, jump: Array, start: Array,
    level: Array, gain: Array, precision: Array, values: Array,
    target: Array, path: Array, solved: Array,
) -> None:  # fmt: skip
    """Fill the path (state, time, particle) at the states `target`, and the reports' S^-1 y.

    Arguments as in `smooth` and `solve`.
    """
    rows, particles = values.shape
    weeks, states = step.shape[0], start.shape[0]
    mean, adjoint = np.zeros((states, BLOCK)), np.zeros((states, BLOCK))
    seen, shown, pulled = np.zeros((3, BLOCK))
    predicted = np.zeros((weeks, states, BLOCK))
    for first in range(0, particles, BLOCK):
        size = min(BLOCK, particles - first)
        mean[:] = 0.0
        row = 0
        for t in range(weeks):
            for j in range(BLOCK):
                mean[1, j] *= memory
                mean[0, j] += mean[1, j]
            while row < rows and week[row] == t:
                i = row
                row += 1
                k, back, pull = place[i], ago[i], load[i]
                for j in range(size):
                    shown[j] = level[i, first + j]
                    seen[j] = values[i, first + j]
                for j in range(BLOCK):
                    seen[j] -= shown[j] * (mean[0, j] - back * mean[1, j])
                if k >= 0:
                    for j in range(BLOCK):
                        seen[j] -= pull * mean[k, j]
                for j in range(size):
                    solved[i, first + j] = seen[j] * precision[i, first + j]
                for a in range(states):
                    for j in range(size):
                        mean[a, j] += gain[i, a, first + j] * seen[j]
        adjoint[:] = 0.0
        row = rows - 1
        for t in range(weeks - 1, -1, -1):
            while row >= 0 and week[row] == t:
                i = row
                row -= 1
                k, back, pull = place[i], ago[i], load[i]
                for j in range(size):
                    pulled[j] = solved[i, first + j]
                for a in range(states):
                    for j in range(size):
                        pulled[j] -= gain[i, a, first + j] * adjoint[a, j]
                for j in range(size):
                    solved[i, first + j] = pulled[j]
                for j in range(size):
                    shown[j] = level[i, first + j] * pulled[j]
                for j in range(BLOCK):
                    adjoint[0, j] += shown[j]
                    adjoint[1, j] -= back * shown[j]
                if k >= 0:
                    for j in range(BLOCK):
                        adjoint[k, j] += pull * pulled[j]
            for a in range(states):
                for j in range(BLOCK):
                    predicted[t, a, j] = adjoint[a, j]
            for j in range(BLOCK):
                adjoint[1, j] = memory * (adjoint[1, j] + adjoint[0, j])
        for a in range(states):
            for j in range(size):
                path[target[a], 0, first + j] = start[a, first + j] * adjoint[a, j]
        for t in range(weeks):
            for j in range(size):
                shock = turn[t, first + j] * (predicted[t, 0, j] + predicted[t, 1, j])
                rate = memory * path[1, t, first + j] + shock
                path[1, t + 1, first + j] = rate
                shock = step[t, first + j] * predicted[t, 0, j]
                path[0, t + 1, first + j] = path[0, t, first + j] + rate + shock
            for a in range(2, states):
                for j in range(size):
                    shock = (drift[a - 2, first + j] + jump[t, a - 2]) * predicted[t, a, j]
                    path[target[a], t + 1, first + j] = path[target[a], t, first + j] + shock


@njit(cache=True, nogil=True, error_model="numpy")
def invert_series(
    week: Array, place: Array, ago: Array, load: Array, memory: float, weeks: int,
    level: Array, gain: Array, precision: Array, diagonal: Array,
) -> None:  # fmt: skip
    """Fill the diagonal of S^-1 (row, particle), from the filter's gains, backwards."""
    rows, states, particles = gain.shape
    sure, pulled, shows = np.zeros((states, states)), np.zeros(states), np.zeros(states)
    for j in range(particles):
        sure[:] = 0.0
        row = rows - 1
        for t in range(weeks - 1, -1, -1):
            while row >= 0 and week[row] == t:
                i = row
                row -= 1
                if precision[i, j] == 0.0:
                    diagonal[i, j] = 0.0
                    continue
                shows[:] = 0.0
                shows[0] = level[i, j]
                shows[1] = -ago[i] * level[i, j]
                if place[i] >= 0:
                    shows[place[i]] += load[i]
                found = precision[i, j]
                for a in range(states):
                    pulled[a] = 0.0
                    for b in range(states):
                        pulled[a] += sure[a, b] * gain[i, b, j]
                    found += gain[i, a, j] * pulled[a]
                diagonal[i, j] = found
                for a in range(states):
                    for b in range(states):
                        sure[a, b] += shows[a] * found * shows[b]
                        sure[a, b] -= shows[a] * pulled[b] + pulled[a] * shows[b]
            for a in range(states):
                sure[a, 1] = memory * (sure[a, 0] + sure[a, 1])
            for b in range(states):
                sure[1, b] = memory * (sure[0, b] + sure[1, b])
