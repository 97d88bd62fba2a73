"""What each command prints and writes, on wars small enough for a test."""

import csv
import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest
import xarray as xr
from kadesh_command import Kadesh

from kadesh.errors import NumericalError
from kadesh.report.contract import audit_schema

TEXT = {"type": "string", "minLength": 1}
DAY = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
TEXTS = {"type": "array", "items": TEXT}
NUMBERS = {"type": "array", "items": {"type": ["number", "null"]}}
SERIES = {
    "type": "object",
    "required": ["quantity"],
    "properties": {
        "quantity": TEXT,
        "side": TEXT,
        "sector": TEXT,
        "low": NUMBERS,
        "median": NUMBERS,
        "high": NUMBERS,
        "probability": NUMBERS,
    },
    "additionalProperties": False,
}

CLAIMS = """\
format: 1
title: Two sentences about the River War
war: river-war
published: 2001-09-30
about: A test.
thresholds:
  some_land: {low: 100, central: 200, high: 300, unit: km2, meaning: land, source: judgement}
claims:
  A1:
    text: Eastmark held land of the other side in June 2001.
    readings:
      held:
        kind: measurement
        text: At least so much was held.
        span: {quantity: {measure: held_km2, side: Eastmark}, at: 2001-06-10}
        relation: at_least
        threshold: some_land
      meaning:
        kind: untestable
        text: It mattered.
        reason: No figure says what mattered.
"""


