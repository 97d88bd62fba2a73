"""`kadesh theory`: what it prints, draws and refuses."""

import csv
import io
import json
import shlex
from pathlib import Path

import pytest
from kadesh_command import Kadesh

from kadesh.theory import NAMES, load_model
from kadesh.theory.fields import outputs, specs
from kadesh.theory.model import record

LOTTERY = ("costly-lottery", "--set", "win_prob=.6", "--set", "cost_a=0.1", "--set", "cost_b=2e-1")


def test_the_list_names_every_model(kadesh: Kadesh) -> None:
    assert all(name in kadesh("theory", "--list").out for name in NAMES)
    assert kadesh("theory").out == kadesh("theory", "--list").out
    listed = json.loads(kadesh("theory", "--list", "--json").out)["models"]
    assert [entry["name"] for entry in listed] == list(NAMES)
    assert all(entry["summary"] for entry in listed)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_alone_shows_the_model_and_an_example_that_runs(kadesh: Kadesh, name: str) -> None:
    model = load_model(name)
    shown = kadesh("theory", name)
    assert shown.status == 0
    flat = " ".join(shown.out.split())
    assert " ".join(model.doc.split()) in flat
    for key, spec in specs(model.input_type).items():
        assert key in shown.out
        assert all(word in flat for word in spec.expected().split())
    line = shown.out.splitlines()[-1]
    ran = kadesh(*shlex.split(line.removeprefix("Example: kadesh ")), "--json")
    assert ran.status == 0, ran.err
    assert ran.err == ""
    solved = record(model.solve(model.inputs(**model.example)))
    assert json.loads(ran.out) == solved
    described = json.loads(kadesh("theory", name, "--json").out)
    assert set(described["outputs"]) == set(outputs(model.result_type)) == set(solved)


def test_values_are_numbers_words_lists_and_truth_values(kadesh: Kadesh) -> None:
    ran = kadesh("theory", *LOTTERY, "--set", "utility=sqrt", "--json")
    assert json.loads(ran.out) == pytest.approx({"range_low": 0.25, "range_high": 0.96})
    duel = ["theory", "lanchester", "--json"]
    for text in ("force_a=3", "force_b=2.0", "rate_a=1", "rate_b=1", "stochastic=true"):
        duel += ["--set", text]
    assert json.loads(kadesh(*duel).out)["win_prob_a"] == pytest.approx(0.775)


def test_without_json_it_prints_a_table(kadesh: Kadesh) -> None:
    lines = kadesh("theory", *LOTTERY).out.splitlines()
    assert lines[0] == "costly-lottery"
    assert lines[2].split()[:2] == ["range_low", "0.5"]


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_a_plot_is_written_in_the_form_of_its_suffix(
    kadesh: Kadesh, tmp_path: Path, suffix: str
) -> None:
    path = tmp_path / "new" / f"figure.{suffix}"
    ran = kadesh("theory", *LOTTERY, "--plot", path, "--json")
    assert ran.status == 0, ran.err
    assert json.loads(ran.out)["range_low"] == 0.5
    assert f"Written: {path}" in ran.err
    assert path.stat().st_size > 1_000
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_a_plot_alone_draws_the_example_and_says_so(kadesh: Kadesh, tmp_path: Path) -> None:
    ran = kadesh("theory", "lanchester", "--plot", tmp_path / "figure.svg")
    assert ran.status == 0
    assert "Inputs as in the example: --set force_a=1000" in ran.err


def test_sweeps_make_a_grid(kadesh: Kadesh) -> None:
    arguments = ["theory", "ultimatum", "--set", "cost_low=0.1", "--set", "cost_high=0.5"]
    arguments += ["--sweep", "win_prob=0.1:0.3:3", "--sweep", "cost_a=0:.1:2"]
    rows = list(csv.DictReader(io.StringIO(kadesh(*arguments, "--csv").out)))
    assert [(row["win_prob"], row["cost_a"]) for row in rows] == [
        (win, cost) for win in ("0.1", "0.2", "0.3") for cost in ("0.0", "0.1")
    ]
    assert float(rows[0]["demand"]) == pytest.approx(0.35)
    as_json = json.loads(kadesh(*arguments, "--json").out)["sweep"]
    assert [entry["demand"] for entry in as_json] == [float(row["demand"]) for row in rows]
    assert "demand" in kadesh(*arguments).out.splitlines()[1]


