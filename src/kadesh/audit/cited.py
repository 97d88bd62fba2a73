"""Rows of the record that a reading rests on: its dates, and the figures nearest to them."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import pandas as pd

from kadesh.audit import claims as c
from kadesh.audit.evidence import Evidence
from kadesh.audit.margins import judged_at

MOST_ROWS: Final = 16


def spans_of(reading: c.AnyReading) -> list[tuple[c.Quantity, list[date]]]:
    """Record quantities of a reading with the dates that matter."""
    match reading:
        case c.Measurement():
            spans: Sequence[c.Span] = [reading.span]
        case c.Comparison():
            spans = [reading.first, reading.second]
        case c.Trend():
            return [(reading.quantity, list(reading.dates))] if reading.quantity.is_record else []
        case _:
            return []
    return [
        (s.quantity, [d for d in (s.at, s.start, s.end) if d is not None])
        for s in spans
        if s.quantity.is_record
    ]


def record_rows(reading: c.AnyReading, evidence: Evidence) -> list[dict[str, Any]]:
    """The rows nearest to a reading's dates: one per source, quantity and date."""
    table = evidence.war.observations
    cutoff = pd.Timestamp(judged_at(reading, evidence))
    known = table[(table["published"] <= cutoff) & (table["flag"].fillna("") != "retrospective")]
    found: dict[str, dict[str, Any]] = {}
    for quantity, dates in spans_of(reading):
        names: set[str] = {quantity.measure}
        if quantity.measure == "held_or_contested_km2":
            names = {"held_km2", "contested_km2"}
        if quantity.measure.startswith("held") and not quantity.source:
            # Claims and limits of claims enter the reconstruction as bounds: they are shown too.
            names |= {"claimed_held_km2", "claimed_limit_km2"}
        rows = known[known["quantity"].isin(names) & (known["side"] == quantity.side)]
        if quantity.sectors:
            rows = rows[rows["sector"].isin(quantity.sectors)]
        if quantity.source:
            rows = rows[rows["source"] == quantity.source]
        for when in dates:
            gap = (rows["date"] - pd.Timestamp(when)).abs()
            near = rows.assign(gap=gap)[gap <= pd.Timedelta(days=45)].sort_values(
                ["gap", "value", "id"], ascending=[True, False, True]
            )
            near = near.groupby(["source", "quantity"], sort=True).head(2)
            for _, row in near.iterrows():
                found.setdefault(str(row["id"]), _row_entry(row, evidence))
    return list(found.values())[:MOST_ROWS]


def _row_entry(row: "pd.Series[Any]", evidence: Evidence) -> dict[str, Any]:
    source = evidence.war.sources[row["source"]]
    place = f" ({row['sector']})" if isinstance(row["sector"], str) and row["sector"] else ""
    grade = row["grade"] if isinstance(row["grade"], str) and row["grade"] else source.grade
    return {
        "id": source.id,
        "row": str(row["id"]),
        "text": f"{source.name}: {row['quantity']}{place} = {row['value']:g} {row['unit']}",
        "url": source.url,
        "date": row["date"].date().isoformat(),
        "grade": grade,
        "aligned_with": source.aligned_with,
        "stance": "figure",
    }
