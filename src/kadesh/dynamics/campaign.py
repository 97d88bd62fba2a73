"""Campaigns of a war: simulated courses, and many states stepped a month at a time."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from kadesh.dynamics.advance import advance
from kadesh.dynamics.courses import Courses
from kadesh.dynamics.shocks import MONTH_WEEKS
from kadesh.dynamics.start import HeldGround, start_state
from kadesh.dynamics.state import CampaignParams, CampaignState
from kadesh.errors import argument_mistake
from kadesh.war import War, draw_assumptions


@dataclass(frozen=True)
class Order:
    """An operation that a side opens in the given week (0 is the first), whatever chance says."""

    side: str
    sector: str
    week: int
    persons: float


def simulate(
    war: War,
    start: HeldGround | Mapping[str, float],
    *,
    weeks: int,
    runs: int,
    seed: int = 0,
    as_of: date | None = None,
    assumptions: Mapping[str, float] | None = None,
    factors: Mapping[str, float] | None = None,
    drawn: Mapping[str, Float[np.ndarray, " draw"]] | None = None,
    switched_off: Sequence[str] = (),
    scenario: str | None = None,
    objectives: Mapping[str, str] | None = None,
    orders: Sequence[Order] = (),
    quantiles: Sequence[float] | None = None,
    device: str = "cpu",
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> xr.Dataset:
    """Sampled courses of the war from a reconstruction on.

    Args:
        war: The war.
        start: A reconstruction, or km2 held by the side not at home, beyond what it held before
            the war, by sector.
        weeks: Weeks to simulate.
        runs: Number of campaigns; run r is the same whatever their number.
        seed: Seed of assumptions and chance.
        as_of: What was known then decides the assumptions; a reconstruction's own date by default.
        assumptions: Assumption id: value at which it is held.
        factors: Assumption id: what its values are multiplied by.
        drawn: Draws to take in place of the prior's (see `kadesh.dynamics.calibration`), of every
            assumption or of some; run r takes draw r modulo their number.
        switched_off: Mechanisms to leave out (see `kadesh.dynamics.state.MECHANISMS`).
        scenario: Id of a scenario of the war, applied before `assumptions` and `switched_off`.
        objectives: Objective by side id; `stake` where unstated.
        orders: Operations opened whatever chance says.
        quantiles: Probabilities, each within 0 and 1: keep only these quantiles over runs, exact
            and week by week, so that 100,000 runs need no more than a gigabyte.
        device: `cpu`, or `gpu` for JAX's accelerator (`kadesh[gpu]`); results agree to rounding.
        workers: Tasks worked at a time; changes nothing but time, and nothing on a gpu.
        progress: Called with tasks done and tasks in all; not on a gpu.

    Returns:
        Dataset over run (with `quantiles`, over quantile in its place), week (Sundays, the start
        first), side and sector; `held_km2` is land held
        by the side not at home, beyond what it held before the war. Attributes hold the seed and
        every setting.

    Raises:
        InputErrors: a setting names something the war does not have, or is out of range.
        NumericalError: a number is not finite; says which, whose, where, when and in which run.
    """
    for name, number in (("weeks", weeks), ("runs", runs), ("workers", workers)):
        if not isinstance(number, int | np.integer) or number < 1:
            raise argument_mistake(name, number, "a whole number above 0", "Give at least 1")
    if quantiles is not None and not len(quantiles):
        raise argument_mistake("quantiles", quantiles, "a probability or more", "Leave it out")
    for probability in quantiles or ():
        if not 0.0 <= probability <= 1.0:
            expected = "a number within 0 and 1"
            raise argument_mistake("quantiles", probability, expected, "Correct it")
    fixed, off = _with_scenario(war, scenario, assumptions or {}, switched_off)
    when = as_of if isinstance(start, Mapping) else (as_of or start.as_of)
    draws = draw_assumptions(war, runs, seed, when, fixed)
    for name, values in (drawn or {}).items():
        if name not in draws:
            raise argument_mistake("drawn", name, "an assumption of the war", "Correct the id")
        if name not in fixed:
            draws[name] = values[np.arange(runs) % len(values)]
    for name, factor in (factors or {}).items():
        if name not in draws:
            raise argument_mistake("factors", name, "an assumption of the war", "Correct the id")
        draws[name] = draws[name] * factor
    # What is no number is named where a campaign is run, not where it first appears.
    with np.errstate(all="ignore"):
        state, params = start_state(
            war, start, draws, as_of=when, seed=seed, switched_off=off, objectives=objectives
        )
        schedule = _schedule(war, orders, weeks)
    courses = Courses(state, params, weeks, quantiles)
    advance(
        state,
        params,
        schedule,
        seed=seed,
        stream="simulate",
        keep=courses.keep,
        device=device,
        workers=workers,
        progress=progress,
    )
    dataset = courses.labelled(_start_week(war, start, when))
    dataset.attrs = {
        "war": war.name,
        "data_hash": war.data_hash,
        "as_of": "" if when is None else when.isoformat(),
        "seed": seed,
        "scenario": scenario or "",
        "switched_off": ", ".join(sorted(set(off))),
        "fixed": ", ".join(f"{name}={value:g}" for name, value in sorted(fixed.items())),
        "drawn": ", ".join(sorted(drawn or {})),
        "factors": ", ".join(f"{name}={x:g}" for name, x in sorted((factors or {}).items())),
        "objectives": ", ".join(
            f"{side}={aim}" for side, aim in sorted((objectives or {}).items())
        ),
        "orders": "; ".join(map(str, orders)),
    }
    return dataset


def step_many(
    state: CampaignState,
    params: CampaignParams,
    *,
    weeks: int = MONTH_WEEKS,
    seed: int = 0,
    stream: str = "step",
    first_run: int = 0,
    first_month: int = 0,
    mirrored: bool = False,
    device: str = "cpu",
    workers: int = 1,
) -> CampaignState:
    """Many different states, each under its own parameters, some months later.

    Args:
        state: Any number of states along the run axis.
        params: Their parameters, run by run.
        weeks: A multiple of four.
        seed: Seed of chance.
        stream: Name of the stream of chance: the same name gives the same luck (common random
            numbers), another name independent luck.
        first_run: Address of the first state within the stream.
        first_month: Address of the first month within the stream.
        mirrored: Give each state the opposite of that luck (an antithetic pair).
        device: `cpu`, or `gpu` for JAX's accelerator (`kadesh[gpu]`).
        workers: Tasks worked at a time; changes nothing but time.

    Raises:
        InputErrors: `weeks` is not a multiple of four.
        NumericalError: a number is not finite.
    """
    if weeks < 1 or weeks % MONTH_WEEKS:
        raise argument_mistake("weeks", weeks, "a multiple of four", "Step whole months")
    return advance(
        state,
        params,
        np.zeros((weeks, *state.deployed_persons.shape[:2]), np.float32),
        seed=seed,
        stream=stream,
        first_run=first_run,
        first_month=first_month,
        mirrored=mirrored,
        device=device,
        workers=workers,
    )


def _with_scenario(
    war: War, scenario: str | None, assumptions: Mapping[str, float], switched_off: Sequence[str]
) -> tuple[dict[str, float], tuple[str, ...]]:
    if scenario is None:
        return dict(assumptions), tuple(switched_off)
    if scenario not in war.scenarios:
        remedy = "One of: " + ", ".join(war.scenarios)
        raise argument_mistake("scenario", scenario, "a scenario of the war", remedy)
    chosen = war.scenarios[scenario]
    return {**chosen.overrides, **assumptions}, (*chosen.switched_off, *switched_off)


def _schedule(
    war: War, orders: Sequence[Order], weeks: int
) -> Float[np.ndarray, "week side sector"]:
    schedule = np.zeros((weeks, 2, len(war.sectors)), np.float32)
    for order in orders:
        for name, value, known in (
            ("side", order.side, war.side_ids),
            ("sector", order.sector, war.sector_ids),
        ):
            if value not in known:
                remedy = "One of: " + ", ".join(known)
                raise argument_mistake(f"orders.{name}", value, f"a {name} of the war", remedy)
        if not isinstance(order.week, int | np.integer) or not 0 <= order.week < weeks:
            expected = f"a whole number below {weeks}"
            raise argument_mistake("orders.week", order.week, expected, "Count weeks from 0")
        if not 0.0 <= order.persons < math.inf:
            expected = "a number of people, 0 or more"
            raise argument_mistake("orders.persons", order.persons, expected, "Correct it")
        place = war.side_ids.index(order.side), war.sector_ids.index(order.sector)
        schedule[(order.week, *place)] += order.persons
    return schedule


def _start_week(
    war: War, start: HeldGround | Mapping[str, float], when: date | None
) -> pd.Timestamp:
    if not isinstance(start, Mapping):
        return pd.Timestamp(start.held_km2["week"].to_numpy()[-1])
    day = when or war.start
    return pd.Timestamp(day + timedelta(days=(6 - day.weekday()) % 7))
