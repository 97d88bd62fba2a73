"""Small records that the fusion tests are run on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from kadesh.fusion.record import Ground, Publisher, Record

START = date(2001, 3, 5)
SIDES = ("Eastmark", "Westmark")
SECTORS = (
    Ground("east-hills", "Westmark", 12000.0, 12000.0),
    Ground("west-bank", "Eastmark", 9000.0, 8500.0),
    Ground("west-port", "Eastmark", 4000.0, 4000.0),
)
PUBLISHERS = {
    "copy": Publisher("copy", "independent", "map", 0.04, 0.04, 10.0),
    "map": Publisher("map", "Westmark", "", 0.04, 0.04, 10.0),
    "staff": Publisher("staff", "Westmark", "", 0.3, 0.1, 50.0),
    "survey": Publisher("survey", "independent", "", 0.06, 0.06, 20.0),
    "town": Publisher("town", "Eastmark", "", 0.3, 0.1, 50.0),
}
_EMPTY = {"source": [], "start": [], "end": [], "sector": [], "kind": [], "note": []}


def row(
    source: str,
    day: date | str,
    value: float,
    *,
    quantity: str = "held_km2",
    side: str = "Eastmark",
    sector: str = "west-bank",
    form: str = "about",
    low: float = float("nan"),
    high: float = float("nan"),
    lag_days: int = 3,
    flag: str = "",
    name: str = "",
) -> dict[str, Any]:
    when = pd.Timestamp(day)
    where = "" if quantity.endswith("persons") else sector
    key = name or f"{source}:{quantity}:{side}:{where}:{when.date()}:{form}"
    return {
        "id": key,
        "date": when,
        "published": when + pd.Timedelta(days=lag_days),
        "source": source,
        "quantity": quantity,
        "side": side,
        "sector": where,
        "form": form,
        "low": low,
        "value": float(value),
        "high": high,
        "flag": flag,
    }


def record(
    rows: Iterable[Mapping[str, Any]],
    *,
    redraws: Sequence[Mapping[str, Any]] = (),
    publishers: Mapping[str, Publisher] = PUBLISHERS,
    sectors: Sequence[Ground] = SECTORS,
) -> Record:
    table = pd.DataFrame(list(rows))
    for column in ("date", "published"):
        table[column] = table[column].astype("datetime64[s]")
    table = table.sort_values(["date", "id"], kind="stable", ignore_index=True)
    spans = pd.DataFrame(list(redraws) or _EMPTY)
    for column in ("start", "end"):
        spans[column] = pd.to_datetime(spans[column])
    return Record(
        name="river-war",
        start=START,
        end=date(2001, 12, 30),
        sides=SIDES,
        sectors=tuple(sectors),
        publishers=dict(sorted(publishers.items())),
        rows=table,
        redraws=spans,
    )


def sundays(count: int) -> list[date]:
    return [day.date() for day in pd.date_range("2001-03-11", periods=count, freq="7D")]


def small_war(weeks: int = 22) -> list[dict[str, Any]]:
    """Two maps, one with a copy, and two staffs, over a war in which one front moves and stops."""
    draw = np.random.default_rng(5)
    rows: list[dict[str, Any]] = []
    for index, day in enumerate(sundays(weeks)):
        bank = 1500.0 * min(index, 8) / 8
        hills = 300.0 if index >= 14 else 0.0
        places = {("west-bank", "Eastmark"): bank, ("east-hills", "Westmark"): hills}
        for (sector, side), truth in places.items():
            for source, bias in (("map", 1.03), ("survey", 0.96)):
                value = round(truth * bias * (1 + 0.01 * draw.standard_normal()), 1)
                rows.append(row(source, day, value, sector=sector, side=side))
            if index % 3 == 0:
                rows.append(row("copy", day, rows[-2]["value"], sector=sector, side=side))
        grey = round(40 + 5 * draw.standard_normal(), 1)
        rows.append(row("map", day, grey, quantity="contested_km2"))
        for source, side, rate in (("staff", "Eastmark", 1900.0), ("town", "Westmark", 1500.0)):
            total = rate * (index + 1) * (1 + 0.01 * draw.standard_normal())
            rows.append(
                row(source, day, round(total), quantity="casualties_persons", side=side, lag_days=1)
            )
    for side, deaths in (("Eastmark", 3000.0), ("Westmark", 2500.0)):
        rows.append(
            row("survey", "2001-05-20", deaths, quantity="deaths_persons", side=side,
                low=0.7 * deaths, high=1.3 * deaths, lag_days=20)
        )  # fmt: skip
    return rows


def mirrored(given: Record) -> Record:
    """The same war with the two sides' names exchanged everywhere."""
    first, second = SIDES
    names = {first: second, second: first}

    def swap(text: str) -> str:
        return text.replace(first, "\0").replace(second, first).replace("\0", second)

    rows = given.rows.copy()
    rows["side"] = rows["side"].map(names)
    rows["id"] = rows["id"].map(swap)
    rows = rows.sort_values(["date", "id"], kind="stable", ignore_index=True)
    sectors = tuple(replace(ground, intruder=names[ground.intruder]) for ground in given.sectors)
    publishers = {
        key: replace(entry, aligned_with=swap(entry.aligned_with))
        for key, entry in given.publishers.items()
    }
    return replace(given, rows=rows, sectors=sectors, publishers=publishers)
