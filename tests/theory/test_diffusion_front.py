"""The diffusing front: T11, laws and limits, and finite differences on ever finer grids."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import solve_banded

from kadesh.theory import solve
from kadesh.theory.models.diffusion_front import Inputs, finish, shares

DIGITS = 5e-7
REFERENCE = {
    "drift": 0.02, "volatility": 0.2, "start": 0.4, "cost_a": 0.01, "cost_b": 0.02, "power_a": 0.5,
}  # fmt: skip


def test_the_reference_values() -> None:
    found = solve("diffusion-front", **REFERENCE, discount_rate=0.0)
    assert found.win_prob_war == pytest.approx(0.521546, abs=DIGITS)
    assert found.expected_duration == pytest.approx(6.077300, abs=DIGITS)
    assert found.share_a == pytest.approx(0.551933, abs=DIGITS)
    found = solve("diffusion-front", **REFERENCE, discount_rate=0.05)
    assert found.share_a == pytest.approx(0.525492, abs=DIGITS)


def differences(
    inputs: Inputs, rate: float, source: float, ends: tuple[float, float], steps: int
) -> float:
    """Value at the start of r V = source + mu V' + s^2 V'' / 2 by central differences."""
    h = 1 / steps
    second, first = inputs.volatility**2 / (2 * h**2), inputs.drift / (2 * h)
    bands = np.zeros((3, steps - 1))
    bands[0, 1:], bands[1], bands[2, :-1] = second + first, -2 * second - rate, second - first
    right = np.full(steps - 1, -source)
    right[0] -= (second - first) * ends[0]
    right[-1] -= (second + first) * ends[1]
    inner = solve_banded((1, 1), bands, right)
    return float(np.interp(inputs.start, np.linspace(0, 1, steps + 1), [ends[0], *inner, ends[1]]))


@pytest.mark.parametrize("rate", [0.0, 0.05])
@pytest.mark.parametrize("drift", [-0.1, 0.0, 0.02])
def test_finite_differences_approach_the_closed_form_as_the_square_of_the_step(
    rate: float, drift: float
) -> None:
    inputs = Inputs(**{**REFERENCE, "drift": drift}, discount_rate=rate)
    source = (
        rate * inputs.power_a + inputs.power_a * (inputs.cost_a + inputs.cost_b) - inputs.cost_a
    )
    found = solve("diffusion-front", **{**REFERENCE, "drift": drift}, discount_rate=rate)
    for value, at_rate, flow, ends in (
        (found.share_a, rate, source, (0.0, 1.0)),
        (found.win_prob_war, 0.0, 0.0, (0.0, 1.0)),
        (found.expected_duration, 0.0, 1.0, (0.0, 0.0)),
    ):
        coarse, fine = (
            abs(differences(inputs, at_rate, flow, ends, steps) - value) for steps in (50, 200)
        )
        assert fine < 1e-3 * max(abs(value), 1.0)
        # A quarter of the step: a sixteenth of the error, or rounding where the grid is exact.
        assert fine < coarse / 12 or coarse < 1e-10


