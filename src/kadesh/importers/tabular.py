"""The two plain tables: control by sector, and cumulative losses by side.

`control`: a row per day and sector; a column per kind of area (`held_km2`, `contested_km2`,
`claimed_limit_km2`, `claimed_held_km2`, `retaken_km2`). A blank cell means not drawn, 0 means
nothing held. `losses`: a row per day and side, with a column per kind of loss; or a row per figure,
with the columns `quantity` and `value`, `low` and `high`. Both may have `source`, `side`,
`published`, `form`, `unit` and `note`; what is not there comes from the options.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from kadesh.errors import InputErrors, Mistake
from kadesh.importers.figures import Figure
from kadesh.importers.gathering import gather
from kadesh.importers.given import Found, Given
from kadesh.importers.proposals import source_remedy
from kadesh.importers.sheets import Line, Sheet, open_sheet
from kadesh.quantities import dimension, is_unit, table
from kadesh.suggest import one_of, suggestion

FORMS: Final = ("about", "at_least", "up_to")
CONTROL: Final = (
    "held_km2",
    "contested_km2",
    "claimed_limit_km2",
    "claimed_held_km2",
    "retaken_km2",
)
LOSSES: Final = (
    "casualties_persons",
    "deaths_persons",
    "wounded_persons",
    "named_missing_persons",
    "equipment_lost_items",
    "tanks_lost_items",
)
_AT_HOME: Final = ("retaken_km2",)
_COMMON: Final = ("date", "published", "source", "side", "form", "unit", "note")
_LONG: Final = ("quantity", "value", "low", "high")


def read_control(given: Given) -> Found:
    """Areas by day and sector."""
    return _read(given, "control", CONTROL, ("date", "sector"))


def read_losses(given: Given) -> Found:
    """Cumulative losses by day and side."""
    return _read(given, "losses", LOSSES, ("date",))


def _read(given: Given, kind: str, quantities: Sequence[str], required: Sequence[str]) -> Found:
    def open_file(path: Path) -> tuple[Sheet, Callable[[Line], Iterable[Figure]]]:
        sheet, columns = _open(path, given, quantities, required)
        return sheet, lambda line: _of_line(line, columns, kind, quantities, given)

    def clash(line: Line, figure: Figure, before: str) -> Mistake:
        expected = f"one figure for {figure.id}, {before} has another"
        return line.mistake("date", expected, "Keep one of the two")

    found, figures = gather(given, open_file, clash)
    found.figures += figures
    return found


def _open(
    path: Path, given: Given, quantities: Sequence[str], required: Sequence[str]
) -> tuple[Sheet, list[str]]:
    """The sheet, and its columns of quantities: none where a row is a figure."""
    known = (*_COMMON, *quantities, *_LONG, *(name for name in required if name not in _COMMON))
    sheet = open_sheet(path, required, known, given.rename)
    columns = [name for name in sheet.names if name in quantities]
    if not columns and not {"quantity", "value"} <= set(sheet.names):
        expected = f"{one_of(quantities)}, or the columns quantity and value"
        place = (str(path), 1, 1, "column", ", ".join(sheet.names))
        raise InputErrors([Mistake(*place, expected, "Rename a column, `--rename OLD=NEW`")])
    return sheet, columns


def _of_line(
    line: Line, columns: Sequence[str], kind: str, quantities: Sequence[str], given: Given
) -> Iterator[Figure]:
    war = given.war
    day, published = line.day_in("date"), line.day_in("published")
    if day is None:
        raise InputErrors([line.mistake("date", "a day as YYYY-MM-DD", "Fill the cell")])
    if published is not None and published < day:
        expected = f"a day on or after the date, {day}"
        raise InputErrors([line.mistake("published", expected, "Swap or correct the dates")])
    sector = _one_of(line, "sector", war.sector_ids, "a sector") if "sector" in line.cells else ""
    source = line.text("source") or given.source
    if source and source not in war.sources:
        raise InputErrors([line.mistake("source", *source_remedy(war, kind, source))])
    source = _one_of(line, "source", tuple(war.sources), "a source", source)
    form = _one_of(line, "form", FORMS, "a form", "about")
    figures: list[tuple[str, str]] = [(name, name) for name in columns]
    if not columns:
        figures = [(_one_of(line, "quantity", quantities, "a quantity"), "value")]
    for quantity, column in figures:
        value = line.number_in(column)
        if value is None:
            if not columns:
                raise InputErrors([line.mistake(column, "a number", "Fill the cell")])
            continue
        default = given.side
        if sector:
            default = war.intruder(sector)
            if quantity in _AT_HOME:
                default = war.sector(sector).home
        yield Figure(
            day,
            source,
            quantity,
            _one_of(line, "side", war.side_ids, "a side", default),
            value,
            _unit(line, quantity),
            sector=sector,
            form=form,
            low=None if columns else line.number_in("low"),
            high=None if columns else line.number_in("high"),
            published=published,
            note=line.text("note"),
        )


def _unit(line: Line, quantity: str) -> str:
    wanted = table()[quantity].unit
    unit = line.text("unit") or wanted
    if not is_unit(unit) or dimension(unit) != dimension(wanted):
        expected = f"{wanted}, or a unit that converts to it"
        raise InputErrors([line.mistake("unit", expected, "Correct the unit")])
    return unit


def _one_of(line: Line, column: str, choices: Sequence[str], what: str, default: str = "") -> str:
    value = line.text(column) or default
    if value in choices:
        return value
    remedy = suggestion(value, choices) or "Use one of them"
    if not value:
        remedy = f"Fill the cell, or give `--{column}`"
    raise InputErrors([line.mistake(column, f"{what}, {one_of(choices)}", remedy)])
