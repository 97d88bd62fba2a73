"""Runs taken through weeks compiled: in parts of some tenths of a second, side by side."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache as once
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from jaxtyping import Bool, Float

from kadesh import cache
from kadesh.dynamics.engine.ensemble import Ensemble, Rows, as_state, laid_out, put, room_for
from kadesh.dynamics.engine.layout import LANES, Q_ROWS
from kadesh.dynamics.shocks import MONTH_WEEKS, Luck
from kadesh.dynamics.state import CampaignParams, CampaignState, take_runs, take_states

PART_WEEKS: Final = 8192
"""Weeks of a block of lanes in a part, at most about."""

KEPT_BYTES: Final = 16 * 2**20
"""About how much of the weeks is kept before it is handed on: what a processor keeps near."""


@once
def programme() -> Any:
    """The compiled weeks, made of the code as it is now."""
    # Loading Numba takes half a second, which few runs do without.
    kernel = import_module("kadesh.dynamics.engine.kernel")
    return kernel.programme(cache.source_hash(Path(__file__).parents[1]))


def is_loaded() -> bool:
    """Whether this process has the compiled weeks at hand."""
    return programme.cache_info().currsize > 0


def through_weeks(
    state: CampaignState,
    params: CampaignParams,
    schedule: Float[np.ndarray, "week side sector"],
    luck: Luck,
    keep: Callable[[int, Rows], None] | None = None,
    progress: Callable[[int, int], None] | None = None,
    *,
    workers: int = 1,
) -> tuple[CampaignState, Bool[np.ndarray, " run"]]:
    """The state after some weeks, and which runs stayed finite, their parameters included.

    It stops where one did not, and gives the state it began with. What happens is handed to
    `keep` with its first week, some weeks at a time: arrays with the week first and the run last.
    """
    weeks_in = programme()  # Once, and not by every worker.
    places, runs = state.held_km2.shape
    blocks, weeks = -(-runs // LANES), len(schedule)
    pace = weeks if keep is None else min(_kept_weeks(blocks, places), weeks)
    step = _blocks_of_a_part(blocks, pace, workers) * LANES
    firsts, starts = range(0, runs, step), range(0, weeks, pace)

    def begin(first: int) -> Ensemble:
        part = slice(first, min(first + step, runs))
        kept = 0 if keep is None else pace
        return laid_out(take_states(state, part), take_runs(params, part), kept)

    def work(first: int, part: Ensemble, *, start: int, record: Rows) -> None:
        orders, then = schedule[start : start + pace], luck.after(start)
        part.advance(weeks_in, orders, replace(then, first_run=luck.first_run + first))
        if keep is not None:
            put(part.kept(len(orders)), record, first)
        if start + pace >= weeks:
            put(part.now(), end, first)

    # Threads that lay runs out side by side wait for each other more than they gain.
    parts = list(map(begin, firsts))
    end, done = room_for(parts[0].now(), blocks), 0
    with ThreadPoolExecutor(workers) as pool:
        each: Callable[..., Any] = map if workers == 1 else pool.map
        for start in starts:
            record = {}
            if keep is not None:
                record = room_for(parts[0].kept(min(pace, weeks - start)), blocks)
            for _ in each(partial(work, start=start, record=record), firsts, parts):
                done += 1
                if progress is not None:
                    progress(done, len(firsts) * len(starts))
            sound = np.concatenate([part.sound for part in parts])
            if not sound.all():
                break
            if keep is not None:
                keep(start, {name: values[..., :runs] for name, values in record.items()})
    return as_state(end, runs) if sound.all() else state, sound


def _kept_weeks(blocks: int, places: int) -> int:
    """Whole months whose record has about `KEPT_BYTES`, or one."""
    month = MONTH_WEEKS * 4 * LANES * blocks * (7 * places + Q_ROWS)
    return max(1, KEPT_BYTES // month) * MONTH_WEEKS


def _blocks_of_a_part(blocks: int, weeks: int, workers: int) -> int:
    rounds = -(-blocks * weeks // (PART_WEEKS * workers))
    return -(-blocks // (rounds * workers))
