"""Wrong claims files: one line per mistake, at its place, all at once."""

from pathlib import Path

import pytest

from kadesh.audit.check import load_claims
from kadesh.errors import InputErrors
from kadesh.war import load_war, write_new_war


@pytest.fixture(scope="module")
def war(tmp_path_factory):
    folder = tmp_path_factory.mktemp("war") / "river"
    write_new_war(folder)
    return load_war(folder)


def mistakes(war, tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    text = (war.folder / "claims" / "first-article.yaml").read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    path = tmp_path / "article.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputErrors) as caught:
        load_claims(path, war)
    return [str(m).replace(str(path), "article.yaml") for m in caught.value.mistakes]


CASES = {
    "unknown kind": (
        ("kind: trend", "kind: tendency"),
        "article.yaml:32:15: claims.C02.readings.change.kind = tendency: expected one of",
    ),
    "misspelt key": (
        ("relation: at_least", "relaton: at_least"),
        "relaton",
    ),
    "unknown sector": (
        ("sectors: [east-hills]}, at", "sectors: [east-hils]}, at"),
        "claims.C01.readings.held.span.quantity.sectors[0] = east-hils: expected a sector",
    ),
    "unknown side": (
        ("side: Eastmark\n", "side: Northmark\n"),
        "claims.C03.readings.waiting.side = Northmark: expected a side of the war",
    ),
    "unknown threshold": (
        ("tolerance: slow", "tolerance: slw"),
        "claims.C02.readings.change.tolerance = slw: expected a threshold of this file",
    ),
    "date outside the war": (
        ("date: 2001-07-01", "date: 2005-07-01"),
        "claims.C03.readings.waiting.date = 2005-07-01: expected a date of the war",
    ),
    "threshold out of order": (
        ("low: 20, central: 60, high: 150", "low: 200, central: 60, high: 150"),
        "thresholds.slow.low = 200: expected low <= central <= high",
    ),
    "unit mismatch": (
        ("high: 400, unit: km2", "high: 400, unit: persons"),
        "expected a threshold in km2, this one is in persons",
    ),
    "unknown unit": (
        ("high: 150, unit: km2", "high: 150, unit: acres"),
        "thresholds.slow.unit = acres: expected a unit",
    ),
    "another war": (
        ("war: river-war", "war: lake-war"),
        "war = lake-war: expected the war audited, river-war",
    ),
    "dates not in order": (
        ("[2001-07-15, 2001-09-02]", "[2001-09-02, 2001-07-15]"),
        "claims.C02.readings.change.dates",
    ),
    "broken regular expression": (
        ("words: [enter, hills]", 'words: ["enter(", hills]'),
        "claims.C01.readings.entered.says[0].words[0] = 'enter(': expected a regular expression",
    ),
    "flat without tolerance": (
        ("        tolerance: slow\n", ""),
        "claims.C02.readings.change.tolerance",
    ),
    "too long a wait": (
        ("months: 3", "months: 30"),
        "claims.C03.readings.waiting.months = 30: expected a number of at most 12",
    ),
    "alias": (
        ("title: A first article (fictional)", "title: *title"),
        "article.yaml:3:8",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_mistake_is_said_where_it_stands(war, tmp_path, case) -> None:
    change, expected = CASES[case]
    found = mistakes(war, tmp_path, change)
    assert any(expected in line for line in found), found
    assert all(line.count("\n") == 0 for line in found)


def test_all_mistakes_come_out_together(war, tmp_path) -> None:
    names = ("unknown side", "unknown threshold", "unknown sector", "another war")
    found = mistakes(war, tmp_path, *(CASES[name][0] for name in names))
    for name in names:
        assert any(CASES[name][1] in line for line in found)


def test_an_unused_threshold_is_a_mistake(war, tmp_path) -> None:
    found = mistakes(war, tmp_path, ("        threshold: four_hundred", "        threshold: slow"))
    assert any("'four_hundred': expected a threshold that a reading uses" in line for line in found)
