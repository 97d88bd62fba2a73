"""CSV files that somebody else wrote, row by row, with the line of every mistake.

UTF-8 with or without a byte order mark; commas, semicolons or tabs; any line ends. Numbers may have
a decimal comma only where commas do not part cells. Days are YYYY-MM-DD or have the month in
letters: 03/04/2024 is two days, and nobody can say which. Nothing is guessed: what cannot be
read is named. Files are read as a stream, because event data come in hundreds of megabytes.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from kadesh.errors import InputErrors, Mistake
from kadesh.suggest import one_of, suggestion
from kadesh.war.files import mistake

MAX_MEGABYTES: Final = 1_000
MOST_SHOWN: Final = 5
"""Mistakes named of one file; a file with more is another kind of file."""

_NUMBER: Final = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_OLD_END: Final = re.compile(r"(?<=\r)(?!\n|$)")
"""Behind a line end of old: a carriage return alone."""
_MONTHS: Final = (
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
)  # fmt: skip
_WORDED: Final = re.compile(r"(\d{1,2})[ -]([A-Za-z]{3,9})[ -](\d{4})")


@dataclass(frozen=True)
class Sheet:
    """The header of a file, and how its cells are parted."""

    path: Path
    names: tuple[str, ...]
    delimiter: str


@dataclass(frozen=True)
class Line:
    """One row: what it says, and where it stands."""

    sheet: Sheet
    number: int
    cells: Mapping[str, str]

    def mistake(self, column: str, expected: str, remedy: str) -> Mistake:
        """A mistake in one cell."""
        value = self.cells.get(column, "") or "(blank)"
        place = self.sheet.names.index(column) + 1 if column in self.sheet.names else 1
        file = str(self.sheet.path)
        return Mistake(file, self.number, place, column, value, expected, remedy)

    def text(self, column: str) -> str:
        """The cell, stripped; nothing where the column is absent."""
        return self.cells.get(column, "")

    def number_in(self, column: str, *, least: float = 0.0) -> float | None:
        """The number in a cell, None where it is blank.

        Raises:
            InputErrors: not a finite number of at least `least`.
        """
        text = self.text(column)
        if not text:
            return None
        plain = text.replace(",", ".") if self.sheet.delimiter != "," else text
        value = float(plain) if _NUMBER.fullmatch(plain) else float("nan")
        if not least <= value < float("inf"):
            expected = f"a number of at least {least:g}"
            remedy = "Write it as 1036 or 0.4, without units or signs between thousands"
            raise InputErrors([self.mistake(column, expected, remedy)])
        return value

    def day_in(self, column: str) -> date | None:
        """The day in a cell (a time of day is cut off), None where it is blank.

        Raises:
            InputErrors: not a day, or one that can be read in two ways.
        """
        text = self.text(column)
        if not text:
            return None
        day = _day(text)
        if day is None:
            expected = "a day as YYYY-MM-DD or 6 August 2024"
            raise InputErrors([self.mistake(column, expected, "Write the day so")])
        return day


def _day(text: str) -> date | None:
    worded = _WORDED.fullmatch(text)
    try:
        if worded:
            month = _MONTHS.index(worded[2][:3].lower()) + 1
            return date(int(worded[3]), month, int(worded[1]))
        return datetime.fromisoformat(text).date() if text[4:5] == "-" else None
    except ValueError:
        return None


def open_sheet(
    path: Path,
    required: Sequence[str],
    known: Sequence[str] | None = None,
    rename: Mapping[str, str] | None = None,
) -> Sheet:
    """The header of the file.

    Args:
        path: The file.
        required: Columns that must be there.
        known: All columns that may be there (None: any, those not asked for are ignored).
        rename: Column as the file names it: the name it is known by here.

    Raises:
        InputErrors: unreadable, empty, or the wrong columns.
    """
    if not path.is_file():
        found = "a folder" if path.is_dir() else "nothing"
        raise mistake(path, 0, 0, f"a file, found {found}", "Correct its name")
    size = path.stat().st_size
    if size > MAX_MEGABYTES * 10**6:
        expected = f"at most {MAX_MEGABYTES} MB, found {size / 1e6:.0f} MB"
        raise mistake(path, 0, 0, expected, "Import it in parts")
    first = next((line for _, line in _lines(path)), "")
    if not first.strip():
        raise mistake(path, 1, 1, "a header with the names of columns", "Check the download")
    delimiter = max(",;\t", key=first.count)
    try:
        cells = next(csv.reader([first], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise mistake(path, 1, 1, f"valid CSV ({error})", "Check the download") from None
    other = {name.lower(): meant for name, meant in (rename or {}).items()}
    plain = [cell.strip().lower() for cell in cells]
    names = tuple(other.get(name, name) for name in plain)
    _check_names(path, names, required, known)
    return Sheet(path, names, delimiter)


def _check_names(
    path: Path, names: tuple[str, ...], required: Sequence[str], known: Sequence[str] | None
) -> None:
    mistakes = []
    for position, name in enumerate(names, start=1):
        place = (str(path), 1, position, "column", repr(name))
        if name in names[: position - 1] and (known is None or name in known):
            mistakes.append(Mistake(*place, "each column once", "Remove one of the two"))
        elif known is not None and name not in known:
            remedy = suggestion(name, known) or "Remove the column, or give it one of these names"
            mistakes.append(Mistake(*place, one_of(known, len(known)), remedy))
    for name in required:
        if name not in names:
            expected = f"this column, found {', '.join(names[:8])}"
            remedy = "Check that the file is of this kind"
            mistakes.append(Mistake(str(path), 1, 1, name, "", expected, remedy))
    if mistakes:
        raise InputErrors(mistakes[:MOST_SHOWN])


def rows_of(sheet: Sheet) -> Iterator[Line]:
    """The rows below the header; blank lines are passed over.

    Raises:
        InputErrors: not CSV, not UTF-8, a row that is cut off, or no row at all.
    """
    stream = _lines(sheet.path)
    line = 1

    def texts() -> Iterator[str]:
        nonlocal line
        for line, text in stream:  # noqa: B007
            yield text

    reader = csv.reader(texts(), delimiter=sheet.delimiter, strict=True)
    count = 0
    begin = 1
    try:
        for cells in reader:
            if begin > 1 and cells and any(cell.strip() for cell in cells):
                count += 1
                if len(cells) != len(sheet.names):
                    expected = f"{len(sheet.names)} cells as in the header, found {len(cells)}"
                    remedy = "Download the file again, or mend the row"
                    raise mistake(sheet.path, begin, 1, expected, remedy)
                stripped = (cell.strip() for cell in cells)
                yield Line(sheet, begin, dict(zip(sheet.names, stripped, strict=True)))
            begin = line + 1
    except csv.Error as error:
        remedy = "Download the file again, or close the quotes"
        raise mistake(sheet.path, begin, 1, f"valid CSV ({error})", remedy) from None
    if not count:
        raise mistake(sheet.path, 2, 1, "rows below the header", "Check the download")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of each line, with its end."""
    number = 0
    try:
        with path.open("rb") as handle:
            for record in handle:
                record = record.removeprefix(b"\xef\xbb\xbf") if number == 0 else record
                try:
                    text = record.decode()
                except UnicodeDecodeError as error:
                    found = f"UTF-8 text, found the byte 0x{record[error.start]:02x}"
                    remedy = "Save the file as UTF-8"
                    place = (number + 1, error.start + 1)
                    raise mistake(path, *place, found, remedy) from None
                for line in _OLD_END.split(text):
                    number += 1
                    yield number, line
    except OSError as error:
        raise mistake(path, 0, 0, f"a readable file ({error.strerror})", "Check it") from None
