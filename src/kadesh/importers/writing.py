"""Figures into the observations.csv of a war folder: all or none, and never a broken folder.

Rows that are there stay as they are written. A figure whose id is there with the same contents
is left alone, so that a second import changes nothing; one that is there with other contents is
counted and left alone too, unless told to replace it. The new table is checked with the whole
folder beside the old one before it takes its place in one step.
"""

import csv
import io
import math
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd

from kadesh.errors import InputErrors
from kadesh.importers.figures import Figure
from kadesh.quantities import convert, dimension
from kadesh.war.check_tables import observation_ids
from kadesh.war.columns import OBSERVATIONS
from kadesh.war.files import mistake
from kadesh.war.folder import OPTIONAL, REQUIRED
from kadesh.war.load import check_war
from kadesh.war.tables import Table, read_table

TABLE: Final = "observations.csv"
_FIGURES: Final = ("low", "value", "high")


@dataclass(frozen=True)
class Merged:
    """What became of the figures."""

    added: int
    unchanged: int
    replaced: int
    differing: tuple[str, ...]
    """Ids that are there with other contents, and were left as they are."""


def merge(folder: Path, figures: Sequence[Figure], *, may_replace: bool) -> Merged:
    """Bring the figures into the folder's table.

    Raises:
        InputErrors: the folder would not load with them, or changed meanwhile; nothing is written.
    """
    path = folder / TABLE
    before = path.read_bytes()
    table = read_table(path, OBSERVATIONS)
    rows = {str(key): row for row, key in enumerate(observation_ids(table.frame))}
    records: dict[int, Figure] = {}
    added: list[Figure] = []
    unchanged = 0
    differing: list[str] = []
    for figure in sorted(figures, key=lambda entry: (entry.day, entry.id)):
        row = rows.get(figure.id)
        if row is None:
            added.append(figure)
        elif _says_the_same(table, row, figure):
            unchanged += 1
        elif may_replace:
            records[row] = figure
        else:
            differing.append(figure.id)
    if added or records:
        _write(folder, before, _text(table, added, records))
    return Merged(len(added), unchanged, len(records), tuple(differing))


def _says_the_same(table: Table, row: int, figure: Figure) -> bool:
    there = table.frame.loc[row]
    unit = str(there["unit"])
    if dimension(unit) != dimension(figure.unit) or str(there["form"]) != figure.form:
        return False
    for column in _FIGURES:
        wanted = getattr(figure, column)
        have = float(str(there[column]))
        if wanted is None or math.isnan(have):
            if wanted is not None or not math.isnan(have):
                return False
        elif not math.isclose(convert(have, unit, figure.unit), wanted, rel_tol=1e-9):
            return False
    if figure.published is None:
        return True
    return bool(there["published"] == pd.Timestamp(figure.published))


def _text(table: Table, added: Sequence[Figure], replaced: dict[int, Figure]) -> str:
    """The table with its rows as written, the replaced ones anew, and the added ones below."""
    used = [figure.cells() for figure in (*added, *replaced.values())]
    wanted = [c.name for c in OBSERVATIONS if any(cells.get(c.name) for cells in used)]
    more = [name for name in wanted if name not in table.names]
    names = (*table.names, *more)
    lines = [",".join(names)]
    for row, record in enumerate(table.records):
        if row in replaced:
            lines.append(_record(_kept(table, row) | _filled(replaced[row]), names))
        else:
            lines.append(record + "," * len(more))
    lines += [_record(figure.cells(), names) for figure in added]
    return "\n".join(lines) + "\n"


def _kept(table: Table, row: int) -> dict[str, str]:
    """What a replaced row keeps where the figure says nothing."""
    there = table.frame.loc[row]
    kept = {name: str(there[name]) for name in ("id", "grade", "flag", "note")}
    published = there["published"]
    return kept | {"published": "" if pd.isna(published) else f"{published:%Y-%m-%d}"}


def _filled(figure: Figure) -> dict[str, str]:
    cells = figure.cells()
    return {name: cells[name] for name in cells if cells[name] or name in _FIGURES}


def _record(cells: dict[str, str], names: Sequence[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow([cells.get(name, "") for name in names])
    return text.getvalue()


def _write(folder: Path, before: bytes, text: str) -> None:
    path = folder / TABLE
    try:
        beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".kadesh-import-"))
    except OSError as error:
        expected = f"a folder that can be written ({error.strerror})"
        raise mistake(path, 0, 0, expected, "Mend its permissions") from error
    try:
        for name in (*REQUIRED, *OPTIONAL):
            if name != TABLE and (folder / name).is_file():
                shutil.copyfile(folder / name, beside / name)
        with (beside / TABLE).open("w", encoding="utf-8", newline="\n") as handle:
            handle.write(text)
            handle.flush()
            os.fsync(handle.fileno())
        wrong = check_war(beside)
        if wrong:
            raise InputErrors(
                replace(entry, file=str(folder / Path(entry.file).name)) for entry in wrong
            )
        if path.read_bytes() != before:
            raise mistake(path, 0, 0, "the table as it was when the import began", "Import again")
        (beside / TABLE).replace(path)
    except OSError as error:
        expected = f"a file that can be written ({error.strerror})"
        raise mistake(path, 0, 0, expected, "Mend its permissions, or make room") from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)
