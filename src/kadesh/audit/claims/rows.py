"""Rows of the record that say something: matching a claims file's conditions to the tables."""

import re
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from kadesh.audit.claims import Match
from kadesh.war import War

_TEXT: Final = {
    "statements": ("summary",),
    "events": ("title", "detail"),
    "polls": ("question", "option", "pollster"),
    "observations": ("note", "source", "quantity"),
}
_VALUE: Final = {
    "statements": ("value", "low", "high"),
    "polls": ("percent",),
    "observations": ("value",),
}


@dataclass(frozen=True)
class Row:
    """One row of the record, as the report shows it."""

    id: str
    who: str
    text: str
    url: str
    date: str
    grade: str
    aligned_with: str


def matching_rows(war: War, match: Match, *, published_by: pd.Timestamp) -> list[Row]:
    """Rows of the war's tables that meet every condition of `match`, published by a date."""
    table: pd.DataFrame = getattr(war, match.table)
    keep = table["published"] <= published_by
    if match.start is not None:
        keep &= table["date"] >= pd.Timestamp(match.start)
    if match.end is not None:
        keep &= table["date"] <= pd.Timestamp(match.end)
    texts = table[list(_TEXT[match.table])].fillna("").astype(str).agg(" ".join, axis=1)
    for pattern in match.words:
        found_by = re.compile(pattern, re.IGNORECASE).search
        keep &= texts.map(lambda text, search=found_by: search(text) is not None)
    for column, wanted in (
        ("topic", match.topic),
        ("about", match.about),
        ("quantity", match.quantity),
        ("sector", match.sector),
    ):
        if wanted is not None:
            keep &= table[column].astype(str) == wanted if column in table else False
    if match.speaker is not None:
        column = {"statements": "speaker", "polls": "pollster"}.get(match.table, "source")
        keep &= table[column].astype(str).str.contains(match.speaker) if column in table else False
    aligned = _alignment(war, match.table, table)
    if match.aligned_with:
        keep &= aligned.isin(match.aligned_with)
    if match.value_at_least is not None or match.value_at_most is not None:
        columns = [c for c in _VALUE.get(match.table, ()) if c in table]
        value = (
            table[columns].bfill(axis=1).iloc[:, 0]
            if columns
            else pd.Series(float("nan"), table.index)
        )
        if match.value_at_least is not None:
            keep &= value >= match.value_at_least
        if match.value_at_most is not None:
            keep &= value <= match.value_at_most
    if "grade" in table:
        keep &= table["grade"].fillna("B").isin(match.grades)
    found = table[keep]
    return [
        _row(match.table, row, whose)
        for (_, row), whose in zip(found.iterrows(), aligned[keep], strict=True)
    ]


def _alignment(war: War, name: str, table: pd.DataFrame) -> "pd.Series[str]":
    if "aligned_with" in table:
        return table["aligned_with"].fillna("").astype(str)
    if name == "observations":
        return table["source"].map(lambda source: war.sources[source].aligned_with)
    return pd.Series("independent", index=table.index)


def _row(name: str, row: "pd.Series[Any]", aligned: str) -> Row:
    who = str(
        row.get("speaker") or row.get("pollster") or row.get("source") or row.get("type") or ""
    )
    if name == "observations":
        text = f"{row['quantity']} = {row['value']:g} {row['unit']}"
    elif name == "polls":
        text = f"{row['question']}: {row['option']} {row['percent']:g} %"
    else:
        text = str(row.get("summary") or row.get("title") or "")
    url = row.get("url")
    grade = row.get("grade")
    return Row(
        id=str(row["id"]),
        who=who,
        text=text,
        url=url if isinstance(url, str) else "",
        date=pd.Timestamp(str(row["date"])).date().isoformat(),
        grade=grade if isinstance(grade, str) and grade else "B",
        aligned_with=aligned,
    )


def valid_patterns(match: Match) -> list[tuple[str, str]]:
    """Regular expressions of a match that cannot be compiled: (field, reason)."""
    wrong = []
    for field, pattern in (
        *((f"words[{i}]", p) for i, p in enumerate(match.words)),
        *((("speaker", match.speaker),) if match.speaker is not None else ()),
    ):
        try:
            re.compile(pattern)
        except re.error as error:
            wrong.append((field, str(error)))
    return wrong