def test_csv_holds_lists_as_json(kadesh: Kadesh) -> None:
    ran = kadesh("theory", "screening-war", "--sweep", "rounds=1:3:3", "--csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [len(json.loads(row["offers"])) for row in rows] == [2, 3, 4]


BOUND = ("fort-game", *(f"--set={text}" for text in (
    "forts=6", "win_prob=.6", "cost_a=.02", "cost_b=.05", "surrender=true")))  # fmt: skip


def test_bounds_are_marked_where_surrender_meets_uncertain_talks(kadesh: Kadesh) -> None:
    bound = kadesh("theory", *BOUND, "--set", "talk_prob=0.5", "--json")
    assert "are bounds, not equilibrium values, at k = 1..5 (5 of 5 positions)" in bound.err
    assert set(json.loads(bound.out)) == set(outputs(load_model("fort-game").result_type))
    table = kadesh("theory", *BOUND, "--set", "talk_prob=0.5").out
    assert "note" in table
    assert "are bounds" in " ".join(table.split())
    swept = kadesh("theory", *BOUND, "--sweep", "talk_prob=0.5:1:3")
    assert "the first of 2 such points of 3" in swept.err
    assert "note" in swept.out.splitlines()[1]
    assert kadesh("theory", *BOUND, "--json").err == ""


def test_lists_take_numbers_as_people_write_them(kadesh: Kadesh) -> None:
    plain = ["theory", "preventive-war", "--set", "discount=.9", "--set", "destroyed_share=.2"]
    ran = kadesh(*plain, "--set", "strength_path=[.3, +.3,.3,3.e-1, .7]", "--json")
    assert ran.status == 0, ran.err
    assert json.loads(ran.out)["war_periods"] == [3]


def test_every_malformed_option_has_its_line(kadesh: Kadesh) -> None:
    arguments = ["--set", "win_prob", "--set", "=3", "--sweep", "cost_a", "--sweep", "cost_b=1:2:x"]
    ran = kadesh("theory", "costly-lottery", *arguments)
    assert ran.status == 2
    assert len(ran.err.splitlines()) == 4


def test_what_inputs_break_together_shows_beside_what_one_breaks(kadesh: Kadesh) -> None:
    texts = ("forts=8", "start=9", "prior_a=[1,1]", "prior_b=[1,1]", "cost_a=-1", "cost_b=0")
    ran = kadesh("theory", "two-prior-war", *(f"--set={text}" for text in texts))
    assert ran.status == 2
    assert len(ran.err.splitlines()) == 3
    for name in ("start = 9: expected a whole number in [1, 7]", "cost_a = -1", "true_win_prob"):
        assert name in ran.err


REFUSED = {
    "unknown model": (["costly-lotery"], ["Did you mean 'costly-lottery'?"]),
    "no model": (["--set", "win_prob=1"], ["NAME", "kadesh theory --list"]),
    "unknown key": ([*LOTTERY, "--set", "utilty=sqrt"], ["Did you mean 'utility'?"]),
    "several at once": (
        ["costly-lottery", "--set", "win_prob=2", "--set", "cost_a=-1"],
        [
            "win_prob = 2: expected a number in [0, 1]",
            "cost_a = -1: expected a number of at least 0",
            "cost_b: expected a number of at least 0",
        ],
    ),
    "not a number": ([*LOTTERY[:-1], "cost_b=much"], ["cost_b = much: expected a number"]),
    "not finite": ([*LOTTERY[:-1], "cost_b=nan"], ["cost_b = nan: expected a number"]),
    "true for a number": ([*LOTTERY[:-1], "cost_b=true"], ["cost_b = true: expected a number"]),
    "a list for a number": ([*LOTTERY[:-1], "cost_b=[1, 2]"], ["cost_b = [1, 2]: expected"]),
    "no value": ([*LOTTERY, "--set", "utility"], ["KEY=VALUE"]),
    "twice": ([*LOTTERY, "--set", "cost_b=1"], ["cost_b only once"]),
    "demand above the stake": (
        ["ultimatum", *(f"--set={text}" for text in
         ("win_prob=0.9", "cost_a=0", "cost_low=0.1", "cost_high=0.5"))],
        ["at most the whole stake"],
    ),
    "sweep without numbers": ([*LOTTERY, "--sweep", "cost_a=0:x:2"], ["KEY=LO:HI:N"]),
    "sweep of one point": ([*LOTTERY, "--sweep", "cost_a=0:1:1"], ["N from 2 to"]),
    "sweep of a set input": ([*LOTTERY, "--sweep", "cost_a=0:1:2"], ["one value or a sweep"]),
    "sweep out of range": (
        ["costly-lottery", "--sweep", "win_prob=0:1.5:4"],
        ["win_prob = 1.5: expected a number in [0, 1]"],
    ),
    "picture of no kind": ([*LOTTERY, "--plot", "figure.gif"], [".pdf, .png, .svg"]),
    "picture of a sweep": (
        ["costly-lottery", "--sweep", "cost_a=0:1:2", "--plot", "figure.svg"],
        ["one set of inputs"],
    ),
    "folder that is a file": ([*LOTTERY, "--plot", "README.md/x.svg"], ["--plot", "a folder"]),
    "csv and json": ([*LOTTERY, "--csv", "--json"], ["one of --csv and --json"]),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_mistake_is_a_line_and_exit_status_2(
    kadesh: Kadesh, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    arguments, expected = REFUSED[name]
    ran = kadesh("theory", *arguments)
    assert ran.status == 2
    assert ran.out == ""
    lines = [line for line in ran.err.splitlines() if not line.startswith("Inputs as in")]
    assert len(lines) == (3 if name == "several at once" else 1)
    for text in expected:
        assert any(text in line for line in lines), ran.err
