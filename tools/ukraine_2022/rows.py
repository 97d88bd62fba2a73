"""Rows of the war folder's tables: how they are read, dated, cut off and written."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

START = date(2022, 2, 24)
END = date(2025, 6, 30)

# Milliseconds of the first post number of x.com: numbers carry the time of posting.
_POST_EPOCH_MS = 1288834974657
_LINK_DAY = re.compile(r"(20\d\d)[/-](\d\d)[/-](\d\d)")
_POST = re.compile(r"(?:twitter|x)\.com/\w+/status/(\d{15,20})")

COLUMNS = [
    "id",
    "date",
    "published",
    "source",
    "quantity",
    "side",
    "sector",
    "form",
    "low",
    "value",
    "high",
    "unit",
    "grade",
    "flag",
    "note",
]


@dataclass(frozen=True)
class Observation:
    """One published figure."""

    date: date
    source: str
    quantity: str
    side: str
    unit: str
    value: float
    low: float | None = None
    high: float | None = None
    sector: str = ""
    form: str = "about"
    published: date | None = None
    grade: str = ""
    note: str = ""
    id: str = ""

    def cells(self, digits: int) -> list[str]:
        """The row as text, figures with at most `digits` decimals."""
        figures = [number(value, digits) for value in (self.low, self.value, self.high)]
        published = self.published.isoformat() if self.published else ""
        return [
            self.id,
            self.date.isoformat(),
            published,
            self.source,
            self.quantity,
            self.side,
            self.sector,
            self.form,
            *figures,
            self.unit,
            self.grade,
            "",
            self.note,
        ]


def number(value: float | None, digits: int) -> str:
    """A number without needless zeros; nothing for None."""
    if value is None:
        return ""
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def optional(text: str) -> float | None:
    """The number in a cell, None if it is blank."""
    return float(text) if text.strip() else None


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a raw CSV table."""
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a table with the line ends that git keeps."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def day(text: str) -> date:
    """A date of a raw table."""
    return date.fromisoformat(text)


def month_end(first: date) -> date:
    """The last day of the month that begins on `first`."""
    return (first.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def link_day(url: str) -> date | None:
    """The day on which a linked page was published, where its address says so."""
    post = _POST.search(url)
    if post:
        milliseconds = (int(post[1]) >> 22) + _POST_EPOCH_MS
        return datetime.fromtimestamp(milliseconds / 1000, UTC).date()
    found = _LINK_DAY.search(url)
    if not found:
        return None
    try:
        return date(*map(int, found.groups()))
    except ValueError:
        return None


def spread(
    low: float | None, value: float | None, high: float | None
) -> tuple[float, float | None, float | None, str] | None:
    """Value, low, high and form of a figure given by any of the three; None if by none.

    "More than x" is at least x, "up to x" at most x; a range without a best value is
    represented by its middle.
    """
    if value is not None:
        return value, low, high, "about"
    if low is not None and high is not None:
        return (low + high) / 2, low, high, "about"
    if low is not None:
        return low, None, None, "at_least"
    if high is not None:
        return high, None, None, "up_to"
    return None


def known_by_end(rows: Iterable[Observation], lags: Mapping[str, int]) -> list[Observation]:
    """The rows of the war that were public by its end, in order, each id once."""
    kept: dict[tuple[str, ...], Observation] = {}
    for row in rows:
        public = row.published or row.date + timedelta(days=lags[row.source])
        if START <= row.date <= END and public <= END:
            key = (row.id or row.source, row.quantity, row.side, row.sector, row.date.isoformat())
            if key in kept:
                raise ValueError(f"two rows say {key}")
            kept[key] = row
    order = sorted(kept, key=lambda key: (key[4], key[1], key[0], key[2], key[3]))
    return [kept[key] for key in order]


def slug(text: str) -> str:
    """A text as an id: lower case, other signs as hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def numbered(names: Iterable[str]) -> list[str]:
    """The names, the second and later of equal ones with a number."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return result
