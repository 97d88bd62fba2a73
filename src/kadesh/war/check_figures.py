"""Figures that cannot be right, and figures that a reader of the war should know of.

A *mistake* keeps the war from loading: a cumulative figure a hundred times (or a hundredth of) what
its own source says before and after it, which is a figure in the wrong unit. *Warnings* do not;
the rows are used as they are:

* a figure of land that stands out so; land can come and go;
* two figures of one thing in one week that contradict each other beyond any stated error. Both are
  kept: the reconstruction's errors have heavy tails, and it is not for a loader to choose;
* a source with one figure: its bias stays what sources.yaml says of it;
* a gap of months in a series: nothing is filled in, the reconstruction's interval widens.

Not used by the reconstruction, and so not looked at: retrospective figures, maps under
construction, zeros of maps that had drawn nothing. Stated error: a row's own low and high, and in
any case twice the largest bias of its source and the source's interval for one figure.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float

from kadesh.errors import Mistake
from kadesh.quantities import convert, table
from kadesh.war.folder import Folder
from kadesh.war.tables import Table, rows_by

WRONG_UNIT: Final = 100.0
"""A figure this many times its neighbours, or as small a part of them, is in another unit."""
CUMULATIVE: Final = (
    "casualties_persons",
    "deaths_persons",
    "wounded_persons",
    "named_missing_persons",
    "equipment_lost_items",
    "tanks_lost_items",
)
_LARGE: Final = 10
"""Land less than so many times its source's interval comes and goes without being a slip."""
_STEADY: Final = 3.0
"""Neighbours that differ by more than this factor say nothing about what lies between them."""
_GAP_DAYS: Final = 60
_GAP_TIMES: Final = 4
"""A gap is also at least this many times the usual distance between the series' figures."""
_LONG_SERIES: Final = 6
_THING: Final = ["quantity", "side", "sector"]
_SERIES: Final = ["source", *_THING]
_SPAN: Final = ("source", "sector", "kind", "start", "end")


def wrong_units(entry: Table) -> Iterator[Mistake]:
    """Cumulative figures that stand out from those before and after them by a factor of a hundred.

    What is counted since the war began cannot fall to a hundredth, nor be a hundred times the next.
    """
    frame = _in_own_units(entry.frame)
    frame = frame[frame["quantity"].isin(CUMULATIVE)]
    for row, near in _standing_out(frame, pd.Series(WRONG_UNIT, frame.index)):
        yield entry.mistake(row, "value", near, "Correct the figure or its unit")


def _standing_out(frame: pd.DataFrame, least: "pd.Series[float]") -> Iterator[tuple[int, str]]:
    """Rows a hundred times their neighbours (or a hundredth), the larger being at least `least`."""
    frame = frame[(frame["form"] == "about") & (frame["value"] > 0)]
    frame = frame.sort_values("date", kind="stable")
    figures, enough = frame["value"].to_numpy(), least[frame.index].to_numpy()
    for rows in rows_by(frame, *_SERIES).values():
        if len(rows) < 3:
            continue
        values = figures[rows]
        # The first and the last are compared with the two next to them.
        before = np.concatenate([values[2:3], values[:-1]])
        after = np.concatenate([values[1:], values[-3:-2]])
        low, high = np.minimum(before, after), np.maximum(before, after)
        wrong = (values >= WRONG_UNIT * high) | (values * WRONG_UNIT <= low)
        wrong &= (high <= _STEADY * low) & (np.maximum(values, low) >= enough[rows])
        for row, lower, upper in zip(rows[wrong], low[wrong], high[wrong], strict=True):
            near = f"a figure near its source's before and after it, {lower:g} to {upper:g}"
            yield int(frame.index[row]), near


def warnings_of(folder: Folder) -> list[Mistake]:
    """What a reader should know of a war's figures, whose folder has no mistakes."""
    entry = folder.tables.get("observations")
    if entry is None or folder.sources is None or entry.frame.empty:
        return []
    frame = _in_own_units(entry.frame)
    frame = frame[_is_used(frame, folder)]
    return sorted(
        [
            *_contradictions(entry, frame, folder),
            *_jumps(entry, frame, folder),
            *_lonely(entry, frame),
            *_gaps(entry, frame),
        ]
    )


def _in_own_units(frame: pd.DataFrame) -> pd.DataFrame:
    """The figures in their quantities' units, as far as these are known."""
    factor, is_known = np.ones(len(frame)), np.ones(len(frame), dtype=bool)
    for (quantity, unit), rows in rows_by(frame, "quantity", "unit").items():
        known = table().get(quantity)
        if known is None:
            continue
        try:
            factor[rows] = convert(1.0, unit, known.unit)
        except (KeyError, ValueError):
            is_known[rows] = False
    figures = {column: frame[column] * factor for column in ("low", "value", "high")}
    return frame.assign(**figures)[is_known]


def _is_used(frame: pd.DataFrame, folder: Folder) -> Bool[np.ndarray, " row"]:
    used: Bool[np.ndarray, " row"] = np.array(frame["flag"] != "retrospective")
    redraws = folder.tables.get("redraws")
    if redraws is None:
        return used
    places = rows_by(frame, "source", "sector")
    day, value = frame["date"].to_numpy(), frame["value"].to_numpy()
    columns = (redraws.frame[name].to_numpy() for name in _SPAN)
    for source, sector, kind, start, end in zip(*columns, strict=True):
        rows = places.get((source, sector))
        if rows is None or kind == "redraw":
            continue
        inside = (day[rows] >= start) & (day[rows] <= end)
        if kind == "missing":
            inside &= value[rows] == 0
        used[rows[inside]] = False
    return used


