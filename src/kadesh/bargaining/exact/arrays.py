"""Numbers of games as arrays: one or one for each state, and by side."""

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any
"""A NumPy array whose shape is checked where its annotation says one."""

Number: TypeAlias = Any
"""One number, or one for each state: an array that broadcasts to the lattice (`*#state`)."""

Pair: TypeAlias = Any
"""One such for each side: two numbers, or an array `side *#state`."""


def by_side(value: Array, lattice_axes: int) -> Array:
    """Numbers of each side with as many axes as the lattice, so that they broadcast over states."""
    missing = lattice_axes + 1 - value.ndim
    return value.reshape((2,) + (1,) * missing + value.shape[1:]) if missing else value


def is_idle(value: Array) -> bool:
    """Whether a parameter is known to be zero everywhere, so that its terms can be left out."""
    return isinstance(value, np.ndarray) and not value.any()
