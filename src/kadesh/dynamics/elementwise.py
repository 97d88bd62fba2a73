"""The few functions of numbers that mechanisms are written with.

A mechanism says what happens in one sector, to one side, in one run, and is written once. It is
worked on whole arrays by NumPy or JAX, and number by number by the compiled week
(`kadesh.dynamics.engine.kernel`), for which `kadesh.dynamics.engine.lanes` gives these functions
another body. So mechanisms use operators and what is in this file, and nothing else.

Exponentials and logarithms of single precision are `kadesh.dynamics.polynomials`; of double
precision, in which no campaign is worked, they are the library's.

Bounds never hide a number that is not a number. A compiler's own minimum and maximum may return
the bound where the number is NaN; a campaign that overflowed would then pass for one that did
nothing. A comparison and a choice keep a NaN that is bounded. One in a bound or a condition they
cannot keep: parameters are looked at before the first week.
"""

from functools import reduce
from operator import add
from typing import Annotated, Any

import numpy as np

from kadesh.dynamics import polynomials
from kadesh.dynamics.primitives import Number as Number
from kadesh.dynamics.primitives import absolute as absolute
from kadesh.dynamics.primitives import choose as choose
from kadesh.dynamics.primitives import sqrt as sqrt

Pair = Annotated[Any, "by side"]
"""Numbers of both sides, the first side first: a tuple, or the first axis of an array.

In what belongs to one side (`params` of a side's part of the week) it is that side's number.
"""


def _worked(name: str, x: Number) -> Any:
    if x.dtype != np.float32:
        return getattr(x.__array_namespace__(), name)(x)
    # What is not finite on the way to a number is nobody's mistake.
    with np.errstate(all="ignore"):
        return getattr(polynomials, name)(x)


def exp(x: Number) -> Number:
    """e to the x."""
    return _worked("exp", x)


def log(x: Number) -> Number:
    """Natural logarithm."""
    return _worked("log", x)


def expm1(x: Number) -> Number:
    """e to the x less 1, exact near 0."""
    return _worked("expm1", x)


def log1p(x: Number) -> Number:
    """Logarithm of 1 + x, exact near 0."""
    return _worked("log1p", x)


def at_most(values: Number, limit: Number) -> Number:
    """`values`, or `limit` where they exceed it; NaN where they are NaN."""
    return choose(values > limit, limit, values)


def at_least(values: Number, limit: Number) -> Number:
    """`values`, or `limit` where they are below it; NaN where they are NaN."""
    return choose(values < limit, limit, values)


def unless_tiny(values: Number) -> Number:
    """`values`, or nothing where they are within a millionth of it: of what fades by the week.

    (Numbers that fade for ever end below what processors work at full speed.)
    """
    return choose(absolute(values) < 1e-6, 0.0, values)


def total(values: Number, axis: int, first: Number | None = None) -> Any:
    """Sum over an axis, one after another from `first` on: the same for one run as among many.

    (Of a single run NumPy adds in pairs, and then rounds otherwise.)
    """
    rows = values.__array_namespace__().moveaxis(values, axis, 0)
    return reduce(add, rows) if first is None else reduce(add, rows, first)
