"""Arrays of either library: the same equations run in NumPy, and compiled for large games."""

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any
"""A NumPy array, or a JAX array inside the compiled sweep; shapes are checked all the same."""


def namespace(array: Array) -> Any:
    """The library whose functions work on this array."""
    return array.__array_namespace__()


def by_side(value: Array, lattice_axes: int) -> Array:
    """A number for each side (`side`, or `side *state`) with axes to broadcast over states."""
    if value.ndim == 1:
        return value.reshape((2,) + (1,) * lattice_axes)
    return value


def is_idle(value: Array) -> bool:
    """Whether a parameter is known to be zero everywhere, so that its terms can be left out."""
    return isinstance(value, np.ndarray) and not value.any()


def materialised(array: Array) -> Array:
    """The array, worked out before it is used; otherwise a compiler repeats it in every use."""
    if isinstance(array, np.ndarray):
        return array
    from jax.lax import optimization_barrier  # only where the compiler is in use

    return optimization_barrier(array)