def _bounds(
    frame: pd.DataFrame, folder: Folder
) -> tuple[Float[np.ndarray, " row"], Float[np.ndarray, " row"]]:
    """The least and the most that each figure may mean."""
    assert folder.sources is not None
    sources = folder.sources.contents.sources
    share = {key: 2 * s.bias_share.high + s.figure_interval.share for key, s in sources.items()}
    amount = {key: s.figure_interval.absolute for key, s in sources.items()}
    value = frame["value"].to_numpy()
    error = np.abs(value) * frame["source"].map(share).to_numpy(float)
    error = error + frame["source"].map(amount).to_numpy(float)
    low = np.fmin(value - error, frame["low"].to_numpy())
    high = np.fmax(value + error, frame["high"].to_numpy())
    form = frame["form"].to_numpy()
    return np.where(form == "up_to", -np.inf, low), np.where(form == "at_least", np.inf, high)


def _contradictions(entry: Table, frame: pd.DataFrame, folder: Folder) -> Iterator[Mistake]:
    low, high = _bounds(frame, folder)
    sunday = frame["date"] + pd.to_timedelta(3 - (frame["date"].dt.day_of_week + 4) % 7, "D")
    place = frame.assign(week=sunday).groupby([*_THING, "week"], sort=True).ngroup().to_numpy()
    # The figure with the highest floor and the one with the lowest ceiling of each week's group.
    above, below = np.lexsort((-low, place)), np.lexsort((high, place))
    first = np.concatenate([[True], np.diff(place[above]) > 0])
    above, below = above[first], below[first]
    source, day = frame["source"].to_numpy(), frame["date"].to_numpy()
    apart = low[above] > high[below]
    apart &= (source[above] != source[below]) | (day[above] == day[below])
    rows, values = frame.index.to_numpy(), frame["value"].to_numpy()
    things = frame[_THING].to_numpy()
    pairs: dict[tuple[str, ...], list[tuple[float, int, int]]] = {}
    for one, other in zip(above[apart], below[apart], strict=True):
        key = (*map(str, things[one]), str(source[one]), str(source[other]))
        entry_of_week = (float(low[one] - high[other]), int(one), int(other))
        pairs.setdefault(key, []).append(entry_of_week)
    for key, found in sorted(pairs.items()):
        _, one, other = max(found)
        more = f", and in {len(found) - 1} other weeks" if len(found) > 1 else ""
        expected = (
            f"at most {high[other]:g} by line {entry.lines[rows[other]]}, {key[-1]} "
            f"{values[other]:g}: "
            f"they contradict each other beyond any stated error{more}"
        )
        remedy = "Both are kept; correct a slip, or widen the sources' intervals"
        yield entry.mistake(int(rows[one]), "value", expected, remedy)


def _jumps(entry: Table, frame: pd.DataFrame, folder: Folder) -> Iterator[Mistake]:
    """Figures of land and others that may rise and fall, which stand out all the same."""
    assert folder.sources is not None
    sources = folder.sources.contents.sources
    amount = {key: _LARGE * source.figure_interval.absolute for key, source in sources.items()}
    others = frame[~frame["quantity"].isin(CUMULATIVE)]
    for row, near in _standing_out(others, others["source"].map(amount)):
        remedy = "It is kept; correct it if it is in another unit"
        yield entry.mistake(row, "value", near, remedy)


def _lonely(entry: Table, frame: pd.DataFrame) -> Iterator[Mistake]:
    counts = frame["source"].value_counts()
    for row in frame.index[frame["source"].map(counts) == 1]:
        expected = "more than one figure of this source"
        remedy = "It is kept; one figure shows no bias, so that of sources.yaml stands"
        yield entry.mistake(int(row), "source", expected, remedy)


def _gaps(entry: Table, frame: pd.DataFrame) -> Iterator[Mistake]:
    found: dict[tuple[str, ...], list[tuple[str, int]]] = {}
    frame = frame.sort_values("date", kind="stable")
    index, dates = frame.index.to_numpy(), frame["date"].to_numpy().astype("datetime64[D]")
    for (source, quantity, side, sector), every in rows_by(frame, *_SERIES).items():
        days, opening = np.unique(dates[every], return_index=True)
        if len(days) < _LONG_SERIES:
            continue
        rows = every[opening]
        steps = np.diff(days) / np.timedelta64(1, "D")
        usual = float(np.median(steps))
        for position in np.flatnonzero(steps > max(_GAP_DAYS, _GAP_TIMES * usual)):
            key = (source, quantity, str(days[position]), str(days[position + 1]))
            row = int(index[rows[position + 1]])
            found.setdefault(key, []).append((sector or side, row))
    for (source, quantity, first, last), places in sorted(found.items()):
        where = ", ".join(sorted({place for place, _ in places}))
        expected = f"{quantity} of {source} between {first} and {last}, found none ({where})"
        remedy = "Nothing is filled in, intervals widen; add rows, or say in redraws.csv why"
        yield entry.mistake(min(row for _, row in places), "date", expected, remedy)
