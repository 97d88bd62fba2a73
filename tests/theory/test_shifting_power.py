"""Preventive war and temporary strength: T3, T4, T5, and their laws."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadesh.bargaining.exact.moves import Mixing
from kadesh.bargaining.exact.peace import peace_chain, peace_path
from kadesh.errors import InputErrors
from kadesh.theory import solve

ROUNDING = 1e-9


def test_a_one_off_cost_of_war_at_the_reference_threshold() -> None:
    # T3: d = .9, c_B = .5, p_1 = .3; war iff d p_2 - p_1 > c_B (1-d)^2. Costs are paid once, and
    # from period 2 on the riser makes the demands: it has all but what war leaves the decliner.
    discount, cost = 0.9, 0.5
    worth = 1.0 / (1.0 - discount)
    for later, war in ((0.338889 - 2e-6, False), (0.338889 + 2e-6, True)):
        strength = np.array([0.3, later])
        riser = strength * worth + np.array([0.0, cost])
        decliner = (1.0 - strength) * worth - cost
        found = peace_path(riser, decliner, discount)
        assert bool(found.is_war[0]) == war


def test_a_single_jump_at_the_reference_threshold() -> None:
    # T4a: d = .9, D = .2, p = .3 -> .611111.
    for later, war in ((0.61, ()), (0.62, (0,)), (11 / 18 - 1e-9, ()), (11 / 18 + 1e-9, (0,))):
        found = solve(
            "preventive-war", discount=0.9, destroyed_share=0.2, strength_path=[0.3, later]
        )
        assert found.war_periods == war


def test_a_slow_rise_at_the_reference_values() -> None:
    path = [0.3 + 0.05 * t for t in range(13)]
    even = solve("preventive-war", discount=0.9, destroyed_share=0.2, strength_path=path)
    assert even.war_periods == ()
    assert (even.riser_value, even.decliner_value) == pytest.approx((2.6244, 7.3756), abs=ROUNDING)
    expected = {0.95: (), 0.98: (0, 1, 2, 3, 4), 0.99: (0, 1, 2, 3, 4, 5)}
    for discount, periods in expected.items():
        found = solve("preventive-war", discount=discount, destroyed_share=0.2, strength_path=path)
        assert found.war_periods == periods
        # The one-step condition d p' - p > D/(1-D) is never met.
        assert max(discount * b - a for a, b in pairwise(path)) < 0.25


def test_a_late_jump_at_the_reference_values() -> None:
    found = solve(
        "preventive-war", discount=0.9, destroyed_share=0.2, strength_path=[0.3, 0.3, 0.3, 0.3, 0.7]
    )
    assert found.war_periods == (3,)
    assert (found.riser_value, found.decliner_value) == pytest.approx((2.4, 6.142), abs=ROUNDING)


@given(
    first=st.floats(0.0, 1.0),
    later=st.floats(0.0, 1.0),
    destroyed=st.floats(0.01, 0.9),
    discount=st.floats(0.1, 0.98),
)
def test_one_jump_brings_war_as_the_closed_form_says(
    first: float, later: float, destroyed: float, discount: float
) -> None:
    first, later = sorted((first, later))
    gap = (discount * later - first) * (1.0 - destroyed) - destroyed
    if abs(gap) < 1e-9:
        return
    found = solve(
        "preventive-war", discount=discount, destroyed_share=destroyed, strength_path=[first, later]
    )
    assert (found.war_periods == (0,)) == (gap > 0.0)


def test_strength_that_stays_is_peace() -> None:
    found = solve("preventive-war", discount=0.99, destroyed_share=0.1, strength_path=[0.9])
    assert found.war_periods == ()
    assert found.riser_value == pytest.approx(0.9 * 0.9 * 100)


def test_rarer_strength_makes_war_likelier_at_the_reference_value() -> None:
    found = solve("temporary-strength", discount=0.9, strong_share=0.5, destroyed_share=0.2)
    assert found.threshold_episode_prob == pytest.approx(1 / 3, abs=1e-12)


@given(
    discount=st.floats(0.3, 0.97),
    strong=st.floats(0.3, 1.0),
    destroyed=st.floats(0.0, 0.6),
    often=st.floats(0.001, 0.999),
)
def test_the_threshold_is_that_of_the_chain(
    discount: float, strong: float, destroyed: float, often: float
) -> None:
    found = solve(
        "temporary-strength", discount=discount, strong_share=strong, destroyed_share=destroyed
    )
    threshold = found.threshold_episode_prob
    if abs(threshold - often) < 1e-6:
        return
    worth = (1.0 - destroyed) / (1.0 - discount)
    # Only R can gain by war here: D never starts one.
    riser, decliner = np.array([strong * worth, 0.0]), np.zeros(2)
    rows = np.array([[often, 1.0 - often]] * 2)
    peace = peace_chain(riser, decliner, Mixing(-1, rows), discount)
    assert bool(peace.is_war[0]) == (often < threshold)


def test_out_of_range_is_refused_with_the_range() -> None:
    with pytest.raises(InputErrors, match=r"\[0, 1\)"):
        solve("preventive-war", discount=1.0, destroyed_share=0.2, strength_path=[0.3])
    with pytest.raises(InputErrors, match=r"each in \[0, 1\]"):
        solve("preventive-war", discount=0.9, destroyed_share=0.2, strength_path=[0.3, 1.3])


def test_a_small_rise_brings_war_where_patience_is_near_endless() -> None:
    # In exact rationals fighting is worth 4.5e-4 flows more to the decliner, of 1e9.
    found = solve(
        "preventive-war",
        discount=1 - 1e-9,
        destroyed_share=0,
        strength_path=[0.3, 0.30000000030045],
    )
    assert found.war_periods == (0,)
