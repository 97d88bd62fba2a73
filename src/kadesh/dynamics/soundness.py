"""Numbers of a campaign that are not finite, by name: quantity, side, sector, week and run."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import numpy as np
from jaxtyping import Float

from kadesh.dynamics.shocks import MONTH_WEEKS, Luck
from kadesh.dynamics.state import (
    CampaignParams,
    CampaignState,
    Geography,
    take_runs,
    take_states,
)
from kadesh.dynamics.step import step
from kadesh.dynamics.week import constants_of
from kadesh.errors import NumericalError


def require_finite(params: CampaignParams, first_run: int) -> None:
    """Parameters of every run are numbers: in a condition a NaN would pass for a no.

    Raises:
        NumericalError: one is not.
    """
    values = [pair for group in params.mechanisms for pair in group._asdict().items()]
    names = ("effectiveness_log", "stake_weight", "attraction")
    _require(values + [(name, getattr(params, name)) for name in names], params, first_run)


def require_finite_constants(params: CampaignParams, first_run: int) -> None:
    """What a week works out of the parameters of every run are numbers.

    Raises:
        NumericalError: one is not.
    """
    with np.errstate(all="ignore"):
        constants = constants_of(params.mechanisms, params.switches)._asdict()
    values = [(f"{name} (worked out of assumptions)", value) for name, value in constants.items()]
    _require(values, params, first_run)


def _require(values: Iterable[tuple[str, Any]], params: CampaignParams, first_run: int) -> None:
    found = _first_not_finite(values, params.geography)
    if found is not None:
        raise NumericalError(
            f"campaign: {found[0]}, run {first_run + found[1]}: expected a finite number. "
            "Check the assumptions drawn for this run."
        )


def not_finite(
    state: CampaignState,
    params: CampaignParams,
    schedule: Float[np.ndarray, "week side sector"],
    luck: Luck,
    run: int,
) -> NumericalError:
    """Go through one run again, week by week, and name the first number that is not finite."""
    alone = slice(run, run + 1)
    now, own = take_states(state, alone), take_runs(params, alone)
    for week, orders in enumerate(schedule):
        month, of_month = divmod(week, MONTH_WEEKS)
        if of_month == 0:
            shocks = luck.month(month, alone)
        now, _ = step(shocks.week(of_month), orders, now, own)
        values = [(field.name, getattr(now, field.name)) for field in fields(now)]
        found = _first_not_finite(values, params.geography)
        if found is not None:
            return NumericalError(
                f"campaign: {found[0]}, week {luck.first_month * MONTH_WEEKS + week + 1}, "
                f"run {luck.first_run + run}: expected a finite number. "
                "Check the assumptions drawn for this run."
            )
    return NumericalError(
        f"campaign: a number of run {luck.first_run + run} is not finite by week "
        f"{luck.first_month * MONTH_WEEKS + len(schedule)} on this device, but all are when it is "
        'repeated by NumPy. Use device "cpu", and report it.'
    )


def _first_not_finite(
    values: Iterable[tuple[str, Any]], geography: Geography
) -> tuple[str, int] | None:
    """The first number that is not finite, with its side and sector, and its run; or None."""
    for name, given in values:
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
