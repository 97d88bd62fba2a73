"""Which rows may be used from a vantage date, and how they are read."""

from datetime import date

import numpy as np
import pytest
from fusion_wars import record, row, sundays

from kadesh.fusion.paths.layout import lay_out
from kadesh.fusion.record import known
from kadesh.fusion.settings import DEFAULT

LATER = date(2001, 6, 30)


def _only(*rows: dict, **more: object) -> tuple[list[str], dict[str, int]]:
    found = known(record(rows, **more), LATER)  # type: ignore[arg-type]
    return found.rows["id"].tolist(), dict(found.dropped)


def test_a_row_counts_from_the_day_it_was_published() -> None:
    given = record([row("map", "2001-04-01", 10.0, lag_days=9)])
    assert len(known(given, date(2001, 4, 9)).rows) == 0
    assert len(known(given, date(2001, 4, 10)).rows) == 1


def test_hindsight_and_the_time_before_the_war_do_not_count() -> None:
    rows = [
        row("map", "2001-04-01", 10.0, flag="retrospective", name="a"),
        row("map", "2001-03-01", 10.0, name="b"),
        row("map", "2001-04-08", 10.0, name="c"),
    ]
    ids, dropped = _only(*rows)
    assert ids == ["c"]
    assert dropped == {"retrospective": 1, "outside the war": 1}


def test_maps_under_construction_are_ignored_and_undrawn_zeros_are_missing() -> None:
    spans = [
        {"source": "map", "start": "2001-03-05", "end": "2001-03-20", "sector": "west-bank",
         "kind": "construction", "note": ""},
        {"source": "map", "start": "2001-04-01", "end": "2001-04-30", "sector": "west-bank",
         "kind": "missing", "note": ""},
    ]  # fmt: skip
    rows = [
        row("map", "2001-03-18", 10.0, name="early"),
        row("survey", "2001-03-18", 10.0, name="other"),
        row("map", "2001-04-08", 0.0, name="zero"),
        row("map", "2001-04-15", 5.0, name="drawn"),
    ]
    ids, dropped = _only(*rows, redraws=spans)
    assert ids == ["other", "drawn"]
    assert dropped == {"construction": 1, "missing": 1}


def test_an_area_larger_than_the_sector_is_a_wrong_unit() -> None:
    ids, dropped = _only(row("map", "2001-04-01", 9001.0))
    assert ids == []
    assert dropped == {"more than the sector": 1}


def test_land_of_the_side_at_home_is_not_counted_twice() -> None:
    _, dropped = _only(row("map", "2001-04-01", 100.0, side="Westmark"))
    assert dropped == {"not the intruder's": 1}


@pytest.mark.parametrize(
    ("source", "form", "expected"),
    [
        ("town", "about", "up_to"),
        ("town", "up_to", "up_to"),
        ("town", "at_least", ""),
        ("staff", "about", "at_least"),
        ("staff", "at_least", "at_least"),
        ("staff", "up_to", ""),
        ("survey", "about", "about"),
    ],
)
def test_claims_of_land_bound_it_against_the_claimant(
    source: str, form: str, expected: str
) -> None:
    """`town` is with the holder, `staff` with the other side, `survey` with neither."""
    given = record([row(source, "2001-04-01", 700.0, quantity="claimed_held_km2", form=form)])
    found = known(given, LATER)
    assert found.rows["form"].tolist() == ([expected] if expected else [])
    assert dict(found.dropped) == ({} if expected else {"claim without a bound": 1})
    assert set(found.rows["quantity"]) <= {"held_km2"}
    assert set(found.rows["reported_as"]) <= {"claimed_held_km2"}


def test_a_replaced_figure_moves_its_bounds_along() -> None:
    given = record([row("survey", "2001-04-01", 700.0, low=600.0, high=900.0, name="x")])
    found = known(given, LATER, replace={"x": 1000.0}).rows.iloc[0]
    assert (found["low"], found["value"], found["high"]) == (900.0, 1000.0, 1200.0)
    assert given.rows["value"].iloc[0] == 700.0


def test_a_dependent_source_has_the_bias_of_its_parent_and_a_little_of_its_own() -> None:
    rows = [row("copy", day, 100.0 + index) for index, day in enumerate(sundays(9))]
    given = record(rows)
    layout = lay_out(given, known(given, LATER).rows, given.weeks(LATER), "held_km2", DEFAULT)
    group = next(group for group in layout.groups if group.sources)
    assert group.sources == ("copy", "map")
    np.testing.assert_allclose(group.share_sd, [0.3 * 0.04, 0.04])
    assert (layout.rows.chain[:, :2] == 1).all()
    assert layout.components == ("map",)


def test_a_figure_of_losses_leaves_out_what_came_later_in_its_week() -> None:
    rows = [row("staff", "2001-04-04", 900.0, quantity="casualties_persons")]
    given = record(rows)
    layout = lay_out(given, known(given, LATER).rows, given.weeks(LATER), "losses", DEFAULT)
    assert layout.rows.week.tolist() == [4]
    assert layout.rows.ago.tolist() == pytest.approx([4 / 7])


def test_deaths_are_not_casualties() -> None:
    rows = [row("staff", "2001-04-04", 900.0, quantity="deaths_persons")]
    given = record(rows)
    layout = lay_out(given, known(given, LATER).rows, given.weeks(LATER), "losses", DEFAULT)
    names = {str(layout.series[index]) for index in layout.rows.series}
    assert names == {"deaths_persons Eastmark"}
