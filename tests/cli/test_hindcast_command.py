"""What `kadesh hindcast` prints and writes; the forecasts themselves are made elsewhere."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from kadesh_command import Kadesh

import kadesh.experiments.hindcast as source
from kadesh.dynamics.calibration import Calibration
from kadesh.experiments.forecasts import BASELINES, HORIZONS, Hindcast, Target
from kadesh.experiments.hindcast import CAMPAIGN, PRIOR
from kadesh.war import War

DATES = tuple(date(2022, 6, 30) + timedelta(weeks=8 * n) for n in range(4))
TARGETS = (
    Target("net", "Russia", "land gained by Russia"),
    Target("sectors", "donetsk", "land held in donetsk"),
    Target("losses", "Russia", "losses of Russia"),
)


def made_up(war: War, **asked: Any) -> Hindcast:
    """Forecasts at random."""
    stream = np.random.default_rng(asked["seed"])
    shape = (len(DATES), len(HORIZONS), len(TARGETS))
    prior = {"loss_rate_per_week": stream.normal(size=32), "fixed": np.ones(32)}
    posterior = {"loss_rate_per_week": 0.5 * stream.normal(size=16), "fixed": np.ones(16)}
    fit = Calibration(prior, posterior, (), np.zeros(0), np.zeros((0, 1)), np.zeros((0, 1)))
    return Hindcast(
        war=war.name,
        until=asked["until"] or war.end,
        dates=DATES,
        targets=TARGETS,
        forecasts={
            name: stream.normal(size=(*shape, asked["draws"]))
            for name in (CAMPAIGN, PRIOR, *BASELINES)
        },
        outcome=stream.normal(size=shape),
        fits=(fit,) * len(DATES),
        seed=asked["seed"],
    )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "hindcast", made_up)


@pytest.mark.usefixtures("quick")
def test_it_prints_a_table_for_every_group(kadesh: Kadesh) -> None:
    ran = kadesh("hindcast", "ukraine-2022", "--draws", "16")
    assert ran.status == 0
    for text in ("in favour of Russia", "Land held in each sector", "Killed and wounded"):
        assert text in ran.out
    for method in (CAMPAIGN, PRIOR, *BASELINES):
        assert ran.out.count(f" {method} ") >= 3 * len(HORIZONS)
    assert ran.out.count("0, the best baseline") == 9
    assert "4 dates, 2022-06-30 to 2022-12-15" in ran.out + ran.err


@pytest.mark.usefixtures("quick")
def test_json_and_files_hold_the_same(kadesh: Kadesh, tmp_path: Path) -> None:
    ran = kadesh("hindcast", "ukraine-2022", "--draws", "16", "-o", tmp_path / "out", "--json")
    content = json.loads(ran.out)
    assert content == json.loads((tmp_path / "out" / "hindcast.json").read_text())
    assert content["dates"] == [str(day) for day in DATES]
    with (tmp_path / "out" / "scores.csv").open() as handle:
        scores = list(csv.DictReader(handle))
    assert len(scores) == 6 * len(DATES) * 9 == len(content["scores"])
    assert float(scores[0]["crps"]) == pytest.approx(content["scores"][0]["crps"])
    table = pd.read_csv(tmp_path / "out" / "table.csv")
    assert len(table) == 9 * 6
    assert [line["assumption"] for line in content["learnt"]] == ["loss_rate_per_week"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--until", "2031-01-01"), ("--until", "2031-01-01", "a date of the war")),
        (("--until", "tomorrow"), ("--until", "tomorrow", "YYYY-MM-DD")),
        (("--first", "2022-03-01"), ("first", "2022-03-01", "18 weeks into the war")),
        (("--until", "2022-09-01"), ("first", "at least 26 weeks before")),
        (("--until", "x", "--first", "y"), ("--until", "--first")),
    ],
)
def test_wrong_dates_are_a_line_each(
    kadesh: Kadesh, given: tuple[str, ...], words: tuple[str, ...]
) -> None:
    ran = kadesh("hindcast", "ukraine-2022", *given)
    assert ran.status == 2
    assert not ran.out
    for word in words:
        assert word in ran.err
