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

import numpy as np
from jaxtyping import Float

from kadesh.dynamics.elementwise import Number, choose


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


class AllocationParams(NamedTuple):
    """Weight of threat, cover of quiet borders, and the attraction of each sector.

    Attraction is what never changes in a run: w^alpha e^o of stake and objective.
    """

    allocation_threat_per_km: Number
    quiet_cover_share: Number


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


def holds_land(share: Number) -> Number:
    """Whether a share of a sector is enough to attack its neighbours from, and to be defended."""
    return share > REACH_SHARE


def allocation_weight(
    contact: Number,
    share: Number,
    other_reach: Number,
    lost_km: Number,
    front_km: Number,
    attraction: Number,
    params: AllocationParams,
) -> Number:
    """How many troops a side wants in a sector, relative to its other sectors.

    Args:
        contact: Part of the full front on which the sides meet.
        share: Share of the sector that the side holds.
        other_reach: Whether the other side could attack there.
        lost_km: What the side has lost there of late.
        front_km: Full front of the sector.
        attraction: From `attraction`.
        params: Threat and cover.
    """
    cover = other_reach & holds_land(share)
    quiet = choose(cover, params.quiet_cover_share * (1.0 - contact), 0.0)
    threat = 1.0 + params.allocation_threat_per_km * lost_km
    # A side that faces no front still stands on its own land, and one without land somewhere.
    standing = 1e-6 * (share + 1e-6)
    return front_km * (contact + quiet + standing) * threat * attraction
