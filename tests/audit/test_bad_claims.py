"""Wrong claims files: one line per mistake, at its place, all at once."""

from pathlib import Path

import pytest

from kadesh.audit.claims.check import claims_warnings, load_claims
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
    "match on an unknown stance": (
        ("table: events,", "table: events, aligned_with: [Westmrk],"),
        "says[0].aligned_with[0] = Westmrk: expected a stance",
    ),
    "match on an unknown topic": (
        ("table: events, words: [enter, hills]", "table: statements, topic: teritory"),
        "says[0].topic = teritory: expected the topic of a row of statements, one of talks, "
        "territory. Did you mean 'territory'?",
    ),
    "match on whom nobody speaks about": (
        ("table: events, words: [enter, hills]", "table: statements, about: Eastmark"),
        "says[0].about = Eastmark: expected the about of a row of statements",
    ),
    "match on a column the table lacks": (
        ("table: events,", "table: events, topic: talks,"),
        "says[0].topic = talks: expected no topic with rows of events.csv",
    ),
    "match on an unknown quantity": (
        ("table: events, words: [enter, hills]", "table: observations, quantity: held_km"),
        "says[0].quantity = held_km: expected a quantity. Did you mean 'held_km2'?",
    ),
    "match that ends before it starts": (
        ("start: 2001-06-01, end: 2001-06-30", "start: 2001-06-30, end: 2001-06-01"),
        "says[0].end = 2001-06-01: expected a date on or after the start, 2001-06-30",
    ),
    "side at home where it is to hold land": (
        (
            "side: Westmark, sectors: [east-hills]}, at",
            "side: Eastmark, sectors: [east-hills]}, at",
        ),
        "span.quantity.sectors[0] = east-hills: expected sectors where Eastmark is not at home",
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


def test_conditions_that_no_row_meets_are_a_warning_at_their_place(war, tmp_path) -> None:
    text = (war.folder / "claims" / "first-article.yaml").read_text(encoding="utf-8")
    path = tmp_path / "article.yaml"
    path.write_text(text, encoding="utf-8")
    assert claims_warnings(path, war) == []
    path.write_text(text.replace("[enter, hills]", "[enter, valley]"), encoding="utf-8")
    load_claims(path, war)
    (line,) = map(str, claims_warnings(path, war))
    assert line.startswith(f"{path}:21:16: claims.C01.readings.entered.says[0]")
    assert "expected conditions that a row of events.csv meets, none does" in line
    # A row that is published only later is no row yet.
    early = text.replace("kind: statement", "kind: statement\n        as_of: 2001-05-01")
    path.write_text(early, encoding="utf-8")
    assert len(claims_warnings(path, war)) == 1
