"""CSV tables with the line and column of every mistake, all mistakes of a file at once."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Final, Literal

import numpy as np
import pandas as pd
from jaxtyping import Int

from kadesh.errors import InputErrors, Mistake
from kadesh.suggest import one_of, suggestion
from kadesh.war.files import read_text

MAX_MEGABYTES: Final = 50
MAX_MISTAKES: Final = 1_000
"""Reading stops there: a file with more is not a table with mistakes but another kind of file."""

_NUMBER: Final = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:/-]{0,119}")

Cell = str | float | date | None


@dataclass(frozen=True)
class Column:
    """One column of a table: its name, the kind of its cells, and what they may be."""

    name: str
    kind: Literal["text", "number", "date", "id"]
    optional: bool = False
    """Cells may be blank (and the whole column absent)."""
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Table:
    """A table as read: a frame in the file's order, and where each of its rows stands."""

    file: str
    frame: pd.DataFrame
    names: tuple[str, ...]
    """The header as written."""
    records: tuple[str, ...]
    """Each row as written."""
    lines: tuple[int, ...]
    """The line on which each row begins."""

    def mistake(self, row: int, column: str, expected: str, remedy: str) -> Mistake:
        """A mistake in one cell; `row` is the frame's index."""
        if column not in self.names:
            return Mistake(self.file, self.lines[row], 1, column, "", expected, remedy)
        return _cell_mistake(
            self.file, self.lines[row], self.records[row], self.names, column, expected, remedy
        )


def read_table(path: Path, columns: Sequence[Column]) -> Table:
    """The table at `path`; dates are datetime64, numbers float (blank: NaN), text str (blank: "").

    Raises:
        InputErrors: every mistake of the file at once.
    """
    text = read_text(path, MAX_MEGABYTES)
    reader = _Reader(str(path), columns)
    reader.read(text)
    if reader.mistakes:
        raise InputErrors(reader.mistakes)
    return reader.table()


def empty_table(columns: Sequence[Column]) -> pd.DataFrame:
    """A table without rows, with the columns' types."""
    return pd.DataFrame({column.name: _series([], column) for column in columns})


def rows_by(frame: pd.DataFrame, *columns: str) -> dict[tuple[str, ...], Int[np.ndarray, " row"]]:
    """Where the rows of each combination of the columns' texts stand, in their order.

    Quicker by far than comparing a column with one text after the other.
    """
    by = columns[0] if len(columns) == 1 else list(columns)
    groups = frame.groupby(by, sort=False).indices
    return {
        tuple(map(str, key)) if isinstance(key, tuple) else (str(key),): np.asarray(rows)
        for key, rows in groups.items()
    }


class _BrokenRecordError(Exception):
    """The record that begins on `line` is not CSV."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _Reader:
    def __init__(self, file: str, columns: Sequence[Column]) -> None:
        self.file = file
        self.columns = columns
        self.mistakes: list[Mistake] = []
        self.names: tuple[str, ...] = ()
        self.records: list[str] = []
        self.lines: list[int] = []
        self.cells: dict[str, list[Cell]] = {column.name: [] for column in columns}

    def read(self, text: str) -> None:
        """Go through every record; mistakes are noted, not raised."""
        rows: list[list[str]] = []
        by_line: dict[int, list[Mistake]] = {}
        try:
            for line, record, cells in _records(text):
                if line == 1:
                    self._header(record, cells)
                    if self.mistakes:
                        return
                elif cells and len(cells) != len(self.names):
                    by_line[line] = [self._wrong_length(line, len(cells))]
                    if len(by_line) >= MAX_MISTAKES:
                        break
                elif cells:
                    self.records.append(record)
                    self.lines.append(line)
                    rows.append(cells)
        except _BrokenRecordError as error:
            expected = f"valid CSV ({error.__cause__})"
            remedy = "Close the quotes; write a quote inside quotes twice"
            broken = Mistake(self.file, error.line, 1, "row", "", expected, remedy)
            by_line[error.line] = [broken]
        written = dict(zip(self.names, zip(*rows, strict=True), strict=True)) if rows else {}
        blank = ("",) * len(rows)
        for column in self.columns:
            wrong_cells = self._column(column, written.get(column.name, blank))
            for row, wrong in islice(wrong_cells, MAX_MISTAKES):
                line, record = self.lines[row], self.records[row]
                by_line.setdefault(line, []).append(
                    _cell_mistake(self.file, line, record, self.names, column.name, *wrong)
                )
        for _, found in sorted(by_line.items()):
            self.mistakes += found
            if len(self.mistakes) >= MAX_MISTAKES:
                return

    def _wrong_length(self, line: int, length: int) -> Mistake:
        expected = f"{len(self.names)} cells as in the header, found {length}"
        remedy = "Add or remove a comma; put text with commas in quotes"
        return Mistake(self.file, line, 1, "row", "", expected, remedy)

    def _column(
        self, column: Column, written: Sequence[str]
    ) -> Iterator[tuple[int, tuple[str, str]]]:
        """Keep the values of a column's cells; rows that are wrong, and how."""
        # Cells of a column repeat: each text is looked at once.
        known = {text: _cell(column, text.strip()) for text in set(written)}
        self.cells[column.name] = [known[text][0] for text in written]
        if any(wrong for _, wrong in known.values()):
            for row, text in enumerate(written):
                if wrong := known[text][1]:
                    yield row, wrong

    def _header(self, record: str, names: list[str]) -> None:
        self.names = tuple(names)
        known = [column.name for column in self.columns]
        starts = _starts(record)
        for position, name in enumerate(names):
            column = starts[position]
            if name not in known:
                remedy = suggestion(name, known) or "Remove the column"
                expected = one_of(known, len(known))
                self.mistakes.append(
                    Mistake(self.file, 1, column, "column", repr(name), expected, remedy)
                )
            elif name in names[:position]:
                expected, remedy = "each column once", "Remove one of the two"
                self.mistakes.append(
                    Mistake(self.file, 1, column, "column", repr(name), expected, remedy)
                )
        for entry in self.columns:
            if entry.name not in names and not entry.optional:
                expected, remedy = "this column, it is missing", f"Add the column '{entry.name}'"
                self.mistakes.append(Mistake(self.file, 1, 1, entry.name, "", expected, remedy))

    def table(self) -> Table:
        frame = pd.DataFrame(
            {column.name: _series(self.cells[column.name], column) for column in self.columns}
        )
        return Table(self.file, frame, self.names, tuple(self.records), tuple(self.lines))


