"""A whole audit of a small fictional war: contract, repeatability, ablation."""

import json
from functools import partial

import jsonschema
import pytest

from kadesh.audit import preparing
from kadesh.audit.audit import audit, claims_of
from kadesh.bargaining import campaign_game
from kadesh.bargaining.campaign_game import solve_campaign_game
from kadesh.bargaining.regression.comparison import compare_with_exact
from kadesh.errors import InputErrors
from kadesh.report import audit_schema
from kadesh.war import load_war, write_new_war


@pytest.fixture(scope="module")
def war(tmp_path_factory):
    folder = tmp_path_factory.mktemp("war") / "river"
    write_new_war(folder)
    return load_war(folder)


@pytest.fixture(scope="module", autouse=True)
def _small_sample():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preparing, "solve_campaign_game", partial(solve_campaign_game, runs=256))
        patch.setattr(preparing, "compare_with_exact", partial(compare_with_exact, runs=400))
        patch.setattr(campaign_game, "MONTHS", 12)
        patch.setattr(campaign_game, "SAMPLED", (0, 3, 6))
        patch.setattr(campaign_game, "LESSON_MONTHS", (0, 4, 8))
        patch.setattr(campaign_game, "PLAYED_ON_MONTHS", (0, 0, 3, 6))
        yield


@pytest.fixture(scope="module")
def audited(war):
    return audit(war, claims_of(war, "first-article"), draws=48, without_aligned="Westmark")


def readings(audited):
    return {(c["id"], r["id"]): r for c in audited["claims"] for r in c["readings"]}


def test_the_result_keeps_the_published_contract(audited) -> None:
    validator = jsonschema.Draft202012Validator(audit_schema())
    assert [error.message for error in validator.iter_errors(audited)] == []
    json.dumps(audited, allow_nan=False)


def test_every_reading_says_what_it_rests_on_in_a_sentence(audited) -> None:
    for reading in readings(audited).values():
        assert reading["basis"] in {"record", "model", "statement"}
        assert reading["sentence"].endswith(".")
        if reading["verdict"] == "not testable":
            assert reading["reason"]


def test_the_crossing_is_on_record_and_a_thought_is_not(audited) -> None:
    found = readings(audited)
    assert found["C01", "entered"]["verdict"] == "supported"
    assert found["C01", "entered"]["p"] is None
    assert found["C03", "meaning"]["verdict"] == "not testable"


def test_model_readings_give_the_ends_of_bargaining_power(audited, war) -> None:
    reading = readings(audited)["C03", "waiting"]
    stated = war.assumptions["bargaining_power"]
    assert set(reading["p_by_power"]) == {f"{stated.low:g}", f"{stated.high:g}"}


def test_leaving_out_a_side_shows_how_little_is_left(audited) -> None:
    for reading in readings(audited).values():
        for entry in reading["ablation"]:
            assert entry["rows_left"] <= entry["rows_all"]
    held = readings(audited)["C01", "held"]["ablation"][0]
    assert held["rows_left"] < held["rows_all"]


def test_the_same_seed_gives_the_same_bytes(war, audited, monkeypatch) -> None:
    monkeypatch.setenv("KADESH_CACHE", "off")
    again = audit(war, claims_of(war, "first-article"), draws=48, without_aligned="Westmark")
    assert json.dumps(again, sort_keys=True) == json.dumps(audited, sort_keys=True)


def test_an_unknown_article_is_answered_with_what_there_is(war) -> None:
    with pytest.raises(InputErrors, match="first-article"):
        claims_of(war, "first-artcle")
