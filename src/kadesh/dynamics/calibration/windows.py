"""Windows of the past that a campaign is fitted to: what changed, and what it would have changed.

A window is twelve weeks; windows lie end to end, the last ends at the vantage date. Of each the
fit looks at the change of the land held in every sector and at the losses of each side. A campaign
is started at the window's first Sunday from a draw of what was held then and runs to its last; so
that it is compared as the record would have shown it, the error of the draw is added: how far the
draw's own change lies from the mean over draws.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from kadesh.dynamics.campaign import step_many
from kadesh.dynamics.start import start_state
from kadesh.errors import argument_mistake
from kadesh.war import War

WINDOW_WEEKS: Final = 12
MOST_WINDOWS: Final = 4
FIRST_WEEKS: Final = 5
"""Weeks at the start of a war that no window covers: few reports, and no line of contact yet."""


class Reconstructed(Protocol):
    """What the fit needs of a reconstruction."""

    @property
    def as_of(self) -> date:
        """Date up to which it is made."""

    @property
    def held_km2(self) -> xr.DataArray:
        """(draw, sector, week)."""

    @property
    def losses(self) -> xr.DataArray:
        """(draw, side, quantity, week): cumulative persons."""


@dataclass(frozen=True)
class Window:
    """What a reconstruction says of twelve weeks, by draw."""

    start: date
    end: date
    held_km2: Float[np.ndarray, "sector draw"]
    """At the start, beyond what was held before the war."""
    change_km2: Float[np.ndarray, "sector draw"]
    losses_persons: Float[np.ndarray, "side draw"]
    """Killed and wounded."""

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.held_km2.shape[-1])


def windows_of(war: War, made: Reconstructed) -> tuple[Window, ...]:
    """The windows before a vantage date, the latest first; at most four.

    Raises:
        InputErrors: the war is too short for one window.
    """
    sectors, sides = list(war.sector_ids), list(war.side_ids)
    held = made.held_km2.sel(sector=sectors).transpose("sector", "draw", "week").to_numpy()
    losses = made.losses.sel(side=sides, quantity="casualties_persons")
    fallen = losses.transpose("side", "draw", "week").to_numpy()
    weeks = pd.DatetimeIndex(made.held_km2["week"].to_numpy())
    last = len(weeks) - 1
    count = min((last - FIRST_WEEKS) // WINDOW_WEEKS, MOST_WINDOWS)
    if count < 1:
        least = FIRST_WEEKS + WINDOW_WEEKS
        expected = f"a date at least {least} weeks into the war, {war.start}"
        raise argument_mistake("as_of", str(made.as_of), expected, "Fit at a later date")
    found = []
    for back in range(count):
        end = last - back * WINDOW_WEEKS
        start = end - WINDOW_WEEKS
        found.append(
            Window(
                start=weeks[start].date(),
                end=weeks[end].date(),
                held_km2=held[..., start],
                change_km2=held[..., end] - held[..., start],
                losses_persons=fallen[..., end] - fallen[..., start],
            )
        )
    return tuple(found)


def observed(windows: Sequence[Window]) -> Float[np.ndarray, " feature"]:
    """What the record shows: the features of the mean over draws."""
    return np.concatenate(
        [
            features(w.change_km2.mean(axis=1)[:, None], w.losses_persons.mean(axis=1)[:, None])
            for w in windows
        ]
    )[:, 0]


def simulated(
    war: War,
    windows: Sequence[Window],
    draws: Mapping[str, Float[np.ndarray, " run"]],
    *,
    seed: int,
    workers: int = 1,
) -> Float[np.ndarray, "feature run"]:
    """What the record would have shown had the campaign run under these assumptions.

    Run r starts each window from draw r (modulo their number) of what was held.
    """
    runs = len(next(iter(draws.values())))
    found = []
    for window in windows:
        of = np.arange(runs) % window.draws
        begin = window.held_km2[:, of]
        state, params = start_state(war, begin, draws, as_of=window.start, seed=seed)
        stream = f"window {window.start}"
        later = step_many(
            state, params, weeks=WINDOW_WEEKS, seed=seed, stream=stream, workers=workers
        )
        change = np.asarray(later.held_km2, float) - np.asarray(state.held_km2, float)
        error = window.change_km2 - window.change_km2.mean(axis=1, keepdims=True)
        lost = np.asarray(later.losses_persons, float)
        share = window.losses_persons / window.losses_persons.mean(axis=1, keepdims=True)
        found.append(features(change + error[:, of], lost * share[:, of]))
    return np.concatenate(found)


SCALE_KM2: Final = 50.0
"""Changes far below this count as they are, changes far above it by their order of magnitude."""


def features(
    change_km2: Float[np.ndarray, "sector run"], losses_persons: Float[np.ndarray, "side run"]
) -> Float[np.ndarray, "feature run"]:
    """A window as the fit sees it: inverse hyperbolic sines of changes, logarithms of losses."""
    return np.concatenate(
        [np.arcsinh(change_km2 / SCALE_KM2), np.log(np.maximum(losses_persons, 1.0))]
    )
