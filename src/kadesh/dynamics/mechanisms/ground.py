r"""Ground: how far each side advances in a sector in a week, and what it then holds.

Side $i$'s advance in km a day against side $j$ in a sector is

$$v_i = \frac{u_i}{1+u_i/v_{max}},\qquad u_i = v_0\, a_i\, g_i\, e^{\beta A_i} + y_i,\qquad
A_i = \ln\frac{E_i}{E_j} + s_i - \phi F_j \pm n,$$

with $E$ effective force, $s$ surprise, $F$ fortification, $a$ the part of the front on which the
side attacks, $g$ what supply lets it keep up, $y$ what the other side gives up
(`dynamics.mechanisms.withdrawal`), and $n$ the sector's persistent luck (in favour of its home
side: $+n$ for it, $-n$ for the other). Rates are lognormal in luck and so span the
observed 0.01 to 30 km a day. Both sides can advance at once on different parts of a front; the land
held by the side that is not at home changes by the difference, within 0 and the sector's area.

The front in contact is that of a half-disc pocket, $\sqrt{2\pi\,\text{share}\cdot\text{area}}$,
never longer than a full front; across a border where nothing is held, only surprise opens a front.

Source: ours; the form follows from asking for lognormal rates, symmetry between the sides, and
force ratio, surprise and fortification acting as in logit fits to records of battles. Rivals: a
diffusion with constant drift and spread (no stalemates, no breakthroughs) and published tables of
rates of advance, which could not be verified.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from kadesh.dynamics.bounds import at_least, at_most

LEAST_FORCE = 300.0
"""Border guards, police and volunteers that any sector has, in persons: keeps ratios finite."""

WEEK_DAYS = 7.0


class GroundParams(eqx.Module):
    """Rate of advance, its response to force and its limit; front length; luck."""

    advance_km_per_day: Float[Array, " run"]
    advance_force_exponent: Float[Array, " run"]
    advance_limit_km_per_day: Float[Array, " run"]
    front_length_factor: Float[Array, " run"]
    border_front_share: Float[Array, " run"]
    ground_noise: Float[Array, " run"]
    ground_noise_persistence: Float[Array, " run"]
    attack_slope: Float[Array, " run"]


def held_share(
    held_km2: Float[Array, "sector run"],
    area_km2: Float[Array, " sector"],
    is_home: Float[Array, "side sector"],
) -> Float[Array, "side sector run"]:
    """Share of each sector that each side holds; the two sides' shares sum to 1."""
    share = held_km2 / area_km2[:, None]
    home = is_home[:, :, None]
    return home * (1.0 - share) + (1.0 - home) * share


def contact_share(
    held_km2: Float[Array, "sector run"], area_km2: Float[Array, " sector"]
) -> Float[Array, "sector run"]:
    """Part of a sector's full front on which the sides meet, from what each of them holds."""
    share = held_km2 / area_km2[:, None]
    smaller = at_least(at_most(share, 1.0 - share), 0.0)
    return at_most(jnp.sqrt(2.0 * np.pi * smaller), 1.0)


def advantage_log(
    effective_force: Float[Array, "side sector run"],
    surprise_log: Float[Array, "side sector run"],
    fortification_log: Float[Array, "side sector run"],
    luck_log: Float[Array, "side sector run"],
) -> Float[Array, "side sector run"]:
    """Each side's advantage in an attack, as the logarithm of a force ratio.

    `fortification_log` is the defender's: what side j has is taken from side i's advantage.
    """
    strength = effective_force + LEAST_FORCE
    ratio_log = jnp.log(strength / jnp.flip(strength, 0))
    return ratio_log - jnp.flip(fortification_log, 0) + surprise_log + luck_log


def attack_share(
    advantage: Float[Array, "side sector run"], params: GroundParams
) -> Float[Array, "side sector run"]:
    """Part of the front on which a side attacks: half of it at parity, more with an advantage."""
    return jax.nn.sigmoid(params.attack_slope * advantage)


def advance_km(
    advantage: Float[Array, "side sector run"],
    attack: Float[Array, "side sector run"],
    supplied: Float[Array, "side sector run"],
    params: GroundParams,
    given_up_km_per_day: Float[Array, "side sector run"] | float = 0.0,
) -> Float[Array, "side sector run"]:
    """Kilometres each side advances in a week where it meets the other, averaged over the front.

    `attack` is the part of the front on which the side attacks, `supplied` the part of its rate
    that supply lets it keep up, `given_up_km_per_day` what the other side leaves it.
    """
    limit = params.advance_limit_km_per_day
    # The exponent is cut where the rate is at its limit many times over: exp must not overflow.
    exponent = at_most(params.advance_force_exponent * advantage, 30.0)
    fought = params.advance_km_per_day * attack * supplied * jnp.exp(exponent)
    rate = fought + given_up_km_per_day
    return WEEK_DAYS * rate * limit / (limit + rate)


def next_held(
    held_km2: Float[Array, "sector run"],
    gained_km2: Float[Array, "side sector run"],
    area_km2: Float[Array, " sector"],
    is_home: Float[Array, "side sector"],
) -> Float[Array, "sector run"]:
    """Land held by the side that is not at home, after both sides' gains of a week."""
    towards_other = jnp.sum(gained_km2 * (1.0 - 2.0 * is_home)[:, :, None], axis=0)
    return at_most(at_least(held_km2 + towards_other, 0.0), area_km2[:, None])


def next_luck(
    luck_log: Float[Array, "sector run"], shock: Float[Array, "sector run"], params: GroundParams
) -> Float[Array, "sector run"]:
    """Luck of a week later: first-order autoregressive, with the stated standard deviation."""
    kept = params.ground_noise_persistence
    return kept * luck_log + params.ground_noise * jnp.sqrt(1.0 - kept**2) * shock
