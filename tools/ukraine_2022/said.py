"""Statements, claims, events and polls: what was said, and the figures read from it."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from ukraine_2022.rows import (
    Observation,
    day,
    month_end,
    number,
    numbered,
    optional,
    read,
    slug,
    spread,
)

KURSK = "kursk-belgorod"
STATEMENTS_HEADER = [
    "id",
    "date",
    "precision",
    "speaker",
    "role",
    "aligned_with",
    "about",
    "topic",
    "summary",
    "low",
    "value",
    "high",
    "unit",
    "start",
    "end",
    "location",
    "url",
    "publisher",
    "grade",
    "published",
]
EVENTS_HEADER = [
    "id",
    "date",
    "precision",
    "type",
    "title",
    "actors",
    "detail",
    "evidence",
    "url",
    "published",
]
POLLS_HEADER = [
    "id",
    "date",
    "pollster",
    "side",
    "field_start",
    "field_end",
    "question",
    "option",
    "percent",
    "n",
    "url",
    "published",
    "note",
]

# Statements whose figure is one of our quantities: (quantity, side, sector, source). Only what a
# sentence states of the whole war, or of one sector, is read; sums over other spans are not.
_DEATHS, _CASUALTIES = "deaths_persons", "casualties_persons"
_THEATRE, _IN_SECTOR = "force_in_theatre_persons", "force_in_sector_persons"
_RATE = "recruitment_persons_per_month"
STATEMENT_FIGURES: dict[str, tuple[str, str, str, str]] = {
    "ST006": (_DEATHS, "Ukraine", "", "ua_government"),
    "ST013": (_DEATHS, "Russia", "", "ru_mod"),
    "ST014": (_DEATHS, "Ukraine", "", "ru_mod"),
    "ST042": (_DEATHS, "Ukraine", "", "azarov"),
    "ST053": (_CASUALTIES, "Ukraine", "", "lutsenko"),
    "ST064": (_DEATHS, "Ukraine", "", "ua_government"),
    "ST065": (_CASUALTIES, "Ukraine", "", "ru_mod"),
    "ST074": (_CASUALTIES, "Ukraine", "", "ru_mod"),
    "ST203": (_DEATHS, "Ukraine", "", "ua_government"),
    "ST230": (_DEATHS, "Russia", "", "ua_government"),
    "ST231": (_DEATHS, "Ukraine", "", "ua_government"),
    "ST232": ("wounded_persons", "Ukraine", "", "ua_government"),
    "ST250": (_DEATHS, "Ukraine", "", "ua_government"),
    "ST263": (_DEATHS, "Ukraine", "", "ua_government"),
    "ST278": (_DEATHS, "Ukraine", "", "csis"),
    "ST011": (_THEATRE, "Russia", "", "ua_government"),
    "ST044": (_THEATRE, "Russia", "", "ua_government"),
    "ST061": (_IN_SECTOR, "Russia", KURSK, "ua_government"),
    "ST062": (_THEATRE, "Russia", "", "ua_government"),
    "ST071": (_THEATRE, "Russia", "", "us_officials"),
    "ST088": (_THEATRE, "Russia", "", "ua_government"),
    "ST113": (_IN_SECTOR, "Ukraine", KURSK, "press_reports"),
    "ST117": (_IN_SECTOR, "Ukraine", KURSK, "ru_mod"),
    "ST127": (_IN_SECTOR, "Ukraine", KURSK, "press_reports"),
    "ST218": (_IN_SECTOR, "Russia", KURSK, "ua_government"),
    "ST219": (_IN_SECTOR, "Russia", KURSK, "us_officials"),
    "ST220": (_IN_SECTOR, "Russia", KURSK, "isw_reports"),
    "ST221": (_IN_SECTOR, "Russia", KURSK, "ua_government"),
    "ST223": (_IN_SECTOR, "Russia", KURSK, "ua_general_staff"),
    "ST247": ("force_size_persons", "Ukraine", "", "ua_government"),
    "ST248": (_THEATRE, "Russia", "", "ua_government"),
    "ST267": (_THEATRE, "Russia", "", "us_officials"),
    "ST183": ("redeployed_persons", "Russia", KURSK, "ua_government"),
    "ST015": ("mobilized_persons", "Russia", "", "ru_mod"),
    "ST214": ("mobilized_persons", "Ukraine", "", "ua_government"),
    "ST037": (_RATE, "Russia", "", "ru_government"),
    "ST087": (_RATE, "Russia", "", "ru_government"),
    "ST089": (_RATE, "Ukraine", "", "press_reports"),
    "ST238": (_RATE, "Russia", "", "ru_mod"),
    "ST240": (_RATE, "Ukraine", "", "press_reports"),
    "ST249": (_RATE, "Russia", "", "ru_government"),
    "ST269": (_RATE, "Russia", "", "ru_government"),
    "ST273": (_RATE, "Ukraine", "", "ua_government"),
    "ST274": (_RATE, "Russia", "", "ua_government"),
    "ST276": (_RATE, "Russia", "", "ru_government"),
    "ST017": ("mobilizable_persons", "Russia", "", "ru_mod"),
    "ST072": ("mobilizable_persons", "Ukraine", "", "texty"),
    "ST212": ("mobilizable_persons", "Ukraine", "", "ua_demographers"),
    "ST222": ("mobilizable_persons", "Ukraine", "", "ua_parliament"),
    "ST052": ("population_persons", "Russia", "", "ru_government"),
    "ST073": ("population_persons", "Ukraine", "", "imf"),
    "ST202": ("population_persons", "Ukraine", "", "ua_leak"),
    "ST213": ("population_persons", "Ukraine", "", "ua_demographers"),
}
_KURSK_TOLLS = {"kursk_losses_ukraine": "Ukraine", "kursk_losses_russia": "Russia"}
_TOLL_SOURCES = {"Russia": "ru_mod", "Ukraine": "ua_government"}

_CLAIM_SOURCES = {
    "Acting governor Smirnov": "ru_government",
    "Gerasimov": "ru_mod",
    "ISW page title": "isw_reports",
    "Putin": "ru_government",
    "Russian Ministry of Defence": "ru_mod",
    "Russian estimate (reported)": "ru_mod",
    "Syrskyi": "ua_government",
    "Ukraine (reported)": "ua_government",
    "Umerov": "ua_government",
    "Zelensky": "ua_government",
}
_CLAIM_QUANTITIES = {
    "casualties": "sector_casualties_persons",
    "force_size_total": "force_size_persons",
    "settlements_held_in_russia": "held_settlements",
    "territory_held_in_russia": "claimed_held_km2",
    "troops_redeployed_to_kursk": "redeployed_persons",
}
_UNITS = {"people": "persons", "settlements": "items"}
# Said in September 2023 of February 2022.
_SAID_LATER = {("2022-02-24", "Umerov"): date(2023, 9, 15)}
_STANCES = {"media": "independent", "Ukraine-aligned": "Ukraine"}
_PRECISIONS = {"day": "day", "month": "month", "approx": "approx", "1 day": "day"}
_MONTH_DAYS = 365.2425 / 12
_POLL_DELAY = timedelta(days=14)


def statements(raw: Path) -> list[list[str]]:
    """Rows of statements.csv: what was collected, then the table of claims in the same form."""
    rows = [
        [
            row["id"],
            row["date"],
            row["date_precision"],
            row["speaker"],
            row["speaker_role"],
            row["aligned_with"],
            row["about"],
            row["topic"],
            row["summary"],
            row["value_low"],
            row["value"],
            row["value_high"],
            row["unit"],
            row["period_from"],
            row["period_to"],
            row["location"],
            row["source_url"],
            row["source_publisher"],
            row["source_grade"],
            row["published"],
        ]
        for row in read(raw / "statements.csv")
    ]
    claims = read(raw / "claims.csv")
    ids = numbered(
        f"claim-{row['date']}-{slug(row['claimer'])}-{slug(row['topic'])}" for row in claims
    )
    for name, row in zip(ids, claims, strict=True):
        figures = " to ".join(row[key] for key in ("low", "value", "high") if row[key])
        parts = (row["topic"].replace("_", " "), f"{figures} {row['unit']}", row["period"])
        summary = ", ".join(parts) + (f" ({row['note']})" if row["note"] else "")
        rows.append(
            [
                name,
                row["date"],
                "day",
                row["claimer"],
                "",
                _STANCES.get(row["claimer_side"], row["claimer_side"]),
                row["about"],
                row["topic"],
                summary,
                row["low"],
                row["value"],
                row["high"],
                row["unit"],
                "",
                "",
                row["location"],
                row["source"],
                "",
                "C" if "forum" in row["note"] or "weak" in row["note"] else "B",
                _said(row).isoformat(),
            ]
        )
    return sorted(rows, key=lambda row: (row[1], row[0]))


def _said(row: dict[str, str]) -> date:
    return _SAID_LATER.get((row["date"], row["claimer"]), day(row["date"]))


def statement_figures(raw: Path) -> Iterator[Observation]:
    """The figures of statements, as observations of the source that the speaker belongs to."""
    for row in read(raw / "statements.csv"):
        if row["topic"] in _KURSK_TOLLS:
            side = _KURSK_TOLLS[row["topic"]]
            if row["about"] != side:
                # Losses of a third army are not the side's own.
                continue
            source = _TOLL_SOURCES[row["aligned_with"]]
            chosen = ("sector_casualties_persons", side, KURSK, source)
        elif row["id"] in STATEMENT_FIGURES:
            chosen = STATEMENT_FIGURES[row["id"]]
        else:
            continue
        quantity, side, sector, source = chosen
        given = spread(*(optional(row[key]) for key in ("value_low", "value", "value_high")))
        if given is None:
            raise ValueError(f"no figure in {row}")
        value, low, high, form = given
        unit, note = "persons", f"statement {row['id']}"
        if quantity == _RATE:
            unit = "persons_per_month"
            if row["unit"] == "people":
                days = (day(row["period_to"]) - day(row["period_from"])).days + 1
                value, note = round(value * _MONTH_DAYS / days), f"{note}, total over {days} days"
        # Counts are dated by the day they run to, other figures by the day they were said.
        counted = row["period_to"] if quantity != "mobilized_persons" else ""
        yield Observation(
            min(day(counted or row["date"]), day(row["date"])),
            source,
            quantity,
            side,
            unit,
            value,
            low,
            high,
            sector=sector,
            form=form,
            published=day(row["published"]),
            grade=row["source_grade"],
            note=note,
            id=f"{row['id']}:{quantity}",
        )


def claim_figures(raw: Path) -> Iterator[Observation]:
    """The figures of the table of claims that are one of our quantities."""
    for row in read(raw / "claims.csv"):
        quantity = _CLAIM_QUANTITIES.get(row["topic"], "")
        if row["topic"] == "force_size_in_theatre":
            quantity = _IN_SECTOR if row["location"] == "Kursk" else _THEATRE
        source = _CLAIM_SOURCES.get(row["claimer"])
        given = spread(*(optional(row[key]) for key in ("low", "value", "high")))
        if not quantity or source is None or given is None or "North" in row["about"]:
            continue
        value, low, high, form = given
        if re.search(r"more than|\bover\b", row["note"]):
            form = "at_least"
        yield Observation(
            day(row["date"]),
            source,
            quantity,
            row["about"],
            _UNITS.get(row["unit"], row["unit"]),
            value,
            low,
            high,
            sector=KURSK if row["location"] == "Kursk" else "",
            form=form,
            published=_said(row),
            note=f"{row['claimer']}: {row['note']}".removesuffix(": "),
            id=f"claim:{row['date']}:{slug(row['claimer'])}:{quantity}",
        )


def events(raw: Path) -> list[list[str]]:
    """Rows of events.csv; an event dated by its month counts as known at the month's end."""
    rows = read(raw / "events.csv")
    ids = numbered(f"{row['date']}-{slug(row['type'])}" for row in rows)
    result = []
    for name, row in zip(ids, rows, strict=True):
        precision = _PRECISIONS.get(row["date_precision"], "approx")
        when = day(row["date"])
        known = {"day": when, "month": month_end(when)}.get(precision, when + timedelta(days=10))
        result.append(
            [
                name,
                row["date"],
                precision,
                row["type"],
                row["title"],
                row["actors"],
                row["detail"],
                row["evidence"],
                row["source"],
                known.isoformat(),
            ]
        )
    return sorted(result, key=lambda row: (row[1], row[0]))


def polls(raw: Path) -> list[list[str]]:
    """Rows of polls.csv, one answer a row; public two weeks after the fieldwork."""
    rows = read(raw / "polls.csv")
    ids = numbered(
        f"{slug(row['pollster'])}-{row['field_end']}-{slug(row['option'])}" for row in rows
    )
    result = []
    for name, row in zip(ids, rows, strict=True):
        published = (day(row["field_end"]) + _POLL_DELAY).isoformat()
        result.append(
            [
                name,
                row["date"],
                row["pollster"],
                row["country"],
                row["field_start"],
                row["field_end"],
                row["question"],
                row["option"],
                number(float(row["percent"]), 1),
                row["n"],
                row["source"],
                published,
                row["note"],
            ]
        )
    return sorted(result, key=lambda row: (row[1], row[0]))
