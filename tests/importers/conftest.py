"""The fictional war in a folder of its own, with sources for every kind of file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from made_wars import SOURCE, small_war, snapshot

from kadesh.errors import InputErrors
from kadesh.importers import Imported, import_files


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
