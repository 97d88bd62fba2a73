"""Files are written whole or not at all; JSON depends on the content alone."""

import math
from pathlib import Path

import pytest

from kadesh.cli.output import canonical_json, csv_text, require_folder, text_writer, write_files
from kadesh.errors import InputErrors


def test_files_are_whole_or_absent(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt

    folder = tmp_path / "a" / "b"
    with pytest.raises(KeyboardInterrupt):
        write_files(folder, {"one.txt": text_writer("1"), "two.txt": fail})
    assert list(tmp_path.iterdir()) == []


def test_a_failure_keeps_what_was_there(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        raise ValueError

    (tmp_path / "one.txt").write_text("old", encoding="utf-8")
    with pytest.raises(ValueError):
        write_files(tmp_path, {"one.txt": text_writer("new"), "two.txt": fail})
    assert (tmp_path / "one.txt").read_text(encoding="utf-8") == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_files_replace_older_ones(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("old", encoding="utf-8")
    written = write_files(tmp_path, {"one.txt": text_writer("new\n")})
    assert written == [tmp_path / "one.txt"]
    assert (tmp_path / "one.txt").read_bytes() == b"new\n"


def test_a_file_in_the_way_is_told_before_any_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputErrors, match="found a file"):
        require_folder(tmp_path / "file" / "below")


def test_json_has_one_form() -> None:
    assert canonical_json({"b": 1, "a": [1.5, None]}) == canonical_json({"a": [1.5, None], "b": 1})
    with pytest.raises(ValueError):
        canonical_json({"a": math.nan})


def test_csv_has_a_column_for_each_name_of_any_row() -> None:
    assert csv_text([{"a": 1}, {"a": 2, "b": "x"}]) == "a,b\n1,\n2,x\n"
