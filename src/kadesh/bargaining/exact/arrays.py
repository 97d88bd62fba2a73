"""Arrays of either library: the same equations run in NumPy, and compiled for large games."""

from typing import Any, TypeAlias

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
