"""Luck of a month, lane by lane: the bits of `kadesh.dynamics.shocks`.

Whatever every run needs is drawn for a month at a time, but for the choice among sectors, which
only an operation needs, and which is drawn where one is opened.
"""

import math

import numpy as np

from kadesh.dynamics.elementwise import log
from kadesh.dynamics.engine.lanes import (
    compiled,
    rare,
    two_at_a_time,
    wide_vectors,
)
from kadesh.dynamics.engine.layout import AID_LUCK, LANES, LOSS_LUCK, LUCK, OPERATION_LUCK
from kadesh.dynamics.polynomials import turned
from kadesh.dynamics.shocks import MONTH_WEEKS

f4, i4, u4 = np.float32, np.int32, np.uint32
HALF, ONE = f4(0.5), f4(1.0)


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
def _two_normals(word, sign):
    """Two standard normal deviates from the halves of a word, by Box and Muller."""
    turn = _half(word, u4(16))
    sine, cosine = turned(turn - ONE if turn > HALF else turn)
    radius = sign * math.sqrt(f4(-2.0) * log(_half(word, u4(0))))
    return radius * cosine, radius * sine


@compiled
def _two_uniforms(word, sign):
    """Two uniform deviates from the halves of a word."""
    return (
        HALF + sign * (_half(word, u4(0)) - HALF),
        HALF + sign * (_half(word, u4(16)) - HALF),
    )


def _four_weeks(two):
    """A function that fills the rows of a month with what `two` makes of each word."""

    @compiled
    def fill(key, run, month, sign, out):
        wide_vectors()
        for lane in range(LANES):
            words_0, words_1 = words(key[0], key[1], u4(run + u4(lane)), month)
            out[lane], out[LANES + lane] = two(words_0, sign)
            out[2 * LANES + lane], out[3 * LANES + lane] = two(words_1, sign)
            two_at_a_time()

    return fill


_normals, _uniforms = _four_weeks(_two_normals), _four_weeks(_two_uniforms)


@compiled
def draw(x, z, keys, run, month, sign):
    """All luck of a month that every run needs."""
    for s in range(len(x)):
        _normals(keys.ground[s], run, month, sign, x[s, LUCK:])
    for side in range(2):
        at = side * MONTH_WEEKS * LANES
        _normals(keys.losses[side], run, month, sign, z[LOSS_LUCK + at :])
        _uniforms(keys.aid[side], run, month, sign, z[AID_LUCK + at :])
        _uniforms(keys.operation[side], run, month, sign, z[OPERATION_LUCK + at :])


@compiled
def _wait(word, week):
    """How long an operation would wait for a sector: exponential, from a byte of a word."""
    return -log((f4(i4((word >> u4(8 * week)) & u4(0xFF))) + HALF) * f4(1.0 / 256.0))


@rare
def draw_waits(keys, run, month, week, out):
    """For each sector, of the side at home there and of the other, in one run."""
    wide_vectors()
    for s in range(keys.shape[1]):
        at_home, abroad = words(keys[0, s], keys[1, s], run, month)
        out[0, s] = _wait(at_home, week)
        out[1, s] = _wait(abroad, week)
