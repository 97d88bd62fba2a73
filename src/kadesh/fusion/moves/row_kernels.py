"""Compiled loops over reports and weeks, the particle innermost (compare `fusion.paths.kernels`).

What NumPy would do in several passes over arrays of reports by particles, each too large for the
processor's nearest memory, is done here in one.
"""

from typing import Any

import numpy as np
from numba import njit

Array = np.ndarray[Any, Any]


@njit(cache=True, nogil=True, error_model="numpy")
def signals(
    path: Array, shown: Array, pattern: Array, usual: Array,
    series: Array, week: Array, state: Array, ago: Array, load: Array,
) -> Array:  # fmt: skip
    """Each report but for its noise: what it shows of level and rate, and the drifting bias.

    Args:
        path: (state, time, series, particle); the rate less `usual`.
        shown: What a chain of sources shows of the level (pattern, particle);
        pattern: and which chain each report has.
        usual: (series, particle).
        series: Of each report.
        week: Of each report.
        state: In which its drifting bias stands; -1 without one.
        ago: Weeks between its day and the end of its week.
        load: Of the drifting bias.
    """
    rows, particles = len(series), path.shape[3]
    found = np.empty((rows, particles))
    for i in range(rows):
        s, t, k, back, pull, chain = series[i], week[i] + 1, state[i], ago[i], load[i], pattern[i]
        if back == 0.0:
            for j in range(particles):
                found[i, j] = shown[chain, j] * path[0, t, s, j]
        else:
            for j in range(particles):
                rate = path[1, t, s, j] + usual[s, j]
                found[i, j] = shown[chain, j] * (path[0, t, s, j] - back * rate)
        if k >= 0:
            for j in range(particles):
                found[i, j] += pull * path[k, t, s, j]
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def noise_variances(width: Array, scale: Array, place: Array, mix: Array) -> Array:
    """(width x scale)^2 / mix by report; the scale of `place`, or 1 where that is -1."""
    rows, particles = mix.shape
    found = np.empty((rows, particles))
    for i in range(rows):
        k, plain = place[i], width[i] * width[i]
        if k < 0:
            for j in range(particles):
                found[i, j] = plain / mix[i, j]
        else:
            for j in range(particles):
                found[i, j] = plain * scale[k, j] * scale[k, j] / mix[i, j]
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def log1p_sums(square: Array, place: Array, scale: Array) -> Array:
    """Sums of log(1 + square / scale^2) by place (row of `scale`); rows at place -1 do not count.

    One logarithm for eight factors, which stay within floating point together.
    """
    places, particles = scale.shape
    found, product = np.zeros((places, particles)), np.ones((places, particles))
    inverse, taken = 1.0 / (scale * scale), np.zeros(places, dtype=np.int64)
    for i in range(len(place)):
        k = place[i]
        if k < 0:
            continue
        for j in range(particles):
            product[k, j] *= 1.0 + square[i, j] * inverse[k, j]
        taken[k] += 1
        if taken[k] % 8 == 0:
            for j in range(particles):
                found[k, j] += np.log(product[k, j])
                product[k, j] = 1.0
    for k in range(places):
        for j in range(particles):
            found[k, j] += np.log(product[k, j])
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def stretch_gains(
    grown: Array, error: Array, variance: Array,
    series: Array, week: Array, component: Array, load: Array,
) -> Array:  # fmt: skip
    """Log likelihood gained, by component and series, when drifting biases grow by `grown`.

    Args:
        grown: (component, week, series, particle).
        error: Of each report, before.
        variance: Of its noise.
        series: Of each report.
        week: Of each report.
        component: Whose bias it has; -1 without one.
        load: Of that.
    """
    components, _, count, particles = grown.shape
    found = np.zeros((components, count, particles))
    for i in range(len(series)):
        c, t, s, pull = component[i], week[i], series[i], load[i]
        if c < 0:
            continue
        for j in range(particles):
            more = pull * grown[c, t, s, j]
            found[c, s, j] += more * (error[i, j] - 0.5 * more) / variance[i, j]
    return found


@njit(cache=True, nogil=True, error_model="numpy")
def lean_rows(
    mix: Array, lean: Array, place: Array, series: Array, shift: Array, tail: float, count: int
) -> tuple[Array, Array]:
    """Mixture weights times exp(2 lean shift), and by series the log of prior ratio and Jacobian.

    Args:
        mix: Of each report.
        lean: How far each goes with its scale.
        place: Row of `shift` of each report; those at -1 stay.
        series: Of each report.
        shift: Change of the log of the scale (place, particle).
        tail: Degrees of freedom.
        count: Number of series.
    """
    rows, particles = mix.shape
    found, gain = mix.copy(), np.zeros((count, particles))
    for i in range(rows):
        k, s, share = place[i], series[i], 2.0 * lean[i]
        if k < 0:
            continue
        for j in range(particles):
            if shift[k, j] != 0.0:
                power = share * shift[k, j]
                found[i, j] = mix[i, j] * np.exp(power)
                gain[s, j] += 0.5 * tail * (power - (found[i, j] - mix[i, j]))
    return found, gain
