"""Checks of the tables of a war folder against its names, dates and quantities, row by row."""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np
import pandas as pd

from kadesh.errors import Mistake
from kadesh.quantities import dimension, is_unit, table
from kadesh.war.check_figures import wrong_units
from kadesh.war.check_files import Names, unknown
from kadesh.war.folder import Folder
from kadesh.war.tables import MAX_MISTAKES, Table, rows_by

# Maps measure a sector in their own projection and along their own border.
_AREA_TOLERANCE: Final = 1.05
_INTRUDER: Final = ("held_km2", "contested_km2", "claimed_limit_km2", "claimed_held_km2")
_AT_HOME: Final = (
    "retaken_km2",
    "conflict_events_items_per_week",
    "conflict_deaths_persons_per_week",
)


def check_tables(folder: Folder, names: Names) -> Iterator[Mistake]:
    """Every mistake of the tables that could be read."""
    for kind, entry in folder.tables.items():
        if kind == "observations":
            yield from _observations(entry, folder, names)
        elif kind == "redraws":
            yield from _names(entry, "source", names.sources, "a source")
            yield from _names(entry, "sector", names.sectors, "a sector")
            yield from _ordered(entry, "start", "end")
        elif kind in {"statements", "events", "polls"}:
            yield from _dated(entry, names)
            if kind == "statements":
                yield from _names(entry, "aligned_with", names.stances, "a stance")
                yield from _figures_in_order(entry)
                yield from _ordered(entry, "start", "end")
            if kind == "polls":
                yield from _names(entry, "side", names.sides, "a side")
                yield from _ordered(entry, "field_start", "field_end")


def _observations(entry: Table, folder: Folder, names: Names) -> Iterator[Mistake]:
    yield from _dated(entry, names)
    yield from _names(entry, "source", names.sources, "a source")
    yield from _names(entry, "quantity", table(), "a quantity")
    yield from _names(entry, "side", names.sides, "a side")
    yield from _names(entry, "sector", names.sectors, "a sector", blank=True)
    yield from _figures_in_order(entry)
    yield from _units(entry)
    yield from _axes(entry)
    yield from wrong_units(entry)
    if folder.war:
        yield from _ground(entry, folder)


def _rows(selected: "pd.Series[bool]") -> Iterator[int]:
    for row in selected.index[selected][:MAX_MISTAKES]:
        yield int(row)


def _names(
    entry: Table, column: str, known: Iterable[str] | None, what: str, *, blank: bool = False
) -> Iterator[Mistake]:
    if known is None:
        return
    choices = tuple(known)
    wrong = {
        int(row): text
        for (text,), rows in rows_by(entry.frame, column).items()
        if text not in choices and not (blank and text == "")
        for row in rows
    }
    for row in sorted(wrong)[:MAX_MISTAKES]:
        found = unknown(wrong[row], choices, what)
        if found:
            yield entry.mistake(row, column, *found)


def _dated(entry: Table, names: Names) -> Iterator[Mistake]:
    """Ids used once, dates within the war, nothing published before its date."""
    frame = entry.frame
    ids = observation_ids(frame) if "quantity" in frame else frame["id"]
    for row in _rows(ids.duplicated()):
        first = entry.lines[int(frame.index[ids == ids[row]][0])]
        expected = f"an id used once, '{ids[row]}' is on line {first} too"
        yield entry.mistake(row, "id", expected, "Give the row an id of its own, or remove it")
    if names.start and names.end:
        outside = (frame["date"] < pd.Timestamp(names.start)) | (
            frame["date"] > pd.Timestamp(names.end)
        )
        expected = f"a date of the war, {names.start} to {names.end}"
        for row in _rows(outside):
            yield entry.mistake(row, "date", expected, "Correct the date, or leave the row out")
    yield from _ordered(entry, "date", "published")


def _ordered(entry: Table, first: str, second: str) -> Iterator[Mistake]:
    for row in _rows(entry.frame[second] < entry.frame[first]):
        expected = f"a date on or after {first}, {entry.frame[first][row].date()}"
        yield entry.mistake(row, second, expected, "Swap or correct the dates")


