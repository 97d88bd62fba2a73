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

from typing import NamedTuple

from kadesh.dynamics.elementwise import Number, at_least, at_most, exp, log, sqrt

LEAST_FORCE = 300.0
"""Border guards, police and volunteers that any sector has, in persons: keeps ratios finite."""

WEEK_DAYS = 7.0

TWO_PI = 6.283185307179586


class GroundParams(NamedTuple):
    """Rate of advance, its response to force and its limit; front length; luck."""

    advance_km_per_day: Number
    advance_force_exponent: Number
    advance_limit_km_per_day: Number
    front_length_factor: Number
    border_front_share: Number
    ground_noise: Number
    ground_noise_persistence: Number
    attack_slope: Number


def held_share(held_km2: Number, area_km2: Number, is_home: Number) -> Number:
    """Share of a sector that a side holds, from the land of the side not at home there.

    `is_home` is 1 for the side that is; the two sides' shares sum to 1.
    """
    share = held_km2 / area_km2
    return is_home * (1.0 - share) + (1.0 - is_home) * share


def contact_share(held_km2: Number, area_km2: Number) -> Number:
    """Part of a sector's full front on which the sides meet, from what each of them holds."""
    share = held_km2 / area_km2
    smaller = at_least(at_most(share, 1.0 - share), 0.0)
    return at_most(sqrt(TWO_PI * smaller), 1.0)


def strength_log_ratio(effective_force: Number, other_force: Number) -> Number:
    """Logarithm of a side's strength over the other's, neither ever without some force."""
    return log(effective_force + LEAST_FORCE) - log(other_force + LEAST_FORCE)


def attack_share(advantage_log: Number, params: GroundParams) -> Number:
    """Part of the front on which a side attacks: half of it at parity, more with an advantage."""
    return 1.0 / (1.0 + exp(-params.attack_slope * advantage_log))


def advance_km(
    advantage: Number,
    attack: Number,
    supplied: Number,
    params: GroundParams,
    given_up_km_per_day: Number,
) -> Number:
    """Kilometres a side advances in a week where it meets the other, averaged over the front.

    `attack` is the part of the front on which the side attacks, `supplied` the part of its rate
    that supply lets it keep up, `given_up_km_per_day` what the other side leaves it.
    """
    limit = params.advance_limit_km_per_day
    # The exponent is cut where the rate is at its limit many times over: exp must not overflow.
    exponent = at_most(params.advance_force_exponent * advantage, 30.0)
    fought = params.advance_km_per_day * attack * supplied * exp(exponent)
    rate = fought + given_up_km_per_day
    return WEEK_DAYS * rate * limit / (limit + rate)


def next_held(held_km2: Number, gain_abroad_km2: Number, area_km2: Number) -> Number:
    """Land held by the side that is not at home, after its net gain of a week."""
    return at_most(at_least(held_km2 + gain_abroad_km2, 0.0), area_km2)


def luck_step(params: GroundParams) -> Number:
    """What a standard normal shock adds to luck, so that its spread is the stated one."""
    kept = params.ground_noise_persistence
    return params.ground_noise * sqrt(1.0 - kept * kept)


def next_luck(luck_log: Number, shock: Number, step: Number, params: GroundParams) -> Number:
    """Luck of a week later: first-order autoregressive, with the stated standard deviation."""
    return params.ground_noise_persistence * luck_log + step * shock
