"""Mistakes of a claims file that only the war can show: unknown sides, dates, thresholds, units."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel

from kadesh import quantities
from kadesh.audit import claims as c
from kadesh.audit.claims.rows import matching_rows, valid_patterns
from kadesh.errors import InputErrors, Mistake
from kadesh.suggest import one_of, suggestion
from kadesh.war import War, load_yaml
from kadesh.war.yaml_marks import Location, Marks

SIDE_FIELDS = ("side",)
DATE_FIELDS = (
    "at",
    "start",
    "end",
    "date",
    "moment",
    "as_of",
    "ground_as_of",
    "quiet_from",
    "quiet_to",
)
EXPECTED_UNIT = {"share": "share", "tolerance": None}


def load_claims(path: Path, war: War) -> c.ClaimsFile:
    """A claims file, checked against the war.

    Raises:
        InputErrors: every mistake of the file at once.
    """
    claims, marks = load_yaml(path, c.ClaimsFile)
    mistakes = list(_mistakes(claims, marks, war))
    if mistakes:
        raise InputErrors(mistakes)
    return claims


def claims_warnings(path: Path, war: War) -> list[Mistake]:
    """Conditions of a claims file, right in themselves, that no row of the war meets.

    Raises:
        InputErrors: the file is not a claims file.
    """
    claims, marks = load_yaml(path, c.ClaimsFile)
    found = []
    for claim_id, claim in claims.claims.items():
        for reading_id, reading in claim.readings.items():
            if not isinstance(reading, c.Statement):
                continue
            public = pd.Timestamp(reading.as_of or war.end)
            for field in ("says", "contrary"):
                for position, match in enumerate(getattr(reading, field)):
                    if matching_rows(war, match, published_by=public):
                        continue
                    place: Location = ("claims", claim_id, "readings", reading_id, field, position)
                    expected = f"conditions that a row of {match.table}.csv meets, none does"
                    remedy = "Loosen them, or take it that nobody is on record with this"
                    found.append(marks.mistake(place, expected, remedy))
    return sorted(found)


def _mistakes(claims: c.ClaimsFile, marks: Marks, war: War) -> Iterator[Mistake]:
    if claims.war != war.name:
        yield marks.mistake(
            ("war",), f"the war audited, {war.name}", "Name it, or audit another war"
        )
    for name, threshold in claims.thresholds.items():
        if not quantities.is_unit(threshold.unit):
            yield marks.mistake(
                ("thresholds", name, "unit"),
                "a unit of quantities.yaml",
                "Use one, for example km2",
            )
    used: set[str] = set()
    for claim_id, claim in claims.claims.items():
        for reading_id, reading in claim.readings.items():
            place: Location = ("claims", claim_id, "readings", reading_id)
            yield from _of_model(reading, place, claims, marks, war, used)
            yield from _of_units(reading, place, claims, marks, war)
    for name in sorted(set(claims.thresholds) - used):
        yield marks.key_mistake(
            ("thresholds", name), "a threshold that a reading uses", "Use it or remove it"
        )


def _of_model(
    model: BaseModel,
    place: Location,
    claims: c.ClaimsFile,
    marks: Marks,
    war: War,
    used: set[str],
) -> Iterator[Mistake]:
    for field in type(model).model_fields:
        value = getattr(model, field)
        here: Location = (*place, field)
        if isinstance(value, BaseModel):
            yield from _of_model(value, here, claims, marks, war, used)
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            for i, entry in enumerate(value):
                yield from _of_model(entry, (*here, i), claims, marks, war, used)
        elif value is not None:
            yield from _of_field(model, field, value, here, claims, marks, war, used)
    if isinstance(model, c.Match):
        for where, reason in valid_patterns(model):
            steps = where.replace("]", "").split("[")
            spot: Location = (*place, *(int(s) if s.isdigit() else s for s in steps))
            yield marks.mistake(spot, f"a regular expression ({reason})", "Correct it")
        yield from _of_match(model, place, marks, war)
    if isinstance(model, c.Quantity | c.Counterfactual):
        yield from _at_home(model, place, marks, war)


def _of_match(match: c.Match, place: Location, marks: Marks, war: War) -> Iterator[Mistake]:
    """Conditions that no row can meet, because they name what the war does not have."""
    if match.start and match.end and match.end < match.start:
        expected = f"a date on or after the start, {match.start}"
        yield marks.mistake((*place, "end"), expected, "Swap or correct the dates")
    stances = [*war.side_ids, *(f"{side} backer" for side in war.side_ids), "independent"]
    for i, stance in enumerate(match.aligned_with):
        yield from _one_of(stance, stances, (*place, "aligned_with", i), marks, "a stance")
    if match.quantity is not None:
        known = quantities.table()
        yield from _one_of(match.quantity, known, (*place, "quantity"), marks, "a quantity")
    table = getattr(war, match.table)
    for field in ("topic", "about", "sector", "quantity"):
        value = getattr(match, field)
        if value is None or (field == "quantity" and value not in quantities.table()):
            continue
        here = (*place, field)
        if field not in table:
            expected = f"no {field} with rows of {match.table}.csv, which has no such column"
            yield marks.mistake(here, expected, f"Remove the {field}, or match another table")
        elif field in {"topic", "about"}:
            said = sorted({str(entry) for entry in table[field] if entry})
            yield from _one_of(value, said, here, marks, f"the {field} of a row of {match.table}")


def _at_home(
    model: c.Quantity | c.Counterfactual, place: Location, marks: Marks, war: War
) -> Iterator[Mistake]:
    """Land is held, or contested, by the side that is not at home in a sector."""
    for i, name in enumerate(model.sectors):
        if name in war.sector_ids and war.sector(name).home == model.side:
            expected = f"sectors where {model.side} is not at home, it is in {name}"
            remedy = "Name the side that came in, or another sector"
            yield marks.mistake((*place, "sectors", i), expected, remedy)


def _of_field(
    model: BaseModel,
    field: str,
    value: Any,
    here: Location,
    claims: c.ClaimsFile,
    marks: Marks,
    war: War,
    used: set[str],
) -> Iterator[Mistake]:
    is_match = isinstance(model, c.Match)
    if field in c.THRESHOLD_FIELDS and isinstance(value, str):
        used.add(value)
        yield from _one_of(value, claims.thresholds, here, marks, "a threshold of this file")
    elif field in SIDE_FIELDS:
        yield from _one_of(value, war.side_ids, here, marks, "a side of the war")
    elif field == "sectors":
        for i, sector in enumerate(value):
            yield from _one_of(sector, war.sector_ids, (*here, i), marks, "a sector of the war")
    elif field == "sector":
        yield from _one_of(value, war.sector_ids, here, marks, "a sector of the war")
    elif field == "source":
        yield from _one_of(value, war.sources, here, marks, "a source of the war")
    elif field == "assumption":
        yield from _one_of(value, war.assumptions, here, marks, "an assumption of the war")
    elif field == "scenario":
        yield from _one_of(value, war.scenarios, here, marks, "a scenario of the war")
    elif field == "move":
        yield from _one_of(value, war.moves, here, marks, "a move of the war")
    elif field == "per":
        names = {name.rsplit(".", 1)[0] for name in war.assumptions if "." in name}
        yield from _one_of(value, names, here, marks, "a per-side assumption of the war")
    elif field == "factors":
        for name in value:
            if name not in war.assumptions:
                remedy = suggestion(name, war.assumptions) or "See assumptions.yaml"
                yield marks.key_mistake((*here, name), "an assumption of the war", remedy)
    elif field == "dates" or (field in DATE_FIELDS and isinstance(value, date) and not is_match):
        for i, day in enumerate(value if isinstance(value, tuple) else (value,)):
            if not war.start <= day <= war.end:
                spot = (*here, i) if isinstance(value, tuple) else here
                expected = f"a date of the war, {war.start} to {war.end}"
                yield marks.mistake(spot, expected, "Correct the date")


def _one_of(value: str, known: Any, here: Location, marks: Marks, what: str) -> Iterator[Mistake]:
    names = list(known)
    if value not in names:
        hint = suggestion(value, names) or "Use one of them"
        listed = one_of(names) if len(names) <= 12 else what
        yield marks.mistake(here, f"{what}, {listed}" if len(names) <= 12 else what, hint)


def _unit_of(span: c.Span, war: War) -> str:
    quantity = span.quantity
    unit = "share" if quantity.is_model else "km2"
    if quantity.measure.endswith("persons"):
        unit = "persons"
    if quantity.measure == "assumption" and quantity.assumption in war.assumptions:
        unit = war.assumptions[quantity.assumption].unit
    if quantity.per is not None:
        unit = f"{unit} per {quantity.per}"
    return f"{unit}_per_day" if span.statistic == "pace_per_day" else unit


def _of_units(
    reading: c.AnyReading, place: Location, claims: c.ClaimsFile, marks: Marks, war: War
) -> Iterator[Mistake]:
    wanted: list[tuple[str, str | None, str]] = []
    if isinstance(reading, c.Measurement):
        quantity = reading.span.quantity
        unit = (
            "km2"
            if quantity.measure.endswith("km2")
            else "share"
            if quantity.is_model
            else "persons"
        )
        if quantity.measure == "assumption" and quantity.assumption in war.assumptions:
            unit = war.assumptions[quantity.assumption].unit
        if reading.span.statistic == "pace_per_day":
            unit = f"{unit}_per_day"
        wanted = [("threshold", reading.threshold, unit), ("upper", reading.upper, unit)]
    elif isinstance(reading, c.Comparison):
        wanted = [("ratio", reading.ratio, "number")]
        units = [_unit_of(span, war) for span in (reading.first, reading.second)]
        if units[0] != units[1]:
            expected = f"the unit of the first, {units[0]}, this is {units[1]}"
            yield marks.mistake((*place, "second"), expected, "Compare like with like")
    elif isinstance(reading, c.Trend):
        unit = "share" if reading.quantity.is_model else "km2"
        if reading.quantity.measure.endswith("persons"):
            unit = "persons"
        wanted = [("tolerance", reading.tolerance, unit)]
    elif isinstance(reading, c.BestMoment):
        wanted = [("tolerance", reading.tolerance, "share")]
    elif isinstance(reading, c.Marginal):
        wanted = [("share", reading.share, "share")]
    elif isinstance(reading, c.Counterfactual):
        wanted = [("margin", reading.margin, "km2")]
    elif isinstance(reading, c.Subsidy):
        wanted = [("margin", reading.margin, "share")]
    elif isinstance(reading, c.BeliefUpdate):
        wanted = [
            ("months", reading.months, "months"),
            ("threshold", reading.threshold, "per_month"),
        ]
    for field, name, unit in wanted:
        if name is None or name not in claims.thresholds:
            continue
        have = claims.thresholds[name].unit
        same = {have, unit} <= {"share", "number"} or have == unit
        if not same:
            expected = f"a threshold in {unit}, this one is in {have}"
            yield marks.mistake(
                (*place, field), expected, "Use another threshold or correct its unit"
            )