def _figures_in_order(entry: Table) -> Iterator[Mistake]:
    frame = entry.frame
    for column, other in (("low", "value"), ("value", "high"), ("low", "high")):
        wrong = frame[column] > frame[other]
        if (column, other) == ("low", "high"):
            # With a value between them, the two comparisons above say it already.
            wrong &= frame["value"].isna()
        for row in _rows(wrong):
            expected = f"low <= value <= high, {other} is {frame[other][row]:g}"
            yield entry.mistake(row, column, expected, "Put the figures in order")


def _units(entry: Table) -> Iterator[Mistake]:
    quantities = table()
    pairs = entry.frame[["quantity", "unit"]].drop_duplicates()
    for quantity, unit in pairs.itertuples(index=False, name=None):
        if quantity not in quantities:
            continue
        wanted = quantities[quantity].unit
        if is_unit(unit) and dimension(unit) == dimension(wanted):
            continue
        chosen = (entry.frame["quantity"] == quantity) & (entry.frame["unit"] == unit)
        expected = f"{wanted}, the unit of {quantity}, or one that converts to it"
        for row in _rows(chosen):
            yield entry.mistake(row, "unit", expected, "Correct the unit or the quantity")


def _axes(entry: Table) -> Iterator[Mistake]:
    frame = entry.frame
    has_no_sector = (frame["sector"] == "").to_numpy()
    figures = {column: frame[column].to_numpy() for column in ("low", "value", "high")}
    for (name,), rows in rows_by(frame, "quantity").items():
        quantity = table().get(name)
        if quantity is None:
            continue
        wants_sector = "sector" in quantity.axes
        for row in rows[has_no_sector[rows] == wants_sector][:MAX_MISTAKES]:
            if wants_sector:
                expected, remedy = f"a sector, {name} is by sector", "Fill the sector"
            else:
                expected, remedy = f"no sector, {name} is by side", "Leave the sector blank"
            yield entry.mistake(int(row), "sector", expected, remedy)
        for column, values in figures.items():
            outside = (values[rows] < quantity.low) | (values[rows] > quantity.high)
            expected = f"{quantity.low:g} to {quantity.high:g} for {name}"
            for row in rows[outside][:MAX_MISTAKES]:
                yield entry.mistake(int(row), column, expected, "Correct the figure or its unit")


def _ground(entry: Table, folder: Folder) -> Iterator[Mistake]:
    """Land is held by the side that is not at home, and no more of it than there is."""
    if folder.war is None:
        return
    frame = entry.frame
    ground = frame["quantity"].isin(_INTRUDER).to_numpy()
    at_home = frame["quantity"].isin(_AT_HOME).to_numpy()
    is_land = ground | (frame["quantity"] == "retaken_km2").to_numpy()
    in_km2 = is_land & (frame["unit"] == "km2").to_numpy()
    side, value = frame["side"].to_numpy(), frame["value"].to_numpy()
    by_sector = rows_by(frame, "sector")
    for sector in folder.war.contents.sectors.values():
        rows = by_sector.get((sector.id,), np.zeros(0, np.intp))
        is_own = side[rows] == sector.home
        for row in rows[ground[rows] & is_own][:MAX_MISTAKES]:
            expected = f"the side that is not at home in {sector.id}"
            yield entry.mistake(int(row), "side", expected, "Name the side that came in")
        for row in rows[at_home[rows] & ~is_own][:MAX_MISTAKES]:
            expected = f"the side at home in {sector.id}, {sector.home}"
            yield entry.mistake(int(row), "side", expected, "Name the side at home")
        too_much = in_km2[rows] & (value[rows] > sector.area_km2 * _AREA_TOLERANCE)
        for row in rows[too_much][:MAX_MISTAKES]:
            expected = f"at most the area of {sector.id}, {sector.area_km2:g} km2"
            yield entry.mistake(int(row), "value", expected, "Correct the figure or its unit")


def observation_ids(frame: pd.DataFrame) -> "pd.Series[str]":
    """Ids made of what a row says, `source:quantity:side:sector:date`, where it has none."""
    parts = [frame[name].to_numpy() for name in ("source", "quantity", "side", "sector")]
    days = np.datetime_as_string(frame["date"].to_numpy(), unit="D").tolist()
    made = [":".join(part) for part in zip(*parts, days, strict=True)]
    ids: pd.Series[str] = frame["id"].where(frame["id"] != "", pd.Series(made, frame.index))
    return ids
