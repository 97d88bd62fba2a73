"""Checks across the YAML files of a war folder: names that must exist, dates, units, circles."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from kadesh.errors import Mistake
from kadesh.quantities import is_unit, table, units
from kadesh.suggest import one_of, suggestion
from kadesh.war.folder import MAP_FILE, Folder
from kadesh.war.yaml_marks import Location, Marks


@dataclass(frozen=True)
class Names:
    """The names a war folder defines; None where the file that defines them is wrong."""

    sides: tuple[str, ...] | None
    sectors: tuple[str, ...] | None
    sources: tuple[str, ...] | None
    assumptions: tuple[str, ...] | None
    rows: dict[str, frozenset[str] | None]
    """Ids of the rows of `events` and `statements`."""
    missing: dict[str, Mistake]
    """Of these tables, those without a file: what to say where a row of one is cited."""
    start: date | None
    end: date | None

    @property
    def stances(self) -> tuple[str, ...] | None:
        """What `aligned_with` may say."""
        if self.sides is None:
            return None
        backers = tuple(f"{side} backer" for side in self.sides)
        return (*self.sides, *backers, "independent")


def names_of(folder: Folder) -> Names:
    """The names defined by the files that could be read."""
    war = folder.war.contents if folder.war else None
    rows: dict[str, frozenset[str] | None] = {}
    for kind in ("events", "statements"):
        known = folder.tables.get(kind)
        # A table that is absent defines no rows; one that could not be read defines unknown rows.
        absent = not (folder.path / f"{kind}.csv").exists()
        rows[kind] = frozenset(known.frame["id"]) if known else frozenset() if absent else None
    return Names(
        sides=tuple(sorted(war.sides)) if war else None,
        sectors=tuple(sorted(war.sectors)) if war else None,
        sources=tuple(sorted(folder.sources.contents.sources)) if folder.sources else None,
        assumptions=(
            tuple(sorted(folder.assumptions.contents.assumptions)) if folder.assumptions else None
        ),
        rows=rows,
        missing={
            kind: missing_file(folder, f"{kind}.csv", f"{kind[:-1]}:ID cites its rows")
            for kind in rows
            if not (folder.path / f"{kind}.csv").exists()
        },
        start=war.start if war else None,
        end=war.end if war else None,
    )


def missing_file(folder: Folder, name: str, why: str) -> Mistake:
    """One mistake for a file that is not there, however often it is needed."""
    expected = f"this file to exist, {why}"
    return Mistake(
        str(folder.path / name), 0, 0, "file", "", expected, "Add it, or cite no such row"
    )


def check_files(folder: Folder, names: Names) -> Iterator[Mistake]:
    """Every mistake across the YAML files."""
    yield from _war(folder, names)
    yield from _sources(folder, names)
    yield from _assumptions(folder, names)
    yield from _moves(folder, names)
    yield from _scenarios(folder, names)


def unknown(value: str, known: Iterable[str] | None, what: str) -> tuple[str, str] | None:
    """What was expected and what to do, where `value` is not a known name."""
    if known is None or value in (choices := tuple(known)):
        return None
    expected = f"{what}, {one_of(choices)}"
    return expected, suggestion(value, choices) or "Use one of them, or define it"


def _named(
    marks: Marks, location: Location, value: str | None, known: Iterable[str] | None, what: str
) -> Iterator[Mistake]:
    if value is not None and (wrong := unknown(value, known, what)):
        yield marks.mistake(location, *wrong)


def _within(marks: Marks, location: Location, day: date, names: Names) -> Iterator[Mistake]:
    if names.start and names.end and not names.start <= day <= names.end:
        expected = f"a date of the war, {names.start} to {names.end}"
        yield marks.mistake(location, expected, "Correct the date")


def _cited(marks: Marks, location: Location, source: str, names: Names) -> Iterator[Mistake]:
    """A source is `judgement`, a source id, event:ID, statement:ID, a link or a citation."""
    kind, _, row = source.partition(":")
    if f"{kind}s" in names.missing:
        yield names.missing[f"{kind}s"]
        return
    if f"{kind}s" in names.rows:
        known = names.rows[f"{kind}s"]
        if known is not None and row not in known:
            expected = f"the id of a row of {kind}s.csv after '{kind}:'"
            remedy = suggestion(row, known) or "Correct the id, or add the row"
            yield marks.mistake(location, expected, remedy)
        return
    if source == "judgement" or "://" in source or " " in source.strip():
        return
    if wrong := unknown(source, names.sources, "judgement, a citation, a link or a source id"):
        yield marks.mistake(location, *wrong)


def _war(folder: Folder, names: Names) -> Iterator[Mistake]:
    if folder.war is None:
        return
    war, marks = folder.war.contents, folder.war.marks
    for side in war.sides.values():
        at: Location = ("sides", side.id)
        if side.population_persons:
            place = (*at, "population_persons", "source")
            yield from _cited(marks, place, side.population_persons.source, names)
        if side.mobilizable_persons:
            place = (*at, "mobilizable_persons", "source")
            yield from _cited(marks, place, side.mobilizable_persons.source, names)
    for patron in war.patrons.values():
        at = ("patrons", patron.id)
        yield from _named(marks, (*at, "backs"), patron.backs, names.sides, "a side")
        yield from _cited(marks, (*at, "source"), patron.source, names)
    yield from _sectors(folder, names)
    for issue in war.issues.values():
        at = ("issues", issue.id)
        place = (*at, "status_quo", "side")
        yield from _named(marks, place, issue.status_quo.side, names.sides, "a side")
        yield from _not_negative(marks, (*at, "weight", "low"), issue.weight.low)
        yield from _cited(marks, (*at, "source"), issue.source, names)
    for period in war.periods.values():
        at = ("periods", period.id)
        yield from _within(marks, (*at, "start"), period.start, names)
        yield from _within(marks, (*at, "end"), period.end, names)
        yield from _named(marks, (*at, "side"), period.side, names.sides, "a side")
        yield from _cited(marks, (*at, "source"), period.source, names)


def _sectors(folder: Folder, names: Names) -> Iterator[Mistake]:
    if folder.war is None:
        return
    war, marks = folder.war.contents, folder.war.marks
    taken: dict[str, str] = {}
    has_map_file = folder.map_units is not None or (folder.path / MAP_FILE).exists()
    if not has_map_file and any(sector.map_units for sector in war.sectors.values()):
        expected = "this file to exist, `map_units` in war.yaml names its units"
        remedy = "Add it, or leave `map_units` empty"
        yield Mistake(str(folder.path / MAP_FILE), 0, 0, "file", "", expected, remedy)
    for sector in war.sectors.values():
        at: Location = ("sectors", sector.id)
        yield from _named(marks, (*at, "home"), sector.home, names.sides, "a side")
        yield from _not_negative(marks, (*at, "stake_weight", "low"), sector.stake_weight.low)
        yield from _cited(marks, (*at, "source"), sector.source, names)
        for position, unit in enumerate(sector.map_units):
            place = (*at, "map_units", position)
            if unit in taken:
                expected = f"a map unit of one sector only, it is in {taken[unit]} too"
                yield marks.mistake(place, expected, "Keep it in one of the two")
                continue
            taken[unit] = sector.id
            if folder.map_units is None:
                continue
            if folder.map_units.get(unit) != sector.id:
                expected = f"a unit of sectors.geojson with the sector '{sector.id}'"
                remedy = suggestion(unit, folder.map_units) or "Add it to the map, or drop it"
                yield marks.mistake(place, expected, remedy)


def _not_negative(marks: Marks, location: Location, value: float) -> Iterator[Mistake]:
    if value < 0:
        yield marks.mistake(location, "a number of at least 0", "Correct the weight")


def _sources(folder: Folder, names: Names) -> Iterator[Mistake]:
    if folder.sources is None:
        return
    sources, marks = folder.sources.contents.sources, folder.sources.marks
    for source in sources.values():
        at: Location = ("sources", source.id)
        place = (*at, "aligned_with")
        yield from _named(marks, place, source.aligned_with, names.stances, "a stance")
        place = (*at, "bias_share", "source")
        yield from _cited(marks, place, source.bias_share.source, names)
        yield from _not_negative(marks, (*at, "bias_share", "low"), source.bias_share.low)
        for position, upstream in enumerate(source.depends_on):
            place = (*at, "depends_on", position)
            yield from _named(marks, place, upstream, sources, "a source")
            circle = _circle({key: sources[key].depends_on for key in sources}, source.id)
            if circle and source.id == min(circle):
                expected = f"no circle, found {' -> '.join(circle)}"
                yield marks.mistake(place, expected, "Remove one of these dependencies")
                break


def _circle(depends_on: dict[str, tuple[str, ...]], start: str) -> list[str]:
    """The way from `start` back to itself along dependencies, or nothing."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for upstream in depends_on.get(way[-1], ()):
            if upstream == start:
                return [*way, start]
            if upstream not in seen:
                seen.add(upstream)
                ways.append([*way, upstream])
    return []