def _series(cells: list[Cell], column: Column) -> "pd.Series[float] | pd.Series[str]":
    if column.kind == "number":
        return pd.Series(cells, dtype="float64")
    if column.kind == "date":
        return pd.Series(cells, dtype="datetime64[s]")
    return pd.Series(cells, dtype="str")


def _records(text: str) -> Iterator[tuple[int, str, list[str]]]:
    """First line, text and cells of each record; a quoted cell may span several lines."""
    source = text.split("\n")
    reader = csv.reader((line + "\n" for line in source), strict=True)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _BrokenRecordError(before + 1) from error
        yield before + 1, "\n".join(source[before : reader.line_num]), cells
        before = reader.line_num


def _starts(record: str) -> list[int]:
    """The column, from 1, at which each cell of a record begins (in its first line)."""
    starts, quoted, column = [1], False, 1
    for character in record:
        column += 1
        if character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            starts.append(column)
    return starts


def _cell_mistake(
    file: str,
    line: int,
    record: str,
    names: tuple[str, ...],
    column: str,
    expected: str,
    remedy: str,
) -> Mistake:
    if column not in names:
        return Mistake(file, line, 1, column, "", expected, remedy)
    position = names.index(column)
    value = next(csv.reader(StringIO(record, newline="")))[position]
    start = _starts(record)[position]
    return Mistake(file, line, start, column, value or "(blank)", expected, remedy)


def _cell(column: Column, text: str) -> tuple[Cell, tuple[str, str] | None]:
    """The value of a cell, or what was expected and what to do."""
    if not text:
        blank = None if column.kind in {"number", "date"} else ""
        return blank, None if column.optional else ("a value", "Fill the cell")
    if column.kind == "number":
        return _number(column, text)
    if column.kind == "date":
        return _date(text)
    if column.kind == "id" and not _ID.fullmatch(text):
        return "", ("an id", "Use letters, digits, '.', '_', ':', '/' and '-', without spaces")
    if column.choices and text not in column.choices:
        remedy = suggestion(text, column.choices) or "Use one of them"
        return "", (one_of(column.choices), remedy)
    return text, None


def _number(column: Column, text: str) -> tuple[Cell, tuple[str, str] | None]:
    value = float(text) if _NUMBER.fullmatch(text) else float("nan")
    if not abs(value) < float("inf"):
        remedy = "Write a number such as 1036 or 0.4, without commas or units"
        return None, ("a finite number", remedy)
    if column.minimum is not None and value < column.minimum:
        return None, (f"a number of at least {column.minimum:g}", "Correct the figure")
    if column.maximum is not None and value > column.maximum:
        return None, (f"a number of at most {column.maximum:g}", "Correct the figure")
    return value, None


def _date(text: str) -> tuple[Cell, tuple[str, str] | None]:
    if not _DATE.fullmatch(text):
        return None, ("a date as YYYY-MM-DD", "Write it so, for example 2022-03-29")
    try:
        return date.fromisoformat(text), None
    except ValueError:
        return None, ("a day of the calendar", "Correct the date")
