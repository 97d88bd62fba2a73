r"""Mobilization: how many join a side's forces in a week, from a finite pool.

$$R = R_0\,\left(\frac{h}{h_0}\right)^{\eta}\left(\frac{T_0}{T}\right)^{\rho},$$

never more than the pool, with $h$ home support, $T$ people in the theatre, zero marking the start.
A side that shrinks recruits more ($\rho$), a side that tires recruits less ($\eta$).

Not modelled: call-ups in waves (they enter as people in training at the start), desertion, and the
cost of mobilization to support.
"""

from typing import NamedTuple

from kadesh.dynamics.elementwise import Number, Pair, at_least, at_most, exp, log


class MobilizationParams(NamedTuple):
    """Recruits at the start, response to own strength and to support, time in training."""

    recruitment_persons_per_week: Pair
    mobilization_response: Number
    support_recruitment_exponent: Number
    training_weeks: Number
    theatre_start_persons: Pair


def recruits(
    pool_persons: Number,
    theatre_persons: Number,
    support_ratio: Number,
    params: MobilizationParams,
) -> Number:
    """People who join each side in a week, never more than its pool.

    Args:
        pool_persons: People who could still be called up.
        theatre_persons: People in the theatre now, reserves included.
        support_ratio: Home support over its value at the start.
        params: Rate and responses.
    """
    # Neither response more than triples the rate: offices, barracks and instructors are finite.
    start = params.theatre_start_persons
    need = at_most(at_least(start / at_least(theatre_persons, 1.0), 1 / 3), 3.0)
    will = at_most(at_least(support_ratio, 0.01), 3.0)
    response = params.mobilization_response * log(need)
    willing = params.support_recruitment_exponent * log(will)
    rate = params.recruitment_persons_per_week * exp(response + willing)
    return at_most(rate, pool_persons)
