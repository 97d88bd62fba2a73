"""Event data sets: events and deaths by sector and week.

Counted are violent events of at most a week at a place known to its province. An event belongs to
the week, Monday to Sunday, of its last day, and to the sector in which its coordinates lie. What
is written is a *flow* of reported events and deaths: not a side's cumulative losses, which these
data sets do not know. Where a row says whose fighters died, those are counted apart, as a floor.

Weeks that the files cover only in part (before their first event, after their last) are left out.
A sector without any event in the files gets no rows: it may lie outside what was downloaded. In
the others a week without events is a 0.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from kadesh.importers.figures import Figure
from kadesh.importers.places import Places
from kadesh.war import War


@dataclass(frozen=True)
class Event:
    """One event of a data set."""

    id: str
    first: date
    last: date
    longitude: float
    latitude: float
    deaths: float
    low: float
    high: float
    deaths_of: tuple[tuple[str, float], ...] = ()
    """Side: its fighters killed, where the data set says so."""
    left_out: str = ""
    """Why it does not count, or nothing."""


@dataclass
class _Week:
    events: int = 0
    deaths: float = 0.0
    low: float = 0.0
    high: float = 0.0
    deaths_of: dict[str, float] = field(default_factory=lambda: defaultdict(float))


def figures_of(
    events: Iterable[Event], war: War, places: Places, source: str
) -> tuple[list[Figure], list[str]]:
    """The weekly figures of all sectors with events, and remarks on what does not count."""
    weeks: dict[tuple[str, date], _Week] = defaultdict(_Week)
    dropped: Counter[str] = Counter()
    sides: set[tuple[str, str]] = set()
    begin, end = date.max, date.min
    located: dict[tuple[float, float], str] = {}
    for event in events:
        begin, end = min(begin, event.first), max(end, event.last)
        reason = event.left_out
        if not reason and (event.last - event.first).days > 6:
            reason = "last longer than a week"
        place = (event.longitude, event.latitude)
        if not reason and place not in located:
            located[place] = places.sector_of(*place)
        sector = "" if reason else located[place]
        if not sector:
            dropped[reason or "lie in no sector"] += 1
            continue
        week = weeks[sector, _sunday(event.last)]
        week.events += 1
        week.deaths += event.deaths
        week.low += event.low
        week.high += event.high
        for side, deaths in event.deaths_of:
            week.deaths_of[side] += deaths
            sides.add((sector, side))
    figures = []
    for sector in sorted({sector for sector, _ in weeks}):
        for sunday in _whole_weeks(max(begin, war.start), min(end, war.end)):
            week = weeks.get((sector, sunday), _Week())
            of = {side: week.deaths_of[side] for place, side in sorted(sides) if place == sector}
            figures += _figures(week, of, war, sector, sunday, source)
    remarks = [
        f"{count:,} events {reason}: not counted" for reason, count in sorted(dropped.items())
    ]
    bare = [sector for sector in war.sector_ids if all(sector != place for place, _ in weeks)]
    if bare and weeks:
        remarks.append(f"no event in {', '.join(bare)}: no rows, it may not have been downloaded")
    return figures, remarks


def _sunday(day: date) -> date:
    return day + timedelta(days=(6 - day.weekday()) % 7)


def _whole_weeks(begin: date, end: date) -> Iterable[date]:
    """Sundays of the weeks that lie between two days, both inclusive."""
    sunday = _sunday(begin) if begin.weekday() == 0 else _sunday(begin) + timedelta(days=7)
    while sunday <= end:
        yield sunday
        sunday += timedelta(days=7)


def _figures(
    week: _Week, deaths_of: Mapping[str, float], war: War, sector: str, sunday: date, source: str
) -> list[Figure]:
    home = war.sector(sector).home
    deaths = Figure(
        sunday,
        source,
        "conflict_deaths_persons_per_week",
        home,
        week.deaths,
        "persons_per_week",
        sector=sector,
        low=min(week.low, week.deaths),
        high=max(week.high, week.deaths),
    )
    return [
        Figure(
            sunday,
            source,
            "conflict_events_items_per_week",
            home,
            float(week.events),
            "items_per_week",
            sector=sector,
        ),
        deaths,
        *(
            Figure(
                sunday,
                source,
                "combatant_deaths_persons_per_week",
                side,
                killed,
                "persons_per_week",
                sector=sector,
                form="at_least",
            )
            for side, killed in deaths_of.items()
        ),
    ]
