"""Runs laid out for the compiled week, and back."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int32

from kadesh.dynamics.engine.layout import (
    BITS,
    EFFECTIVENESS,
    GROUPS,
    LANES,
    LINE,
    P_ROWS,
    PARAMS,
    PLACE,
    Q_ROWS,
    SECTOR,
    SIDE,
    X_ROWS,
    is_pair,
)
from kadesh.dynamics.records import Sector
from kadesh.dynamics.shocks import Luck
from kadesh.dynamics.state import CampaignParams, CampaignState, Switches

Rows = dict[str, np.ndarray]
"""Arrays by the name of the quantity that they are of."""


@dataclass(frozen=True)
class Ensemble:
    """Runs in blocks of `LANES`; the last block is filled up with the last run.

    `sectors` (block, sector, row), `sides` and `params` (block, row): see `engine.layout`. Kept of
    every week, `week_sectors` has, in this order, land held, people deployed (two), losses (two)
    and people committed (two), `week_sides` the fields of `Side` (two each); both without weeks
    where nothing is kept. `soundness` is 0 for a run whose numbers were all finite, NaN for others.
    """

    runs: int
    sectors: Float[np.ndarray, "block sector place"]
    sides: Float[np.ndarray, "block place"]
    params: Float[np.ndarray, "block place"]
    area_km2: Float[np.ndarray, " sector"]
    is_home: Float[np.ndarray, "sector side"]
    beside: Int32[np.ndarray, "sector word"]
    switches: Switches
    week_sectors: Float[np.ndarray, "block kept quantity sector lane"]
    week_sides: Float[np.ndarray, "block kept quantity lane"]
    soundness: Float[np.ndarray, "block lane"]

    def advance(
        self, programme: Any, orders: Float[np.ndarray, "week side sector"], luck: Luck
    ) -> None:
        """Take the runs through some weeks, in place, by the compiled weeks."""
        # Whole vectors of keys, one for each sector and a few for none.
        choice = np.zeros((2, -(-len(self.area_km2) // LINE) * LINE), np.uint32)
        choice[:, : len(self.area_km2)] = luck.keys.choice.T
        keys = tuple(luck.keys._replace(choice=choice))
        programme(
            self.sectors, self.sides, self.params,
            self.area_km2, np.sqrt(self.area_km2), self.is_home, self.beside, self.switches,
            keys, np.uint32(luck.first_run), np.uint32(luck.first_month), np.float32(luck.sign),
            orders, self.week_sectors, self.week_sides, self.soundness,
        )  # fmt: skip

    @property
    def sound(self) -> Bool[np.ndarray, " run"]:
        """Which runs have stayed finite."""
        return np.asarray(np.isfinite(self.soundness.reshape(-1)[: self.runs]))

    def now(self) -> Rows:
        """The state, rows of lanes by the names of its quantities."""
        shape = (len(self.sides), len(self.area_km2), X_ROWS, LANES)
        sectors, found = self.sectors.reshape(shape), {}
        for name, row in SECTOR.items():
            if is_pair(Sector, name):
                found[name] = sectors[:, :, row : row + 2].swapaxes(1, 2)
            else:
                found[name] = sectors[:, :, row]
        sides = self.sides.reshape(-1, Q_ROWS, LANES)
        return found | {name: sides[:, row : row + 2] for name, row in SIDE.items()}

    def kept(self, weeks: int) -> Rows:
        """What is kept of the first weeks, by the names of the quantities."""
        sectors, sides = self.week_sectors[:, :weeks], self.week_sides[:, :weeks]
        found = {
            "held_km2": sectors[:, :, 0],
            "deployed_persons": sectors[:, :, 1:3],
            "weekly_losses_persons": sectors[:, :, 3:5],
            "committed_persons": sectors[:, :, 5:7],
        }
        return found | {name: sides[:, :, row : row + 2] for name, row in SIDE.items()}


def room_for(rows: Rows, blocks: int) -> Rows:
    """Room for such rows of all blocks: arrays with the run last."""
    return {
        name: np.empty((*of.shape[1:-1], blocks * LANES), np.float32) for name, of in rows.items()
    }


def put(rows: Rows, room: Rows, first: int) -> None:
    """Rows of lanes (block, ..., lane) to where their runs are, from the first run on."""
    for name, of in rows.items():
        runs = room[name][..., first : first + len(of) * LANES]
        runs.reshape(*runs.shape[:-1], len(of), LANES, copy=False)[...] = np.moveaxis(of, 0, -2)


def as_state(room: Rows, runs: int) -> CampaignState:
    """The state of the runs."""
    found = {name: np.ascontiguousarray(values[..., :runs]) for name, values in room.items()}
    found["aid_regime"] = found["aid_regime"].astype(np.int32)
    return CampaignState(**found)


def _in_lanes(values: np.ndarray, runs: int) -> np.ndarray:
    """Numbers (..., run) cut into blocks (block, ..., lane), the last run repeated."""
    missing = -runs % LANES
    if missing:
        values = np.concatenate([values, np.repeat(values[..., -1:], missing, axis=-1)], axis=-1)
    blocks = values.reshape(*values.shape[:-1], -1, LANES)
    return blocks.transpose(-2, *range(blocks.ndim - 2), -1)


def laid_out(state: CampaignState, params: CampaignParams, kept_weeks: int = 0) -> Ensemble:
    """States and parameters (`engine.given`) in lanes, and room for weeks to be kept."""
    runs, places = state.held_km2.shape[-1], len(params.geography.area_km2)
    blocks = -(-runs // LANES)
    sectors = np.empty((blocks, places, X_ROWS, LANES), np.float32)
    for name, row in (SECTOR | PLACE).items():
        values = _in_lanes(getattr(state if name in SECTOR else params, name), runs)
        if values.ndim == 4:
            sectors[:, :, row], sectors[:, :, row + 1] = values[:, 0], values[:, 1]
        else:
            sectors[:, :, row] = values
    sides = np.empty((blocks, Q_ROWS, LANES), np.float32)
    for name, row in SIDE.items():
        sides[:, row : row + 2] = _in_lanes(getattr(state, name), runs)
    # As runs first, so that lanes are cut once for all of them.
    numbers = np.zeros((P_ROWS, blocks * LANES), np.float32)
    for group, rows in PARAMS.items():
        for name, row in rows.items():
            values = getattr(getattr(params, group), name)
            numbers[row : row + (2 if is_pair(GROUPS[group], name) else 1), :runs] = values
    numbers[EFFECTIVENESS : EFFECTIVENESS + 2, :runs] = params.effectiveness_log
    numbers[:, runs:] = numbers[:, runs - 1 : runs]
    geography = params.geography
    words = np.zeros((places, -(-places // BITS), BITS), np.uint32)
    words.reshape(places, -1)[:, :places] = geography.neighbours > 0
    beside = (words << np.arange(BITS, dtype=np.uint32)).sum(axis=-1, dtype=np.uint32)
    return Ensemble(
        runs,
        sectors.reshape(blocks, places, -1),
        sides.reshape(blocks, -1),
        numbers.reshape(P_ROWS, blocks, LANES).swapaxes(0, 1).reshape(blocks, -1),
        geography.area_km2,
        np.ascontiguousarray(geography.is_home.T),
        beside.view(np.int32),
        Switches(*map(np.float32, params.switches)),
        np.empty((blocks, kept_weeks, 7, places, LANES), np.float32),
        np.empty((blocks, kept_weeks, Q_ROWS, LANES), np.float32),
        np.zeros((blocks, LANES), np.float32),
    )