@pytest.mark.parametrize("rate", [0.0, 0.05])
def test_the_fort_game_with_ever_more_forts_approaches_the_front(rate: float) -> None:
    exact = solve("diffusion-front", **REFERENCE, discount_rate=rate)
    errors = []
    for forts in (25, 50, 100):
        # A battle moves the front by a fort; its odds and length match drift and volatility.
        length = 1 / (forts * REFERENCE["volatility"]) ** 2
        odds = 0.5 * (1 + REFERENCE["drift"] * length * forts)
        found = solve(
            "fort-game", forts=forts, win_prob=odds, cost_a=REFERENCE["cost_a"] * length,
            cost_b=REFERENCE["cost_b"] * length, discount=float(np.exp(-rate * length)),
        )  # fmt: skip
        errors.append(abs(found.share_a[forts * 2 // 5 - 1] - exact.share_a))
    # Half the step: a quarter of the error, with room for terms of higher order.
    assert errors[1] < errors[0] / 3.5
    assert errors[2] < errors[1] / 3.5
    assert errors[2] < 1e-5


moving = {
    "drift": st.floats(-0.5, 0.5),
    "volatility": st.floats(0.05, 1.0),
    "start": st.floats(0.0, 1.0),
    "cost_a": st.floats(0.0, 0.1),
    "cost_b": st.floats(0.0, 0.1),
    "power_a": st.floats(0.0, 1.0),
    "discount_rate": st.sampled_from([0.0, 1e-9, 0.01, 0.5]),
}


@given(st.fixed_dictionaries(moving))
def test_exchanging_the_sides_mirrors_the_front(given_inputs: dict[str, float]) -> None:
    one = solve("diffusion-front", **given_inputs)
    two = solve(
        "diffusion-front",
        drift=-given_inputs["drift"],
        volatility=given_inputs["volatility"],
        start=1 - given_inputs["start"],
        cost_a=given_inputs["cost_b"],
        cost_b=given_inputs["cost_a"],
        power_a=1 - given_inputs["power_a"],
        discount_rate=given_inputs["discount_rate"],
    )
    assert one.win_prob_war == pytest.approx(1 - two.win_prob_war, abs=1e-9)
    assert one.expected_duration == pytest.approx(two.expected_duration, rel=1e-7, abs=1e-9)
    assert one.share_a == pytest.approx(1 - two.share_a, abs=1e-7)


@given(st.fixed_dictionaries(moving))
def test_small_drift_and_small_discounting_join_up(given_inputs: dict[str, float]) -> None:
    at = np.asarray([given_inputs["start"]])
    volatility = given_inputs["volatility"]
    # Either side of the switch to the series.
    edge = 1e-3 * volatility**2 / 2
    below, above = finish(edge * (1 - 1e-9), volatility, at), finish(edge, volatility, at)
    assert below[0] == pytest.approx(above[0], abs=1e-11)
    # Rounding of u - x, over the drift at the switch.
    assert below[1] == pytest.approx(above[1], rel=1e-8, abs=1e-12 / volatility**2)
    still = Inputs(**{**given_inputs, "discount_rate": 0.0})
    barely = Inputs(**{**given_inputs, "discount_rate": 1e-10})
    # To first order the share moves by the rate times the square of the duration, below 1e5 here.
    assert shares(barely, at) == pytest.approx(shares(still, at), abs=2e-5)


@given(st.fixed_dictionaries({**moving, "start": st.floats(0.001, 0.999)}))
def test_the_equation_holds_where_the_share_is_smooth(given_inputs: dict[str, float]) -> None:
    inputs = Inputs(**{**given_inputs, "volatility": 0.3 + given_inputs["volatility"]})
    h = 1e-4
    middle = 0.1 + 0.8 * inputs.start
    low, here, high = shares(inputs, middle + h * np.asarray([-1.0, 0.0, 1.0]))
    cost = inputs.power_a * (inputs.cost_a + inputs.cost_b) - inputs.cost_a
    residual = (
        inputs.discount_rate * (inputs.power_a - here) + cost
        + inputs.drift * (high - low) / (2 * h)
        + inputs.volatility**2 / 2 * (high - 2 * here + low) / h**2
    )  # fmt: skip
    # Second differences of values with error 1e-14 or so, over 1e-8.
    assert abs(residual) < 1e-4


@pytest.mark.parametrize("drift", [-1e3, -5.0, 0.0, 1e-300, 5.0, 1e3])
@pytest.mark.parametrize("volatility", [1e-6, 0.01, 1e3])
@pytest.mark.parametrize("rate", [0.0, 1e-300, 1e-9, 1e3])
def test_extremes_stay_finite_and_inside_what_is_possible(
    drift: float, volatility: float, rate: float
) -> None:
    found = solve(
        "diffusion-front", drift=drift, volatility=volatility, start=0.25, cost_a=0.0, cost_b=0.0,
        discount_rate=rate,
    )  # fmt: skip
    assert 0 <= found.win_prob_war <= 1
    assert found.expected_duration >= 0
    assert -1e-9 <= found.share_a <= 1 + 1e-9
