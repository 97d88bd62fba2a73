"""Bounds that never hide a number that is not a number.

The compiler's own minimum and maximum may return the bound where the number is NaN (it is free to
use the processor's instruction, and does in some shapes). A campaign that overflowed would then
pass for one that did nothing. A comparison and a choice keep NaN in every shape.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float


def at_most(
    values: Float[Array, "*shape"], limit: Float[Array, "*#shape"] | float
) -> Float[Array, "*shape"]:
    """`values`, or `limit` where they exceed it; NaN where they are NaN."""
    return jnp.where(values > limit, limit, values)


def at_least(
    values: Float[Array, "*shape"], limit: Float[Array, "*#shape"] | float
) -> Float[Array, "*shape"]:
    """`values`, or `limit` where they are below it; NaN where they are NaN."""
    return jnp.where(values < limit, limit, values)
