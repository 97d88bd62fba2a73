"""States and parameters as every way through the weeks takes them: alike, in single precision."""

from dataclasses import fields, replace
from typing import Any

import numpy as np

from kadesh.dynamics.engine.layout import GROUPS, is_pair
from kadesh.dynamics.state import CampaignParams, CampaignState
from kadesh.errors import argument_mistake


def as_given(state: CampaignState, params: CampaignParams) -> tuple[CampaignState, CampaignParams]:
    """The same with a number for each run, and for each side where they may differ.

    Raises:
        InputErrors: parameters of another number of runs than there are states of.
    """
    places, runs = state.held_km2.shape
    states = {field.name: getattr(state, field.name) for field in fields(state)}
    for name, values in states.items():
        number = np.int32 if name == "aid_regime" else np.float32
        states[name] = _of_runs(f"state.{name}", values, (*values.shape[:-1], runs), number)
    found: dict[str, Any] = {}
    for group, kind in GROUPS.items():
        numbers = getattr(params, group)._asdict()
        for name, values in numbers.items():
            sides = (2,) if is_pair(kind, name) else ()
            numbers[name] = _of_runs(f"params.{group}.{name}", values, (*sides, runs))
        found[group] = kind(**numbers)
    for name, shape in (
        ("stake_weight", (places, runs)),
        ("attraction", (2, places, runs)),
        ("effectiveness_log", (2, runs)),
    ):
        found[name] = _of_runs(f"params.{name}", getattr(params, name), shape)
    of_ground = ("area_km2", "is_home", "neighbours", "held_before_km2")
    ground: dict[str, Any] = {
        name: np.asarray(getattr(params.geography, name), np.float32) for name in of_ground
    }
    geography = replace(params.geography, **ground)
    return CampaignState(**states), replace(params, geography=geography, **found)


def _of_runs(
    name: str, values: Any, shape: tuple[int, ...], number: Any = np.float32
) -> np.ndarray:
    given = np.asarray(values, number)
    if given.shape[-1:] not in {(), (1,), shape[-1:]}:
        expected = f"as many as there are states, {shape[-1]}"
        raise argument_mistake(name, f"{given.shape[-1]} runs", expected, "Take the same runs")
    return np.broadcast_to(given, shape)
