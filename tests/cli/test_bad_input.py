"""Bad input: exit status 2, every mistake on its own line of stderr, nothing on stdout."""

import re
from pathlib import Path

import pytest
from kadesh_command import Kadesh

LINE = re.compile(r".+:\d+:\d+: .+: expected .+\. .+\.|kadesh: .+")

CASES: dict[str, tuple[list[str], list[str]]] = {
    "unknown war": (["check", "ukrane-2022"], ["Did you mean 'ukraine-2022'?"]),
    "unknown command": (["audti", "x"], ["Did you mean 'audit'?"]),
    "no war": (["reconstruct"], ["Missing argument"]),
    "unknown option": (["audit", "a", "b", "--sede", "1"], ["--seed"]),
    "seed in words": (["leverage", "ukraine-2022", "--seed", "one"], ["--seed"]),
    "no runs": (["simulate", "ukraine-2022", "--runs", "0"], ["--runs"]),
    "missing claims file": (["audit", "ukraine-2022", "kursk-2024"], ["kursk-incursion-2024"]),
    "unknown side": (
        ["audit", "ukraine-2022", "kursk-incursion-2024", "--without-aligned", "Russland"],
        ["--without-aligned", "Russia"],
    ),
    "no date": (["reconstruct", "ukraine-2022", "--as-of", "31.8.2024"], ["YYYY-MM-DD"]),
    "date after the war": (
        ["reconstruct", "ukraine-2022", "--as-of", "2031-01-01"],
        ["2022-02-24 to 2025-06-30"],
    ),
    "unknown source": (["reconstruct", "ukraine-2022", "--leave-out", "x"], ["leave_out"]),
    "several at once": (
        [
            *("simulate", "ukraine-2022", "--as-of", "soon", "--scenario", "no-ad"),
            *("--assume", "manpower_wieght=1", "-o", "pyproject.toml"),
        ],
        ["--as-of", "--assume", "--output", "--scenario"],
    ),
    "assumption without a number": (
        ["simulate", "ukraine-2022", "--assume", "manpower_weight=much"],
        ["NAME=VALUE"],
    ),
    "assumption that is not finite": (
        ["simulate", "ukraine-2022", "--assume", "manpower_weight=nan"],
        ["finite"],
    ),
    "folder with contents": (["new", "src"], ["new or empty folder"]),
    "file for a war": (["check", "pyproject.toml"], ["found a file"]),
}


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_a_line_and_exit_status_2(
    kadesh: Kadesh, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    arguments, told = CASES[name]
    ran = kadesh(*arguments)
    assert ran.status == 2
    assert ran.out == ""
    lines = [line for line in ran.err.splitlines() if not line.endswith(" ...")]
    assert all(LINE.fullmatch(line) for line in lines), lines
    assert all(any(words in line for line in lines) for words in told), lines
    assert "Traceback" not in ran.err


def test_mistakes_of_war_and_claims_are_told_together(
    kadesh: Kadesh, small_war: Path, tmp_path: Path
) -> None:
    claims = tmp_path / "claims.yaml"
    claims.write_text("format: 1\ntitel: X\n", encoding="utf-8")
    table = small_war / "polls.csv"
    right = table.read_bytes()
    try:
        table.write_bytes(right + b"one,cell,too\n")
        ran = kadesh("check", small_war, claims)
    finally:
        table.write_bytes(right)
    assert ran.status == 2
    assert f"{table}:" in ran.err
    assert f"{claims}:2:1: " in ran.err
    assert len(ran.err.splitlines()) > 2


def test_claims_are_checked_against_the_war(
    kadesh: Kadesh, small_war: Path, tmp_path: Path
) -> None:
    claims = tmp_path / "claims.yaml"
    claims.write_text(
        "format: 1\ntitle: X\nwar: river-war\npublished: 2001-06-01\nabout: A test.\n"
        "claims:\n  A1:\n    text: B.\n    readings:\n      r:\n        kind: trend\n"
        "        text: C.\n        quantity: {measure: held_km2, sectors: [atlantis]}\n"
        "        direction: down\n        dates: [2001-04-01, 2031-04-01]\n",
        encoding="utf-8",
    )
    ran = kadesh("check", small_war, claims)
    assert ran.status == 2
    assert all(line.startswith(f"{claims}:") for line in ran.err.splitlines())


def test_a_failed_audit_leaves_nothing(kadesh: Kadesh, small_war: Path, tmp_path: Path) -> None:
    claims = tmp_path / "claims.yaml"
    claims.write_text("format: 1\n", encoding="utf-8")
    ran = kadesh("audit", small_war, claims, "-o", tmp_path / "made" / "here")
    assert ran.status == 2
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["claims.yaml"]
