"""The few functions of numbers that mechanisms are written with.

A mechanism says what happens in one sector, to one side, in one run, and is written once. It is
worked on whole arrays by NumPy or JAX, and number by number by the compiled week
(`kadesh.dynamics.engine.kernel`), for which `kadesh.dynamics.engine.lanes` gives these functions
another body. So mechanisms use operators and what is in this file, and nothing else.

Bounds never hide a number that is not a number. A compiler's own minimum and maximum may return
the bound where the number is NaN; a campaign that overflowed would then pass for one that did
nothing. A comparison and a choice keep a NaN that is bounded. One in a bound or a condition they
cannot keep: parameters are looked at before the first week.
"""

from typing import Annotated, Any

Number = Any
"""Arrays of NumPy or JAX that broadcast against each other, or one number each."""

Pair = Annotated[Any, "by side"]
"""Numbers of both sides, the first side first: a tuple, or the first axis of an array.

In what belongs to one side (`params` of a side's part of the week) it is that side's number.
"""


def exp(x: Number) -> Number:
    """e to the x."""
    return x.__array_namespace__().exp(x)


def log(x: Number) -> Number:
    """Natural logarithm."""
    return x.__array_namespace__().log(x)


def sqrt(x: Number) -> Number:
    """Square root."""
    return x.__array_namespace__().sqrt(x)


def absolute(x: Number) -> Number:
    """|x|."""
    return x.__array_namespace__().abs(x)


def expm1(x: Number) -> Number:
    """e to the x less 1, exact near 0."""
    return x.__array_namespace__().expm1(x)


def log1p(x: Number) -> Number:
    """Logarithm of 1 + x, exact near 0."""
    return x.__array_namespace__().log1p(x)


def choose(condition: Number, then: Number, otherwise: Number) -> Number:
    """`then` where the condition holds, `otherwise` elsewhere."""
    return condition.__array_namespace__().where(condition, then, otherwise)


def at_most(values: Number, limit: Number) -> Number:
    """`values`, or `limit` where they exceed it; NaN where they are NaN."""
    return choose(values > limit, limit, values)


def at_least(values: Number, limit: Number) -> Number:
    """`values`, or `limit` where they are below it; NaN where they are NaN."""
    return choose(values < limit, limit, values)
