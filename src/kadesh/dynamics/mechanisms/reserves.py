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

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float


class ReserveParams(eqx.Module):
    """Release of reserves, delay of movement, redeployment, return of the wounded."""

    reserve_release_per_week: Float[Array, " run"]
    reserve_delay_weeks: Float[Array, " run"]
    redeployment_share_per_week: Float[Array, " run"]
    returning_share: Float[Array, " run"]
    recovery_weeks: Float[Array, " run"]


def arriving(
    waiting: Float[Array, "side *place run"], delay_weeks: Float[Array, " run"]
) -> Float[Array, "side *place run"]:
    """People of `waiting` who arrive this week, with a mean delay of `delay_weeks`."""
    return waiting * -jnp.expm1(-1.0 / delay_weeks)


def spread(
    people: Float[Array, "side run"],
    needed: Float[Array, "side sector run"],
    fallback: Float[Array, "side sector run"],
) -> Float[Array, "side sector run"]:
    """`people` divided in proportion to `needed`, or to `fallback` where nothing is needed."""
    total = jnp.sum(needed, axis=1)
    share_of_needed = needed / jnp.where(total > 0, total, 1.0)[:, None]
    return people[:, None] * jnp.where((total > 0)[:, None], share_of_needed, fallback)
