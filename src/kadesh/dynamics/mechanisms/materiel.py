r"""Materiel: its stock, and what manpower and materiel make together.

Manpower $M$ and materiel $K$, both counted in people at reference equipment, combine with
constant elasticity of substitution $\epsilon$:

$$Y = \left(f M^r + (1-f) K^r\right)^{1/r},\qquad r = 1 - 1/\epsilon .$$

Near $\epsilon=0$ the scarcer factor decides and neither replaces the other; $\epsilon=1$ is Cobb
and Douglas; so "weapons cannot replace soldiers" is a value of an assumption. Materiel follows the
troops, so within a side every sector has the same $K/M$ and $Y/M$ is one number per side.

The stock loses a fixed part each week to use and loss, and gains production and aid. Not modelled:
ammunition apart from equipment, kinds of weapons, what is destroyed in depth.

Source: Arrow, Chenery, Minhas and Solow (1961) for the form; its use for forces is ours. Rivals: a
product of quantity and quality (elasticity 1 by assumption), or manpower alone.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from kadesh.dynamics.bounds import at_least


class MaterielParams(eqx.Module):
    """Elasticity, weight of manpower, reference equipment, use, and production."""

    substitution_elasticity: Float[Array, " run"]
    manpower_weight: Float[Array, " run"]
    reference_materiel_eur_per_person: Float[Array, " run"]
    materiel_use_per_week: Float[Array, " run"]
    production_eur_per_week: Float[Array, "side run"]


def combined_force(
    manpower: Float[Array, "*#shape"],
    materiel: Float[Array, "*#shape"],
    manpower_weight: Float[Array, "*#shape"],
    substitution_elasticity: Float[Array, "*#shape"],
) -> Float[Array, "*shape"]:
    """Effective force of manpower and materiel, in the units of both.

    With L = ln K/M, Y = M exp(ln(1 + (1-f)(e^{rL} - 1)) / r): exact to rounding near elasticity 1,
    where r is 0 and Y = M^f K^(1-f). Where e^{rL} overflows a factor is missing and Y is 0.
    """
    tiny = 1e-30
    log_ratio = jnp.log(at_least(materiel, tiny)) - jnp.log(at_least(manpower, tiny))
    share = 1.0 - manpower_weight
    r = 1.0 - 1.0 / substitution_elasticity
    is_one = jnp.abs(r) < 1e-6
    safe_r = jnp.where(is_one, 1.0, r)
    log_force = jnp.log1p(share * jnp.expm1(safe_r * log_ratio)) / safe_r
    return manpower * jnp.exp(jnp.where(is_one, share * log_ratio, log_force))


def materiel_multiplier(
    materiel_eur: Float[Array, "side run"],
    theatre_persons: Float[Array, "side run"],
    params: MaterielParams,
) -> Float[Array, "side run"]:
    """Effective force per person in the theatre: 1 at the reference equipment."""
    reference_eur = params.reference_materiel_eur_per_person * theatre_persons
    ratio = materiel_eur / at_least(reference_eur, 1.0)
    return combined_force(
        jnp.ones_like(ratio), ratio, params.manpower_weight, params.substitution_elasticity
    )


def next_materiel(
    materiel_eur: Float[Array, "side run"],
    aid_eur: Float[Array, "side run"],
    params: MaterielParams,
) -> Float[Array, "side run"]:
    """Stock of materiel in EUR a week later."""
    kept = materiel_eur * (1.0 - params.materiel_use_per_week)
    return kept + params.production_eur_per_week + aid_eur
