r"""Surprise: operations that a side opens with its reserve where the other is thin.

In a week, with a small probability, a side opens an operation: it commits part of its reserve at
once, in a sector it can reach, and for some weeks has an advantage $s$ in the logarithm of the
force ratio there that decays as $e^{-t/\tau}$. The sector is chosen by how favourable it looks,

$$P(\text{sector}) \propto \frac{\text{own there} + \text{committed}}{\text{other there}}
\, e^{\text{leaning} - \phi F_{\text{other}}},$$

so that an incursion into thinly held land is an ordinary consequence, and not a special event. The
leaning is the side's objective. Ordered operations (a counterfactual, a known move) take the same
path.

Source: the size from the effect of surprise in records of battles, where complete surprise is
worth what a force ratio of about 16 is. Rival: surprise as a multiplier known to the defender's
allocation, which then is no surprise.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from kadesh.dynamics.bounds import at_least


class SurpriseParams(eqx.Module):
    """Strength and decay of surprise, and when and how strongly operations are opened."""

    surprise_log_strength: Float[Array, " run"]
    surprise_decay_weeks: Float[Array, " run"]
    operation_probability: Float[Array, "side run"]
    operation_reserve_share: Float[Array, " run"]


def chosen_sector(
    prospect: Float[Array, "side sector run"],
    is_open: Bool[Array, "side sector run"],
    waiting: Float[Array, "side sector run"],
) -> Float[Array, "side sector run"]:
    """1 in the sector an operation would go to, 0 elsewhere (all 0 where none is open).

    A race: with `waiting` exponential of mean 1, the sector with the largest prospect / waiting is
    each open sector with probability proportional to its prospect. (Adding Gumbel deviates to
    logarithms is the same race at twice the cost.)
    """
    appeal = jnp.where(is_open, prospect / waiting, 0.0)
    best = jnp.max(appeal, axis=1, keepdims=True)
    chosen = ((appeal == best) & is_open).astype(jnp.float32)
    return chosen / at_least(jnp.sum(chosen, axis=1, keepdims=True), 1.0)


def operations(
    reserve_persons: Float[Array, "side run"],
    target: Float[Array, "side sector run"],
    shock: Float[Array, "side run"],
    ordered_persons: Float[Array, "side sector run"],
    params: SurpriseParams,
) -> Float[Array, "side sector run"]:
    """People committed from the reserve to operations opened this week.

    Args:
        reserve_persons: Reserve at the start of the week.
        target: 1 in the sector an operation of the side's own choice goes to.
        shock: Uniform on (0, 1); an operation is opened where it is below the probability.
        ordered_persons: People ordered to open an operation, whatever chance says.
        params: Probability and size of operations.
    """
    opens = shock < params.operation_probability
    committed = jnp.where(opens, params.operation_reserve_share * reserve_persons, 0.0)
    wanted = target * committed[:, None] + ordered_persons
    total = jnp.sum(wanted, axis=1)
    scale = jnp.where(total > reserve_persons, reserve_persons / at_least(total, 1.0), 1.0)
    return wanted * scale[:, None]


def next_surprise(
    surprise_log: Float[Array, "side sector run"],
    committed_persons: Float[Array, "side sector run"],
    params: SurpriseParams,
) -> Float[Array, "side sector run"]:
    """Surprise in force this week: what is left of earlier operations, or a new one's."""
    left = surprise_log * jnp.exp(-1.0 / params.surprise_decay_weeks)
    fresh = jnp.where(committed_persons > 0, params.surprise_log_strength, 0.0)
    return at_least(left, fresh)
