"""Runs taken through weeks by NumPy, a thousand at a time: for what is not worth compiling.

Every bit is that of the compiled week, at about a hundredth of its speed.
"""

from collections.abc import Callable
from dataclasses import fields
from typing import Final

import numpy as np
from jaxtyping import Bool, Float

from kadesh.dynamics.shocks import MONTH_WEEKS, Luck
from kadesh.dynamics.state import CampaignParams, CampaignState, take_runs, take_states
from kadesh.dynamics.step import array_week, given_of, recorded, sector_of, side_of, state_of

RUNS: Final = 1024
"""Runs worked at a time: their numbers stay near the processor. Changes no digit of any run."""

Record = dict[str, np.ndarray]


def through_weeks(
    state: CampaignState,
    params: CampaignParams,
    schedule: Float[np.ndarray, "week side sector"],
    luck: Luck,
    keep: Callable[[int, Record], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[CampaignState, Bool[np.ndarray, " run"]]:
    """The state after some weeks, and which runs stayed finite.

    What happens is handed to `keep` at once: arrays with the week first and the run last.
    """
    runs = state.held_km2.shape[-1]
    before = {field.name: getattr(state, field.name) for field in fields(state)}
    end = {name: np.empty(values.shape, values.dtype) for name, values in before.items()}
    sound, record = np.ones(runs, bool), Record()
    parts = [slice(first, min(first + RUNS, runs)) for first in range(0, runs, RUNS)]
    for done, part in enumerate(parts, start=1):
        # What is no number is looked for at the end of a month, not where it first appears.
        with np.errstate(all="ignore"):
            last, sound[part] = _through(
                state, params, schedule, luck, part, None if keep is None else record
            )
        for name, values in end.items():
            values[..., part] = getattr(last, name)
        if progress is not None:
            progress(done, len(parts))
    if keep is not None and sound.all():
        keep(0, record)
    return CampaignState(**end), sound


def _through(
    state: CampaignState,
    params: CampaignParams,
    schedule: Float[np.ndarray, "week side sector"],
    luck: Luck,
    part: slice,
    record: Record | None,
) -> tuple[CampaignState, Bool[np.ndarray, " run"]]:
    """Some of the runs after all weeks, and which of them stayed finite."""
    runs, weeks = state.held_km2.shape[-1], len(schedule)
    now, given = take_states(state, part), given_of(take_runs(params, part))
    sector, side = sector_of(now), side_of(now)
    sound = np.ones(part.stop - part.start, bool)
    for week, orders in enumerate(schedule):
        month, of_month = divmod(week, MONTH_WEEKS)
        if of_month == 0:
            shocks = luck.month(month, part)
        sector, side, info = array_week(shocks.week(of_month), orders, sector, side, given)
        if record is not None:
            for name, values in recorded(sector, side, info).items():
                if name not in record:
                    record[name] = np.empty((weeks, *values.shape[:-1], runs), np.float32)
                record[name][week, ..., part] = values
        if of_month == MONTH_WEEKS - 1 or week == weeks - 1:
            for values in (*sector, *side):
                sound &= np.isfinite(values).reshape(-1, len(sound)).all(axis=0)
    return state_of(sector, side), sound
