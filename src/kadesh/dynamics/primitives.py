"""What a processor can do with a number, which everything in a campaign is worked out with.

Each has two bodies: this one, for arrays of NumPy and JAX, and one for the compiled week
(`kadesh.dynamics.engine.lanes`), which gives the same bits as NumPy's. Sums, products, quotients
and square roots are rounded as IEEE 754 says, everywhere; so is `multiply_add`. On an accelerator
they are not bound to be, and JAX may round a product before it is added.
"""

from typing import Any

import numpy as np

Number = Any
"""Arrays of NumPy or JAX that broadcast against each other, or one number each."""

_BELOW_SINGLE, _HALF_WAY = np.int64(0x1FFFFFFF), np.int64(0x10000000)
"""Of a number of double precision: what single precision leaves out, and that at its middle."""

MANTISSA, ROOT_OF_HALF = np.uint32(0x007FFFFF), np.uint32(0x3F3504F3)
"""Of a number of single precision: the bits of its mantissa; and all bits of the root of 1/2."""


def sqrt(x: Number) -> Number:
    """Square root."""
    return x.__array_namespace__().sqrt(x)


def absolute(x: Number) -> Number:
    """|x|."""
    return x.__array_namespace__().abs(x)


def floor(x: Number) -> Number:
    """The greatest whole number that is not above x."""
    return x.__array_namespace__().floor(x)


def choose(condition: Number, then: Number, otherwise: Number) -> Number:
    """`then` where the condition holds, `otherwise` elsewhere."""
    return condition.__array_namespace__().where(condition, then, otherwise)


def multiply_add(a: Number, b: Number, c: Number) -> Number:
    """a b + c in single precision, rounded once: one instruction of a processor.

    `a` is an array, or a number of NumPy. Where a b is not 0, the result has to be 0 or of the
    size of normal numbers.
    """
    if not isinstance(a, np.ndarray | np.generic):
        return a * b + c
    # Of two numbers of single precision the product is exact in double precision. Their sum is
    # not, and rounding it a second time goes wrong where the first has led to the very middle.
    product, added = a.astype(np.float64) * _double(b), _double(c)
    found = np.asarray(product + added)
    middle = (found.view(np.int64) & _BELOW_SINGLE) == _HALF_WAY
    if middle.any():
        parts = (np.broadcast_to(part, found.shape)[middle] for part in (product, added))
        found[middle] = _nearer(found[middle], *parts)
    return found.astype(np.float32)[()]


def _double(x: Number) -> Number:
    return np.float64(np.float32(x)) if isinstance(x, float) else x.astype(np.float64)


def _nearer(rounded: Number, a: Number, b: Number) -> Number:
    """The sum of a and b as it was rounded, or the number next to it on the side of the sum."""
    of_b = rounded - a
    error = (a - (rounded - of_b)) + (b - of_b)  # Exact: Knuth's two-sum.
    return np.where(error == 0.0, rounded, np.nextafter(rounded, np.copysign(np.inf, error)))


def power_of_two(whole: Number) -> Number:
    """2 to a whole number from -127, where it is 0, to 128, where it is infinite."""
    exponent = whole.astype(np.int32) + np.int32(127)
    return (exponent << np.int32(23)).view(np.float32)


def parted(x: Number) -> tuple[Number, Number]:
    """m from the root of 1/2 to that of 2, and whole n, so that a normal x above 0 is m 2^n."""
    bits = x.view(np.uint32) - ROOT_OF_HALF
    mantissa = (bits & MANTISSA) + ROOT_OF_HALF
    exponent = bits.view(np.int32) >> np.int32(23)
    return mantissa.view(np.float32), exponent.astype(np.float32)
