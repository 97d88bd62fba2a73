"""The table reader: cells, positions, and quoting."""

import csv
from io import StringIO
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadesh.errors import InputErrors
from kadesh.war.tables import Column, read_table

COLUMNS = (
    Column("id", "id"),
    Column("day", "date", optional=True),
    Column("area", "number", optional=True, minimum=0.0),
    Column("note", "text", optional=True),
)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode())
    return path


def test_blank_cells_are_blank_and_absent_optional_columns_too(tmp_path: Path) -> None:
    frame = read_table(written(tmp_path, "id,area\na,\nb,2.5\n"), COLUMNS).frame
    assert list(frame.columns) == ["id", "day", "area", "note"]
    assert frame["day"].isna().all()
    assert frame["note"].tolist() == ["", ""]
    assert frame["area"].isna().tolist() == [True, False]


def test_types_do_not_depend_on_the_contents(tmp_path: Path) -> None:
    full = read_table(written(tmp_path, "id,day,area,note\na,2022-02-24,1,x\n"), COLUMNS).frame
    bare = read_table(written(tmp_path, "id\na\n"), COLUMNS).frame
    assert full.dtypes.astype(str).tolist() == bare.dtypes.astype(str).tolist()
    assert full["day"][0] == pd.Timestamp("2022-02-24")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_change_nothing(
    tmp_path: Path, end: str, mark: str
) -> None:
    text = mark + end.join(["id,area", "a,1", "", "b,2", ""])
    assert read_table(written(tmp_path, text), COLUMNS).frame["area"].tolist() == [1.0, 2.0]


def test_a_mistake_after_quoted_cells_is_at_its_own_column(tmp_path: Path) -> None:
    text = 'id,note,area\na,"x, ""y""",1\nb,"two\nlines",-3\nc,,5\n'
    path = written(tmp_path, text)
    with pytest.raises(InputErrors) as caught:
        read_table(path, COLUMNS)
    (mistake,) = caught.value.mistakes
    assert (mistake.line, mistake.field, mistake.value) == (3, "area", "-3")
    good = read_table(written(tmp_path, text.replace("-3", "3")), COLUMNS)
    assert good.mistake(0, "area", "x", "y").column == 14
    assert good.mistake(2, "area", "x", "y").line == 5


@settings(max_examples=80, deadline=None)
@given(
    notes=st.lists(
        st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=12), min_size=1
    )
)
def test_what_csv_writes_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, notes: list[str]
) -> None:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["id", "note"])
    writer.writerows([f"r{row}", note] for row, note in enumerate(notes))
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    table = read_table(path, COLUMNS)
    assert table.frame["note"].tolist() == [note.strip() for note in notes]
    assert table.lines == tuple(range(2, len(notes) + 2))
