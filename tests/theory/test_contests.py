"""Contests without battles and the deterring patron: T12a, 2/3, 1/19, .3, and indifference."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from kadesh.theory import solve

QUADRATURE = 1e-7
"""Error of scipy's adaptive integration on these smooth integrands, with room."""

positive = st.floats(0.05, 5.0)


def test_attrition_at_the_reference_values() -> None:
    found = solve("attrition-contest", cost_a=0.02, cost_b=0.03, value_a=1, value_b=0.6)
    assert (found.hazard_a, found.hazard_b) == pytest.approx((0.05, 0.02), abs=1e-12)
    assert found.expected_duration == pytest.approx(14.285714, abs=5e-7)


@settings(max_examples=20, deadline=None)
@given(cost_a=positive, cost_b=positive, value_a=positive, value_b=positive, plan=positive)
def test_each_side_is_indifferent_between_all_plans(
    cost_a: float, cost_b: float, value_a: float, value_b: float, plan: float
) -> None:
    found = solve(
        "attrition-contest", cost_a=cost_a, cost_b=cost_b, value_a=value_a, value_b=value_b
    )
    for cost, value, other in (
        (cost_a, value_a, found.hazard_b),
        (cost_b, value_b, found.hazard_a),
    ):
        # Holding out until `plan` in units of the other's mean time, against its exponential end.
        stop = plan / other
        won, _ = quad(lambda t: (value - cost * t) * other * np.exp(-other * t), 0, stop)  # noqa: B023
        assert won - cost * stop * np.exp(-other * stop) == pytest.approx(0.0, abs=1e-6)
    both = found.hazard_a + found.hazard_b
    lasts, _ = quad(lambda t: np.exp(-both * t), 0, np.inf)
    assert found.expected_duration == pytest.approx(lasts, rel=1e-6)


@given(cost_a=positive, cost_b=positive, value_a=positive, value_b=positive)
def test_exchanging_the_sides_exchanges_the_hazards(
    cost_a: float, cost_b: float, value_a: float, value_b: float
) -> None:
    one = solve("attrition-contest", cost_a=cost_a, cost_b=cost_b, value_a=value_a, value_b=value_b)
    two = solve("attrition-contest", cost_a=cost_b, cost_b=cost_a, value_a=value_b, value_b=value_a)
    assert (one.hazard_a, one.hazard_b) == (two.hazard_b, two.hazard_a)
    assert one.expected_duration == pytest.approx(two.expected_duration, rel=1e-14)


def test_audience_costs_at_the_reference_value() -> None:
    found = solve("audience-costs", value=1, audience_slope=0.1, time=5)
    assert found.stay_prob == pytest.approx(2 / 3, abs=1e-12)


@settings(max_examples=20, deadline=None)
@given(value=positive, slope=st.floats(0.001, 5.0), time=positive)
def test_the_other_backs_down_at_the_rate_that_makes_waiting_even(
    value: float, slope: float, time: float
) -> None:
    found = solve("audience-costs", value=value, audience_slope=slope, time=time)
    exposed, _ = quad(lambda t: slope / (value + slope * t), 0, time)
    assert found.stay_prob == pytest.approx(np.exp(-exposed), abs=QUADRATURE)

    def ends(t: float) -> float:
        """The density of the other's backing down."""
        return slope * value / (value + slope * t) ** 2

    won, _ = quad(lambda t: value * ends(t), 0, time)
    # Staying until `time` is worth as much as leaving at once: nothing.
    assert won - slope * time * found.stay_prob == pytest.approx(0.0, abs=1e-6)


def test_the_risk_auction_at_the_reference_value() -> None:
    assert solve("risk-auction", disaster_loss=9).disaster_prob == pytest.approx(1 / 19, abs=1e-15)


@settings(max_examples=20, deadline=None)
@given(loss=st.floats(0.5, 20.0), bid=st.floats(0.001, 0.99))
def test_every_bid_is_worth_the_same_and_the_lower_bid_is_the_risk_run(
    loss: float, bid: float
) -> None:
    found = solve("risk-auction", disaster_loss=loss)

    def density(b: float) -> float:
        return loss * (1 - b) ** (loss - 1)

    # The other gives way at b < bid: the disaster has happened with probability b by then.
    won, _ = quad(lambda b: ((1 - b) - b * loss) * density(b), 0, bid)
    assert won - (1 - bid) ** loss * bid * loss == pytest.approx(0.0, abs=QUADRATURE)
    lower, _ = quad(lambda b: (1 - b) ** (2 * loss), 0, 1)
    assert found.disaster_prob == pytest.approx(lower, abs=QUADRATURE)


def test_the_deterring_patron_at_the_reference_value() -> None:
    found = solve("deterring-patron", patron_value=0.8, effect=0.25, patron_cost=0.06)
    assert found.stake_cap == pytest.approx(0.3, abs=1e-15)


@given(value=positive, effect=st.floats(0.05, 1.0), cost=st.floats(0.0, 1.0))
def test_the_cap_is_the_largest_stake_that_keeps_the_patron_out(
    value: float, effect: float, cost: float
) -> None:
    cap = solve("deterring-patron", patron_value=value, effect=effect, patron_cost=cost).stake_cap
    stakes = np.linspace(0.0, 1.0, 1_001)
    out = stakes[value * effect * stakes <= cost * (1 + 1e-12)]
    assert out.max() == pytest.approx(min(cap, 1.0), abs=1.1e-3)
