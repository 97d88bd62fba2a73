"""Many campaigns at once, some weeks at a time, in tasks of some milliseconds.

Neither the number of runs, nor how they are cut into tasks, nor how many tasks are worked at a
time, changes a bit of any run: each is worked in a lane of its own.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, replace
from functools import partial
from importlib import import_module
from typing import Any, Final

import numpy as np
from jaxtyping import Float, Int

from kadesh.dynamics.engine.ensemble import (
    Ensemble,
    Luck,
    Weeks,
    flat,
    laid_out,
    programme,
    weeks_of,
)
from kadesh.dynamics.engine.layout import SIDE
from kadesh.dynamics.shocks import MONTH_WEEKS, shock_keys
from kadesh.dynamics.state import CampaignParams, CampaignState, Geography
from kadesh.dynamics.week import constants_of
from kadesh.errors import NumericalError, argument_mistake

TASK_WEEKS: Final = 2048
"""Weeks of a block of lanes in a task, at most about: some 30 milliseconds."""

KEPT_BYTES: Final = 16 * 2**20
"""About how much of the weeks is kept before it is handed on: what a processor keeps near."""


@dataclass(frozen=True)
class Kept:
    """What is kept of some weeks: arrays with the week first and the run last."""

    first_week: int
    values: dict[str, np.ndarray]


def take_runs(params: CampaignParams, index: Int[np.ndarray, " chosen"]) -> CampaignParams:
    """The parameters of the chosen runs, in that order."""
    chosen: dict[str, Any] = {
        field.name: _take(getattr(params, field.name), index)
        for field in fields(params)
        if field.name not in {"geography", "switches"}
    }
    return replace(params, **chosen)


def take_states(state: CampaignState, index: Int[np.ndarray, " chosen"]) -> CampaignState:
    """The chosen runs' states, in that order."""
    taken = {field.name: getattr(state, field.name)[..., index] for field in fields(state)}
    return CampaignState(**taken)


def _take(values: Any, index: Int[np.ndarray, " chosen"]) -> Any:
    if isinstance(values, tuple):
        return type(values)(*(number[..., index] for number in values))
    return values[..., index]


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
    _require_finite(params, luck)
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
                raise _not_finite(state, params, schedule[: first + pace], luck, int(unsound[0]))
            if keep is not None:
                keep(Kept(first, _named(weeks, ensemble.runs)))
    return ensemble.state()


def _require_finite(params: CampaignParams, luck: Luck) -> None:
    """Parameters of every run are numbers: in a condition a NaN would pass for a no."""
    with np.errstate(all="ignore"):
        groups: list[Any] = [*params.mechanisms, constants_of(params)]
    values = {name: value for group in groups for name, value in group._asdict().items()}
    for name in ("effectiveness_log", "stake_weight", "attraction"):
        values[name] = getattr(params, name)
    found = _first_not_finite(values, params.geography)
    if found is not None:
        raise NumericalError(
            f"campaign: {found[0]}, run {luck.first_run + found[1]}: expected a finite number. "
            "Check the assumptions drawn for this run."
        )


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
    _require_finite(params, luck)
    end: CampaignState
    end, sound = accelerator.advance_arrays(state, params, schedule, luck, handed)
    if not sound.all():
        raise _not_finite(state, params, schedule, luck, int(np.flatnonzero(~sound)[0]))
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


def _not_finite(
    state: CampaignState,
    params: CampaignParams,
    schedule: Float[np.ndarray, "week side sector"],
    luck: Luck,
    run: int,
) -> NumericalError:
    """Go through one run again, week by week, and name the first number that is not finite."""
    index = np.array([run])
    alone = replace(luck, first_run=luck.first_run + run)
    for last in range(1, len(schedule) + 1):
        ensemble = laid_out(take_states(state, index), take_runs(params, index))
        ensemble.advance(range(1), alone, weeks_of(ensemble, schedule[:last], keeps=False))
        now = ensemble.state()
        values = {field.name: getattr(now, field.name) for field in fields(now)}
        found = _first_not_finite(values, params.geography)
        if found is not None:
            return NumericalError(
                f"campaign: {found[0]}, week {luck.first_month * MONTH_WEEKS + last}, "
                f"run {luck.first_run + run}: expected a finite number. "
                "Check the assumptions drawn for this run."
            )
    return NumericalError(
        f"campaign: a number of run {luck.first_run + run} is not finite by week "
        f"{luck.first_month * MONTH_WEEKS + len(schedule)} on this device, but all are when it is "
        'repeated on the processor. Use device "cpu", and report it.'
    )


def _first_not_finite(values: dict[str, Any], geography: Geography) -> tuple[str, int] | None:
    """The first number that is not finite, with its side and sector, and its run; or None."""
    for name, given in values.items():
        numbers = np.atleast_1d(given)
        if not np.isfinite(numbers).all():
            *where, run = (int(i) for i in np.argwhere(~np.isfinite(numbers))[0])
            by_sector = name in {"held_km2", "luck_log", "stake_weight"}
            labels = [] if by_sector else [("side", geography.side_ids)]
            labels.append(("sector", geography.sector_ids))
            place = "".join(
                f", {kind} {ids[i]}" for (kind, ids), i in zip(labels, where, strict=False)
            )
            return f"{name} = {numbers[*where, run]}{place}", run
    return None
