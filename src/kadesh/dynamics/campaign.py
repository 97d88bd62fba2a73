"""Campaigns of a war: simulated courses, and many states stepped a month at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import jax
import jax.numpy as jnp
import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from kadesh.dynamics.blocks import BLOCK_RUNS, advance
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


RECORDED: Final[dict[str, tuple[tuple[str, ...], str, str]]] = {
    "held_km2": (
        ("sector",),
        "km2",
        "land held by the side not at home, beyond what it held before the war",
    ),
    "deployed_persons": (("side", "sector"), "persons", "people in the sector"),
    "weekly_losses_persons": (("side", "sector"), "persons", "killed and wounded in the week"),
    "committed_persons": (("side", "sector"), "persons", "people opening an operation"),
    "reserve_persons": (("side",), "persons", "people in reserve in the theatre"),
    "pool_persons": (("side",), "persons", "people who could still be called up"),
    "losses_persons": (("side",), "persons", "killed and wounded since the start"),
    "materiel_eur": (("side",), "eur", "stock of equipment and ammunition"),
    "support_share": (("side",), "share", "share of the public that would fight on"),
    "aid_regime": (("side",), "number", "0 interrupted, 1 sustained, 2 surge"),
}
"""What a simulation records each week: dimensions beside run and week, unit, meaning."""


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
        workers: Blocks worked at a time; changes nothing but time.
        progress: Called with blocks done and blocks in all.

    Returns:
        Dataset over run, week (Sundays, the start first), side and sector; `held_km2` is land held
        by the side not at home, beyond what it held before the war. Attributes hold the seed and
        every setting.

    Raises:
        InputErrors: a setting names something the war does not have, or is out of range.
        NumericalError: a number is not finite; says which, whose, where, when and in which run.
    """
    for name, number in (("weeks", weeks), ("runs", runs), ("workers", workers)):
        if number < 1:
            raise argument_mistake(name, number, "a whole number above 0", "Give at least 1")
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
    state, params = start_state(
        war, start, draws, as_of=when, seed=seed, switched_off=off, objectives=objectives
    )
    schedule = _schedule(war, orders, weeks)
    records = advance(
        state, params, schedule, seed=seed, stream="simulate", workers=workers, progress=progress
    )
    dataset = _labelled(records, state, params, _start_week(war, start, when), weeks)
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
        workers: Blocks worked at a time; changes nothing but time.

    Raises:
        InputErrors: `weeks` is not a multiple of four.
        NumericalError: a number is not finite.
    """
    if weeks < 1 or weeks % MONTH_WEEKS:
        raise argument_mistake("weeks", weeks, "a multiple of four", "Step whole months")
    shape = (weeks, *state.deployed_persons.shape[:2])
    blocks = advance(
        state,
        params,
        np.zeros(shape, np.float32),
        seed=seed,
        stream=stream,
        first_run=first_run,
        first_month=first_month,
        mirrored=mirrored,
        keeps_record=False,
        workers=workers,
    )
    runs = state.held_km2.shape[-1]
    ends = [end for end, _ in blocks]
    joined: CampaignState = jax.tree.map(
        lambda *parts: jnp.asarray(np.concatenate(parts, axis=-1)[..., :runs]), *ends
    )
    return joined


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
    months = -(-weeks // MONTH_WEEKS)
    schedule = np.zeros((months * MONTH_WEEKS, 2, len(war.sectors)), np.float32)
    for order in orders:
        for name, value, known in (
            ("side", order.side, war.side_ids),
            ("sector", order.sector, war.sector_ids),
        ):
            if value not in known:
                remedy = "One of: " + ", ".join(known)
                raise argument_mistake(f"orders.{name}", value, f"a {name} of the war", remedy)
        if not 0 <= order.week < weeks:
            remedy = "Count weeks from 0"
            raise argument_mistake("orders.week", order.week, f"a week below {weeks}", remedy)
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


def _labelled(
    blocks: Sequence[tuple[Any, tuple[Any, ...]]],
    state: CampaignState,
    params: CampaignParams,
    first: pd.Timestamp,
    weeks: int,
) -> xr.Dataset:
    geography = params.geography
    variables: dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, str]]] = {}
    for name, (dimensions, unit, meaning) in RECORDED.items():
        values = _joined(name, blocks, state, weeks)
        if name == "held_km2":
            values -= np.asarray(geography.held_before_km2)[:, None]
        labels = {"units": unit, "long_name": meaning}
        variables[name] = (("run", "week", *dimensions), np.moveaxis(values, -1, 0), labels)
    return xr.Dataset(
        variables,
        coords={
            "run": np.arange(state.held_km2.shape[-1]),
            "week": pd.date_range(first, periods=weeks + 1, freq="7D", unit="s"),
            "side": list(geography.side_ids),
            "sector": list(geography.sector_ids),
        },
    )


def _joined(
    name: str, blocks: Sequence[tuple[Any, tuple[Any, ...]]], state: CampaignState, weeks: int
) -> np.ndarray:
    """One recorded quantity over the start and all weeks, months and blocks; the run axis last."""
    runs = state.held_km2.shape[-1]
    pieces = getattr(blocks[0][1][0], name)
    values = np.zeros((weeks + 1, *pieces.shape[1:-1], runs), pieces.dtype)
    if hasattr(state, name):
        values[0] = np.asarray(getattr(state, name))
    for block, (_, months) in enumerate(blocks):
        place = slice(block * BLOCK_RUNS, min((block + 1) * BLOCK_RUNS, runs))
        for month, record in enumerate(months):
            after = slice(1 + month * MONTH_WEEKS, min(1 + (month + 1) * MONTH_WEEKS, weeks + 1))
            piece = getattr(record, name)[
                : after.stop - after.start, ..., : place.stop - place.start
            ]
            values[after, ..., place] = piece
    return values
