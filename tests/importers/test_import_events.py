"""Event data sets: sums by sector and week, and what they do not say."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_files import ACLED_HEADER, GED_HEADER, acled, ged, table, write

from kadesh.importers import Imported
from kadesh.importers.events import Event, figures_of
from kadesh.importers.places import places_of
from kadesh.war import load_war, write_new_war

Import = Callable[..., Imported]
Mistakes = Callable[..., list[str]]
EVENTS = "conflict_events_items_per_week"
DEATHS = "conflict_deaths_persons_per_week"
OWN = "combatant_deaths_persons_per_week"

# 2001-05-07 is a Monday: the files cover the weeks that end on 13 and 20 May.
EDGES = (
    ged("first", "2001-05-07", place=(31.5, 50.5)),
    ged("last", "2001-05-20", place=(31.5, 50.5)),
)


def weekly(folder: Path, source: str) -> dict[tuple[str, str, str, str], float]:
    """Imported figures by quantity, side, sector and week."""
    rows = load_war(folder).observations.query(f"source == '{source}'")
    days = rows["date"].dt.strftime("%m-%d")
    keys = zip(rows["quantity"], rows["side"], rows["sector"], days, strict=True)
    return dict(zip(keys, rows["value"], strict=True))


def test_ged_sums_events_and_deaths_by_sector_and_week(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    text = table(
        GED_HEADER,
        *EDGES,
        ged("1", "2001-05-08", deaths=(3, 5, 1), high=20),
        ged("2", "2001-05-12", until="2001-05-14", deaths=(0, 2, 0)),
        ged("3", "2001-05-13", deaths=(1, 0, 0), actors=("Government of Westmark",) * 2),
        ged("4", "2001-05-13", deaths=(0, 0, 7), actors=("Militia of the hills", "Civilians")),
        ged("5", "2001-05-10", deaths=(9, 9, 9), place=(10.0, 10.0)),
        ged("6", "2001-05-10", deaths=(9, 9, 9), precision=6),
        ged("7", "2001-05-08", until="2001-05-18", deaths=(9, 9, 9)),
    )
    done = imported("ucdp-ged", write(tmp_path / "ged.csv", text))
    found = weekly(war_folder, "ucdp_ged")
    assert found[EVENTS, "Westmark", "west-bank", "05-13"] == 3
    assert found[EVENTS, "Westmark", "west-bank", "05-20"] == 1
    assert found[DEATHS, "Westmark", "west-bank", "05-13"] == 9 + 1 + 7
    assert found[DEATHS, "Westmark", "west-bank", "05-20"] == 2
    # A week without an event is a 0 in a sector that has events.
    assert found[DEATHS, "Eastmark", "east-bank", "05-20"] == 0
    # Only where both actors are the two sides does it say whose the dead were.
    assert found[OWN, "Eastmark", "west-bank", "05-13"] == 3
    assert found[OWN, "Westmark", "west-bank", "05-13"] == 5
    assert {sector for _, _, sector, _ in found} == {"west-bank", "east-bank"}
    rows = load_war(war_folder).observations.query("source == 'ucdp_ged'")
    first = rows[(rows["quantity"] == DEATHS) & (rows["sector"] == "west-bank")].iloc[0]
    assert (first["low"], first["high"]) == (17, 28)
    assert set(rows[rows["quantity"] == OWN]["form"]) == {"at_least"}
    notes = " | ".join(done.remarks)
    assert "1 events lie in no sector" in notes
    assert "1 events last longer than a week" in notes
    assert "1 events are at a place known no better than the country" in notes
    assert "'Government of Eastmark' is read as Eastmark" in notes
    assert "Militia of the hills" in notes
    assert "--actor" in notes
    assert "no event in east-hills, west-port" in notes


def test_the_user_may_say_for_whom_an_actor_fights(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    row = ged("1", "2001-05-08", deaths=(3, 5, 0), actors=("Militia", "Government of Westmark"))
    path = write(tmp_path / "ged.csv", table(GED_HEADER, *EDGES, row))
    done = imported("ucdp-ged", path, actors={"Militia": "Eastmark", "Nobody": "Westmark"})
    assert weekly(war_folder, "ucdp_ged")[OWN, "Eastmark", "west-bank", "05-13"] == 3
    assert "no row names the actor 'Nobody' of --actor" in done.remarks


def test_acled_counts_violence_only(imported: Import, war_folder: Path, tmp_path: Path) -> None:
    text = table(
        ACLED_HEADER,
        acled("A1", "7 May 2001", 0),
        acled("A2", "2001-05-08", 4, kind="Explosions/Remote violence"),
        acled("A3", "09-May-2001", 6, kind="Violence against civilians"),
        acled("A4", "2001-05-09", 9, kind="Protests"),
        acled("A5", "2001-05-09", 9, precision=3),
        acled("A6", "2001-05-20", 1),
    )
    done = imported("acled", write(tmp_path / "acled.csv", text))
    found = weekly(war_folder, "acled")
    assert found[EVENTS, "Westmark", "west-bank", "05-13"] == 3
    assert found[DEATHS, "Westmark", "west-bank", "05-13"] == 10
    assert not any(quantity == OWN for quantity, *_ in found)
    assert (
        "1 events are not of violence (protests, riots, strategic developments): not counted"
        in (done.remarks)
    )


def test_weeks_covered_in_part_are_left_out(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    text = table(GED_HEADER, ged("1", "2001-05-08"), ged("2", "2001-05-15"), ged("3", "2001-05-21"))
    imported("ucdp-ged", write(tmp_path / "ged.csv", text))
    assert {day for *_, day in weekly(war_folder, "ucdp_ged")} == {"05-20"}


def test_releases_in_several_files_are_one_set(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    rows = [*EDGES, ged("1", "2001-05-08", deaths=(1, 0, 0)), ged("2", "2001-05-15")]
    one = write(tmp_path / "ged" / "a.csv", table(GED_HEADER, *rows[:3]))
    write(tmp_path / "ged" / "b.csv", table(GED_HEADER, *rows[2:]))
    write(tmp_path / "ged" / "c.csv", table(GED_HEADER, rows[2].replace(",1,1,1", ",2,2,1")))
    done = imported("ucdp-ged", tmp_path / "ged")
    assert done.read == 2
    (mistake,) = done.skipped
    assert mistake.file.endswith("c.csv")
    assert f"one row for event 1, {one}:4 says something else" in mistake.expected
    assert weekly(war_folder, "ucdp_ged")[EVENTS, "Westmark", "west-bank", "05-13"] == 1


REFUSED = {
    "another kind of file": (table(ACLED_HEADER, acled("A1", "2001-05-07", 0)), "file.csv:1:1: id"),
    "truncated": (table(GED_HEADER, *EDGES)[:-20], "18 cells as in the header, found"),
    "wrong day": (
        table(GED_HEADER, ged("1", "07.05.2001")),
        "date_start = 07.05.2001 00:00:00.000: expected a day",
    ),
    "days the wrong way round": (
        table(GED_HEADER, ged("1", "2001-05-08", until="2001-05-07")),
        "date_end = 2001-05-07 00:00:00.000: expected a day on or after date_start",
    ),
    "best above high": (
        table(GED_HEADER, ged("1", "2001-05-08", deaths=(3, 0, 0)).replace(",3,3,3", ",3,2,1")),
        "best = 3: expected low <= best <= high",
    ),
    "no latitude": (
        table(GED_HEADER, ged("1", "2001-05-08").replace("50.5,", ",", 1)),
        "latitude = (blank): expected degrees",
    ),
    "swapped": (
        table(GED_HEADER, ged("1", "2001-05-08", place=(50.5, 130.5))),
        "latitude = 130.5: expected degrees, -90 to 90",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_event_file_is_named(mistakes_of: Mistakes, tmp_path: Path, case: str) -> None:
    text, expected = REFUSED[case]
    lines = mistakes_of("ucdp-ged", write(tmp_path / "file.csv", text))
    assert any(expected in line for line in lines), lines


def test_an_unknown_source_comes_with_the_entry_to_paste(
    mistakes_of: Mistakes, war_folder: Path, tmp_path: Path
) -> None:
    sources = war_folder / "sources.yaml"
    text = sources.read_text(encoding="utf-8")
    kept = "".join(line for line in text.splitlines(True) if not line.startswith("  ucdp_ged"))
    sources.write_text(kept, encoding="utf-8")
    path = write(tmp_path / "ged.csv", table(GED_HEADER, *EDGES))
    (line,) = mistakes_of("ucdp-ged", path)
    assert "sources = ucdp_ged: expected a source of sources.yaml. Paste below `sources:`" in line
    entry = line.partition("its stance:   ")[2].rstrip(".")
    sources.write_text(f"{kept}  {entry}\n", encoding="utf-8")
    assert load_war(war_folder).sources["ucdp_ged"].revised_later


@pytest.fixture(scope="module")
def river(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    war = load_war(write_new_war(tmp_path_factory.mktemp("events") / "war"))
    return war, places_of(war)


@given(
    days=st.lists(st.integers(0, 60), min_size=2, max_size=30),
    deaths=st.lists(st.integers(0, 50), min_size=30, max_size=30),
)
def test_nothing_is_lost_or_counted_twice(river, days, deaths) -> None:  # type: ignore[no-untyped-def]
    """Sums over whole weeks are the sums of the events in them, counted one by one."""
    war, places = river
    start = date(2001, 4, 2)
    events = [
        Event(str(n), start + timedelta(d), start + timedelta(d), 30.5, 50.5, float(k), 0, float(k))
        for n, (d, k) in enumerate(zip(days, deaths, strict=False))
    ]
    figures, _ = figures_of(events, war, places, "s")
    weeks = {figure.day for figure in figures}
    total = sum(figure.value for figure in figures if figure.quantity == DEATHS)
    inside = [e for e in events if any(0 <= (sunday - e.last).days <= 6 for sunday in weeks)]
    assert total == sum(event.deaths for event in inside)
    for sunday in weeks:
        assert sunday.isoweekday() == 7
        assert min(e.first for e in events) <= sunday - timedelta(days=6)
        assert sunday <= max(e.last for e in events)
