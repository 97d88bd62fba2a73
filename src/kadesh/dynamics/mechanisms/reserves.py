r"""Reserves: from the pool of mobilizable people to a sector, with delays.

    pool -> training -> reserve -> on the move -> sector -> losses -> recovery -> reserve
                                        ^------------ redeployed from another sector
                                                                losses -> out for good

Each delay is first order: in a week the share $1-e^{-1/\tau}$ arrives. Nobody is made or lost on
the way: pool, training, reserve, moving, deployed, recovering and lost for good sum to the same
number in every week.

Rival: a pipeline that delivers everybody after exactly the delay. It needs a state per week of
delay, and real movements arrive spread out.
"""

from typing import NamedTuple

from kadesh.dynamics.elementwise import Number, choose, expm1


class ReserveParams(NamedTuple):
    """Release of reserves, delay of movement, redeployment, return of the wounded."""

    reserve_release_per_week: Number
    reserve_delay_weeks: Number
    redeployment_share_per_week: Number
    returning_share: Number
    recovery_weeks: Number


def arriving_share(delay_weeks: Number) -> Number:
    """Part of those who wait that arrive in a week, with a mean delay of `delay_weeks`."""
    return -expm1(-1.0 / delay_weeks)


def spread_rates(people: Number, needed: Number, weight: Number) -> tuple[Number, Number]:
    """How `people` who go somewhere are divided over the sectors of a side.

    Args:
        people: People of a side who go.
        needed: Needed in all sectors together.
        weight: Sum of the weights of all sectors.

    Returns:
        People for each one needed; and for each unit of weight, where nobody is needed anywhere.
    """
    some = needed > 0.0
    per_need = choose(some, people / choose(some, needed, 1.0), 0.0)
    return per_need, choose(some, 0.0, people / weight)
