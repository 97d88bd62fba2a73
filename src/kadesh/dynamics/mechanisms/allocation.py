r"""Allocation: how each side wants its troops spread over the sectors, given its objective.

Troops wanted by side $i$ in a sector, as a share of all it has in sectors,

$$d_i \propto \ell\, w^{\alpha}\,(c + q\,(1-c)\,b_i)\,(1+\gamma\,\lambda_i)\, e^{o_i}$$

with $\ell$ the full front in km, $w$ the stake in the sector, $c$ the part of the front in
contact, $q$ the cover of a quiet border, $b_i$ 1 where the side holds land the other could reach,
$\lambda_i$ the kilometres lost there of late, $o_i$ the leaning of its objective. What a sector
has beyond its share is redeployed with a delay: troops sent to a threatened sector leave the
others weaker.

An objective is a leaning of the allocation and of operations, and nothing else:

    stake     take and hold what is at stake, wherever it is cheapest
    hold      keep what one has: no operations are opened, cover everywhere
    foothold  lean to sectors that are the other side's home (a chip, a buffer, a signal)
    home      lean to sectors that are one's own home

Rivals: the equilibrium of a Blotto game, which needs both sides to solve the whole campaign; and
allocation in proportion to area, which answers to nothing.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float


class Leaning(NamedTuple):
    """How an objective leans: to own and other home sectors, in logarithms; opens operations."""

    own_home_log: float
    other_home_log: float
    opens_operations: bool


OBJECTIVES: Final[dict[str, Leaning]] = {
    "stake": Leaning(0.0, 0.0, True),
    "hold": Leaning(0.0, 0.0, False),
    "foothold": Leaning(0.0, 1.5, True),
    "home": Leaning(1.5, 0.0, True),
}

REACH_SHARE: Final = 0.02
"""Share of a sector that has to be held for its neighbours to be within reach."""


class AllocationParams(eqx.Module):
    """Weight of threat, cover of quiet borders, and the attraction of each sector.

    Attraction is what never changes in a run: w^alpha e^o of stake and objective.
    """

    allocation_threat_per_km: Float[Array, " run"]
    quiet_cover_share: Float[Array, " run"]
    attraction: Float[Array, "side sector run"]


def attraction(
    objectives: Sequence[str],
    is_home: Float[np.ndarray, "side sector"],
    stake_weight: Float[np.ndarray, "sector run"],
    stake_exponent: Float[np.ndarray, " run"],
) -> Float[np.ndarray, "side sector run"]:
    """What draws each side's troops to each sector: stake, and the leaning of its objective.

    Raises:
        KeyError: an objective is not one of `OBJECTIVES`.
    """
    own = np.array([OBJECTIVES[name].own_home_log for name in objectives])[:, None]
    other = np.array([OBJECTIVES[name].other_home_log for name in objectives])[:, None]
    leaning = np.exp(own * is_home + other * (1 - is_home))
    drawn: Float[np.ndarray, "side sector run"] = leaning[:, :, None] * stake_weight**stake_exponent
    return drawn


def within_reach(
    shares: Float[Array, "side sector run"], neighbours: Float[Array, "sector sector"]
) -> Bool[Array, "side sector run"]:
    """Where a side holds land in the sector or in one beside it, and so could attack there."""
    holds = (shares > REACH_SHARE).astype(jnp.float32)
    return jnp.einsum("st,itr->isr", neighbours, holds) > 0


def wanted_share(
    contact: Float[Array, "sector run"],
    shares: Float[Array, "side sector run"],
    reach: Bool[Array, "side sector run"],
    lost_km: Float[Array, "side sector run"],
    front_km: Float[Array, "sector run"],
    params: AllocationParams,
) -> Float[Array, "side sector run"]:
    """Share of a side's deployed troops that it wants in each sector; sums to 1 over sectors."""
    cover = (jnp.flip(reach, 0) & (shares > REACH_SHARE)).astype(jnp.float32)
    quiet = params.quiet_cover_share * (1.0 - contact) * cover
    threat = 1.0 + params.allocation_threat_per_km * lost_km
    # A side that faces no front still stands on its own land, and one without land somewhere.
    standing = 1e-6 * (shares + 1e-6)
    weight = front_km * (contact + quiet + standing) * threat * params.attraction
    return weight / jnp.sum(weight, axis=1, keepdims=True)