def _assumptions(folder: Folder, names: Names) -> Iterator[Mistake]:
    if folder.assumptions is None:
        return
    marks = folder.assumptions.marks
    for entry in folder.assumptions.contents.assumptions.values():
        at: Location = ("assumptions", entry.id)
        if not is_unit(entry.unit):
            expected = f"a unit, {one_of(units(), len(units()))}, or two with '_per_' between"
            remedy = suggestion(entry.unit, units()) or "Use one of these units"
            yield marks.mistake((*at, "unit"), expected, remedy)
        if entry.quantity is not None:
            known = table()
            yield from _named(marks, (*at, "quantity"), entry.quantity, known, "a quantity")
            wanted = known[entry.quantity].unit if entry.quantity in known else entry.unit
            if is_unit(entry.unit) and entry.unit != wanted:
                expected = f"{wanted}, the unit of {entry.quantity}"
                yield marks.mistake((*at, "unit"), expected, "Convert the figures to this unit")
        yield from _named(marks, (*at, "side"), entry.side, names.sides, "a side")
        yield from _named(marks, (*at, "sector"), entry.sector, names.sectors, "a sector")
        yield from _cited(marks, (*at, "source"), entry.source, names)
        for position, vintage in enumerate(entry.vintages):
            place = (*at, "vintages", position)
            yield from _cited(marks, (*place, "source"), vintage.source, names)
            yield from _within(marks, (*place, "known_from"), vintage.known_from, names)


