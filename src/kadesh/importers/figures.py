"""Figures on their way into a war folder, and the choice of one a week."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Figure:
    """One row of observations.csv to be."""

    day: date
    source: str
    quantity: str
    side: str
    value: float
    unit: str
    sector: str = ""
    form: str = "about"
    low: float | None = None
    high: float | None = None
    published: date | None = None
    """None: the day plus the source's documented lag."""
    note: str = ""

    @property
    def id(self) -> str:
        """The id that the loader gives a row whose own is blank."""
        return f"{self.source}:{self.quantity}:{self.side}:{self.sector}:{self.day}"

    def cells(self) -> dict[str, str]:
        """The row as text by column; the id stays blank, since it is made of the others."""
        return {
            "date": self.day.isoformat(),
            "published": self.published.isoformat() if self.published else "",
            "source": self.source,
            "quantity": self.quantity,
            "side": self.side,
            "sector": self.sector,
            "form": self.form,
            "low": number(self.low),
            "value": number(self.value),
            "high": number(self.high),
            "unit": self.unit,
            "note": self.note,
        }


def number(value: float | None) -> str:
    """A number without needless zeros; nothing for None."""
    if value is None:
        return ""
    return repr(value).removesuffix(".0")


def nearest_sunday(day: date) -> date:
    """The Sunday that a figure belongs to: three days before it to three days after."""
    return day + timedelta(days=3 - (day + timedelta(days=3)).isoweekday() % 7)


def one_a_week(figures: Iterable[Figure]) -> list[Figure]:
    """Of each source's figures of one thing, the one nearest to each Sunday (the earlier of two).

    The reconstruction is weekly, and takes the figures of a week as separate reports: seven
    drawings of one map would count as seven maps.
    """
    chosen: dict[tuple[str, ...], Figure] = {}
    for figure in figures:
        sunday = nearest_sunday(figure.day)
        series = (figure.source, figure.quantity, figure.side, figure.sector, figure.form)
        key = (*series, sunday.isoformat())
        before = chosen.get(key)
        if before is None or _rank(figure, sunday) < _rank(before, sunday):
            chosen[key] = figure
    return list(chosen.values())


def _rank(figure: Figure, sunday: date) -> tuple[int, date]:
    return abs((figure.day - sunday).days), figure.day
