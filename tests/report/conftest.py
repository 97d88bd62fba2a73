"""An invented audit, its war, and the page it makes."""

import json
from pathlib import Path
from typing import Any

import pytest
from make_audit import make_audit

from kadesh.report import render
from kadesh.war import War, load_war, write_new_war


@pytest.fixture(scope="session")
def river(tmp_path_factory: pytest.TempPathFactory) -> War:
    return load_war(write_new_war(tmp_path_factory.mktemp("river") / "war"))


@pytest.fixture
def audit(river: War) -> dict[str, Any]:
    return make_audit(river)


@pytest.fixture(scope="session")
def large_audit() -> dict[str, Any]:
    return make_audit(load_war("ukraine-2022"), claims=32, dates=42)


@pytest.fixture(scope="session")
def large_map() -> dict[str, Any]:
    folder = load_war("ukraine-2022").folder
    geojson: dict[str, Any] = json.loads((folder / "sectors.geojson").read_text(encoding="utf-8"))
    return geojson


@pytest.fixture(scope="session")
def large_page(
    large_audit: dict[str, Any], large_map: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(large_audit, large_map), encoding="utf-8")
    return path


@pytest.fixture
def river_map(river: War) -> dict[str, Any]:
    text = (river.folder / "sectors.geojson").read_text(encoding="utf-8")
    geojson: dict[str, Any] = json.loads(text)
    return geojson