def _moves(folder: Folder, names: Names) -> Iterator[Mistake]:
    if folder.moves is None:
        return
    marks = folder.moves.marks
    for move in folder.moves.contents.moves.values():
        at: Location = ("moves", move.id)
        yield from _within(marks, (*at, "date"), move.date, names)
        yield from _named(marks, (*at, "side"), move.side, names.sides, "a side")
        yield from _cited(marks, (*at, "source"), move.source, names)
        for alternative in move.alternatives.values():
            place = (*at, "alternatives", alternative.id, "source")
            yield from _cited(marks, place, alternative.source, names)
        for position, conduct in enumerate(move.conduct):
            place = (*at, "conduct", position)
            yield from _within(marks, (*place, "date"), conduct.date, names)
            yield from _cited(marks, (*place, "source"), conduct.source, names)
            if conduct.date < move.date:
                expected = f"a date on or after the move, {move.date}"
                yield marks.mistake((*place, "date"), expected, "Correct the date")


def _scenarios(folder: Folder, names: Names) -> Iterator[Mistake]:
    if folder.scenarios is None:
        return
    marks = folder.scenarios.marks
    for scenario in folder.scenarios.contents.scenarios.values():
        at: Location = ("scenarios", scenario.id)
        yield from _cited(marks, (*at, "source"), scenario.source, names)
        for name in scenario.overrides:
            if wrong := unknown(name, names.assumptions, "an assumption"):
                yield marks.key_mistake((*at, "overrides", name), *wrong)
