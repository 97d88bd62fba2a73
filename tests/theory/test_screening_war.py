"""Screening by offers: T9, its laws, and a belief-grid search that knows no formula for A."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadesh.bargaining.exact.screening import Type, screen
from kadesh.errors import InputErrors
from kadesh.theory import solve
from kadesh.theory.models.screening_war import Inputs
from kadesh.theory.models.screening_war import solve as solve_screening

DIGITS = 5e-7
REFERENCE = {
    "collapse_a": 0.1, "collapse_b": 0.1, "cost_a": 0.02, "cost_low": 0.01, "cost_high": 0.04,
    "discount": 1.0, "rounds": 4,
}  # fmt: skip


def test_offers_and_thresholds_at_the_reference_values() -> None:
    found = solve("screening-war", **REFERENCE)
    assert found.offers == pytest.approx([0.45, 0.42, 0.396, 0.3768, 0.36144], abs=DIGITS)
    assert found.thresholds == pytest.approx([0.5, 0.222222, 0.081218, 0.023348], abs=DIGITS)


@pytest.mark.parametrize(
    ("rounds", "intercept", "slope"), [(0, 0.55, 0.0), (1, 0.58, 0.06), (2, 0.604, 0.168)]
)
def test_values_at_the_reference_values(rounds: int, intercept: float, slope: float) -> None:
    found = solve("screening-war", **{**REFERENCE, "rounds": rounds})
    last = ([1.0, 0.5, 0.222222])[rounds]
    for belief, value in zip(np.arange(11) / 10, found.values_at, strict=True):
        if belief <= last:
            assert value == pytest.approx(intercept - slope * belief, abs=DIGITS)
    assert found.values_at[-1] == pytest.approx(0.55, abs=DIGITS)


inputs = st.fixed_dictionaries(
    {
        "collapse_a": st.floats(0.1, 0.2),
        "collapse_b": st.floats(0.05, 0.2),
        "cost_a": st.floats(0.0, 0.05),
        "cost_low": st.floats(0.005, 0.03),
        "cost_high": st.floats(0.035, 0.06),
        "discount": st.floats(0.9, 1.0),
    }
)


def searched(given: Inputs, points: int) -> tuple[np.ndarray, np.ndarray]:
    """A's value and offer by belief, each refusal leading to the best belief of a grid.

    From the belief 1 down: A may end the war by the offer that the tough type takes, or choose the
    belief r that a refusal leads to. The weak type must be indifferent, so the offer is what
    refusing is worth to it, given the offer that follows at r.
    """
    beliefs = np.linspace(0.0, 1.0, points)
    keep = given.discount * (1 - given.collapse_a - given.collapse_b)
    last = (given.discount * given.collapse_a - given.cost_low) / (1 - keep)
    value, offer = np.full(points, 1 - last), np.full(points, last)
    for here in range(points - 2, -1, -1):
        later = slice(here + 1, None)
        weight = beliefs[here] / beliefs[later]
        indifferent = given.discount * given.collapse_a - given.cost_high + keep * offer[later]
        refused = given.discount * given.collapse_b - given.cost_a + keep * value[later]
        worth = (1 - weight) * (1 - indifferent) + weight * refused
        best = int(worth.argmax())
        if worth[best] >= value[here]:
            value[here], offer[here] = worth[best], indifferent[best]
    return value, offer


def test_a_search_over_beliefs_finds_the_same_values_and_jumps() -> None:
    given_inputs = Inputs(**REFERENCE)
    found = solve_screening(given_inputs)
    errors = []
    for points in (501, 1_001, 2_001):
        value, offer = searched(given_inputs, points)
        beliefs = np.linspace(0.0, 1.0, points)
        for k in (1, 2, 3):
            below = np.flatnonzero(offer < (found.offers[k - 1] + found.offers[k]) / 2).max()
            # Each round's jump is off by at most a step, and passes it on to the next.
            assert beliefs[below] == pytest.approx(found.thresholds[k - 1], abs=k / (points - 1))
        tenths = value[:: (points - 1) // 10][1:]
        errors.append(np.abs(tenths - found.values_at[1:]).max())
    assert errors[-1] < 2e-4
    assert errors[-1] <= errors[0]


@settings(max_examples=8, deadline=None)
@given(inputs)
def test_a_search_over_beliefs_agrees_on_random_inputs(given_inputs: dict[str, float]) -> None:
    found = solve("screening-war", **given_inputs, rounds=40)
    value, _ = searched(Inputs(**given_inputs, rounds=0), 1_001)
    # At the belief .1 and above; the step of the grid is .001, offers differ by below .06.
    assert value[100::100] == pytest.approx(np.asarray(found.values_at[1:]), abs=1e-3)


@given(inputs)
def test_the_exact_solvers_screening_agrees(given_inputs: dict[str, float]) -> None:
    own = {"collapse": given_inputs["collapse_b"], "collapse_other": given_inputs["collapse_a"]}
    exact = screen(
        Type(**own, cost=given_inputs["cost_high"]),
        Type(**own, cost=given_inputs["cost_low"]),
        cost=given_inputs["cost_a"],
        discount=given_inputs["discount"],
        rounds=4,
    )
    found = solve("screening-war", **given_inputs, rounds=4)
    assert found.offers == pytest.approx(exact.offers, abs=1e-9)
    assert found.thresholds == pytest.approx(exact.thresholds, abs=1e-9)
    assert found.values_at == pytest.approx(exact.value(np.arange(11) / 10), abs=1e-9)


@given(inputs)
def test_thresholds_fall_and_offers_approach_the_weak_types_war(
    given_inputs: dict[str, float],
) -> None:
    found = solve("screening-war", **given_inputs, rounds=300)
    thresholds = np.asarray(found.thresholds)
    assert ((thresholds >= 0) & (thresholds <= 1)).all()
    assert (np.diff(thresholds) <= 0).all()
    assert (np.diff(found.values_at) <= 1e-12).all()
    weak = Inputs(**given_inputs).to_the_finish(given_inputs["cost_high"])
    assert found.offers[-1] == pytest.approx(weak, abs=1e-9)
    more = solve("screening-war", **given_inputs, rounds=301)
    assert (np.asarray(more.values_at) >= np.asarray(found.values_at) - 1e-12).all()


@given(inputs)
def test_equal_costs_are_not_screened(given_inputs: dict[str, float]) -> None:
    same = {**given_inputs, "cost_high": given_inputs["cost_low"]}
    found = solve("screening-war", **same, rounds=5)
    assert found.thresholds == (0.0,) * 5
    assert found.values_at[1:] == pytest.approx([1 - found.offers[0]] * 10, abs=1e-12)


def test_what_the_formulas_do_not_hold_for_is_refused() -> None:
    for changed, reason in (
        ({"collapse_a": 0.0, "collapse_b": 0.0}, "below 1 where no side ever collapses"),
        ({"collapse_a": 0.6, "collapse_b": 0.6}, "as only one collapses"),
        ({"cost_high": 0.005}, "at least cost_low"),
        ({"cost_high": 0.5}, "keeps offers at 0 or above"),
    ):
        with pytest.raises(InputErrors, match=reason):
            solve("screening-war", **{**REFERENCE, **changed})
