"""Gambling for resurrection and conditional subsidies: 1.13, 1.15, and their laws."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadesh.errors import InputErrors
from kadesh.theory import solve

ROUNDING = 1e-12
PATRON: dict[str, Any] = {"win_prob": 0.5, "cost_a": 0.1, "cost_b": 0.15}


def test_a_losing_leader_gambles_above_the_reference_stake() -> None:
    found = solve(
        "gamble-for-resurrection", forts=6, win_prob=0.5, cost_a=0.01, cost_b=0.01, position=1
    )
    assert found.leader_stake_threshold == pytest.approx(0.3, abs=1e-10)


@settings(max_examples=25, deadline=None)
@given(
    forts=st.integers(2, 10),
    win=st.floats(0.2, 0.8),
    cost_a=st.floats(0.001, 0.05),
    cost_b=st.floats(0.001, 0.05),
    power=st.floats(0.0, 1.0),
    data=st.data(),
)
def test_the_threshold_is_what_the_table_adds_over_the_chance_of_victory(
    forts: int, win: float, cost_a: float, cost_b: float, power: float, data: st.DataObject
) -> None:
    position = data.draw(st.integers(1, forts - 1))
    found = solve(
        "gamble-for-resurrection", forts=forts, win_prob=win, cost_a=cost_a, cost_b=cost_b,
        position=position, power_a=power,
    )  # fmt: skip
    # Ruin by hand: a linear system of one row per position.
    system = np.eye(forts - 1) - win * np.eye(forts - 1, k=1) - (1 - win) * np.eye(forts - 1, k=-1)
    battles = np.linalg.solve(system, np.ones(forts - 1))[position - 1]
    won = np.linalg.solve(system, win * (np.arange(1, forts) == forts - 1))[position - 1]
    # The table gives A the part th of the costs that a settlement saves both.
    saved = power * (cost_a + cost_b) * battles
    assert found.leader_stake_threshold == pytest.approx(saved / won, rel=1e-8)


def test_a_position_outside_or_without_hope_is_refused() -> None:
    same = {"forts": 6, "cost_a": 0.01, "cost_b": 0.01}
    with pytest.raises(InputErrors, match="position = 6"):
        solve("gamble-for-resurrection", **same, win_prob=0.5, position=6)
    with pytest.raises(InputErrors, match="no stake is enough"):
        solve("gamble-for-resurrection", **same, win_prob=0.0, position=3)


def test_aid_that_stops_at_a_settlement_closes_the_range() -> None:
    for subsidy, high in ((0.1, 0.55), (0.25, 0.4), (0.3, 0.35)):
        found = solve("patron-subsidy", **PATRON, subsidy=subsidy, conditional=True)
        assert (found.range_low, found.range_high) == pytest.approx((0.4, high), abs=ROUNDING)
        assert found.width == pytest.approx(0.25 - subsidy, abs=ROUNDING)


def test_aid_that_goes_on_anyway_moves_nothing_and_strength_moves_both_ends() -> None:
    plain = solve("patron-subsidy", **PATRON, subsidy=0.0)
    paid = solve("patron-subsidy", **PATRON, subsidy=0.3, conditional=False)
    assert paid == plain
    armed = solve("patron-subsidy", **PATRON, subsidy=0.3, conditional=False, strength_gain=0.2)
    assert armed.range_low == pytest.approx(plain.range_low - 0.2, abs=ROUNDING)
    assert armed.width == pytest.approx(plain.width, abs=ROUNDING)


@given(
    win=st.floats(0.0, 1.0),
    a=st.floats(0.0, 0.5),
    b=st.floats(0.0, 0.5),
    extra=st.floats(1e-6, 0.5),
)
def test_the_range_closes_exactly_at_the_sum_of_the_costs(
    win: float, a: float, b: float, extra: float
) -> None:
    at = solve("patron-subsidy", win_prob=win, cost_a=a, cost_b=b, subsidy=a + b)
    assert at.width == pytest.approx(0.0, abs=ROUNDING)
    beyond = solve("patron-subsidy", win_prob=win, cost_a=a, cost_b=b, subsidy=a + b + extra)
    assert beyond.width < 0.0
    assert beyond.range_high < beyond.range_low
    short = solve("patron-subsidy", win_prob=win, cost_a=a, cost_b=b, subsidy=max(a + b - extra, 0))
    assert short.width >= 0.0 or a + b < extra
    lottery = solve("costly-lottery", win_prob=win, cost_a=a, cost_b=b)
    without = solve("patron-subsidy", win_prob=win, cost_a=a, cost_b=b, subsidy=0)
    assert (without.range_low, without.range_high) == pytest.approx(
        (lottery.range_low, lottery.range_high), abs=ROUNDING
    )


def test_help_cannot_take_more_than_the_whole_chance() -> None:
    with pytest.raises(InputErrors, match="strength_gain"):
        solve("patron-subsidy", **PATRON, subsidy=0.1, strength_gain=0.6)


def test_a_chance_too_small_for_a_number_is_not_called_none() -> None:
    with pytest.raises(InputErrors, match=r"position = 1: .*3,000 forts and win_prob 0.4"):
        solve(
            "gamble-for-resurrection", forts=3000, win_prob=0.4, position=1, cost_a=0.001,
            cost_b=0.001,
        )  # fmt: skip


def test_a_subsidy_of_the_costs_closes_the_range_exactly() -> None:
    rng = np.random.default_rng(3)
    for cost_a, cost_b, win in rng.uniform(0, 1, (200, 3)).tolist():
        found = solve(
            "patron-subsidy", win_prob=win, cost_a=cost_a, cost_b=cost_b, subsidy=cost_a + cost_b,
            conditional=True,
        )  # fmt: skip
        assert found.width == 0.0
        assert found.range_low == found.range_high
