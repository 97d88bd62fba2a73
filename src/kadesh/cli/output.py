"""What a command leaves behind: tables and JSON on stdout, whole files or none in a folder."""

import csv
import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from kadesh.errors import argument_mistake

PIPED_WIDTH: Final = 120


def canonical_json(content: Any) -> str:
    """JSON that depends on the content alone: sorted keys, no NaN, a line feed at its end."""
    return json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def print_json(content: Any) -> None:
    """The result as JSON on stdout."""
    sys.stdout.write(canonical_json(content))


def say(text: str) -> None:
    """A line for the reader on stderr."""
    print(text, file=sys.stderr)


def counted(number: int, thing: str) -> str:
    """`1 file`, `2 files`."""
    return f"{number:,} {thing}" + ("" if number == 1 else "s")


def print_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on stdout; columns whose cells all are numbers stand to the right."""
    # Loaded for a table only: JSON needs none of it.
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    if not sys.stdout.isatty():
        console = Console(highlight=False, width=PIPED_WIDTH)
    table = Table(box=None, pad_edge=False)
    for position, heading in enumerate(headings):
        cells = [row[position] for row in rows]
        is_number = bool(cells) and all(cell[:1].isdigit() or cell[:1] in "-" for cell in cells)
        table.add_column(escape(heading), justify="right" if is_number else "left")
    for row in rows:
        table.add_row(*map(escape, row))
    # Captured, because rich ends the process with status 1 where the reader of a pipe is gone.
    with console.capture() as captured:
        console.print(escape(title), style="bold", soft_wrap=True)
        console.print(table)
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def csv_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as CSV; columns in the order in which they first appear."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def require_folder(folder: Path, option: str = "--output") -> None:
    """Raise InputErrors unless files can be written to `folder`, made if need be.

    `option` is what the user gave it by.
    """
    there = _nearest(folder)
    if not there.is_dir():
        expected, remedy = "a folder, found a file in its way", "Choose another folder"
        raise argument_mistake(option, str(folder), expected, remedy)
    if not os.access(there, os.W_OK | os.X_OK):
        remedy = "Choose another folder, or mend its permissions"
        raise argument_mistake(option, str(folder), "a folder that can be written", remedy)


def _nearest(folder: Path) -> Path:
    """The folder itself, or the nearest above it that exists."""
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A hidden folder on the disk of `folder`, gone afterwards."""
    path = Path(tempfile.mkdtemp(dir=_nearest(folder), prefix=".kadesh-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def write_files(
    folder: Path,
    writers: Mapping[str, Callable[[Path], object]],
    option: str = "--output",
) -> list[Path]:
    """Write files into `folder`: each is called with a path to write to.

    All are written beside the folder first and renamed when the last is whole, so that a failure
    leaves what was there before, and nothing new.

    Raises:
        InputErrors: the folder cannot be written.
    """
    require_folder(folder, option)
    try:
        with _beside(folder) as beside:
            for name, write in writers.items():
                write(beside / name)
            folder.mkdir(parents=True, exist_ok=True)
            for name in writers:
                (beside / name).replace(folder / name)
    except OSError as error:
        expected = f"a folder that can be written ({error.strerror})"
        raise argument_mistake(option, str(folder), expected, "Choose another") from error
    return [folder / name for name in writers]


def text_writer(text: str) -> Callable[[Path], object]:
    """A writer of this text, for `write_files`."""
    return lambda path: path.write_text(text, encoding="utf-8", newline="\n")
