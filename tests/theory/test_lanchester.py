"""Lanchester: C1, symmetry, integration of the equations, and the chain as a linear system."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from kadesh.errors import InputErrors
from kadesh.theory import solve
from kadesh.theory.models.lanchester import Inputs, end_mass

REFERENCE = {"force_a": 1000.0, "force_b": 800.0, "rate_a": 0.01, "rate_b": 0.01}


def test_square_and_product_law_at_the_reference_values() -> None:
    square = solve("lanchester", **REFERENCE, exponent=1)
    assert square.survivors_a == pytest.approx(600, abs=1e-9)
    assert square.duration == pytest.approx(100 * math.atanh(0.8), abs=1e-9)
    assert square.duration == pytest.approx(109.8612, abs=5e-5)
    assert (square.survivors_b, square.win_prob_a) == (0.0, 1.0)
    product = solve("lanchester", **REFERENCE, law="product")
    assert product.survivors_a == pytest.approx(200, abs=1e-9)
    assert product.duration is None


@pytest.mark.parametrize(("exponent", "left"), [(1, 721.1103), (0.5, 600), (0, 500)])
def test_helmbolds_law_at_the_reference_values(exponent: float, left: float) -> None:
    found = solve("lanchester", **REFERENCE, exponent=exponent, stop_b=400)
    assert found.survivors_a == pytest.approx(left, abs=5e-5)


@pytest.mark.parametrize(
    ("forces", "settings_", "chance"),
    [
        ((3, 2), {"exponent": 1}, Fraction(31, 40)),
        ((3, 2), {"exponent": 0.5}, Fraction(11, 16)),
        ((3, 2), {"law": "product"}, Fraction(11, 16)),
        ((3, 2), {"exponent": 0}, Fraction(3, 5)),
        ((6, 4), {"exponent": 1}, Fraction(1562377, 1814400)),
        ((6, 4), {"exponent": 0.5}, Fraction(191, 256)),
    ],
)
def test_stochastic_duels_at_the_reference_values(
    forces: tuple[int, int], settings_: dict[str, Any], chance: Fraction
) -> None:
    found = solve(
        "lanchester", force_a=forces[0], force_b=forces[1], rate_a=1, rate_b=1, stochastic=True,
        **settings_,
    )  # fmt: skip
    assert found.win_prob_a == pytest.approx(float(chance), abs=1e-14)


battles = st.fixed_dictionaries(
    {
        "force_a": st.floats(1.0, 50.0),
        "force_b": st.floats(1.0, 50.0),
        "rate_a": st.floats(0.1, 3.0),
        "rate_b": st.floats(0.1, 3.0),
        "law": st.sampled_from(["helmbold", "product"]),
        "exponent": st.sampled_from([0.0, 0.01, 0.5, 0.8, 1.0, 1.7]),
        "stop_a": st.sampled_from([0.0, 0.3, 0.9]),
        "stop_b": st.sampled_from([0.0, 0.3, 0.9]),
    }
)


def exchanged(battle: dict[str, Any]) -> dict[str, Any]:
    """The same battle with the sides' names exchanged."""
    new = dict(battle)
    for what in ("force", "rate", "stop"):
        new[f"{what}_a"], new[f"{what}_b"] = battle[f"{what}_b"], battle[f"{what}_a"]
    return new


@given(battles, st.booleans())
def test_exchanging_the_sides_exchanges_the_result(battle: dict[str, Any], random: bool) -> None:
    if random:
        battle = {**battle, "force_a": round(battle["force_a"]), "stochastic": True}
        battle["force_b"] = round(battle["force_b"])
    one, two = solve("lanchester", **battle), solve("lanchester", **exchanged(battle))
    assert one.survivors_a == pytest.approx(two.survivors_b, rel=1e-9, abs=1e-9)
    assert one.survivors_b == pytest.approx(two.survivors_a, rel=1e-9, abs=1e-9)
    assert one.win_prob_a == pytest.approx(1 - two.win_prob_a, abs=1e-12)
    assert (one.duration is None) == (two.duration is None)
    if one.duration is not None and two.duration is not None:
        assert one.duration == pytest.approx(two.duration, rel=1e-6)


def test_equal_sides_draw() -> None:
    for law in ({"exponent": 1}, {"exponent": 0.5}, {"exponent": 0}, {"law": "product"}):
        for stop in (0, 30):
            even = {"force_a": 70, "force_b": 70, "rate_a": 0.3, "rate_b": 0.3}
            found = solve("lanchester", **even, **law, stop_a=stop, stop_b=stop)
            assert (found.survivors_a, found.survivors_b, found.win_prob_a) == (stop, stop, 0.5)
            assert (found.duration is None) == (stop == 0)


