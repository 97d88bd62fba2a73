"""The fictional war in a folder of its own, with sources for every kind of file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kadesh.errors import InputErrors
from kadesh.importers import Imported, import_files
from kadesh.war import write_new_war

SOURCE = (
    "  {id}: {{name: X, kind: tally, aligned_with: {stance}, lag_days: 10, scope: X, grade: B, "
    "bias_share: {{low: 0, central: 0.1, high: 0.3, source: judgement}}, "
    "figure_interval: {{share: 0.1, absolute: 5}}, url: X, licence: X}}\n"
)


def small_war(folder: Path) -> Path:
    """The fictional war without what importing does not look at: it loads far sooner."""
    write_new_war(folder)
    for name in ("moves.yaml", "scenarios.yaml"):
        (folder / name).unlink()
    (folder / "assumptions.yaml").write_text("assumptions: {}\n", encoding="utf-8")
    table = folder / "observations.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(lines[:60]), encoding="utf-8")
    return folder


@pytest.fixture
def war_folder(tmp_path: Path) -> Path:
    folder = small_war(tmp_path / "war")
    sources = folder / "sources.yaml"
    entries = {"ucdp_ged": "independent", "acled": "independent", "deepstate": "Westmark"}
    more = "".join(SOURCE.format(id=key, stance=stance) for key, stance in entries.items())
    sources.write_text(sources.read_text(encoding="utf-8") + more, encoding="utf-8")
    return folder


@pytest.fixture
def mistakes_of(war_folder: Path) -> Callable[..., list[str]]:
    """The lines of a failed import, with the files' names alone; the folder must not change."""

    def call(kind: str, *paths: Path, **options: Any) -> list[str]:
        before = snapshot(war_folder)
        with pytest.raises(InputErrors) as caught:
            import_files(kind, paths, war_folder, **options)
        assert snapshot(war_folder) == before
        lines = [str(entry) for entry in caught.value.mistakes]
        return [line.replace(f"{war_folder.parent}/", "") for line in lines]

    return call


@pytest.fixture
def imported(war_folder: Path) -> Callable[..., Imported]:
    def call(kind: str, *paths: Path, **options: Any) -> Imported:
        return import_files(kind, paths, war_folder, **options)

    return call


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file of the folder and what lies beside it."""
    files = [path for path in folder.parent.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files}
