"""Exponentials, logarithms and turns in single precision: the same digits on every processor.

Libraries of C and of NumPy round them differently from each other and from one processor to the
next, and no compiler turns calls of them into vector instructions. These are polynomials, written
once for arrays and the compiled week: within two units in the last place (five for e^x - 1 and
ln(1 + x)), with NaN, infinities and zeros as a library has them. Below the smallest normal number
they are coarse: e^x is 0 from -87.7 on, the logarithm never below -88.1; and e^x is infinite from
88.4 on, where the library has a third of a unit more.

Rivals: Intel's short vector mathematics library, for Intel's processors and compiled code only;
and functions that are rounded correctly (CORE-MATH), at several times the cost.

Source: Moshier's Cephes (1989), coefficients of expf and logf, in Estrin's order.
"""

import math

from kadesh.dynamics.primitives import (
    Number,
    absolute,
    choose,
    floor,
    multiply_add,
    parted,
    power_of_two,
)

# Numbers with names are taken for single precision where they are compiled; attributes are not.
_PI, _INFINITE, _NONE = math.pi, math.inf, math.nan

# ln 2 is so many times what a few bits hold exactly, and a rest.
_LN2_HIGH, _LN2_REST = 0.693359375, -2.12194440e-4


def exp(x: Number) -> Number:
    """e to the x; 0 below -87.7, infinite above 88.38."""
    # At the bounds the power of 2 is 0 and infinite, and NaN remains.
    within = choose(x < -87.9, -87.9, x)
    within = choose(within > 88.4, 88.4, within)
    whole = floor(multiply_add(within, 1.44269504, 0.5))
    r = multiply_add(whole, -_LN2_REST, multiply_add(whole, -_LN2_HIGH, within))
    s = r * r
    e = multiply_add(r, 1.9875691500e-4, 1.3981999507e-3)
    e = multiply_add(s, e, multiply_add(r, 8.3334519073e-3, 4.1665795894e-2))
    e = multiply_add(s, e, multiply_add(r, 1.6666665459e-1, 5.0000001201e-1))
    return multiply_add(s, e, r + 1.0) * power_of_two(whole)


def log(x: Number) -> Number:
    """Natural logarithm; minus infinity at 0, infinite of infinity, NaN below 0 and of NaN."""
    mantissa, n = parted(x)
    r = mantissa - 1.0
    s = r * r
    e = multiply_add(s, 7.0376836292e-2, multiply_add(r, -1.1514610310e-1, 1.1676998740e-1))
    e = multiply_add(s, e, multiply_add(r, -1.2420140846e-1, 1.4249322787e-1))
    d = multiply_add(
        s,
        multiply_add(r, -1.6668057665e-1, 2.0000714765e-1),
        multiply_add(r, -2.4999993993e-1, 3.3333331174e-1),
    )
    e = multiply_add(r * s, multiply_add(s * s, e, d), -0.5 * s)
    y = multiply_add(n, _LN2_HIGH, r + multiply_add(n, _LN2_REST, e))
    y = choose(x == _INFINITE, x, choose(x == 0.0, -_INFINITE, y))
    return choose(x >= 0.0, y, _NONE)


def turned(turn: Number) -> tuple[Number, Number]:
    """Sine and cosine of a full turn times `turn` in [-1/2, 1/2], by half the angle."""
    t = turn * _PI
    u = t * t
    # Of least greatest error on a quarter turn either way: 7e-9 and 2e-10.
    s = multiply_add(u, 2.605166276e-6, -1.980904636e-4)
    s = multiply_add(u, multiply_add(u, s, 8.333050617e-3), -1.666665797e-1)
    s = t * multiply_add(u, s, 1.0)
    c = multiply_add(u, -2.605107622e-7, 2.476013551e-5)
    c = multiply_add(u, multiply_add(u, c, -1.388836084e-3), 4.166663621e-2)
    c = multiply_add(u, multiply_add(u, c, -4.999999936e-1), 1.0)
    return 2.0 * s * c, c * c - s * s


def expm1(x: Number) -> Number:
    """By Kahan's quotient: the error of e^x near 1 is that of the logarithm taken of it."""
    u = exp(x)
    y = (u - 1.0) * x / log(u)
    y = choose(absolute(x) > 1.0, u - 1.0, y)
    return choose(u == 1.0, x, y)


def log1p(x: Number) -> Number:
    """By the same quotient, which is 1 where 1 + x is x, and would overflow."""
    u = x + 1.0
    y = log(u) * x / (u - 1.0)
    y = choose((u <= 0.0) | (x > 16777216.0), log(u), y)
    return choose(u == 1.0, x, y)
