"""Mechanisms compiled: what the functions of `kadesh.dynamics.elementwise` are, run by run.

Numba compiles the very functions that work on arrays, with one change: numbers written in them are
single precision, as they are beside an array of single precision (Numba would take them for double,
at half the speed). Nothing is reordered, and nothing rounded but as it is written, so that a run
has the bits that NumPy gives it.

Rival: fast-math, which lets a compiler suppose that no number is ever NaN and reorder sums; and of
it, that a product and a sum may become one operation wherever there is one: a twentieth faster,
and other digits on processors without it and by NumPy.
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

from kadesh.dynamics import elementwise, polynomials, primitives, week
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

MANTISSA, ROOT_OF_HALF = primitives.MANTISSA, primitives.ROOT_OF_HALF
f4, i4, u4 = np.float32, np.int32, np.uint32

OPTIONS: Final[dict[str, Any]] = {
    "nogil": True,
    "error_model": "numpy",
    "boundscheck": False,
    "fastmath": False,
}

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


@intrinsic
def _fused(typing_context: Any, a: Any, b: Any, c: Any) -> Any:
    """a b + c in one instruction, where the processor has it, and in a slow call elsewhere."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.fma(*arguments)

    return types.float32(types.float32, types.float32, types.float32), generate


def _multiply_add(a, b, c):
    return _fused(f4(a), f4(b), f4(c))


def _sqrt(x):
    return math.sqrt(x)


def _absolute(x):
    return abs(x)


def _floor(x):
    return np.floor(x)


def _choose(condition, then, otherwise):
    """Both have been worked out already: a choice, and no branch."""
    return then if condition else otherwise


def _power_of_two(whole):
    return i4((i4(whole) + i4(127)) << i4(23)).view(np.float32)


def _parted(x):
    u = u4(f4(x).view(np.uint32) - ROOT_OF_HALF)
    mantissa = u4((u & MANTISSA) + ROOT_OF_HALF).view(np.float32)
    return mantissa, f4(i4(i4(u) >> i4(23)))


_PRIMITIVES: Final = {
    primitives.sqrt: _sqrt,
    primitives.absolute: _absolute,
    primitives.floor: _floor,
    primitives.choose: _choose,
    primitives.multiply_add: _multiply_add,
    primitives.power_of_two: _power_of_two,
    primitives.parted: _parted,
}

_WRITTEN_WITH_THEM: Final[tuple[ModuleType, ...]] = (
    aid, allocation, attrition, fortification, ground, materiel, mobilization, reserves, supply,
    support, surprise, withdrawal, polynomials, week,
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
    for function, body in _PRIMITIVES.items():
        _teach(function, body)
    for name in ("exp", "log", "expm1", "log1p"):
        _teach(getattr(elementwise, name), _in_single_precision(getattr(polynomials, name)))
    for function in (elementwise.at_most, elementwise.at_least, elementwise.unless_tiny):
        _teach(function, _in_single_precision(function))
    for module in _WRITTEN_WITH_THEM:
        for function in vars(module).values():
            if inspect.isfunction(function) and function.__module__ == module.__name__:
                _teach(function, _in_single_precision(function))


_teach_everything()
