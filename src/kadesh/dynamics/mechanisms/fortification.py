r"""Fortification: what a side has prepared along its line in a sector.

Level $F\in[0,1]$; full fortification adds $\phi$ to the logarithm of the defender's strength
against an advance. A side digs in where it does not attack, and both lose what they had prepared
when the line moves:

$$F' = \left(F + (1-F)(1-e^{-1/\tau})(1-a)\right)\,e^{-m/D}$$

with $a$ the side's attack share, $\tau$ the weeks of digging, $m$ the kilometres the line moved
either way, $D$ the depth of a prepared zone.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float


class FortificationParams(eqx.Module):
    """Strength of full fortification, time to build it, depth of a prepared zone."""

    fortification_log_strength: Float[Array, " run"]
    fortification_weeks: Float[Array, " run"]
    fortification_depth_km: Float[Array, " run"]


def next_fortification(
    fortification_share: Float[Array, "side sector run"],
    attack_share: Float[Array, "side sector run"],
    moved_km: Float[Array, "sector run"],
    params: FortificationParams,
) -> Float[Array, "side sector run"]:
    """Level of fortification of each side a week later."""
    pace = -jnp.expm1(-1.0 / params.fortification_weeks)
    built = (1.0 - fortification_share) * pace * (1.0 - attack_share)
    kept = jnp.exp(-moved_km / params.fortification_depth_km)
    return (fortification_share + built) * kept
