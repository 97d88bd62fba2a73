"""The race to exhaustion: T7, the problem of points, and what follows for types."""

from fractions import Fraction
from functools import cache
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadesh.bargaining.exact.beliefs import BeliefGrid, learning
from kadesh.bargaining.exact.moves import Branch
from kadesh.bargaining.exact.screening import best_demand
from kadesh.theory import solve

ROUNDING = 1e-12


def _race(left_a: int, left_b: int, win: float, cost: float = 0.0) -> tuple[float, float]:
    found = solve(
        "exhaustion-race", resources_a=left_a, resources_b=left_b, win_prob=win, cost_a=cost,
        cost_b=cost,
    )  # fmt: skip
    return found.win_prob_war, found.expected_battles


@pytest.mark.parametrize(
    ("left_a", "left_b", "win", "expected", "digits"),
    [(2, 3, 0.5, 0.3125, 1e-12), (3, 3, 0.6, 0.68256, 1e-12), (5, 4, 0.45, 0.5230437, 5e-8)],
)
def test_the_race_at_the_reference_values(
    left_a: int, left_b: int, win: float, expected: float, digits: float
) -> None:
    assert _race(left_a, left_b, win)[0] == pytest.approx(expected, abs=digits)


@settings(max_examples=25, deadline=None)
@given(
    left_a=st.integers(1, 9),
    left_b=st.integers(1, 9),
    twentieths=st.integers(0, 20),
    a=st.floats(0.0, 0.1),
    b=st.floats(0.0, 0.1),
)
def test_the_race_is_the_problem_of_points_and_its_tree(
    left_a: int, left_b: int, twentieths: int, a: float, b: float
) -> None:
    win = Fraction(twentieths, 20)
    points = sum(comb(left_b - 1 + j, j) * win**left_b * (1 - win) ** j for j in range(left_a))

    @cache
    def battles(x: int, y: int) -> Fraction:
        if x == 0 or y == 0:
            return Fraction(0)
        return 1 + win * battles(x, y - 1) + (1 - win) * battles(x - 1, y)

    found = solve(
        "exhaustion-race", resources_a=left_a, resources_b=left_b, win_prob=float(win), cost_a=a,
        cost_b=b,
    )  # fmt: skip
    length = float(battles(left_a, left_b))
    assert found.win_prob_war == pytest.approx(float(points), abs=ROUNDING)
    assert found.expected_battles == pytest.approx(length, abs=1e-11)
    assert found.range_low == pytest.approx(float(points) - a * length, abs=1e-11)
    assert found.range_high == pytest.approx(float(points) + b * length, abs=1e-11)


def test_a_defender_of_two_types_at_the_reference_values() -> None:
    weak, strong = _race(2, 2, 0.7), _race(2, 2, 0.4)
    assert weak == pytest.approx((0.784, 2.42), abs=ROUNDING)
    assert strong == pytest.approx((0.352, 2.48), abs=ROUNDING)
    floors = np.array([1 - p - 0.05 * m for p, m in (weak, strong)])
    war = np.array([p - 0.05 * m for p, m in (weak, strong)])
    assert 1 - floors == pytest.approx([0.905, 0.476], abs=ROUNDING)
    for prob, risky in ((0.366322 - 1e-6, False), (0.366322 + 1e-6, True)):
        demand, _, _ = best_demand(floors, np.array([prob, 1 - prob]), war)
        assert demand == pytest.approx(0.905 if risky else 0.476)
    # The one-battle race, and what its result teaches from an even prior.
    one = best_demand(np.array([0.25, 0.55]), np.array([0.25 + 1e-6, 0.75]), np.array([0.65, 0.35]))
    assert one[1] > 0.0
    grid = BeliefGrid(2, 2)
    after = [0.5 * np.array(likelihood) for likelihood in ((0.7, 0.4), (0.3, 0.6))]
    weak_prob = [float((chance / chance.sum())[0]) for chance in after]
    assert weak_prob == pytest.approx([0.636364, 0.333333], abs=5e-7)
    # The same through the solver's beliefs, which carry the posterior as weights of grid points.
    moved = learning(grid, np.array([0.5, 0.5]), np.array([[0.7, 0.4], [0.3, 0.6]]), ((0,), (0,)))
    assert isinstance(moved, Branch)
    weak_after = [
        part.expect(np.broadcast_to(grid.points[:, 0], (1, 3)))[0, 1] for part in moved.parts
    ]
    assert weak_after == pytest.approx(weak_prob, abs=ROUNDING)


def test_a_long_race_is_solved_by_the_compiled_sweep() -> None:
    won, battles = _race(80, 70, 0.47)
    points = sum(comb(69 + j, j) * 0.47**70 * 0.53**j for j in range(80))
    assert won == pytest.approx(points, abs=1e-11)
    # Wald: A loses battles at the rate 1-p, and B at p, until one has none left.
    assert 70 < battles < 149
