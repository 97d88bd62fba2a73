"""Land held as a chip: how long it is held and what the other side spends on retaking it."""

import numpy as np

from kadesh.audit.claims import Change, Chip
from kadesh.audit.evidence import Draws, Evidence, Fixed

RETAKEN_SHARE = 0.1
"""Land counts as retaken once less than this part of what was held at the start is left."""
WEEKS_PER_MONTH = 365.2425 / 12 / 7


def held_at_end(
    evidence: Evidence, reading: Chip, sectors: tuple[str, ...], fixed: Fixed
) -> tuple[Draws, Draws]:
    """Land held in the sectors at the start and at the end of simulated courses."""
    made = evidence.simulated(reading.date, reading.weeks, Change(), fixed)
    held = made["held_km2"].sel(sector=list(sectors)).sum("sector").to_numpy().astype(float)
    return held[:, 0], held[:, -1]


def holding(
    evidence: Evidence, reading: Chip, sectors: tuple[str, ...], fixed: Fixed
) -> tuple[Draws, Draws]:
    """Months until the land is retaken, and the part of the other side's war that it takes.

    The part is the other side's losses in the sectors over its losses everywhere, over the months
    in which the land is held; courses in which it is held to the end count to the end.
    """
    other = evidence.war.other(reading.side)
    made = evidence.simulated(reading.date, reading.weeks, Change(), fixed)
    held = made["held_km2"].sel(sector=list(sectors)).sum("sector").to_numpy().astype(float)
    losses = made["weekly_losses_persons"].sel(side=other)
    everywhere = losses.sum("sector").to_numpy().astype(float)
    there = losses.sel(sector=list(sectors)).sum("sector").to_numpy().astype(float)
    is_held = held[:, 1:] >= RETAKEN_SHARE * np.maximum(held[:, :1], 1.0)
    still = np.cumprod(is_held, axis=1)
    part = (there[:, 1:] * still).sum(axis=1) / np.maximum(
        (everywhere[:, 1:] * still).sum(axis=1), 1.0
    )
    return still.sum(axis=1) / WEEKS_PER_MONTH, part
