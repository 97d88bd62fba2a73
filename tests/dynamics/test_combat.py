from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import kadesh
from kadesh.dynamics.combat import IMPLIED, expected, fit_of, implied, judge, outcomes
from kadesh.dynamics.mechanisms.attrition import helmbold_losses
from kadesh.errors import InputErrors

WARS = Path(kadesh.__file__).parent / "wars"
TABLE = Path(kadesh.__file__).parent / "dynamics" / "combat.yaml"


def test_every_outcome_has_coefficients_with_spreads() -> None:
    assert set(outcomes()) == {"win", "attacker_loss", "defender_loss", "exchange", "advance"}
    for outcome in outcomes():
        fit = fit_of(outcome)
        assert fit.battles > 400
        assert all(deviation > 0 for _, deviation in fit.coefficients.values())


def test_the_exponent_follows_from_the_slope_of_the_loss_exchange() -> None:
    """1 - 2w is the slope, and what the attrition mechanism makes of w has that slope again."""
    slope = fit_of("exchange").coefficients["force_log_ratio"][0]
    told = yaml.safe_load(TABLE.read_text())["implied"]["concentration_exponent_mean_war"]
    exponent = (1.0 - slope) / 2.0
    # Medians of 40,000 draws.
    assert told[1] == pytest.approx(exponent, abs=0.005)
    own, other = np.array([1000.0, 2000.0]), np.array([2000.0, 1000.0])
    lost = helmbold_losses(own, other, np.log(other / own), np.array(0.02), exponent)
    assert float(np.log(lost[1] / lost[0])) == pytest.approx(slope * np.log(2.0), abs=1e-12)


@given(
    st.sampled_from(["win", "attacker_loss", "defender_loss", "exchange", "advance"]),
    st.floats(-3, 3),
    st.floats(-3, 3),
)
def test_effects_add(outcome: str, force: float, surprise: float) -> None:
    both = expected(outcome, {"force_log_ratio": force, "surprise": surprise})
    alone = expected(outcome, {"force_log_ratio": force}) + expected(
        outcome, {"surprise": surprise}
    )
    assert both == pytest.approx(alone - expected(outcome, {}), abs=1e-9)


def test_more_force_costs_the_attacker_less_and_the_defender_more() -> None:
    ratios = [-1.0, 0.0, 1.0, 2.0]
    loss = [expected("attacker_loss", {"force_log_ratio": ratio}) for ratio in ratios]
    other = [expected("defender_loss", {"force_log_ratio": ratio}) for ratio in ratios]
    won = [expected("win", {"force_log_ratio": ratio}) for ratio in ratios]
    assert all(a > b for a, b in pairwise(loss))
    assert all(a < b for a, b in pairwise(other))
    assert all(a < b for a, b in pairwise(won))


def test_what_is_implied_is_ordered_and_judged_by_overlap() -> None:
    for name in IMPLIED:
        battles = implied(name)
        assert battles.low < battles.central < battles.high
        assert judge(name, battles.low, battles.high) == "in line"
        assert judge(name, battles.high + 1.0, battles.high + 2.0) == "contradicts"
        above = (battles.central + battles.high) / 2.0
        assert judge(name, above, battles.high + 1.0) == "overlaps"


def test_no_range_of_a_bundled_war_is_ruled_out_by_the_battles() -> None:
    """The ranges are judgement; the battles' verdict on each is told in docs/combat.md."""
    given = yaml.safe_load((WARS / "ukraine-2022" / "assumptions.yaml").read_text())["assumptions"]
    verdicts = {name: judge(name, given[name]["low"], given[name]["high"]) for name in IMPLIED}
    assert verdicts == {
        "loss_concentration_exponent": "in line",
        "attacker_loss_factor": "in line",
        "loss_rate_per_week": "overlaps",
        "advance_force_exponent": "overlaps",
        "fortification_log_strength": "in line",
        "surprise_log_strength": "overlaps",
    }


def test_bad_names_are_one_clear_line() -> None:
    with pytest.raises(InputErrors, match="outcome"):
        fit_of("morale")
    with pytest.raises(InputErrors, match="column"):
        expected("win", {"morale": 1.0})
    with pytest.raises(InputErrors, match="assumption"):
        implied("recovery_weeks")
