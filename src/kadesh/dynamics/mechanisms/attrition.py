r"""Losses of deployed forces in a week.

With $M_i$ own people in a sector, $E_j$ the other side's effective force, $\lambda$ the loss rate
and $w$ the concentration exponent,

$$L_i = \lambda\,e^{x_i}\, M_i^{1-w} E_j^{w}\cdot
\left(q + (1-q)\frac{\gamma a_i + a_j}{1+\gamma}\right) f\, e^{\nu z - \nu^2/2},\qquad
L_i \le M_i,$$

where $a_i$ is the part of the front on which side $i$ attacks, $\gamma$ how much dearer attacking
is than being attacked, $q$ what is lost where nobody attacks, $f$ the part of the sector's front
that is in contact, $z$ standard normal. $w=1$ is Lanchester's square law, $w=1/2$ has the invariant
of his linear law, $w=0$ is the log law. $x_i$ is the side's own exposure: what protection, care for
the wounded and tactics add to the logarithm of its losses, whoever attacks. It is not
effectiveness, which acts on the other side and on the ground.

Source: Helmbold's family as restated in `docs/method.md`; the exponent is an assumption with mass
on [0, 0.6], about what records of battles imply of the mean war (`kadesh.dynamics.combat`), in
which the force ratio explains next to nothing of the exchange of losses. Rivals: the square law,
which fits no known campaign well, and the quantified judgement models of Dupuy, whose tables could
not be verified.
"""

from typing import NamedTuple

from kadesh.dynamics.elementwise import Number, Pair, at_most, choose, exp, log


class AttritionParams(NamedTuple):
    """Loss rate per week, its shape, dearness of attack, quiet share, noise; exposure by side."""

    loss_rate_per_week: Number
    concentration_exponent: Number
    attacker_loss_factor: Number
    quiet_loss_share: Number
    loss_noise: Number
    loss_exposure_log: Pair


def people_log_ratio(other_persons: Number, own_persons: Number) -> Number:
    """Logarithm of the other side's people over one's own; 0 where either is absent."""
    both = (own_persons > 0.0) & (other_persons > 0.0)
    return log(choose(both, other_persons, 1.0)) - log(choose(both, own_persons, 1.0))


def helmbold_losses(
    own: Number, other: Number, log_ratio: Number, rate: Number, concentration_exponent: Number
) -> Number:
    """Losses rate x own^(1-w) x (own e^log_ratio)^w, zero where either side is absent.

    `log_ratio` is the logarithm of the other side's force over one's own people. (exp(w log x)
    and not x**w: the power function is many times slower on a processor.)
    """
    losses = rate * own * exp(concentration_exponent * log_ratio)
    return choose((own > 0.0) & (other > 0.0), losses, 0.0)


def intensity(attack_share: Number, other_attack_share: Number, params: AttritionParams) -> Number:
    """Part of the loss rate that the attacks of both sides bring about for one of them."""
    factor = params.attacker_loss_factor
    attacked = (factor * attack_share + other_attack_share) * (1.0 / (1.0 + factor))
    return params.quiet_loss_share + (1.0 - params.quiet_loss_share) * attacked


def expected_losses(
    deployed_persons: Number,
    other_force: Number,
    force_log_ratio: Number,
    rate: Number,
    params: AttritionParams,
) -> Number:
    """Killed and wounded of one side in a sector in a week, before chance.

    Args:
        deployed_persons: Its people in the sector at the start of the week.
        other_force: The other side's effective force there.
        force_log_ratio: Logarithm of that force over its own people.
        rate: Loss rate per week, of its exposure, of the intensity of attacks and of contact.
        params: The shape.

    Returns:
        Persons per week, at most those deployed.
    """
    losses = helmbold_losses(
        deployed_persons, other_force, force_log_ratio, rate, params.concentration_exponent
    )
    return at_most(losses, deployed_persons)


def loss_factor(shock: Number, noise: Number) -> Number:
    """What chance makes of a side's losses of a week: lognormal, with mean 1."""
    return exp(noise * shock - 0.5 * noise * noise)


def weekly_losses(expected: Number, deployed_persons: Number, factor: Number) -> Number:
    """Losses in persons with chance, never more than those deployed."""
    return at_most(expected * factor, deployed_persons)
