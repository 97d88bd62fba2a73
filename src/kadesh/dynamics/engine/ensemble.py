"""Runs laid out for the compiled week, and taken through months by it."""

from collections import namedtuple
from dataclasses import dataclass
from functools import cache as once
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float, Int32

from kadesh import cache
from kadesh.dynamics.engine.layout import (
    BITS,
    CONSTANTS,
    EFFECTIVENESS,
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
from kadesh.dynamics.week import constants_of

Keys = namedtuple("Keys", "ground choice losses aid operation")
"""`ShockKeys` as Numba takes them: plain."""


@once
def programme() -> Any:
    """The compiled weeks, made of the code as it is now."""
    # Loading Numba takes half a second, which few runs do without.
    kernel = import_module("kadesh.dynamics.engine.kernel")
    return kernel.programme(cache.source_hash(Path(__file__).parents[1]))


def is_compiled() -> bool:
    """Whether this process has the compiled weeks at hand."""
    return programme.cache_info().currsize > 0


@dataclass(frozen=True)
class Ensemble:
    """Runs in blocks of `LANES`; the last block is filled up with the last run.

    `sectors` (block, sector, row), `sides` and `params` (block, row): see `engine.layout`.
    """

    runs: int
    sectors: Float[np.ndarray, "block sector place"]
    sides: Float[np.ndarray, "block place"]
    params: Float[np.ndarray, "block place"]
    area_km2: Float[np.ndarray, " sector"]
    is_home: Float[np.ndarray, "sector side"]
    beside: Int32[np.ndarray, "sector word"]
    switches: Switches

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self.sides)

    def state(self) -> CampaignState:
        """The runs as arrays."""
        found: dict[str, np.ndarray] = {}
        sectors = self.sectors.reshape(self.blocks, len(self.area_km2), X_ROWS, LANES)
        for name, row in SECTOR.items():
            if is_pair(Sector, name):
                rows = sectors[:, :, row : row + 2].swapaxes(1, 2)
            else:
                rows = sectors[:, :, row]
            found[name] = flat(rows, self.runs)
        sides = self.sides.reshape(self.blocks, Q_ROWS, LANES)
        for name, row in SIDE.items():
            found[name] = flat(sides[:, row : row + 2], self.runs)
        found["aid_regime"] = found["aid_regime"].astype(np.int32)
        return CampaignState(**found)

    def advance(self, blocks: range, luck: Luck, weeks: "Weeks") -> None:
        """Take some blocks through some weeks, in place."""
        # Whole vectors of keys, one for each sector and a few for none.
        choice = np.zeros((2, -(-len(self.area_km2) // LINE) * LINE), np.uint32)
        choice[:, : len(self.area_km2)] = luck.keys.choice.T
        keys = Keys(*luck.keys._replace(choice=choice))
        programme()(
            self.sectors, self.sides, self.params,
            self.area_km2, np.sqrt(self.area_km2), self.is_home, self.beside, self.switches,
            keys, np.uint32(luck.first_run), np.uint32(luck.first_month), np.float32(luck.sign),
            weeks.orders, blocks.start, blocks.stop, weeks.sectors, weeks.sides, weeks.soundness,
        )  # fmt: skip


@dataclass(frozen=True)
class Weeks:
    """Weeks to go through, orders given in them, and what is kept of them.

    `sectors` has, in this order, land held, people deployed (two), losses (two) and people
    committed (two), `sides` the fields of `Side` (two each); both without weeks where nothing is
    kept. `soundness` is 0 for a run whose numbers are all finite, and NaN for others.
    """

    orders: Float[np.ndarray, "week side sector"]
    sectors: Float[np.ndarray, "block kept quantity sector lane"]
    sides: Float[np.ndarray, "block kept quantity lane"]
    soundness: Float[np.ndarray, "block lane"]


def weeks_of(
    ensemble: Ensemble, orders: Float[np.ndarray, "week side sector"], *, keeps: bool
) -> Weeks:
    """Weeks to go through, with room for what is kept."""
    blocks, kept = ensemble.blocks, len(orders) if keeps else 0
    return Weeks(
        orders,
        np.empty((blocks, kept, 7, len(ensemble.area_km2), LANES), np.float32),
        np.empty((blocks, kept, Q_ROWS, LANES), np.float32),
        np.zeros((blocks, LANES), np.float32),
    )


def flat(rows: Float[np.ndarray, "block ... lane"], runs: int) -> Float[np.ndarray, "... run"]:
    """Rows of lanes in blocks as rows of runs."""
    joined = np.moveaxis(rows, 0, -2)
    return np.ascontiguousarray(joined.reshape(*joined.shape[:-2], -1)[..., :runs])


def _in_lanes(values: Any, runs: int) -> np.ndarray:
    """Numbers (..., run) cut into blocks (block, ..., lane), the last run repeated."""
    given = np.asarray(values, np.float32)
    if given.shape[-1:] != (runs,):
        given = np.broadcast_to(given, (*given.shape[:-1], runs))
    missing = -runs % LANES
    if missing:
        given = np.concatenate([given, np.repeat(given[..., -1:], missing, axis=-1)], axis=-1)
    blocks = given.reshape(*given.shape[:-1], -1, LANES)
    return blocks.transpose(-2, *range(blocks.ndim - 2), -1)


def laid_out(state: CampaignState, params: CampaignParams) -> Ensemble:
    """States and parameters as the compiled week takes them."""
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
    numbers = np.empty((blocks, P_ROWS, LANES), np.float32)
    for group, rows in PARAMS.items():
        for name, row in rows.items():
            _fill(numbers, row, getattr(getattr(params, group), name), runs)
    constants = constants_of(params)
    for name, row in CONSTANTS.items():
        _fill(numbers, row, getattr(constants, name), runs)
    _fill(numbers, EFFECTIVENESS, params.effectiveness_log, runs)
    geography = params.geography
    words = np.zeros((places, -(-places // BITS), BITS), np.uint32)
    words.reshape(places, -1)[:, :places] = np.asarray(geography.neighbours) > 0
    beside = (words << np.arange(BITS, dtype=np.uint32)).sum(axis=-1, dtype=np.uint32)
    return Ensemble(
        runs,
        sectors.reshape(blocks, places, -1),
        sides.reshape(blocks, -1),
        numbers.reshape(blocks, -1),
        np.asarray(geography.area_km2, np.float32),
        np.ascontiguousarray(np.asarray(geography.is_home, np.float32).T),
        beside.view(np.int32),
        Switches(*map(np.float32, params.switches)),
    )


def _fill(numbers: np.ndarray, row: int, values: Any, runs: int) -> None:
    lanes = _in_lanes(values, runs)
    if lanes.ndim == 3:
        numbers[:, row : row + 2] = lanes
    else:
        numbers[:, row] = lanes
