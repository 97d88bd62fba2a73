"""Many campaigns at once, some weeks at a time, in tasks of some milliseconds.

Neither the number of runs, nor how they are cut into tasks, nor how many tasks are worked at a
time, nor whether they are worked compiled or by NumPy, changes a bit of any run.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import Final

import numpy as np
from jaxtyping import Float

from kadesh.dynamics.engine.arrays import advance_few
from kadesh.dynamics.engine.ensemble import (
    Ensemble,
    Weeks,
    flat,
    is_compiled,
    laid_out,
    programme,
    weeks_of,
)
from kadesh.dynamics.engine.layout import SIDE
from kadesh.dynamics.shocks import MONTH_WEEKS, Luck, shock_keys
from kadesh.dynamics.soundness import not_finite, require_finite
from kadesh.dynamics.state import CampaignParams, CampaignState
from kadesh.errors import argument_mistake

TASK_WEEKS: Final = 2048
"""Weeks of a block of lanes in a task, at most about: some 30 milliseconds."""

KEPT_BYTES: Final = 16 * 2**20
"""About how much of the weeks is kept before it is handed on: what a processor keeps near."""


NUMPY_WORK: Final = 1_000_000
"""Weeks of a sector, over all runs, that NumPy takes in a process before any is compiled.

They take it two seconds or three. Compiling takes twenty or more, once for an installation, and
loading what is compiled one, in every process.
"""

NUMPY_EFFORT: Final = 4_000
"""As many weeks of a sector as a week of NumPy's takes, however few runs it is for."""


@dataclass(frozen=True)
class Kept:
    """What is kept of some weeks: arrays with the week first and the run last."""

    first_week: int
    values: dict[str, np.ndarray]


def advance(
    state: CampaignState,
    params: CampaignParams,
    schedule: Float[np.ndarray, "week side sector"],
    *,
    seed: int,
    stream: str,
    first_run: int = 0,
    first_month: int = 0,
    mirrored: bool = False,
    keep: Callable[[Kept], None] | None = None,
    device: str = "cpu",
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> CampaignState:
    """The state after the weeks of a schedule of orders.

    With `mirrored` every run meets the opposite luck: an antithetic pair with the run unmirrored.
    What happens is handed to `keep`, some weeks at a time, in order.

    Raises:
        InputErrors: `device` is neither "cpu" nor "gpu", or there is no such device.
        NumericalError: a parameter is not finite, or a number at the end of a month or of the
            schedule.
    """
    names = params.geography
    keys = shock_keys(seed, stream, names.side_ids, names.sector_ids)
    luck = Luck(keys, first_run, first_month, -1.0 if mirrored else 1.0)
    if device != "cpu":
        return _advance_on(device, state, params, schedule, luck, keep)
    require_finite(params, first_run)
    if not _is_few(len(schedule) * (state.held_km2.size + NUMPY_EFFORT)):
        return _advance_compiled(state, params, schedule, luck, keep, workers, progress)
    end, sound, record = advance_few(
        state, params, schedule, luck, keeps=keep is not None, progress=progress
    )
    if not sound.all():
        raise not_finite(state, params, schedule, luck, int(np.flatnonzero(~sound)[0]))
    if keep is not None:
        keep(Kept(0, record))
    return end


class _Few:
    """How much this process has given to NumPy while nothing was compiled."""

    work = 0


def _is_few(work: int) -> bool:
    """Whether so many weeks of a sector are sooner done by NumPy than the compiled week begins."""
    if is_compiled() or _Few.work + work > NUMPY_WORK:
        return False
    _Few.work += work
    return True


def _advance_compiled(
    state: CampaignState,
    params: CampaignParams,
    schedule: Float[np.ndarray, "week side sector"],
    luck: Luck,
    keep: Callable[[Kept], None] | None,
    workers: int,
    progress: Callable[[int, int], None] | None,
) -> CampaignState:
    ensemble = laid_out(state, params)
    programme()  # Once, and not by every worker.
    pace = len(schedule) if keep is None else min(_kept_weeks(ensemble), len(schedule))
    tasks, firsts = _tasks(ensemble.blocks, pace, workers), range(0, len(schedule), pace)
    room = weeks_of(ensemble, schedule[:pace], keeps=keep is not None)
    done = 0
    with ThreadPoolExecutor(workers) as pool:
        for first in firsts:
            weeks = replace(room, orders=schedule[first : first + pace])
            work = partial(ensemble.advance, luck=luck.after(first), weeks=weeks)
            for _ in map(work, tasks) if workers == 1 else pool.map(work, tasks):
                done += 1
                if progress is not None:
                    progress(done, len(tasks) * len(firsts))
            unsound = np.flatnonzero(np.isnan(weeks.soundness.reshape(-1)[: ensemble.runs]))
            if len(unsound):
                raise not_finite(state, params, schedule[: first + pace], luck, int(unsound[0]))
            if keep is not None:
                keep(Kept(first, _named(weeks, ensemble.runs)))
    return ensemble.state()


def _advance_on(
    device: str,
    state: CampaignState,
    params: CampaignParams,
    schedule: Float[np.ndarray, "week side sector"],
    luck: Luck,
    keep: Callable[[Kept], None] | None,
) -> CampaignState:
    if device != "gpu":
        raise argument_mistake("device", device, "cpu or gpu", "Correct it")
    expected = "a machine with an accelerator that JAX can use"
    try:
        # Loading JAX takes a second, and few machines have what it is for.
        accelerator = import_module("kadesh.dynamics.engine.accelerator")
    except ModuleNotFoundError as error:
        if error.name != "jax":
            raise
        remedy = 'Install it (pip install "kadesh[gpu]"), or leave device at "cpu"'
        raise argument_mistake("device", device, expected, remedy) from None
    if not accelerator.is_at_hand():
        raise argument_mistake("device", device, expected, 'Leave device at "cpu"')
    handed = None if keep is None else lambda first, values: keep(Kept(first, values))
    require_finite(params, luck.first_run)
    end: CampaignState
    end, sound = accelerator.advance_arrays(state, params, schedule, luck, handed)
    if not sound.all():
        raise not_finite(state, params, schedule, luck, int(np.flatnonzero(~sound)[0]))
    return end


def _kept_weeks(ensemble: Ensemble) -> int:
    """Whole months whose record has about `KEPT_BYTES`, or one."""
    week = weeks_of(ensemble, np.zeros((1, 2, len(ensemble.area_km2)), np.float32), keeps=True)
    return max(1, KEPT_BYTES // (MONTH_WEEKS * (week.sectors.nbytes + week.sides.nbytes))) * (
        MONTH_WEEKS
    )


def _tasks(blocks: int, weeks: int, workers: int) -> list[range]:
    rounds = -(-blocks * weeks // (TASK_WEEKS * workers))
    step = -(-blocks // max(rounds * workers, 1))
    return [range(first, min(first + step, blocks)) for first in range(0, blocks, step)]


def _named(weeks: Weeks, runs: int) -> dict[str, np.ndarray]:
    """What is kept of some weeks, by the names of the quantities."""
    count = len(weeks.orders)
    sectors, sides = weeks.sectors[:, :count], weeks.sides[:, :count]
    found = {
        "held_km2": sectors[:, :, 0],
        "deployed_persons": sectors[:, :, 1:3],
        "weekly_losses_persons": sectors[:, :, 3:5],
        "committed_persons": sectors[:, :, 5:7],
    }
    found |= {name: sides[:, :, row : row + 2] for name, row in SIDE.items()}
    return {name: flat(rows, runs) for name, rows in found.items()}
