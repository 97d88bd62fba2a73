"""Every example runs: each verb as it is, on the small fictional war and small samples."""

import runpy
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import kadesh
import kadesh.experiments.hindcast as hindcasting
from kadesh.audit import preparing
from kadesh.bargaining import campaign_game
from kadesh.bargaining.campaign_game import solve_campaign_game
from kadesh.experiments import forecasts
from kadesh.war import War

EXAMPLES = Path(__file__).parents[2] / "examples"
CLAIMS = """\
format: 1
title: A sentence about the River War, on the record alone
war: river-war
published: 2001-07-15
about: A test.
thresholds:
  some_land: {low: 300, central: 400, high: 500, unit: km2, meaning: land, source: judgement}
claims:
  A1:
    text: Westmark held much of the hills in July 2001.
    readings:
      held:
        kind: measurement
        text: At least so much was held.
        span:
          quantity: {measure: held_km2, side: Westmark, sectors: [east-hills]}
          at: 2001-07-08
        relation: at_least
        threshold: some_land
"""


@pytest.fixture(scope="module")
def small_war(tmp_path_factory: pytest.TempPathFactory) -> War:
    return kadesh.load_war(kadesh.write_new_war(tmp_path_factory.mktemp("wars") / "river-war"))


@pytest.fixture(scope="module")
def small_claims(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("claims") / "record-only.yaml"
    path.write_text(CLAIMS, encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch, small_war: War, small_claims: Path) -> None:
    reconstruct, simulate, load_war = kadesh.reconstruct, kadesh.simulate, kadesh.load_war
    audit_claims, leverage, claims_of = kadesh.audit_claims, kadesh.leverage, kadesh.claims_of
    hindcast = kadesh.hindcast

    def small_load(name: Any) -> War:
        assert name in {"ukraine-2022"}
        load_war(name)
        return small_war

    def small_simulate(war: War, start: Any, *, weeks: int, runs: int, **options: Any) -> Any:
        assert weeks > 0
        assert runs > 0
        return simulate(war, start, weeks=4, runs=8, **options)

    small: dict[str, Any] = {
        "load_war": small_load,
        "reconstruct": lambda war, day, **options: reconstruct(war, war.end, **options),
        "simulate": small_simulate,
        "claims_of": lambda war, name: claims_of(war, small_claims),
        "audit_claims": partial(audit_claims, draws=96),
        "leverage": partial(leverage, draws=96),
        "hindcast": partial(hindcast, draws=64, simulations=256),
    }
    # The River War lasts 30 weeks: long enough for one date to forecast from, 8 weeks ahead.
    for module in (hindcasting, forecasts):
        monkeypatch.setattr(module, "HORIZONS", (4, 8))
    for name, verb in small.items():
        monkeypatch.setattr(kadesh, name, verb, raising=False)
    monkeypatch.setattr(preparing, "solve_campaign_game", partial(solve_campaign_game, runs=256))
    monkeypatch.setattr(campaign_game, "MONTHS", 12)
    monkeypatch.setattr(campaign_game, "SAMPLED", (0, 3, 6))
    monkeypatch.setattr(campaign_game, "LESSON_MONTHS", (0, 4, 8))
    monkeypatch.setattr(campaign_game, "PLAYED_ON_MONTHS", (0, 0, 3, 6))


@pytest.mark.parametrize("name", sorted(path.name for path in EXAMPLES.glob("*.py")))
def test_the_example_runs(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    runpy.run_path(str(EXAMPLES / name))
    assert capsys.readouterr().out


def test_each_verb_has_an_example() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in EXAMPLES.glob("*.py"))
    verbs = {name for name in kadesh.__all__ if not name.startswith("_")}
    assert {name for name in verbs if f"kadesh.{name}(" not in text} == set()
