"""Screening of private types: T9, T2's types, and a grid of beliefs as the oracle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadesh.bargaining.exact.screening import Screening, Type, best_demand, screen
from kadesh.errors import InputErrors
from kadesh.theory import solve

ROUNDING = 1e-12
DIGITS = 5e-7  # six printed decimals
WEAK, TOUGH = Type(0.1, 0.1, 0.04), Type(0.1, 0.1, 0.01)


def test_cost_types_are_bought_off_in_turn() -> None:
    found = screen(WEAK, TOUGH, cost=0.02, discount=1.0, rounds=4)
    assert (TOUGH.finish(1.0), WEAK.finish(1.0)) == pytest.approx((0.45, 0.30), abs=ROUNDING)
    assert found.offers == pytest.approx([0.45, 0.42, 0.396, 0.3768, 0.36144], abs=ROUNDING)
    assert found.thresholds == pytest.approx([0.5, 0.222222, 0.081218, 0.023348], abs=DIGITS)
    assert found.intercepts[:3] == pytest.approx([0.55, 0.58, 0.604], abs=ROUNDING)
    assert found.slopes[:3] == pytest.approx([0.0, -0.06, -0.168], abs=ROUNDING)


def test_power_types_at_the_reference_values() -> None:
    strong, weak = Type(0.08, 0.12, 0.02), Type(0.12, 0.08, 0.02)
    assert (strong.finish(1.0), weak.finish(1.0)) == pytest.approx((0.5, 0.3), abs=ROUNDING)
    found = screen(weak, strong, cost=0.02, discount=1.0, rounds=1)
    assert found.offers[1] == pytest.approx(0.46, abs=ROUNDING)
    assert found.thresholds == pytest.approx([0.5], abs=ROUNDING)


def _on_a_grid(rounds: int, points: int = 4_001) -> np.ndarray:
    """A's value with up to so many rounds, each belief after a refusal tried in turn."""
    belief = np.linspace(0.0, 1.0, points)
    value, offer = np.full(points, 1.0 - 0.45), 0.45
    best = value.copy()
    for _ in range(rounds):
        offer = -0.04 + 0.1 + 0.8 * offer
        ahead = -0.02 + 0.1 + 0.8 * value
        now = np.full(points, -np.inf)
        for after in range(points):
            if belief[after] == 0.0:
                continue
            # The weak type refuses just often enough for the belief to end at this point.
            refused = belief / belief[after]
            reachable = refused <= 1.0
            # It is willing to mix only if the next offer is the one it was promised.
            if value[after] > best[after] - 1e-12:
                worth = (1.0 - refused) * (1.0 - offer) + refused * ahead[after]
                now = np.where(reachable, np.maximum(now, worth), now)
        value = now
        best = np.maximum(best, now)
    return best


def test_a_grid_of_beliefs_jumps_where_the_recursion_says() -> None:
    found = screen(WEAK, TOUGH, cost=0.02, discount=1.0, rounds=1)
    belief = np.linspace(0.0, 1.0, 4_001)
    assert _on_a_grid(1) == pytest.approx(found.value(belief), abs=5e-4)


@given(
    collapse=st.floats(0.02, 0.3),
    other=st.floats(0.02, 0.3),
    low=st.floats(0.0, 0.05),
    more=st.floats(0.001, 0.05),
    cost=st.floats(0.001, 0.1),
    discount=st.floats(0.8, 1.0),
)
def test_offers_fall_to_the_weak_types_war_and_thresholds_fall(
    collapse: float, other: float, low: float, more: float, cost: float, discount: float
) -> None:
    weak, tough = Type(collapse, other, low + more), Type(collapse, other, low)
    found = screen(weak, tough, cost=cost, discount=discount, rounds=6)
    assert (np.diff(found.offers) < 0.0).all()
    assert (found.offers > weak.finish(discount)).all()
    assert (np.diff(found.thresholds) < 0.0).all()
    # The value falls in the belief that B is tough and joins without a jump at the thresholds.
    belief = np.linspace(0.0, 1.0, 101)
    assert (np.diff(found.value(belief)) <= ROUNDING).all()
    for k, threshold in enumerate(found.thresholds):
        lines = found.intercepts + found.slopes * threshold
        assert lines[k] == pytest.approx(lines[k + 1], abs=ROUNDING)


def test_types_that_fight_for_the_same_are_not_screened() -> None:
    found = screen(TOUGH, TOUGH, cost=0.02, discount=1.0, rounds=3)
    assert found.thresholds == pytest.approx([0.0] * 3, abs=0)
    assert found.value(np.array([0.0, 0.5, 1.0])) == pytest.approx(0.55)


def test_the_solver_and_the_model_of_the_library_agree() -> None:
    found: Screening = screen(WEAK, TOUGH, cost=0.02, discount=0.95, rounds=5)
    model = solve(
        "screening-war", collapse_a=0.1, collapse_b=0.1, cost_a=0.02, cost_low=0.01,
        cost_high=0.04, discount=0.95, rounds=5,
    )  # fmt: skip
    assert found.offers == pytest.approx(model.offers, abs=ROUNDING)
    assert found.thresholds == pytest.approx(model.thresholds, abs=1e-10)
    assert found.value(np.arange(11) / 10) == pytest.approx(model.values_at, abs=1e-10)


def test_types_must_fight_rounds_of_the_same_length_and_come_in_order() -> None:
    with pytest.raises(InputErrors, match="same a"):
        screen(Type(0.2, 0.1, 0.02), TOUGH, cost=0.02, discount=1.0, rounds=1)
    with pytest.raises(InputErrors, match="fights on for more"):
        screen(TOUGH, WEAK, cost=0.02, discount=1.0, rounds=1)
    with pytest.raises(InputErrors, match="ends"):
        screen(Type(0, 0, 0.2), Type(0, 0, 0.1), cost=0.02, discount=1.0, rounds=1)


def test_one_demand_to_two_types() -> None:
    # T2's cost types: risky iff q < (c_H - c_L)/(c_H + c_A) = .5, with p = .6 and c_A = .1.
    floors, war = 0.4 - np.array([0.1, 0.3]), np.full(2, 0.5)
    for tough, risky in ((0.5 - 1e-6, True), (0.5 + 1e-6, False)):
        demand, war_prob, worth = best_demand(floors, np.array([tough, 1 - tough]), war)
        assert (war_prob > 0.0) == risky
        assert demand == pytest.approx(0.9 if risky else 0.7)
        assert worth >= 0.7 - 1e-9
    # T2's power types: risky iff the weak have more than C/(p_w - p_s + C) = .25.
    power = np.array([0.7, 0.4])
    for weak, risky in ((0.25 - 1e-6, False), (0.25 + 1e-6, True)):
        answer = best_demand(1 - power - 0.05, np.array([weak, 1 - weak]), power - 0.05)
        assert (answer[1] > 0.0) == risky