def test_without_stops_the_logarithmic_law_never_ends() -> None:
    found = solve("lanchester", **{**REFERENCE, "rate_b": 0.02}, exponent=0)
    assert (found.survivors_a, found.survivors_b, found.duration) == (0.0, 0.0, None)
    assert found.win_prob_a == 0.0
    small = solve(
        "lanchester", **{**REFERENCE, "rate_b": 0.02}, exponent=0, stop_a=1e-9, stop_b=1e-9
    )
    assert small.win_prob_a == found.win_prob_a


@settings(max_examples=25, deadline=None)
@given(battles)
def test_integrating_the_equations_ends_the_same(battle: dict[str, Any]) -> None:
    # Stops keep the integration away from the ends where a force runs out.
    battle = {**battle, "stop_a": 0.3, "stop_b": 0.3}
    found = solve("lanchester", **battle)
    own = 1.0 - battle["exponent"]

    def losses(_: float, forces: np.ndarray) -> list[float]:
        x, y = np.maximum(forces, 1e-3)
        if battle["law"] == "product":
            return [-battle["rate_b"] * x * y, -battle["rate_a"] * x * y]
        return [
            -battle["rate_b"] * (x / y) ** own * y,
            -battle["rate_a"] * (y / x) ** own * x,
        ]

    def stopped(_: float, forces: np.ndarray) -> float:
        return float(np.min(forces) - 0.3)

    stopped.terminal = True  # type: ignore[attr-defined]
    course = solve_ivp(
        losses, (0, 1e4), [battle["force_a"], battle["force_b"]], events=stopped,
        rtol=1e-9, atol=1e-10, method="LSODA",
    )  # fmt: skip
    assert found.duration == pytest.approx(course.t[-1], rel=1e-5)
    ends = (found.survivors_a, found.survivors_b)
    assert ends == pytest.approx(course.y[:, -1], rel=1e-4, abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(battles, st.integers(1, 6), st.integers(1, 6), st.integers(0, 2), st.integers(0, 2))
def test_the_whole_chain_as_a_linear_system_ends_the_same(
    battle: dict[str, Any], lead_a: int, lead_b: int, stop_a: int, stop_b: int
) -> None:
    battle |= {
        "force_a": stop_a + lead_a, "force_b": stop_b + lead_b, "stop_a": stop_a,
        "stop_b": stop_b + 0.5, "stochastic": True,
    }  # fmt: skip
    battle["force_b"] += 1  # above the stop, which counts as the whole number below
    found = solve("lanchester", **battle)
    live = [
        (i, j)
        for i in range(stop_a + 1, battle["force_a"] + 1)
        for j in range(stop_b + 1, battle["force_b"] + 1)
    ]
    system, own = np.eye(len(live)), 1.0 - battle["exponent"]
    right = np.zeros((len(live), 4))
    for row, (i, j) in enumerate(live):
        a_falls, b_falls = (
            (battle["rate_b"] * i * j, battle["rate_a"] * i * j)
            if battle["law"] == "product"
            else (battle["rate_b"] * (i / j) ** own * j, battle["rate_a"] * (j / i) ** own * i)
        )
        total = a_falls + b_falls
        right[row, 3] = 1 / total
        for chance, state in ((a_falls / total, (i - 1, j)), (b_falls / total, (i, j - 1))):
            if state in live:
                system[row, live.index(state)] -= chance
            else:
                right[row, :3] += chance * np.asarray([*state, float(state[1] == stop_b)])
    expected = np.linalg.solve(system, right)[live.index((battle["force_a"], battle["force_b"]))]
    values = (found.survivors_a, found.survivors_b, found.win_prob_a, found.duration)
    assert values == pytest.approx(expected, rel=1e-10)


def test_mass_is_kept_and_many_units_come_near_the_deterministic_course() -> None:
    large = {**REFERENCE, "exponent": 1.0}
    ends = end_mass(Inputs(**large, stochastic=True))
    assert ends.b_stopped.sum() + ends.a_stopped.sum() == pytest.approx(1.0, abs=1e-12)
    random, smooth = solve("lanchester", **large, stochastic=True), solve("lanchester", **large)
    assert random.survivors_a == pytest.approx(smooth.survivors_a, rel=0.01)
    assert random.win_prob_a == pytest.approx(1.0, abs=1e-9)


def test_what_cannot_be_fought_is_refused() -> None:
    for changed, reason in (
        ({"stop_a": 1000}, "below force_a, 1000"),
        ({"force_a": 10.5, "stochastic": True}, "a whole number, as units fall one by one"),
        ({"force_a": 1e6, "force_b": 1e6, "stochastic": True}, "at most 100,000,000 states"),
    ):
        with pytest.raises(InputErrors, match=reason):
            solve("lanchester", **{**REFERENCE, **changed})
