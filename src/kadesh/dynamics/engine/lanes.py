"""Mechanisms compiled: what the functions of `kadesh.dynamics.elementwise` are, run by run.

Numba compiles the very functions that work on arrays, with two changes. Numbers written in them are
single precision, as they are beside an array of single precision (Numba would take them for double,
at half the speed). And exponentials, logarithms and turns are polynomials in place of calls of the
C library, which no compiler turns into vector instructions: within two units in the last place
(five for e^x - 1 and ln(1 + x)), with NaN, infinities and zeros as the library has them. Below the
smallest normal number they are coarse: e^x is 0 from -87.7 on, the logarithm never below -88.1;
and e^x is infinite from 88.4 on, where the library has a third of a unit more.

Rivals: Intel's short vector mathematics library, which Numba finds where it is installed, and would
then give other digits than elsewhere; and fast-math, which lets a compiler suppose that no number
is ever NaN, and reorder sums.
"""

import inspect
import math
from collections.abc import Callable
from types import FunctionType, ModuleType
from typing import Any, Final

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic, overload

from kadesh.dynamics import elementwise, week
from kadesh.dynamics.mechanisms import (
    aid,
    allocation,
    attrition,
    fortification,
    ground,
    materiel,
    mobilization,
    reserves,
    supply,
    support,
    surprise,
    withdrawal,
)

f4, i4, u4 = np.float32, np.int32, np.uint32

OPTIONS: Final[dict[str, Any]] = {
    "nogil": True,
    "error_model": "numpy",
    "boundscheck": False,
    "fastmath": {"contract", "nsz", "arcp"},
}
"""A product and a sum may become one operation, a division a product: each rounds differently by
one unit in the last place, alike in every run. Nothing is reordered."""

