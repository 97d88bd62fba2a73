"""The known rows of one kind as reports: whose, of which week, and what their errors act on."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final, NamedTuple

import pandas as pd

from kadesh.fusion.record import LOSSES, Record
from kadesh.fusion.settings import NINETY, Settings

FORMS: Final = {"about": 0, "at_least": 1, "up_to": -1}


class Series(NamedTuple):
    """One quantity of one side, in one sector or (losses) altogether."""

    quantity: str
    side: str
    sector: str

    def __str__(self) -> str:
        return " ".join(part for part in self if part)


@dataclass
class Report:
    """A row on its way into the layout."""

    id: str
    source: str
    series: int
    week: int
    ago: float
    form: int
    value: float
    stated: float
    """Standard deviation from the row's own bounds; 0 if it has none."""
    usual: float = 0.0
    """What the drifting bias acts on."""


def reports_of(
    rows: pd.DataFrame, weeks: pd.DatetimeIndex, series: tuple[Series, ...], kind: str
) -> list[Report]:
    """The rows of the kind by series, week, source, day and id.

    A figure of ground belongs to the nearest Sunday; a figure of losses to the Sunday on or after
    its day, less the part of that week's losses that came later.
    """
    index = {entry: position for position, entry in enumerate(series)}
    wanted = LOSSES if kind == "losses" else (kind,)
    chosen = rows[rows["quantity"].isin(wanted)]
    days = (chosen["date"] - weeks[0]).dt.days.to_numpy()
    found = []
    for row, day in zip(chosen.itertuples(), days, strict=True):
        key = Series(str(row.quantity), str(row.side), "" if kind == "losses" else str(row.sector))
        week = -(-day // 7) if kind == "losses" else (day + 3) // 7
        week = min(max(int(week), 0), len(weeks) - 1)
        ago = max(week - day / 7, 0.0) if kind == "losses" else 0.0
        low, high = float(row.low), float(row.high)  # type: ignore[arg-type]
        stated = (high - low) / 2 / NINETY if high > low else 0.0
        report = Report(
            str(row.id), str(row.source), index[key], week, ago, FORMS[str(row.form)],
            float(row.value), stated,  # type: ignore[arg-type]
        )  # fmt: skip
        found.append((report.series, report.week, report.source, day, report.id, report))
    return [entry[-1] for entry in sorted(found, key=lambda entry: entry[:-1])]


def without_copies(record: Record, reports: list[Report]) -> list[Report]:
    """Leave out a figure whose source follows one that reported in the same week.

    Both then share one error, and the difference of the two says nothing about what happened.
    """
    heard = {(report.series, report.week, report.source) for report in reports if not report.form}

    def is_copy(report: Report) -> bool:
        above = record.chain(report.source)[1:]
        return not report.form and any(
            (report.series, report.week, source) in heard for source in above
        )

    return [report for report in reports if not is_copy(report)]


def tells_of_noise(record: Record, report: Report) -> bool:
    """Whether a report is one from which its source's noise is learnt.

    Not bounds, not rows with bounds of their own, and not figures within the amount of the source's
    interval: two years of nothing to report say nothing about the noise of what is reported.
    """
    least = record.publishers[report.source].interval_absolute
    return not report.form and not report.stated and abs(report.value) > least


def set_usual_figures(reports: list[Report], settings: Settings) -> None:
    """Fill in the mean of each source's last figures in the series, or the figure itself.

    The figure itself is taken where there is no recent one, or where figures have grown or shrunk
    so much that the mean says nothing about this one (a front has collapsed).
    """
    recent: dict[tuple[int, str], list[Report]] = defaultdict(list)
    for report in reports:
        last = recent[report.series, report.source]
        value = abs(report.value)
        while last and report.week - last[0].week > settings.usual_weeks:
            last.pop(0)
        mean = sum(abs(entry.value) for entry in last) / len(last) if last else value
        low, high = sorted((mean, value))
        if high > settings.usual_factor * low:
            last.clear()
            mean = value
        report.usual = mean
        last.append(report)
