r"""Aid to each side as a regime that can be interrupted, and that answers to visible success.

Three regimes, a Markov chain by week: interrupted (0), sustained (1), surge (2). Sustained aid may
be interrupted or turn into a surge; interruption and surge end in sustained aid. What flows is the
side's sustained flow times the regime's share. With $p_-$ and $p_+$ the stated probabilities, those
of an interruption and of a surge in a week are

$$p_-' = \min\left(p_-e^{-\chi g},\,1\right),\qquad
p_+' = \min\left(p_+e^{\chi g},\,1-p_-'\right),\qquad g' = \mu g + \Delta s,$$

with $g$ what the side has gained of late as a share of the ground at stake (negative where it has
lost), $\Delta s$ the week's gain, $\mu$ the memory of about two months, and $\chi$ the response:
whoever pays for a war is more willing while it is seen to be won. $\chi=0$ is a patron that looks
at nothing but its own affairs. How an interruption or a surge ends stays chance alone.

Both sides have the same chain and the same response; they differ by the size of the flow.

Source: ours; the sign is a judgement. Rivals: a smooth (logistic) flow, which has no news in it;
the opposite sign, a patron that gives more to a side about to lose ($\chi<0$ in this formula); and
patrons as players with aims of their own (`theory.models.patron_subsidy`), of whom too little is
known to simulate them by week.
"""

from typing import Final

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int32

from kadesh.dynamics.bounds import at_least, at_most

INTERRUPTED, SUSTAINED, SURGE = 0, 1, 2

GAIN_MEMORY: Final = 0.885
"""Part of a gain or loss of ground still in mind a week later: about two months."""


class AidParams(eqx.Module):
    """Sustained flow by side; weekly probabilities of change; flow by regime; response to gains."""

    aid_flow_eur_per_week: Float[Array, "side run"]
    interruption_probability: Float[Array, " run"]
    resumption_probability: Float[Array, " run"]
    surge_probability: Float[Array, " run"]
    surge_end_probability: Float[Array, " run"]
    interrupted_share: Float[Array, " run"]
    surge_factor: Float[Array, " run"]
    success_response: Float[Array, " run"]


def next_recent_gain(
    recent_gain_share: Float[Array, "side run"], stake_gain_share: Float[Array, "side run"]
) -> Float[Array, "side run"]:
    """Share of the ground at stake gained of late, after a week that gained this much more."""
    return GAIN_MEMORY * recent_gain_share + stake_gain_share


def change_probabilities(
    recent_gain_share: Float[Array, "side run"], params: AidParams
) -> tuple[Float[Array, "side run"], Float[Array, "side run"]]:
    """Weekly probabilities that a side's sustained aid is interrupted, and that it surges.

    Each is within 0 and 1, and so is their sum: an interruption goes first.
    """
    # The exponent is cut where any probability is 0 or 1 in single precision: 0 x inf is no number.
    success = at_least(at_most(params.success_response * recent_gain_share, 30.0), -30.0)
    interruption = at_most(params.interruption_probability * jnp.exp(-success), 1.0)
    surge = params.surge_probability * jnp.exp(success)
    return interruption, at_most(surge, 1.0 - interruption)


def next_regime(
    regime: Int32[Array, "side run"],
    shock: Float[Array, "side run"],
    recent_gain_share: Float[Array, "side run"],
    params: AidParams,
) -> Int32[Array, "side run"]:
    """Regime of a week later; `shock` is uniform on (0, 1)."""
    interruption, surge = change_probabilities(recent_gain_share, params)
    resumed = jnp.where(shock < params.resumption_probability, SUSTAINED, INTERRUPTED)
    calmed = jnp.where(shock < params.surge_end_probability, SUSTAINED, SURGE)
    changed = jnp.where(
        shock < interruption,
        INTERRUPTED,
        jnp.where(shock > 1.0 - surge, SURGE, SUSTAINED),
    )
    by_regime = jnp.where(regime == SURGE, calmed, changed)
    return jnp.where(regime == INTERRUPTED, resumed, by_regime).astype(jnp.int32)


def aid_delivered(regime: Int32[Array, "side run"], params: AidParams) -> Float[Array, "side run"]:
    """Materiel in EUR that reaches each side in a week of its regime."""
    above = jnp.where(regime == SURGE, params.surge_factor, 1.0)
    share = jnp.where(regime == INTERRUPTED, params.interrupted_share, above)
    return params.aid_flow_eur_per_week * share