_WITHIN: Final[dict[str, Any]] = OPTIONS | {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
"""Called by compiled functions only, and not by Python: a fourth less to compile."""

_INLINED: Final[Any] = _WITHIN | {"forceinline": True}

compiled = njit(**_INLINED)
"""Compiled into whatever calls it: lanes of runs become vectors only in loops without calls."""

rare = njit(**_WITHIN)
"""Compiled apart: what few runs need in few weeks."""


@intrinsic
def wide_vectors(typing_context: Any) -> Any:
    """Let the function that calls this use the widest vectors the processor has.

    Compilers hold back from 512 bits where a little of them would slow the processor's clock for
    everything else; a campaign is nothing but vectors, and a third faster with them.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        # The class would refuse the attribute, of which it has no list; LLVM has.
        set.add(builder.function.attributes, '"prefer-vector-width"="512"')
        return context.get_dummy_value()

    return types.none(), generate


@intrinsic
def two_at_a_time(typing_context: Any) -> Any:
    """At the end of a loop's body: work two vectors of its lanes side by side.

    A week is a long chain of results that wait for each other; the other vector fills the waiting.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        branch, module = builder.branch, builder.module

        def back_to_the_head_of_the_loop(target: Any) -> Any:
            builder.branch = branch
            instruction = branch(target)
            count = module.add_metadata(["llvm.loop.interleave.count", ir.IntType(32)(2)])
            loop = module.add_metadata([count, str(len(module.metadata))])
            loop.operands = (loop, count)  # A loop's name is a node that begins with itself.
            instruction.set_metadata("llvm.loop", loop)
            return instruction

        # The next branch is the loop's own: nothing follows this call in its body.
        builder.branch = back_to_the_head_of_the_loop
        return context.get_dummy_value()

    return types.none(), generate


@compiled
def exp_of(x):
    """e to the x; 0 below -87.7, infinite above 88.3."""
    # At the bounds the power of 2 is 0 and infinite, and NaN remains.
    within = f4(-87.9) if x < f4(-87.9) else x
    within = f4(88.4) if within > f4(88.4) else within
    f = np.floor(within * f4(1.44269504) + f4(0.5))
    r = (within - f * f4(0.693359375)) + f * f4(2.12194440e-4)
    s = r * r
    e = f4(1.3981999507e-3) + f4(1.9875691500e-4) * r
    e = (f4(4.1665795894e-2) + f4(8.3334519073e-3) * r) + s * e
    e = (f4(5.0000001201e-1) + f4(1.6666665459e-1) * r) + s * e
    e = (r + f4(1.0)) + s * e
    return e * i4((i4(f) + i4(127)) << i4(23)).view(np.float32)


@compiled
def log_of(x):
    """Natural logarithm; minus infinity at 0, infinite of infinity, NaN below 0 and of NaN."""
    u = u4(f4(x).view(np.uint32) - u4(0x3F3504F3))
    n = i4(i4(u) >> i4(23))
    r = u4((u & u4(0x007FFFFF)) + u4(0x3F3504F3)).view(np.float32) - f4(1.0)
    s = r * r
    e = (f4(1.1676998740e-1) - f4(1.1514610310e-1) * r) + s * f4(7.0376836292e-2)
    e = (f4(1.4249322787e-1) - f4(1.2420140846e-1) * r) + s * e
    d = (f4(3.3333331174e-1) - f4(2.4999993993e-1) * r) + s * (
        f4(2.0000714765e-1) - f4(1.6668057665e-1) * r
    )
    e = r * s * (d + (s * s) * e) - f4(0.5) * s
    y = (r + (e - f4(2.12194440e-4) * f4(n))) + f4(0.693359375) * f4(n)
    special = f4(-np.inf) if x == f4(0.0) else f4(np.nan)
    y = x if x == f4(np.inf) else y
    return y if x > f4(0.0) else special


@compiled
def turn_of(turn):
    """Sine and cosine of a full turn times `turn` in [-1/2, 1/2], by half the angle."""
    t = turn * f4(3.14159265)
    u = t * t
    # Of least greatest error on a quarter turn either way: 7e-9 and 2e-10.
    s = f4(2.605166276e-6) * u - f4(1.980904636e-4)
    s = (s * u + f4(8.333050617e-3)) * u - f4(1.666665797e-1)
    s = t * (s * u + f4(1.0))
    c = f4(-2.605107622e-7) * u + f4(2.476013551e-5)
    c = (c * u - f4(1.388836084e-3)) * u + f4(4.166663621e-2)
    c = (c * u - f4(4.999999936e-1)) * u + f4(1.0)
    return f4(2.0) * s * c, c * c - s * s


@compiled
def expm1_of(x):
    """By Kahan's quotient: the error of e^x near 1 is that of the logarithm taken of it."""
    u = exp_of(x)
    y = (u - f4(1.0)) * x / log_of(u)
    y = u - f4(1.0) if abs(x) > f4(1.0) else y
    return x if u == f4(1.0) else y


@compiled
def log1p_of(x):
    """By the same quotient, which is 1 where 1 + x is x, and would overflow."""
    u = f4(1.0) + x
    y = log_of(u) * x / (u - f4(1.0))
    y = log_of(u) if u <= f4(0.0) or x > f4(16777216.0) else y
    return x if u == f4(1.0) else y


@compiled
def sqrt_of(x):
    """Square root."""
    return math.sqrt(x)


@compiled
def abs_of(x):
    """|x|."""
    return abs(x)


@compiled
def choice_of(condition, then, otherwise):
    """Both have been worked out already: a choice, and no branch."""
    return then if condition else otherwise


_BODIES: Final = {
    elementwise.exp: exp_of,
    elementwise.log: log_of,
    elementwise.sqrt: sqrt_of,
    elementwise.absolute: abs_of,
    elementwise.expm1: expm1_of,
    elementwise.log1p: log1p_of,
    elementwise.choose: choice_of,
}

_WRITTEN_WITH_THEM: Final[tuple[ModuleType, ...]] = (
    aid, allocation, attrition, fortification, ground, materiel, mobilization, reserves, supply,
    support, surprise, withdrawal, week,
)  # fmt: skip


def _single(value: Any) -> Any:
    return f4(value) if isinstance(value, float) else value


def _in_single_precision(function: Callable[..., Any]) -> FunctionType:
    """The same function with single precision for every number written in it or its module."""
    plain = inspect.unwrap(function)
    code = plain.__code__.replace(co_consts=tuple(map(_single, plain.__code__.co_consts)))
    names = {name: _single(value) for name, value in plain.__globals__.items()}
    return FunctionType(code, names, plain.__name__)


def _teach(function: Any, body: Any) -> None:
    """Tell Numba what to compile where a compiled function calls this one."""

    @overload(function, jit_options=_INLINED, strict=False)
    def given(*_: Any) -> Any:
        return body


def _teach_everything() -> None:
    for function, body in _BODIES.items():
        _teach(function, inspect.unwrap(body.py_func))
    for function in (elementwise.at_most, elementwise.at_least):
        _teach(function, _in_single_precision(function))
    for module in _WRITTEN_WITH_THEM:
        for function in vars(module).values():
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                _teach(function, _in_single_precision(function))


_teach_everything()
