"""Control by sector and week from the maps, redraws, the annexation."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from ukraine_2022.places import HOME_RUSSIA, OFFICIAL_KM2, SECTOR_OF, SECTORS, unit_areas_km2
from ukraine_2022.rows import Observation, day, optional, read

ANNEXED = ("UA-09", "UA-14", "UA-23", "UA-65")
ANNEXED_ON = date(2022, 9, 30)
INCURSION = date(2024, 8, 6)

# The maps whose area of each kind is drawn at all: (source, sector's home in Russia): columns.
_DRAWN = {
    ("deepstate", False): ("ru_held_since2022_km2", "contested_km2"),
    ("deepstate", True): ("ua_held_km2", "contested_km2"),
    ("deepstate_cyterat", False): ("ru_held_since2022_km2",),
    ("isw_lemonde", False): ("ru_held_since2022_km2",),
    ("isw_lemonde", True): ("ua_claimed_limit_km2",),
    ("liveuamap_nzz", False): ("ru_held_since2022_km2",),
    ("liveuamap_nzz", True): ("ua_held_km2",),
}
_QUANTITY = {
    "ru_held_since2022_km2": "held_km2",
    "ua_held_km2": "held_km2",
    "contested_km2": "contested_km2",
    "ua_claimed_limit_km2": "claimed_limit_km2",
}
# Liveuamap never draws Crimea.
_NEVER = frozenset({("liveuamap_nzz", "crimea")})

REDRAWS_HEADER = ("source", "start", "end", "sector", "kind", "note")
_UKRAINE = tuple(sector for sector in SECTORS if sector not in HOME_RUSSIA)
_REDRAW_KINDS = {
    ("deepstate", "2022-04-03"): "construction",
    ("liveuamap_nzz", "2022-02-24"): "construction",
    ("liveuamap_nzz", "2023-12-09"): "missing",
    ("deepstate", "2024-08-06"): "missing",
    ("liveuamap_nzz", "2024-08-06"): "missing",
    ("deepstate", "2023-06-08"): "redraw",
    ("isw_lemonde", "2023-06-11"): "redraw",
    ("deepstate", "2023-08-25"): "redraw",
    ("deepstate", "2022-11-22"): "redraw",
    ("liveuamap_nzz", "2023-05-24"): "redraw",
}
# Advice that the comparable column already follows, or that says: real, but late.
_NO_REDRAW = frozenset(
    {
        ("deepstate", "2022-09-18"),
        ("isw_lemonde", "2022-09-18"),
        ("liveuamap_nzz", "2024-03-14"),
        ("deepstate_cyterat", "2024-07-07"),
        ("deepstate", "2023-09-04"),
        ("deepstate", "2024-09-01"),
    }
)
# "Use ISW or Liveuamap before June 2022": the map was caught up in steps until then.
_LONGER = {("deepstate", "2022-04-03"): "2022-05-31"}


def weekly(raw: Path) -> Iterator[Observation]:
    """Sums over the units of each sector, one row per map, week and kind of area."""
    sums: dict[tuple[date, str, str, str], float] = defaultdict(float)
    for row in read(raw / "territory_by_oblast_weekly.csv"):
        sector = SECTOR_OF[row["oblast_iso"]]
        source, when = row["source"], day(row["date"])
        for column in _DRAWN[source, sector in HOME_RUSSIA]:
            area = optional(row[column])
            if area is not None and (source, sector) not in _NEVER:
                sums[when, source, sector, column] += area
    contested = {key[2] for key, area in sums.items() if key[3] == "contested_km2" and area > 0}
    for (when, source, sector, column), area in sums.items():
        if column == "contested_km2" and sector not in contested:
            continue
        form, note = _reading(source, sector, column, when)
        if form != "missing":
            yield Observation(
                when,
                source,
                _QUANTITY[column],
                "Ukraine" if sector in HOME_RUSSIA else "Russia",
                "km2",
                round(area, 1),
                sector=sector,
                form=form,
                note=note,
            )


def _reading(source: str, sector: str, column: str, when: date) -> tuple[str, str]:
    """The form of a map's figure, and a remark, where the map's own makers held it back."""
    if sector in HOME_RUSSIA and when >= INCURSION:
        if source == "liveuamap_nzz" and when <= date(2024, 8, 14):
            return "missing", ""
        if source == "deepstate" and when <= date(2024, 8, 11):
            return "at_least", "map frozen by its makers 8-11 August 2024"
        if source == "deepstate" and date(2024, 9, 1) <= when <= date(2024, 9, 10):
            return "about", "map frozen by its makers 1-10 September 2024"
    return ("up_to" if column == "ua_claimed_limit_km2" else "about"), ""


def economist_total(raw: Path) -> Iterator[Observation]:
    """All land of Ukraine held by Russia as a newspaper sums the think tank's map, Sundays."""
    for row in read(raw / "territory_economist_total_daily.csv"):
        when = day(row["date"])
        if when.weekday() == 6:
            area = round(float(row["ru_held_km2"]), 1)
            yield Observation(when, "economist_total", "held_total_km2", "Russia", "km2", area)


def annexation(features: list[dict[str, Any]]) -> Iterator[Observation]:
    """The four oblasts declared annexed, whole; the low figure is that of the map units."""
    drawn = unit_areas_km2(features)
    note = "four oblasts whole, official area; low: area of the map units; two borders undefined"
    yield Observation(
        ANNEXED_ON,
        "annexation_laws",
        "annexed_area_km2",
        "Russia",
        "km2",
        float(sum(OFFICIAL_KM2[unit] for unit in ANNEXED)),
        low=round(sum(drawn[unit] for unit in ANNEXED), 1),
        published=ANNEXED_ON,
        note=note,
    )


def redraws(raw: Path) -> list[list[str]]:
    """Rows of redraws.csv: jumps that are drawing and not fighting, by sector."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for entry in read(raw / "territory_breaks.csv"):
        key = (entry["source"], entry["from"])
        if key in _NO_REDRAW:
            continue
        kind = _REDRAW_KINDS[key]
        end = _LONGER.get(key, entry["to"])
        for sector in _sectors(entry["oblast_iso"]):
            if (entry["source"], sector) in _NEVER:
                continue
            row = [entry["source"], entry["from"], end, sector, kind, entry["what"]]
            rows.setdefault((sector, entry["source"], entry["from"], kind), row)
    return [rows[key] for key in sorted(rows)]


def _sectors(units: str) -> list[str]:
    if units in {"many", "all"}:
        return [sector for sector in _UKRAINE if sector != "crimea"]
    return sorted({SECTOR_OF[unit] for unit in units.split(";")})
