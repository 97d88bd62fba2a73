"""Figures that contradict, stand alone, pause, or are in the wrong unit: a line each."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kadesh.errors import InputErrors
from kadesh.war import check_war, load_war, write_new_war

HEADER = "date,published,source,quantity,side,sector,form,low,value,high,unit,grade,flag,note"
Rows = Callable[..., Path]


def row(
    day: str,
    source: str,
    value: float,
    quantity: str = "held_km2",
    *,
    sector: str = "west-bank",
    form: str = "about",
    unit: str = "km2",
    low: str = "",
    high: str = "",
    flag: str = "",
) -> str:
    place = "" if unit.endswith("persons") else sector
    return (
        f"{day},,{source},{quantity},Eastmark,{place},{form},{low},{value},{high},{unit},,{flag},"
    )


@pytest.fixture
def folder_of(tmp_path: Path) -> Rows:
    """A folder whose observations are these rows."""

    def make(*rows: str) -> Path:
        shutil.rmtree(tmp_path / "war", ignore_errors=True)
        folder = write_new_war(tmp_path / "war")
        (folder / "moves.yaml").unlink()
        (folder / "scenarios.yaml").unlink()
        (folder / "assumptions.yaml").write_text("assumptions: {}\n", encoding="utf-8")
        text = "\n".join([HEADER, *rows]) + "\n"
        (folder / "observations.csv").write_text(text, encoding="utf-8")
        return folder

    return make


def warnings(folder: Path) -> list[str]:
    war = load_war(folder)
    assert not war.observations[["value", "date", "published"]].isna().any(axis=None)
    return [str(entry).replace(f"{folder}/", "") for entry in war.warnings]


# Stated error of river-map at 1,000: twice 0.1 and 0.05 of it, and 20; survey: 0.3 + 0.08, and 30.
AGREEING = [row("2001-05-06", "river-map", 1000), row("2001-05-06", "survey-institute", 2020)]
TWO = [row("2001-05-13", "river-map", 1010), row("2001-05-13", "survey-institute", 1040)]


def test_figures_within_their_stated_errors_are_not_named(folder_of: Rows) -> None:
    assert warnings(folder_of(*AGREEING, *TWO)) == []


def test_figures_beyond_any_stated_error_are_named_and_kept(folder_of: Rows) -> None:
    folder = folder_of(AGREEING[0], row("2001-05-08", "survey-institute", 3000), *TWO)
    (line,) = warnings(folder)
    assert line == (
        "observations.csv:3:65: value = 3000: expected at most 1270 by line 2, river-map 1000: "
        "they contradict each other beyond any stated error. "
        "Both are kept; correct a slip, or widen the sources' intervals."
    )
    assert len(load_war(folder).observations) == 4


def test_the_weeks_in_which_two_sources_contradict_are_counted(folder_of: Rows) -> None:
    weeks = ("2001-05-06", "2001-05-13", "2001-05-20")
    rows = [row(day, source, value) for day in weeks
            for source, value in (("river-map", 1000), ("survey-institute", 3000))]  # fmt: skip
    (line,) = warnings(folder_of(*rows))
    assert "beyond any stated error, and in 2 other weeks" in line


@pytest.mark.parametrize(
    "other",
    [
        row("2001-05-06", "survey-institute", 3000, form="up_to"),
        row("2001-05-06", "survey-institute", 3000, low="900", high="3100"),
        row("2001-05-06", "survey-institute", 3000, sector="west-port"),
        row("2001-06-10", "survey-institute", 3000),
        row("2001-05-06", "survey-institute", 3000, flag="retrospective"),
        row("2001-05-06", "survey-institute", 3000, "claimed_limit_km2"),
    ],
)
def test_what_does_not_contradict_is_not_named(folder_of: Rows, other: str) -> None:
    """A ceiling, a wide figure, another place, week or thing, and one that is never used."""
    more = [*TWO, row("2001-05-20", "survey-institute", 1040)]
    assert warnings(folder_of(AGREEING[0], other, *more)) == []


def test_a_floor_above_a_ceiling_contradicts(folder_of: Rows) -> None:
    rows = [
        row("2001-05-06", "river-map", 1000, form="up_to"),
        row("2001-05-06", "survey-institute", 3000, form="at_least"),
    ]
    assert any("contradict each other" in line for line in warnings(folder_of(*rows, *TWO)))


def test_a_source_at_odds_with_itself_on_one_day_is_named(folder_of: Rows) -> None:
    folder = folder_of(AGREEING[0], row("2001-05-09", "river-map", 3000), *TWO, TWO[1])
    text = (folder / "observations.csv").read_text(encoding="utf-8")
    text = text.replace("date,", "id,date,", 1).replace("\n2001", "\n,2001")
    text = text.replace(",2001-05-13,,survey", "other,2001-05-13,,survey", 1)
    (folder / "observations.csv").write_text(text, encoding="utf-8")
    assert warnings(folder) == []  # within a week the front may move
    day = text.replace("\n,2001-05-09", "\nsecond,2001-05-06")
    (folder / "observations.csv").write_text(day, encoding="utf-8")
    (line,) = warnings(folder)
    assert "river-map 1000: they contradict each other" in line


def test_a_source_with_one_figure_is_named(folder_of: Rows) -> None:
    (line,) = warnings(folder_of(AGREEING[0], *TWO))[:1] or [""]
    assert "contradict" not in line
    (line,) = [
        text for text in warnings(folder_of(TWO[0], AGREEING[0], TWO[1])) if "source" in text
    ]
    assert line.startswith(
        "observations.csv:4:13: source = survey-institute: expected more than one"
    )


def weekly(source: str, days: list[str], sector: str = "west-bank") -> list[str]:
    return [row(day, source, 1000, sector=sector) for day in days]


def test_a_gap_of_months_is_named_once_for_all_sectors(folder_of: Rows) -> None:
    days = ["2001-03-11", "2001-03-18", "2001-03-25", "2001-04-01", "2001-07-01", "2001-07-08"]
    rows = [*weekly("survey-institute", days), *weekly("survey-institute", days, "west-port")]
    (line,) = warnings(folder_of(*rows))
    assert line == (
        "observations.csv:6:1: date = 2001-07-01: expected held_km2 of survey-institute between "
        "2001-04-01 and 2001-07-01, found none (west-bank, west-port). "
        "Nothing is filled in, intervals widen; add rows, or say in redraws.csv why."
    )


def test_a_series_that_is_rare_throughout_has_no_gap(folder_of: Rows) -> None:
    days = [f"2001-{month:02}-11" for month in range(3, 10)]
    assert warnings(folder_of(*weekly("river-map", days))) == []


def losses(*values: float) -> list[str]:
    return [
        row(
            f"2001-0{4 + n // 4}-{1 + 7 * (n % 4):02}",
            "westmark-staff",
            value,
            "casualties_persons",
            unit="persons",
        )
        for n, value in enumerate(values)
    ]


@pytest.mark.parametrize("position", [0, 1, 3, 4])
@pytest.mark.parametrize("factor", [1000, 0.001, 120])
def test_a_figure_in_the_wrong_unit_is_refused(
    folder_of: Rows, position: int, factor: float
) -> None:
    values = [10_000, 11_000, 12_000, 13_000, 14_000]
    values[position] = int(values[position] * factor)
    folder = folder_of(*losses(*values))
    with pytest.raises(InputErrors) as caught:
        load_war(folder)
    (mistake,) = caught.value.mistakes
    assert mistake.line == position + 2
    assert "a figure near its source's before and after it" in mistake.expected
    assert mistake.remedy == "Correct the figure or its unit"


def test_units_are_compared_after_conversion(folder_of: Rows) -> None:
    rows = losses(10_000, 11_000, 12_000)
    rows[1] = rows[1].replace("11000", "11").replace(",persons", ",thousand_persons")
    assert warnings(folder_of(*rows)) == []


def test_what_grows_fast_is_not_in_the_wrong_unit(folder_of: Rows) -> None:
    assert warnings(folder_of(*losses(1, 30, 900, 9_000, 90_000))) == []
    assert check_war(folder_of(*losses(0, 0, 9_000, 90_000))) == []


def test_dates_before_the_war_are_refused(folder_of: Rows) -> None:
    (line,) = map(str, check_war(folder_of(row("2001-03-04", "river-map", 5), *AGREEING)))
    assert "date = 2001-03-04: expected a date of the war, 2001-03-05 to 2001-09-30" in line


def test_land_of_the_side_at_home_and_of_others_is_kept_apart(folder_of: Rows) -> None:
    wrong = row("2001-05-06", "river-map", 5, "retaken_km2")
    (line,) = map(str, check_war(folder_of(wrong, *TWO)))
    assert "side = Eastmark: expected the side at home in west-bank, Westmark" in line


def test_the_warnings_of_a_bundled_war_are_few_enough_to_read() -> None:
    war = load_war("ukraine-2022")
    assert 0 < len(war.warnings) < 40
    assert len(set(war.warnings)) == len(war.warnings)


def test_land_that_stands_out_is_named_and_kept(folder_of: Rows) -> None:
    days = ("2001-05-06", "2001-05-13", "2001-05-20", "2001-05-27")
    rows = [row(day, "river-map", v) for day, v in zip(days, (1.5, 900, 950, 960), strict=True)]
    (line,) = warnings(folder_of(*rows))
    assert (
        "value = 1.5: expected a figure near its source's before and after it, 900 to 950" in line
    )
    # Below ten times the source's interval of 20 km2, land comes and goes.
    rows = [row(day, "river-map", v) for day, v in zip(days, (0.1, 90, 95, 96), strict=True)]
    assert warnings(folder_of(*rows)) == []
