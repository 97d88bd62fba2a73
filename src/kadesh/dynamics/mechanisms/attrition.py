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

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from kadesh.dynamics.bounds import at_most


class AttritionParams(eqx.Module):
    """Loss rate per week, its shape, dearness of attack, quiet share, noise; exposure by side."""

    loss_rate_per_week: Float[Array, " run"]
    concentration_exponent: Float[Array, " run"]
    attacker_loss_factor: Float[Array, " run"]
    quiet_loss_share: Float[Array, " run"]
    loss_noise: Float[Array, " run"]
    loss_exposure_log: Float[Array, "side run"]


def helmbold_losses(
    own: Float[Array, "*#shape"],
    other: Float[Array, "*#shape"],
    rate: Float[Array, "*#shape"],
    concentration_exponent: Float[Array, "*#shape"],
) -> Float[Array, "*shape"]:
    """Losses rate x own^(1-w) x other^w, zero where either side is absent."""
    both = (own > 0) & (other > 0)
    # exp(w log x) and not x**w: the power function is many times slower on a processor.
    log_ratio = jnp.log(jnp.where(both, other, 1.0) / jnp.where(both, own, 1.0))
    return jnp.where(both, rate * own * jnp.exp(concentration_exponent * log_ratio), 0.0)


def expected_losses(
    deployed_persons: Float[Array, "side sector run"],
    effective_force: Float[Array, "side sector run"],
    attack_share: Float[Array, "side sector run"],
    contact_share: Float[Array, "sector run"],
    params: AttritionParams,
) -> Float[Array, "side sector run"]:
    """Killed and wounded of each side in each sector in a week, before chance.

    Args:
        deployed_persons: People in the sector at the start of the week.
        effective_force: Strength in persons at reference equipment and effectiveness.
        attack_share: Part of the front on which the side attacks, 0 to 1.
        contact_share: Part of the sector's full front on which the sides meet, 0 to 1.
        params: Loss rate and its shape.

    Returns:
        Persons per week, at most those deployed.
    """
    factor = params.attacker_loss_factor
    attacked = (factor * attack_share + jnp.flip(attack_share, 0)) / (1.0 + factor)
    intensity = params.quiet_loss_share + (1.0 - params.quiet_loss_share) * attacked
    rate = params.loss_rate_per_week * jnp.exp(params.loss_exposure_log)
    losses = helmbold_losses(
        deployed_persons,
        jnp.flip(effective_force, 0),
        rate[:, None] * intensity * contact_share,
        params.concentration_exponent,
    )
    return at_most(losses, deployed_persons)


def weekly_losses(
    expected: Float[Array, "side sector run"],
    deployed_persons: Float[Array, "side sector run"],
    shock: Float[Array, "side run"],
    params: AttritionParams,
) -> Float[Array, "side sector run"]:
    """Losses in persons with chance: one lognormal factor of mean 1 by side and week."""
    noise = params.loss_noise
    factor = jnp.exp(noise * shock - 0.5 * noise**2)
    return at_most(expected * factor[:, None], deployed_persons)
