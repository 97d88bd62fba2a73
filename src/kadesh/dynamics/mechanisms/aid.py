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

from typing import Final, NamedTuple

from kadesh.dynamics.elementwise import Number, Pair, at_least, at_most, choose, exp

INTERRUPTED, SUSTAINED, SURGE = 0.0, 1.0, 2.0

GAIN_MEMORY: Final = 0.885
"""Part of a gain or loss of ground still in mind a week later: about two months."""


class AidParams(NamedTuple):
    """Sustained flow by side; weekly probabilities of change; flow by regime; response to gains."""

    aid_flow_eur_per_week: Pair
    interruption_probability: Number
    resumption_probability: Number
    surge_probability: Number
    surge_end_probability: Number
    interrupted_share: Number
    surge_factor: Number
    success_response: Number


def next_recent_gain(recent_gain_share: Number, stake_gain_share: Number) -> Number:
    """Share of the ground at stake gained of late, after a week that gained this much more."""
    return GAIN_MEMORY * recent_gain_share + stake_gain_share


def change_probabilities(recent_gain_share: Number, params: AidParams) -> tuple[Number, Number]:
    """Weekly probabilities that a side's sustained aid is interrupted, and that it surges.

    Each is within 0 and 1, and so is their sum: an interruption goes first.
    """
    # The exponent is cut where any probability is 0 or 1 in single precision: 0 x inf is no number.
    success = at_least(at_most(params.success_response * recent_gain_share, 30.0), -30.0)
    interruption = at_most(params.interruption_probability * exp(-success), 1.0)
    surge = params.surge_probability * exp(success)
    return interruption, at_most(surge, 1.0 - interruption)


def next_regime(
    regime: Number,
    shock: Number,
    recent_gain_share: Number,
    params: AidParams,
) -> Number:
    """Regime of a week later; `shock` is uniform on (0, 1)."""
    interruption, surge = change_probabilities(recent_gain_share, params)
    resumed = choose(shock < params.resumption_probability, SUSTAINED, INTERRUPTED)
    calmed = choose(shock < params.surge_end_probability, SUSTAINED, SURGE)
    changed = choose(
        shock < interruption,
        INTERRUPTED,
        choose(shock > 1.0 - surge, SURGE, SUSTAINED),
    )
    by_regime = choose(regime == SURGE, calmed, changed)
    return choose(regime == INTERRUPTED, resumed, by_regime)


def aid_delivered(regime: Number, params: AidParams) -> Number:
    """Materiel in EUR that reaches each side in a week of its regime."""
    above = choose(regime == SURGE, params.surge_factor, 1.0)
    share = choose(regime == INTERRUPTED, params.interrupted_share, above)
    return params.aid_flow_eur_per_week * share
