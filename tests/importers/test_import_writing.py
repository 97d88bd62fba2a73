"""Into the folder in one step: twice is once, an interruption is nothing, a broken folder never."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_files import GED_HEADER, OCCUPIED, box, collection, ged, named, table, write
from made_wars import small_war, snapshot

from kadesh.errors import InputErrors
from kadesh.importers import Imported, import_files, writing
from kadesh.importers.figures import Figure
from kadesh.importers.writing import merge
from kadesh.war import load_war
from kadesh.war.folder import bundled_wars, find_war

Import = Callable[..., Imported]
LOSSES = table(
    "date,side,source,deaths_persons",
    "2001-09-12,Eastmark,survey-institute,31000",
    "2001-09-12,Westmark,survey-institute,21000",
)
CONTROL = table("date,sector,source,held_km2", "2001-09-12,west-bank,survey-institute,2000")
MAP = collection([named(OCCUPIED, box(30.0, 50.2, 31.0, 50.4))])
GED = table(GED_HEADER, ged("1", "2001-05-07"), ged("2", "2001-05-20", deaths=(1, 2, 3)))
KINDS = {
    "losses": ("losses.csv", LOSSES),
    "control": ("control.csv", CONTROL),
    "deepstate": ("2001-05-06.geojson", MAP),
    "ucdp-ged": ("ged.csv", GED),
}


@pytest.mark.parametrize("kind", KINDS)
def test_importing_twice_changes_nothing(
    imported: Import, war_folder: Path, tmp_path: Path, kind: str
) -> None:
    name, text = KINDS[kind]
    path = write(tmp_path / name, text)
    first = imported(kind, path)
    before = snapshot(war_folder)
    again = imported(kind, path)
    assert first.merged.added > 0
    assert again.merged.added == again.merged.replaced == len(again.merged.differing) == 0
    assert again.merged.unchanged == first.merged.added + first.merged.unchanged
    assert snapshot(war_folder) == before


def test_rows_that_are_there_stay_as_they_are_written(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    path = war_folder / "observations.csv"
    text = path.read_text(encoding="utf-8")
    odd = text.replace("3400,,persons,,,\n", '3400.0,,persons,A,,"a, ""b""\nc"\n', 1)
    assert odd != text
    path.write_text(odd, encoding="utf-8")
    imported("losses", write(tmp_path / "losses.csv", LOSSES))
    assert path.read_text(encoding="utf-8").startswith(odd)


def test_missing_columns_are_added(imported: Import, war_folder: Path, tmp_path: Path) -> None:
    path = war_folder / "observations.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    short = "\n".join(line.rpartition(",")[0] for line in lines)
    path.write_text(short + "\n", encoding="utf-8")
    before = len(load_war(war_folder).observations)
    losses = LOSSES.replace("deaths_persons\n", "deaths_persons,note\n").replace("000\n", "000,x\n")
    imported("losses", write(tmp_path / "losses.csv", losses))
    rows = load_war(war_folder).observations
    assert len(rows) == before + 2
    assert (rows["note"] == "x").sum() == 2


def test_a_differing_figure_stays_unless_it_is_to_be_replaced(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    path = write(tmp_path / "losses.csv", LOSSES)
    imported("losses", path)
    write(path, LOSSES.replace("31000", "32000"))
    before = snapshot(war_folder)
    done = imported("losses", path)
    assert done.merged.differing == ("survey-institute:deaths_persons:Eastmark::2001-09-12",)
    assert "`--replace` takes the new ones" in done.remarks[-1]
    assert snapshot(war_folder) == before
    done = imported("losses", path, may_replace=True)
    assert (done.merged.replaced, done.merged.unchanged) == (1, 1)
    rows = load_war(war_folder).observations
    assert 32000.0 in set(rows.loc[rows["date"] == "2001-09-12", "value"])


@pytest.mark.parametrize("where", ["check_war", "observation_ids", "read_table"])
def test_an_interruption_leaves_the_folder_as_it_was(
    imported: Import,
    war_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
) -> None:
    path = write(tmp_path / "losses.csv", LOSSES)

    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, where, stop)
    before = snapshot(war_folder)
    with pytest.raises(KeyboardInterrupt):
        imported("losses", path)
    assert snapshot(war_folder) == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["losses.csv", "war"]


def test_a_full_disk_leaves_the_folder_as_it_was(
    imported: Import, war_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "losses.csv", LOSSES)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before = snapshot(war_folder)
    with pytest.raises(InputErrors, match="No space left on device"):
        imported("losses", path)
    assert snapshot(war_folder) == before


def test_figures_that_would_break_the_folder_are_refused_whole(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    text = CONTROL.replace("2000", "20000")
    before = snapshot(war_folder)
    with pytest.raises(InputErrors, match="at most the area of west-bank") as caught:
        imported("control", write(tmp_path / "control.csv", text))
    assert caught.value.mistakes[0].file == str(war_folder / "observations.csv")
    after = snapshot(war_folder)
    del after[str(tmp_path / "control.csv")]
    assert after == before


def test_a_table_that_changes_meanwhile_is_not_overwritten(
    imported: Import, war_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "losses.csv", LOSSES)
    table_path = war_folder / "observations.csv"
    real = writing.check_war

    def meanwhile(folder: Path) -> object:
        table_path.write_bytes(table_path.read_bytes() + b"\n")
        return real(folder)

    monkeypatch.setattr(writing, "check_war", meanwhile)
    with pytest.raises(InputErrors, match="Import again"):
        imported("losses", path)


def test_a_folder_that_does_not_load_is_not_imported_into(war_folder: Path, tmp_path: Path) -> None:
    (war_folder / "polls.csv").write_text("x\n", encoding="utf-8")
    path = write(tmp_path / "losses.csv", LOSSES)
    with pytest.raises(InputErrors, match=r"polls\.csv"):
        import_files("losses", [path], war_folder)


@pytest.mark.parametrize("name", bundled_wars())
def test_a_bundled_war_is_not_written_to(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / "losses.csv", LOSSES)
    for war in (name, find_war(name)):
        with pytest.raises(InputErrors, match="cp -r"):
            import_files("losses", [path], war)


def test_wrong_names_are_told_together(
    mistakes_of: Callable[..., list[str]], tmp_path: Path
) -> None:
    path = write(tmp_path / "losses.csv", LOSSES)
    lines = mistakes_of(
        "losses", path, side="Eastmarch", occupier="X", actors={"Y": "Z"}, source="no"
    )
    assert len(lines) == 4
    assert "Did you mean 'Eastmark'?" in "".join(lines)
    (line,) = mistakes_of("loses", path)
    assert "Did you mean 'losses'?" in line


def test_an_unaligned_map_asks_for_its_occupier(
    mistakes_of: Callable[..., list[str]], tmp_path: Path
) -> None:
    path = write(tmp_path / "2001-05-06.geojson", MAP)
    (line,) = mistakes_of("deepstate", path, source="survey-institute")
    assert "--occupier" in line
    assert "Eastmark, Westmark" in line


def test_figures_outside_the_war_are_left_out_and_told(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    text = LOSSES.replace("2001-09-12,Eastmark", "2001-12-12,Eastmark")
    done = imported("losses", write(tmp_path / "losses.csv", text))
    assert done.merged.added == 1
    assert any(
        "1 figures from 2001-12-12 to 2001-12-12 lie outside the war" in r for r in done.remarks
    )


@settings(max_examples=6, deadline=None)
@given(values=st.lists(st.floats(1e3, 5e3), min_size=1, max_size=12), cut=st.integers(0, 12))
def test_in_parts_or_at_once_the_same_rows(
    tmp_path_factory: pytest.TempPathFactory, values: list[float], cut: int
) -> None:
    figures = [
        Figure(
            date(2001, 4, 2 + n), "survey-institute", "deaths_persons", "Eastmark", value, "persons"
        )
        for n, value in enumerate(values)
    ]
    rows = []
    for parts in ([figures], [figures[:cut], figures[cut:], figures]):
        folder = small_war(tmp_path_factory.mktemp("w") / "war")
        for part in parts:
            merge(folder, part, may_replace=False)
        rows.append(load_war(folder).observations)
    assert rows[0].equals(rows[1])
