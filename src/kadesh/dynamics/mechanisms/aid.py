"""Aid to each side as a regime that can be interrupted.

Three regimes, a Markov chain by week: interrupted (0), sustained (1), surge (2). Sustained aid may
be interrupted or turn into a surge; interruption and surge end in sustained aid. What flows is the
side's sustained flow times the regime's share. Both sides have the same chain; they differ by the
size of the flow.

Rivals: a smooth (logistic) flow, which has no news in it, and a flow that answers to events in the
field, which belongs with the patrons' own choices.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int32

INTERRUPTED, SUSTAINED, SURGE = 0, 1, 2


class AidParams(eqx.Module):
    """Sustained flow by side; weekly probabilities of change; flow by regime."""

    aid_flow_eur_per_week: Float[Array, "side run"]
    interruption_probability: Float[Array, " run"]
    resumption_probability: Float[Array, " run"]
    surge_probability: Float[Array, " run"]
    surge_end_probability: Float[Array, " run"]
    interrupted_share: Float[Array, " run"]
    surge_factor: Float[Array, " run"]


def next_regime(
    regime: Int32[Array, "side run"], shock: Float[Array, "side run"], params: AidParams
) -> Int32[Array, "side run"]:
    """Regime of a week later; `shock` is uniform on (0, 1)."""
    resumed = jnp.where(shock < params.resumption_probability, SUSTAINED, INTERRUPTED)
    calmed = jnp.where(shock < params.surge_end_probability, SUSTAINED, SURGE)
    changed = jnp.where(
        shock < params.interruption_probability,
        INTERRUPTED,
        jnp.where(shock > 1.0 - params.surge_probability, SURGE, SUSTAINED),
    )
    by_regime = jnp.where(regime == SURGE, calmed, changed)
    return jnp.where(regime == INTERRUPTED, resumed, by_regime).astype(jnp.int32)


def aid_delivered(regime: Int32[Array, "side run"], params: AidParams) -> Float[Array, "side run"]:
    """Materiel in EUR that reaches each side in a week of its regime."""
    above = jnp.where(regime == SURGE, params.surge_factor, 1.0)
    share = jnp.where(regime == INTERRUPTED, params.interrupted_share, above)
    return params.aid_flow_eur_per_week * share