def holds(**properties: Any) -> dict[str, Any]:
    """A schema of an object with exactly these properties."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def fits(text: str, schema: dict[str, Any]) -> Any:
    """The JSON in `text`, which must fit the schema."""
    content = json.loads(text)
    jsonschema.validate(content, schema)
    return content


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    path = tmp_path / "two-sentences.yaml"
    path.write_text(CLAIMS, encoding="utf-8")
    return path


def test_list_shows_wars_and_their_claims(kadesh: Kadesh) -> None:
    war = holds(name=TEXT, title=TEXT, start=DAY, end=DAY, claims=TEXTS)
    content = fits(
        kadesh("list", "--json").out, holds(wars={"type": "array", "items": war, "minItems": 1})
    )
    assert content["wars"][0]["name"] in kadesh("list").out


def test_list_shows_what_one_war_holds(kadesh: Kadesh, small_war: Path) -> None:
    names = {"type": "object", "additionalProperties": TEXT}
    kinds = ("sides", "patrons", "sectors", "scenarios", "sources", "claims")
    schema = holds(name=TEXT, title=TEXT, start=DAY, end=DAY, **dict.fromkeys(kinds, names))
    content = fits(kadesh("list", small_war, "--json").out, schema)
    table = kadesh("list", small_war).out
    assert all(sector in table for sector in content["sectors"])


def test_check_says_that_a_right_war_is_right(
    kadesh: Kadesh, small_war: Path, claims: Path
) -> None:
    ran = kadesh("check", small_war, claims)
    assert (ran.status, ran.err) == (0, "")
    assert "no mistakes" in ran.out
    schema = holds(
        war=TEXT,
        is_right={"const": True},
        mistakes={"type": "array", "maxItems": 0},
        warnings={"type": "array", "maxItems": 0},
        counts={"type": "object", "additionalProperties": {"type": "integer"}},
    )
    fits(kadesh("check", small_war, claims, "--json").out, schema)


def test_check_gives_mistakes_as_json_too(kadesh: Kadesh, small_war: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "claims.yaml"
    wrong.write_text("format: 2\n", encoding="utf-8")
    ran = kadesh("check", small_war, wrong, "--json")
    assert ran.status == 2
    content = json.loads(ran.out)
    assert not content["is_right"]
    assert len(content["mistakes"]) == len(ran.err.splitlines())
    assert {entry["file"] for entry in content["mistakes"]} == {str(wrong)}


def test_new_writes_a_war_that_checks(kadesh: Kadesh, tmp_path: Path) -> None:
    ran = kadesh("new", tmp_path / "mine", "--json")
    fits(ran.out, holds(folder=TEXT, files=TEXTS))
    assert kadesh("check", tmp_path / "mine").status == 0
    assert kadesh("new", tmp_path / "mine").status == 2


def test_reconstruct_prints_and_writes_the_same(
    kadesh: Kadesh, small_war: Path, tmp_path: Path
) -> None:
    arguments = (
        "reconstruct", small_war, "--as-of", "2001-05-01", "--draws", "32", "--effective", "0"
    )  # fmt: skip
    ran = kadesh(*arguments, "-o", tmp_path / "out", "--json")
    assert ran.status == 0
    content = fits(
        ran.out,
        holds(
            format={"const": 1},
            war=TEXT,
            as_of=DAY,
            weeks={"type": "array", "items": DAY, "minItems": 1},
            series={"type": "array", "items": SERIES, "minItems": 1},
            claimed={"type": "array", "items": {"type": "object"}},
            convergence={"type": "array", "items": {"type": "object"}},
            diagnostics={"type": "object"},
            provenance={"type": "object"},
        ),
    )
    files = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert files == ["reconstruction.csv", "reconstruction.json"]
    assert (tmp_path / "out" / "reconstruction.json").read_text(encoding="utf-8") == ran.out
    with (tmp_path / "out" / "reconstruction.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == len(content["series"]) * len(content["weeks"])
    assert all(len(entry["median"]) == len(content["weeks"]) for entry in content["series"])
    summary = kadesh(*arguments)
    assert "90 % interval" in summary.out
    assert "Quick fit, not swept until it converged." in summary.err
    assert kadesh(*arguments, "--json").out == ran.out


def test_simulate_gives_the_same_whatever_the_blocks(kadesh: Kadesh) -> None:
    arguments = ("simulate", "ukraine-2022", "--as-of", "2022-04-10", "--runs", "300")
    scenario = ("--weeks", "4", "--scenario", "no-aid", "--assume", "manpower_weight=0.6")
    ran = kadesh(*arguments, *scenario, "--json")
    assert ran.status == 0, ran.err
    content = fits(
        ran.out,
        holds(
            format={"const": 1},
            war=TEXT,
            weeks={"type": "array", "items": DAY, "minItems": 5, "maxItems": 5},
            runs={"const": 300},
            series={"type": "array", "items": SERIES, "minItems": 1},
            settings={"type": "object"},
        ),
    )
    assert content["settings"]["scenario"] == "no-aid"
    assert "manpower_weight=0.6" in content["settings"]["fixed"]
    assert kadesh(*arguments, *scenario, "--json", "--blocks", "2").out == ran.out


def path_of_leverage(*_: object, **__: object) -> xr.Dataset:
    """A made-up path of two dates."""
    draws = np.linspace(0.0, 1.0, 11)
    two_sides = np.stack([draws, 1.0 - draws])[:, None, :] * np.ones((2, 2, 11))
    return xr.Dataset(
        {
            "leverage_share": (("side", "date", "draw"), two_sides),
            "width_share": (("date", "draw"), np.ones((2, 11)) * 0.1),
            "is_feasible": (("date", "draw"), np.ones((2, 11)) * draws > 0.5),
        },
        coords={
            "side": ["Eastmark", "Westmark"],
            "date": np.array(["2001-04-01", "2001-05-01"], dtype="datetime64[s]"),
        },
    )


def test_leverage_prints_a_row_for_each_date(
    kadesh: Kadesh, small_war: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kadesh.audit.audit.leverage_path", path_of_leverage)
    ran = kadesh("leverage", small_war)
    assert ran.status == 0
    assert "2001-04-01" in ran.out
    assert "0.45" in ran.out
    content = fits(
        kadesh("leverage", small_war, "--json").out,
        holds(
            format={"const": 1},
            war=TEXT,
            dates={"type": "array", "items": DAY},
            series={"type": "array", "items": SERIES},
            settings={"type": "object"},
        ),
    )
    assert len(content["series"]) == 4


def test_audit_writes_a_report_and_its_data(
    kadesh: Kadesh, small_war: Path, claims: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = kadesh("audit", small_war, claims)
    assert ran.status == 0, ran.err
    folder = tmp_path / "out" / "two-sentences"
    assert sorted(path.name for path in folder.iterdir()) == ["audit.json", "report.html"]
    written = (folder / "audit.json").read_text(encoding="utf-8")
    content = fits(written, audit_schema())
    assert f"Report: {Path('out/two-sentences/report.html')}" in ran.out
    assert "A1" in ran.out
    assert content["claims"][0]["verdict"] in ran.out
    again = kadesh("audit", small_war, claims, "--json", "-o", tmp_path / "again")
    assert again.out == written
    first, second = (path / "report.html" for path in (folder, tmp_path / "again"))
    assert first.read_bytes() == second.read_bytes()


@pytest.fixture
def broken_audit(monkeypatch: pytest.MonkeyPatch) -> list[BaseException]:
    """An audit that raises what is put into the list."""
    errors: list[BaseException] = []

    def audit(*_: object, **__: object) -> None:
        raise errors[0]

    monkeypatch.setattr("kadesh.audit.audit.audit", audit)
    return errors


@pytest.mark.parametrize(
    ("error", "status"),
    [(KeyboardInterrupt(), 130), (NumericalError("ground: not finite\nin week 3"), 1)],
)
def test_a_broken_run_leaves_nothing_and_says_why(
    kadesh: Kadesh,
    small_war: Path,
    claims: Path,
    tmp_path: Path,
    broken_audit: list[BaseException],
    error: BaseException,
    status: int,
) -> None:
    broken_audit.append(error)
    ran = kadesh("audit", small_war, claims, "-o", tmp_path / "out" / "x")
    assert ran.status == status
    assert len(ran.err.splitlines()) == 1
    assert ran.err.startswith("kadesh: ")
    assert not (tmp_path / "out").exists()
