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

from typing import NamedTuple

from kadesh.dynamics.elementwise import (
    Number,
    Pair,
    absolute,
    at_least,
    choose,
    expm1,
    log,
    log1p,
)


class MaterielParams(NamedTuple):
    """Elasticity, weight of manpower, reference equipment, use, and production."""

    substitution_elasticity: Number
    manpower_weight: Number
    reference_materiel_eur_per_person: Number
    materiel_use_per_week: Number
    production_eur_per_week: Pair


def combined_log(
    log_ratio: Number, manpower_weight: Number, substitution_elasticity: Number
) -> Number:
    """Logarithm of effective force per unit of manpower, from L = ln K/M.

    ln(1 + (1-f)(e^{rL} - 1)) / r: exact to rounding near elasticity 1, where r is 0 and it is
    (1-f)L. Minus infinity where e^{rL} overflows: a factor is missing.
    """
    share = 1.0 - manpower_weight
    r = 1.0 - 1.0 / substitution_elasticity
    is_one = absolute(r) < 1e-6
    safe_r = choose(is_one, 1.0, r)
    log_force = log1p(share * expm1(safe_r * log_ratio)) / safe_r
    return choose(is_one, share * log_ratio, log_force)


def materiel_multiplier_log(
    materiel_eur: Number, theatre_persons: Number, params: MaterielParams
) -> Number:
    """Logarithm of effective force per person in the theatre: 0 at the reference equipment."""
    reference_eur = params.reference_materiel_eur_per_person * theatre_persons
    ratio = at_least(materiel_eur / at_least(reference_eur, 1.0), 1e-30)
    return combined_log(log(ratio), params.manpower_weight, params.substitution_elasticity)


def next_materiel(materiel_eur: Number, aid_eur: Number, params: MaterielParams) -> Number:
    """Stock of materiel in EUR a week later."""
    kept = materiel_eur * (1.0 - params.materiel_use_per_week)
    return kept + params.production_eur_per_week + aid_eur
