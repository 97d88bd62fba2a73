"""A war as loaded: everything given, checked, and sorted by name."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from kadesh.errors import Mistake
from kadesh.war.schema import (
    Assumption,
    Issue,
    Move,
    Patron,
    Period,
    Scenario,
    Sector,
    Side,
    Source,
)


@dataclass(frozen=True, eq=False)
class War:
    """One war folder. Sides, sectors, sources and all else are in the order of their ids."""

    name: str
    title: str
    folder: Path
    start: date
    end: date
    data_hash: str
    """SHA-256 over the folder's own data files (not over `claims/`)."""
    sides: tuple[Side, ...]
    patrons: tuple[Patron, ...]
    sectors: tuple[Sector, ...]
    issues: tuple[Issue, ...]
    periods: tuple[Period, ...]
    sources: dict[str, Source]
    assumptions: dict[str, Assumption]
    moves: dict[str, Move]
    scenarios: dict[str, Scenario]
    observations: pd.DataFrame
    statements: pd.DataFrame
    events: pd.DataFrame
    polls: pd.DataFrame
    redraws: pd.DataFrame
    map_units: dict[str, str]
    """ISO 3166-2 code of each unit of `sectors.geojson` that lies in a sector: the sector's id."""
    warnings: tuple[Mistake, ...] = ()
    """What a reader should know of the figures, a line each; the war is used all the same."""

    @property
    def side_ids(self) -> tuple[str, str]:
        """The two sides' ids in canonical order."""
        first, second = self.sides
        return first.id, second.id

    @property
    def sector_ids(self) -> tuple[str, ...]:
        """The sectors' ids in canonical order."""
        return tuple(sector.id for sector in self.sectors)

    @property
    def weeks(self) -> pd.DatetimeIndex:
        """Sundays that end the weeks of the war, from the first after its start."""
        return pd.date_range(self.start, self.end, freq="W-SUN", name="week", unit="s")

    def other(self, side: str) -> str:
        """The side that `side` is not."""
        first, second = self.side_ids
        if side not in {first, second}:
            raise KeyError(side)
        return second if side == first else first

    def side(self, side: str) -> Side:
        """The side of that id."""
        return next(entry for entry in self.sides if entry.id == side)

    def sector(self, sector: str) -> Sector:
        """The sector of that id."""
        return next(entry for entry in self.sectors if entry.id == sector)

    def intruder(self, sector: str) -> str:
        """The side that is not at home in `sector`."""
        return self.other(self.sector(sector).home)
