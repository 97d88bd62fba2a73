"""The two event data sets, row by row: UCDP GED and ACLED.

*UCDP GED* counts events with at least one death. `best`, `low` and `high` are all deaths of an
event; `deaths_a` and `deaths_b` those of the fighters of `side_a` and `side_b`. They are taken as
a side's where both actors stand for the two sides of the war: an actor stands for a side whose id
or name it contains as words ("Government of X"), or which the user says it fights for. *ACLED*
counts political violence and states one number of deaths, of whomever; it names no side's
deaths. Protests, riots and strategic developments are not counted.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from kadesh.errors import InputErrors, Mistake
from kadesh.importers.events import Event, figures_of
from kadesh.importers.gathering import gather
from kadesh.importers.given import Found, Given
from kadesh.importers.places import places_of
from kadesh.importers.sheets import Line, Sheet, open_sheet
from kadesh.war import War

_GED: Final = (
    "id", "side_a", "side_b", "latitude", "longitude", "where_prec", "date_start", "date_end",
    "date_prec", "deaths_a", "deaths_b", "best", "high", "low",
)  # fmt: skip
_GED_OLD: Final = {"best_est": "best", "high_est": "high", "low_est": "low"}
_ACLED: Final = (
    "event_id_cnty", "event_date", "time_precision", "event_type", "latitude", "longitude",
    "geo_precision", "fatalities",
)  # fmt: skip
_VIOLENT: Final = ("battles", "explosions/remote violence", "violence against civilians")
_PROVINCE: Final = 4
"""UCDP's `where_prec` of a place known to its province; above it, to a country or less."""
_MOST_ACTORS: Final = 4


def read_ged(given: Given) -> Found:
    """UCDP GED: events, deaths, and each side's own where both actors are the war's sides."""
    actors = _Actors(given.war, given.actors)
    found = _read(given, _GED, lambda line: _ged(line, actors))
    found.remarks += actors.remarks()
    return found


def read_acled(given: Given) -> Found:
    """ACLED: events and reported deaths."""
    return _read(given, _ACLED, _acled)


def _read(given: Given, required: tuple[str, ...], event_of: Callable[[Line], Event]) -> Found:
    def open_file(path: Path) -> tuple[Sheet, Callable[[Line], Iterable[Event]]]:
        sheet = open_sheet(path, required, rename={**_GED_OLD, **given.rename})
        return sheet, lambda line: [event_of(line)]

    def clash(line: Line, event: Event, before: str) -> Mistake:
        expected = f"one row for event {event.id}, {before} says something else"
        return line.mistake(required[0], expected, "Keep the newer release only")

    places = places_of(given.war)
    found, events = gather(given, open_file, clash)
    if events:
        figures, remarks = figures_of(events, given.war, places, given.source)
        found.figures += figures
        found.remarks += remarks
    return found


def _ged(line: Line, actors: "_Actors") -> Event:
    first, last = _day(line, "date_start"), _day(line, "date_end")
    if last < first:
        expected = f"a day on or after date_start, {first}"
        raise InputErrors([line.mistake("date_end", expected, "Correct the dates")])
    low, best, high = (_count(line, name) for name in ("low", "best", "high"))
    if not low <= best <= high:
        expected = f"low <= best <= high, low is {low:g} and high is {high:g}"
        raise InputErrors([line.mistake("best", expected, "Correct the figures")])
    sides = actors.of(line.text("side_a")), actors.of(line.text("side_b"))
    deaths_of: tuple[tuple[str, float], ...] = ()
    if all(sides) and sides[0] != sides[1]:
        deaths_of = (
            (sides[0], _count(line, "deaths_a")),
            (sides[1], _count(line, "deaths_b")),
        )
    vague = _count(line, "where_prec") > _PROVINCE
    return Event(
        _id(line, "id"),
        first,
        last,
        *_place(line),
        best,
        low,
        high,
        deaths_of,
        "are at a place known no better than the country" if vague else "",
    )


def _acled(line: Line) -> Event:
    day = _day(line, "event_date")
    deaths = _count(line, "fatalities")
    reason = ""
    if line.text("event_type").lower() not in _VIOLENT:
        reason = "are not of violence (protests, riots, strategic developments)"
    elif _count(line, "time_precision") > 2:
        reason = "have a day known to the month only"
    place = _place(line)
    return Event(_id(line, "event_id_cnty"), day, day, *place, deaths, deaths, deaths, (), reason)


def _day(line: Line, column: str) -> date:
    day = line.day_in(column)
    if day is None:
        raise InputErrors([line.mistake(column, "a day as YYYY-MM-DD", "Fill the cell")])
    return day


def _count(line: Line, column: str) -> float:
    value = line.number_in(column)
    if value is None:
        raise InputErrors([line.mistake(column, "a number", "Fill the cell")])
    return value


def _id(line: Line, column: str) -> str:
    text = line.text(column)
    if not text:
        raise InputErrors([line.mistake(column, "the id of the event", "Fill the cell")])
    return text


def _place(line: Line) -> tuple[float, float]:
    longitude = line.number_in("longitude", least=-180.0)
    latitude = line.number_in("latitude", least=-90.0)
    if longitude is None or longitude > 180:
        raise InputErrors([line.mistake("longitude", "degrees, -180 to 180", "Correct it")])
    if latitude is None or latitude > 90:
        raise InputErrors([line.mistake("latitude", "degrees, -90 to 90", "Correct it")])
    return longitude, latitude


class _Actors:
    """Which side an actor of a data set fights for."""

    def __init__(self, war: War, told: Mapping[str, str]) -> None:
        self.words = [
            (side.id, re.compile(rf"\b({re.escape(side.id)}|{re.escape(side.name)})\b", re.I))
            for side in war.sides
        ]
        self.told = dict(told)
        self.known: dict[str, str] = {}
        self.unknown: Counter[str] = Counter()

    def of(self, actor: str) -> str:
        """The side, or nothing."""
        if actor not in self.known:
            meant = [side for side, words in self.words if words.search(actor)]
            self.known[actor] = self.told.get(actor) or (meant[0] if len(meant) == 1 else "")
        if not self.known[actor]:
            self.unknown[actor] += 1
        return self.known[actor]

    def remarks(self) -> list[str]:
        """Who stands for which side, and who for none."""
        found = [
            f"'{actor}' is read as {side}"
            for actor, side in sorted(self.known.items())
            if side and actor not in self.told
        ]
        names = [actor for actor, _ in self.unknown.most_common(_MOST_ACTORS)]
        if names:
            shown = "', '".join(names)
            more = len(self.unknown) - len(names)
            others = f" and {more} others" if more else ""
            found.append(
                f"'{shown}'{others} stand for no side, their dead are counted for none: "
                "`--actor 'NAME=SIDE'` says for whom they fight"
            )
        found += [
            f"no row names the actor '{actor}' of --actor"
            for actor in self.told
            if actor not in self.known
        ]
        return found
