"""Many campaigns through the weeks of a schedule: by NumPy, compiled, or on an accelerator.

Neither the number of runs, nor how they are cut into parts, nor how many parts are worked at a
time, nor whether they are worked compiled or by NumPy, changes a bit of any run.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from kadesh.dynamics.engine import arrays, compiled
from kadesh.dynamics.engine.given import as_given
from kadesh.dynamics.shocks import MONTH_WEEKS, Luck, shock_keys
from kadesh.dynamics.soundness import not_finite, require_finite, require_finite_constants
from kadesh.dynamics.state import CampaignParams, CampaignState
from kadesh.errors import argument_mistake

NUMPY_WORK: Final = 1_000_000
"""Weeks of a sector, over all runs, that NumPy takes in a process before any is compiled.

They take it two seconds or three. Compiling takes twenty or more, once for an installation, and
loading what is compiled one, in every process.
"""

NUMPY_EFFORT: Final = 4_000
"""As many weeks of a sector as a week of NumPy's takes, however few runs it is for."""

ADDRESSES: Final = 2**32
"""Runs, and months, that a stream of chance has luck for."""

Keep = Callable[[int, dict[str, np.ndarray]], None]
"""Takes the first of some weeks, and what happened in them: the week first and the run last."""


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
    keep: Keep | None = None,
    device: str = "cpu",
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> CampaignState:
    """The state after the weeks of a schedule of orders.

    With `mirrored` every run meets the opposite luck: an antithetic pair with the run unmirrored.
    What happens is handed to `keep`, some weeks at a time, in order.

    Raises:
        InputErrors: `device` is neither "cpu" nor "gpu", or there is no such device; parameters
            of other runs than states; runs or months that chance has no address for.
        NumericalError: a parameter is not finite, or a number at the end of a month or of the
            schedule.
    """
    places, runs = state.held_km2.shape
    months = -(-len(schedule) // MONTH_WEEKS)
    for name, number, least, most in (
        ("runs", runs, 1, ADDRESSES),
        ("first_run", first_run, 0, ADDRESSES - runs),
        ("first_month", first_month, 0, ADDRESSES - months),
        ("workers", workers, 1, ADDRESSES),
    ):
        if not least <= number <= most:
            expected = f"a whole number from {least} to {most}"
            raise argument_mistake(name, number, expected, "Correct it")
    names = params.geography
    keys = shock_keys(seed, stream, names.side_ids, names.sector_ids)
    luck = Luck(keys, first_run, first_month, -1.0 if mirrored else 1.0)
    accelerator = None if device == "cpu" else _accelerator(device)
    state, params = as_given(state, params)
    require_finite(params, first_run)
    if accelerator is not None:
        require_finite_constants(params, first_run)
        end, sound = accelerator.through_weeks(state, params, schedule, luck, keep)
    elif _is_few(len(schedule) * (places * runs + NUMPY_EFFORT)):
        require_finite_constants(params, first_run)
        end, sound = arrays.through_weeks(state, params, schedule, luck, keep, progress)
    else:
        # The compiled weeks look at constants themselves, side by side.
        end, sound = compiled.through_weeks(
            state, params, schedule, luck, keep, progress, workers=workers
        )
    if not sound.all():
        require_finite_constants(params, first_run)
        raise not_finite(state, params, schedule, luck, int(np.flatnonzero(~sound)[0]))
    reached: CampaignState = end
    return reached


class _Few:
    """How much this process has given to NumPy while nothing was compiled."""

    work = 0


def _is_few(work: int) -> bool:
    """Whether so many weeks of a sector are sooner done by NumPy than the compiled week begins."""
    if compiled.is_loaded() or _Few.work + work > NUMPY_WORK:
        return False
    _Few.work += work
    return True


def _accelerator(device: str) -> Any:
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
    return accelerator
