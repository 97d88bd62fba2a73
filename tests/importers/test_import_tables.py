"""Control and losses from CSV: every dialect read, every mistake named, no file half in."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from made_files import table, write

from kadesh.importers import Imported
from kadesh.importers.figures import Figure, nearest_sunday, one_a_week
from kadesh.war import load_war

Import = Callable[..., Imported]
Mistakes = Callable[..., list[str]]

CONTROL = table(
    "date,sector,source,held_km2,contested_km2",
    "2001-09-16,west-bank,survey-institute,2871.5,",
    "2001-09-16,east-hills,survey-institute,0,12",
)
LOSSES = table(
    "date,side,source,deaths_persons",
    "2001-09-12,Eastmark,survey-institute,31000",
    "2001-09-12,Westmark,survey-institute,21000",
)


def added(folder: Path, before: int) -> list[dict[str, Any]]:
    """The rows below those of the template, as written."""
    lines = (folder / "observations.csv").read_text(encoding="utf-8").splitlines()
    names = lines[0].split(",")
    return [dict(zip(names, line.split(","), strict=True)) for line in lines[before:]]


@pytest.fixture
def before(war_folder: Path) -> int:
    return len((war_folder / "observations.csv").read_text(encoding="utf-8").splitlines())


def test_control_is_a_row_per_cell_that_is_not_blank(
    imported: Import, war_folder: Path, tmp_path: Path, before: int
) -> None:
    done = imported("control", write(tmp_path / "control.csv", CONTROL))
    rows = added(war_folder, before)
    figures = [(row["quantity"], row["side"], row["sector"], float(row["value"])) for row in rows]
    # Two of the three are in the template already, with other figures or not.
    assert done.merged.added == len(rows)
    assert ("contested_km2", "Westmark", "east-hills", 12.0) in figures
    assert all(value != 0 or sector != "west-bank" for _, _, sector, value in figures)


DIALECTS: dict[str, str | bytes] = {
    "with a byte order mark": b"\xef\xbb\xbf" + LOSSES.encode(),
    "with CRLF": LOSSES.replace("\n", "\r\n"),
    "with old line ends": LOSSES.replace("\n", "\r"),
    "with semicolons": LOSSES.replace(",", ";"),
    "with semicolons and decimal commas": LOSSES.replace(",", ";").replace("31000", "31000,0"),
    "with tabs": LOSSES.replace(",", "\t"),
    "with capitals and spaces": LOSSES.replace("date,side", " Date , SIDE"),
    "with blank lines": LOSSES.replace("\n", "\n\n"),
    "without a last line end": LOSSES.rstrip("\n"),
    "with every cell quoted": "\n".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) for line in LOSSES.splitlines()
    ),
    "with a row twice": LOSSES + LOSSES.splitlines()[1] + "\n",
    "with days in words": LOSSES.replace("2001-09-12", "12 September 2001"),
    "with a time of day": LOSSES.replace("2001-09-12", "2001-09-12 00:00:00"),
    "in thousands": table(
        "date,side,source,quantity,value,unit",
        "2001-09-12,Eastmark,survey-institute,deaths_persons,31,thousand_persons",
        "2001-09-12,Westmark,survey-institute,deaths_persons,21,thousand_persons",
    ),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_one_table_is_read_in_every_dialect(
    imported: Import, war_folder: Path, tmp_path: Path, dialect: str
) -> None:
    done = imported("losses", write(tmp_path / "losses.csv", DIALECTS[dialect]))
    assert done.merged.added == 2
    rows = load_war(war_folder).observations
    rows = rows[(rows["date"] == "2001-09-12") & (rows["quantity"] == "deaths_persons")]
    assert dict(zip(rows["side"], rows["value"], strict=True)) == {
        "Eastmark": 31000.0,
        "Westmark": 21000.0,
    }
    assert set(rows["unit"]) == {"persons"}
    assert set(rows["published"].astype("str")) == {"2001-09-19"}


def test_options_stand_in_for_columns(
    imported: Import, war_folder: Path, tmp_path: Path, before: int
) -> None:
    text = table("Date,day,personnel*,personnel", "2001-09-12,192,about,98000")
    path = write(tmp_path / "losses.csv", text)
    renamed = {"personnel": "casualties_persons", "day": "note", "personnel*": "form"}
    imported("losses", path, source="westmark-staff", side="Eastmark", rename=renamed)
    (row,) = added(war_folder, before)
    assert row["source"] == "westmark-staff"
    assert row["side"] == "Eastmark"
    assert row["value"] == "98000"
    assert row["note"] == "192"


def test_own_publication_days_are_kept(imported: Import, war_folder: Path, tmp_path: Path) -> None:
    text = LOSSES.replace("deaths_persons\n", "deaths_persons,published\n")
    text = text.replace("000\n", "000,2001-09-20\n")
    imported("losses", write(tmp_path / "losses.csv", text))
    rows = load_war(war_folder).observations
    rows = rows[rows["date"] == "2001-09-12"]
    assert set(rows["published"].astype("str")) == {"2001-09-20"}


REFUSED: dict[str, tuple[str | bytes, str, str]] = {
    "empty": ("", "file.csv:1:1: file", "a header with the names of columns"),
    "blank": ("\n\n", "file.csv:1:1: file", "a header"),
    "only a header": ("date,side,source,deaths_persons\n", "file.csv:2:1: file", "rows below"),
    "wrong columns": (
        "day,who,dead\n2001-09-12,Eastmark,3\n",
        "file.csv:1:1: column = 'day'",
        "one of casualties_persons",
    ),
    "misspelt column": (
        LOSSES.replace("deaths_persons", "death_persons"),
        "file.csv:1:4: column = 'death_persons'",
        "Did you mean 'deaths_persons'?",
    ),
    "no figures": (
        "date,side,source\n2001-09-12,Eastmark,survey-institute\n",
        "file.csv:1:1: column = date, side, source",
        "or the columns quantity and value",
    ),
    "column twice": (
        "date,date,side,deaths_persons\n2001-09-12,2001-09-12,Eastmark,1\n",
        "file.csv:1:2: column = 'date'",
        "each column once",
    ),
    "truncated row": (
        LOSSES[:-12],
        "file.csv:3:1: file",
        "4 cells as in the header, found 3",
    ),
    "open quote": (LOSSES + '2001-09-13,"East', "file.csv:4:1: file", "valid CSV"),
    "latin-1": (
        LOSSES.encode() + "2001-09-13,Eastmark,Ö,1\n".encode("latin-1"),
        "file.csv:4:21: file",
        "UTF-8 text, found the byte 0xd6",
    ),
    "UTF-16": (LOSSES.encode("utf-16"), "file.csv:1:1: file", "UTF-8 text"),
    "a day of two readings": (
        LOSSES.replace("2001-09-12", "03/04/2001"),
        "file.csv:2:1: date = 03/04/2001",
        "a day as YYYY-MM-DD or 6 August 2024",
    ),
    "no such day": (
        LOSSES.replace("2001-09-12", "2001-02-30", 1),
        "file.csv:2:1: date = 2001-02-30",
        "a day as",
    ),
    "thousands": (
        LOSSES.replace("31000", '"31,000"'),
        "file.csv:2:4: deaths_persons = 31,000",
        "a number of at least 0",
    ),
    "negative": (LOSSES.replace("31000", "-1"), "file.csv:2:4: deaths_persons = -1", "at least 0"),
    "not finite": (LOSSES.replace("31000", "inf"), "file.csv:2:4: deaths_persons = inf", "number"),
    "NaN": (LOSSES.replace("31000", "nan"), "file.csv:2:4: deaths_persons = nan", "number"),
    "unknown side": (
        LOSSES.replace("Eastmark", "Eastmrk"),
        "file.csv:2:2: side = Eastmrk",
        "Did you mean 'Eastmark'?",
    ),
    "no side": (LOSSES.replace("Eastmark", ""), "file.csv:2:2: side = (blank)", "`--side`"),
    "unknown source": (
        LOSSES.replace("survey-institute", "survey_inst", 1),
        "file.csv:2:3: source = survey_inst",
        "survey_inst: {name: survey_inst, kind: tally",
    ),
    "two figures of one thing": (
        LOSSES + "2001-09-12,Eastmark,survey-institute,31001\n",
        "file.csv:4:1: date = 2001-09-12",
        "file.csv:2 has another",
    ),
    "wrong unit": (
        table(
            "date,side,source,quantity,value,unit",
            "2001-09-12,Eastmark,survey-institute,deaths_persons,31,km2",
        ),
        "file.csv:2:6: unit = km2",
        "persons, or a unit that converts to it",
    ),
    "published before": (
        table(
            "date,side,source,deaths_persons,published",
            "2001-09-12,Eastmark,survey-institute,31000,2001-09-11",
        ),
        "file.csv:2:5: published = 2001-09-11",
        "a day on or after the date, 2001-09-12",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_table_is_named_and_nothing_is_written(
    mistakes_of: Mistakes, tmp_path: Path, case: str
) -> None:
    text, start, expected = REFUSED[case]
    lines = mistakes_of("losses", write(tmp_path / "file.csv", text))
    assert lines[0].startswith(start), lines
    assert any(expected in line for line in lines), lines
    assert len(lines) <= 5


def test_control_names_unknown_sectors(mistakes_of: Mistakes, tmp_path: Path) -> None:
    text = CONTROL.replace("west-bank", "west-bnk")
    (line,) = mistakes_of("control", write(tmp_path / "file.csv", text))
    assert "file.csv:2:2: sector = west-bnk" in line
    assert "Did you mean 'west-bank'?" in line


def test_several_mistakes_of_a_file_are_named_together(
    mistakes_of: Mistakes, tmp_path: Path
) -> None:
    text = LOSSES.replace("Eastmark", "E").replace("21000", "x")
    assert len(mistakes_of("losses", write(tmp_path / "file.csv", text))) == 2


def test_missing_files_and_folders_are_named(mistakes_of: Mistakes, tmp_path: Path) -> None:
    (line,) = mistakes_of("losses", tmp_path / "none.csv")
    assert "none.csv:0:0: file: expected a file, found nothing" in line
    (tmp_path / "bare").mkdir()
    (line,) = mistakes_of("losses", tmp_path / "bare")
    assert "FILES" in line
    (line,) = mistakes_of("losses")
    assert "at least one file" in line


@pytest.mark.parametrize(
    ("day", "sunday"),
    [("2001-05-03", "2001-05-06"), ("2001-05-06", "2001-05-06"), ("2001-05-09", "2001-05-06"),
     ("2001-05-10", "2001-05-13")],
)  # fmt: skip
def test_a_day_belongs_to_the_nearest_sunday(day: str, sunday: str) -> None:
    assert nearest_sunday(date.fromisoformat(day)).isoformat() == sunday


def test_of_daily_figures_one_a_week_is_kept() -> None:
    first = date(2001, 5, 1)
    days = [
        Figure(first + timedelta(days=n), "s", "held_km2", "A", float(n), "km2", sector="x")
        for n in range(28)
    ]
    kept = one_a_week(days)
    # 1 May 2001 is a Tuesday: it is nearer to the Sunday before than Wednesday is.
    assert [figure.day.day for figure in kept] == [1, 6, 13, 20, 27]
    assert {f.id for f in one_a_week(reversed(days))} == {f.id for f in kept}
