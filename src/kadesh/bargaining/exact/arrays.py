"""Arrays of either library: the same equations run in NumPy, and compiled for large games."""

import sys
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any
"""A NumPy array, or a JAX array inside the compiled sweep; shapes are checked all the same."""

Number: TypeAlias = Any
"""One number, or one for each state: an array that broadcasts to the lattice (`*#state`)."""

Pair: TypeAlias = Any
"""One such for each side: two numbers, or an array `side *#state`."""


def namespace(array: Array) -> Any:
    """The library whose functions work on this array."""
    return array.__array_namespace__()


def by_side(value: Array, lattice_axes: int) -> Array:
    """Numbers of each side with as many axes as the lattice, so that they broadcast over states."""
    missing = lattice_axes + 1 - value.ndim
    return value.reshape((2,) + (1,) * missing + value.shape[1:]) if missing else value


def is_idle(value: Array) -> bool:
    """Whether a parameter is known to be zero everywhere, so that its terms can be left out."""
    return isinstance(value, np.ndarray) and not value.any()


def materialised(array: Array) -> Array:
    """The array, worked out before it is used; otherwise a compiler repeats it in every use."""
    if isinstance(array, np.ndarray):
        return array
    # The compiler is loaded, or there would be no such array; small games do without loading it.
    return sys.modules["jax"].lax.optimization_barrier(array)
