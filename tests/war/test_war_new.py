"""A new war folder passes the check and is a whole war."""

from pathlib import Path

import pytest

from kadesh.errors import InputErrors
from kadesh.war import check_war, load_war, write_new_war


def test_a_new_war_passes_the_check(tmp_path: Path) -> None:
    folder = write_new_war(tmp_path / "a" / "war")
    assert check_war(folder) == []
    assert sorted(entry.name for entry in (tmp_path / "a").iterdir()) == ["war"]


def test_a_new_war_has_everything_a_war_can_have(tmp_path: Path) -> None:
    war = load_war(write_new_war(tmp_path / "war"))
    assert len(war.sectors) == 4
    assert len(war.weeks) == 30
    assert {sector.home for sector in war.sectors} == set(war.side_ids)
    parts = (war.patrons, war.issues, war.periods, war.moves, war.scenarios, war.assumptions)
    assert all(parts)
    tables = (war.observations, war.statements, war.events, war.polls, war.redraws)
    assert all(len(frame) > 0 for frame in tables)
    assert any(source.depends_on for source in war.sources.values())


def test_an_empty_folder_may_be_used(tmp_path: Path) -> None:
    (tmp_path / "war").mkdir()
    assert check_war(write_new_war(tmp_path / "war")) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputErrors, match="expected a new or empty folder"):
        write_new_war(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["notes.txt"]
    with pytest.raises(InputErrors, match="expected a new folder, found a file"):
        write_new_war(tmp_path / "notes.txt")
