"""`kadesh import`: what it says, and what it leaves; warnings where a war is checked and loaded."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from kadesh_command import Kadesh

from kadesh.war import load_war, write_new_war

LOSSES = (
    "date,side,source,deaths_persons\n"
    "2001-09-12,Eastmark,survey-institute,31000\n"
    "2001-09-12,Westmark,survey-institute,21000\n"
)


@pytest.fixture
def own_war(tmp_path: Path) -> Path:
    return write_new_war(tmp_path / "war")


def test_import_adds_rows_and_says_so(kadesh: Kadesh, own_war: Path, tmp_path: Path) -> None:
    (tmp_path / "losses.csv").write_text(LOSSES, encoding="utf-8")
    ran = kadesh("import", "losses", tmp_path / "losses.csv", "--war", own_war)
    assert ran.status == 0
    assert ran.out == f"{own_war}: 1 file read; 2 figures added, 0 replaced, 0 were there.\n"
    assert ran.err == "import ...\n"
    again = kadesh("import", "losses", tmp_path / "losses.csv", "--war", own_war, "--json")
    told = json.loads(again.out)
    assert (told["added"], told["unchanged"], told["mistakes"]) == (0, 2, [])


def test_a_broken_file_among_others_is_named_on_stderr(
    kadesh: Kadesh, own_war: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(LOSSES, encoding="utf-8")
    (tmp_path / "b.csv").write_text(LOSSES[:-9], encoding="utf-8")
    ran = kadesh("import", "losses", tmp_path / "a.csv", tmp_path / "b.csv", "--war", own_war)
    assert ran.status == 0
    assert "1 file read, 1 left out; 2 figures added" in ran.out
    (line,) = [text for text in ran.err.splitlines() if "b.csv" in text]
    assert f"{tmp_path / 'b.csv'}:3:1: file: expected 4 cells as in the header, found 3." in line


def test_when_every_file_is_broken_nothing_is_written(
    kadesh: Kadesh, own_war: Path, tmp_path: Path
) -> None:
    before = (own_war / "observations.csv").read_bytes()
    (tmp_path / "b.csv").write_text("", encoding="utf-8")
    ran = kadesh("import", "losses", tmp_path / "b.csv", "--war", own_war)
    assert ran.status == 2
    assert ran.out == ""
    assert (own_war / "observations.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--every", "month"], "week or day"),
        (["--rename", "x"], "NAME=VALUE"),
        (["--actor", "=A"], "NAME=VALUE"),
        (["--source", "survey-instiute"], "Name 'survey-institute', or paste below `sources:`"),
        (["--side", "Northmark"], "one of Eastmark, Westmark"),
    ],
)
def test_wrong_options_are_a_line(
    kadesh: Kadesh, own_war: Path, tmp_path: Path, options: list[str], told: str
) -> None:
    (tmp_path / "a.csv").write_text(LOSSES, encoding="utf-8")
    ran = kadesh("import", "losses", tmp_path / "a.csv", "--war", own_war, *options)
    assert ran.status == 2
    (line,) = [text for text in ran.err.splitlines() if not text.endswith(" ...")]
    assert told in line


def test_check_lists_warnings_and_other_commands_count_them(kadesh: Kadesh, own_war: Path) -> None:
    table = own_war / "observations.csv"
    row = "2001-09-23,,eastmark-staff,held_km2,Eastmark,west-bank,about,,40,,km2,,,\n"
    table.write_text(table.read_text(encoding="utf-8") + row, encoding="utf-8")
    assert len(load_war(own_war).warnings) == 1
    ran = kadesh("check", own_war)
    assert ran.status == 0
    assert ran.err.startswith(f"warning: {table}:")
    assert "they contradict each other beyond any stated error" in ran.err
    assert "no mistakes, 1 warning." in ran.out
    assert len(json.loads(kadesh("check", own_war, "--json").out)["warnings"]) == 1
    ran = kadesh("simulate", own_war, "--assume", "x=1")
    assert f"kadesh: {own_war} has 1 warning about its figures" in ran.err
    assert ran.status == 2


def test_an_unknown_assumption_names_the_nearest_only(kadesh: Kadesh, own_war: Path) -> None:
    ran = kadesh("simulate", own_war, "--assume", "horizn_months=1")
    assert "Did you mean 'horizon_months'?" in ran.err
    ran = kadesh("simulate", own_war, "--assume", "zzz=1")
    assert "The closest are" in ran.err
    assert len(ran.err.splitlines()[-1]) < 220


def test_the_package_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kadesh", "--version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=os.environ,
    )
    assert done.stdout.startswith("kadesh ")
