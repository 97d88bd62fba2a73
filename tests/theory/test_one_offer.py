"""Costly lottery and ultimatum: T1, T2, their laws, and enumeration of divisions and demands."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadesh.errors import InputErrors
from kadesh.theory import solve

ROUNDING = 1e-12
"""A few operations on numbers of order one."""

costs = st.floats(0.0, 0.6)
probabilities = st.floats(0.0, 1.0)


def test_the_range_at_the_reference_values() -> None:
    linear = solve("costly-lottery", win_prob=0.6, cost_a=0.1, cost_b=0.2)
    assert (linear.range_low, linear.range_high) == pytest.approx((0.5, 0.8), abs=ROUNDING)
    root = solve("costly-lottery", win_prob=0.6, cost_a=0, cost_b=0, utility="sqrt")
    assert (root.range_low, root.range_high) == pytest.approx((0.36, 0.84), abs=ROUNDING)


@given(win=probabilities, a=costs, b=costs, utility=st.sampled_from(["linear", "sqrt"]))
def test_exchanging_the_sides_mirrors_the_range(
    win: float, a: float, b: float, utility: str
) -> None:
    one = solve("costly-lottery", win_prob=win, cost_a=a, cost_b=b, utility=utility)
    two = solve("costly-lottery", win_prob=1 - win, cost_a=b, cost_b=a, utility=utility)
    assert one.range_low == pytest.approx(1 - two.range_high, abs=ROUNDING)
    assert one.range_high == pytest.approx(1 - two.range_low, abs=ROUNDING)
    assert one.range_low <= one.range_high + ROUNDING


@settings(max_examples=30)
@given(
    win=probabilities, a=st.floats(0.01, 0.6), b=costs, utility=st.sampled_from(["linear", "sqrt"])
)
def test_the_range_is_the_divisions_that_both_prefer(
    win: float, a: float, b: float, utility: str
) -> None:
    share = np.linspace(0.0, 1.0, 20_001)
    worth = np.sqrt if utility == "sqrt" else np.asarray
    both = share[(worth(share) >= win - a - 1e-9) & (worth(1 - share) >= 1 - win - b - 1e-9)]
    found = solve("costly-lottery", win_prob=win, cost_a=a, cost_b=b, utility=utility)
    # A step of the grid, which the range always holds one point of, is 5e-5.
    assert both[0] == pytest.approx(max(found.range_low, 0.0), abs=1e-4)
    assert both[-1] == pytest.approx(min(found.range_high, 1.0), abs=1e-4)


@given(win=probabilities, a=costs, b=costs)
def test_the_linear_range_is_as_wide_as_war_is_costly(win: float, a: float, b: float) -> None:
    found = solve("costly-lottery", win_prob=win, cost_a=a, cost_b=b)
    assert found.range_high - found.range_low == pytest.approx(a + b, abs=ROUNDING)


@pytest.mark.parametrize(
    ("win_prob", "cost_a", "low", "high", "expected"),
    [
        (0.6, 0.1, 0.0, 0.3, (0.7, 1 / 3, 0.633333)),
        (0.4, 0.1, 0.0, 0.3, (0.5, 1 / 3, 0.433333)),
        (0.5, 0.2, 0.1, 0.3, (0.6, 0.0, 0.6)),
        (0.5, 0.05, 0.1, 0.5, (0.725, 0.3125, 0.6390625)),
    ],
)
def test_the_ultimatum_at_the_reference_values(
    win_prob: float, cost_a: float, low: float, high: float, expected: tuple[float, ...]
) -> None:
    found = solve("ultimatum", win_prob=win_prob, cost_a=cost_a, cost_low=low, cost_high=high)
    values = (found.demand, found.war_prob, found.payoff_a)
    assert values == pytest.approx(expected, abs=5e-7)


@given(
    win=st.floats(0.0, 0.3), other=st.floats(0.0, 0.3), a=costs, low=st.floats(0.0, 0.3),
    width=st.floats(0.0, 0.3),
)  # fmt: skip
def test_the_odds_do_not_move_the_probability_of_war(
    win: float, other: float, a: float, low: float, width: float
) -> None:
    rest = {"cost_a": a, "cost_low": low, "cost_high": low + width}
    one, two = solve("ultimatum", win_prob=win, **rest), solve("ultimatum", win_prob=other, **rest)
    assert one.war_prob == two.war_prob
    assert one.demand - two.demand == pytest.approx(win - other, abs=ROUNDING)


@settings(max_examples=30, deadline=None)
@given(
    win=st.floats(0.1, 0.4), a=st.floats(0.0, 0.3), low=st.floats(0.0, 0.2),
    width=st.floats(0.05, 0.3),
)  # fmt: skip
def test_no_demand_does_better(win: float, a: float, low: float, width: float) -> None:
    found = solve("ultimatum", win_prob=win, cost_a=a, cost_low=low, cost_high=low + width)
    cost_b = low + width * (np.arange(2_000) + 0.5) / 2_000
    demands = np.linspace(0.0, 1.0, 1_001)
    accepted = (1 - demands[:, None] >= 1 - win - cost_b).mean(axis=1)
    payoffs = accepted * demands + (1 - accepted) * (win - a)
    # B's 2,000 costs stand for a uniform one: their share differs from it by at most 1/4,000,
    # times what war costs A (below 1); the best of 1,001 demands is within a step's square of it.
    assert payoffs.max() <= found.payoff_a + 1 / 4_000
    assert payoffs.max() == pytest.approx(found.payoff_a, abs=1e-3)


def test_a_known_cost_leaves_no_risk() -> None:
    found = solve("ultimatum", win_prob=0.5, cost_a=0.1, cost_low=0.2, cost_high=0.2)
    assert (found.demand, found.war_prob) == (0.7, 0.0)


def test_a_demand_above_the_stake_is_refused_with_the_reason() -> None:
    with pytest.raises(InputErrors, match=r"at most the whole stake, and A would demand 1\.15"):
        solve("ultimatum", win_prob=0.9, cost_a=0.0, cost_low=0.1, cost_high=0.5)
    with pytest.raises(InputErrors, match=r"cost_high = 0\.1: expected a number of at least"):
        solve("ultimatum", win_prob=0.5, cost_a=0.0, cost_low=0.2, cost_high=0.1)
