"""Functions of single precision: against the library's, against exact numbers, and compiled."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import njit

from kadesh.dynamics import elementwise
from kadesh.dynamics.engine import lanes as lanes  # It teaches Numba what these functions are.
from kadesh.dynamics.polynomials import exp, expm1, log, log1p, turned
from kadesh.dynamics.primitives import multiply_add

f4 = np.float32
SPREAD = np.concatenate(
    [
        np.linspace(-87.3, 87.9, 20_001),
        np.geomspace(1e-7, 1.0, 2_000),
        -np.geomspace(1e-7, 1.0, 2_000),
        [0.0],
    ]
).astype(f4)
EDGES = np.array([0, -0.0, 1, -1, np.inf, -np.inf, np.nan, 89, -89, 1e-40, 3e38], f4)
TURNS = np.linspace(-0.5, 0.5, 4_001).astype(f4)
Function = Callable[[Any], Any]


def compiled(function: Function, values: np.ndarray) -> np.ndarray:
    """What a compiled function makes of each of the values."""

    @njit(error_model="numpy")
    def work(values: Any, out: Any) -> Any:
        for i in range(len(values)):
            out[i] = function(values[i])
        return out

    return np.asarray(work(values, np.empty_like(values)))


@pytest.mark.parametrize(
    ("ours", "exact", "values", "units"),
    [
        (exp, np.exp, SPREAD, 2),
        (log, np.log, np.geomspace(1.2e-38, 3e38, 20_001).astype(f4), 2),
        (log, np.log, 1 + SPREAD[np.abs(SPREAD) < 0.5], 2),
        (expm1, np.expm1, SPREAD, 5),
        (log1p, np.log1p, SPREAD[SPREAD > -0.999], 5),
    ],
)
def test_functions_are_right_to_a_few_units_in_the_last_place(
    ours: Function, exact: Function, values: np.ndarray, units: int
) -> None:
    """Against double precision; Kahan's quotients add three roundings to two functions."""
    with np.errstate(all="ignore"):
        found = ours(values)
    wanted = exact(values.astype(np.float64))
    assert found.dtype == f4
    np.testing.assert_array_less(
        np.abs(found - wanted), units * np.spacing(np.abs(wanted).astype(f4)) + 1e-44
    )


@pytest.mark.parametrize(("name", "positive"), [("exp", 0), ("log", 1), ("expm1", 0), ("log1p", 1)])
def test_functions_are_the_same_compiled_bit_by_bit(name: str, positive: int) -> None:
    function = getattr(elementwise, name)
    values = np.concatenate([np.abs(SPREAD) if positive else SPREAD, EDGES])
    with np.errstate(all="ignore"):
        ours = function(values)
    np.testing.assert_array_equal(ours, compiled(function, values))
    assert (np.signbit(ours) == np.signbit(compiled(function, values)))[~np.isnan(ours)].all()


def test_functions_treat_what_is_no_number_as_the_library_does() -> None:
    """But for the coarse ends, which are 0 and infinite."""
    whole = EDGES[np.abs(EDGES) != f4(1e-40)]
    for ours, library in ((exp, np.exp), (log, np.log), (expm1, np.expm1), (log1p, np.log1p)):
        with np.errstate(all="ignore"):
            found, wanted = ours(whole), library(whole)
        np.testing.assert_allclose(found, wanted, rtol=3e-7, atol=1e-37)
    # A stock that is used up: e^x - 1 overflows, and its logarithm must not.
    for huge in (2.0**24, 1e20, 3e38):
        assert elementwise.log1p(f4(huge)) == pytest.approx(np.log1p(huge), rel=3e-7)


def test_a_turn_goes_round_once() -> None:
    angle = 2 * np.pi * TURNS.astype(np.float64)
    sine, cosine = turned(TURNS)
    np.testing.assert_allclose(sine, np.sin(angle), atol=5e-7)
    np.testing.assert_allclose(cosine, np.cos(angle), atol=5e-7)

    def both(turn: Any) -> Any:
        sine, cosine = turned(turn)
        return sine if turn > 0 else cosine

    assert (compiled(njit(both), TURNS) == np.where(TURNS > 0, sine, cosine)).all()


def test_functions_of_double_precision_are_the_librarys() -> None:
    values = np.linspace(0.1, 3.0, 7)
    for name in ("exp", "log", "expm1", "log1p"):
        assert (getattr(elementwise, name)(values) == getattr(np, name)(values)).all()


number = st.floats(width=32, min_value=2.0**-30, max_value=2.0**30).map(f4)
signed = st.builds(lambda x, sign: f4(x * sign), number, st.sampled_from([-1, 1]))


@given(signed, signed, signed)
def test_a_product_and_a_sum_are_rounded_once(a: f4, b: f4, c: f4) -> None:
    assert_rounded_once(a, b, c)


@given(signed, signed, st.integers(-3, 3))
def test_a_sum_near_the_middle_of_two_numbers_is_rounded_once(a: f4, b: f4, far: int) -> None:
    """c so that the sum is about half a unit from a number of single precision."""
    exact = Fraction(float(a)) * Fraction(float(b))
    near = f4(float(exact))
    half = Fraction(float(np.spacing(np.abs(near)))) / 2
    assert_rounded_once(a, b, f4(float(half * far)))
    assert_rounded_once(a, b, f4(float(Fraction(float(near)) - exact + half)))


@pytest.mark.parametrize("root", [4097.0, 2.0**-12 * 4097.0])
@pytest.mark.parametrize("tail", [0.0, 2.0**-60, -(2.0**-60)])
def test_a_second_rounding_does_not_go_the_other_way(root: float, tail: float) -> None:
    """The square lies in the middle of two numbers; what is added is lost in double precision."""
    a = f4(root)
    square = float(a) * float(a)
    beside = np.nextafter(f4(square), f4(np.inf if square > float(f4(square)) else 0.0))
    assert square == 0.5 * (float(f4(square)) + float(beside))
    c = f4(tail * square)
    assert square + float(c) == square
    assert_rounded_once(a, a, c)


def assert_rounded_once(a: f4, b: f4, c: f4) -> None:
    """As the exact sum is, to the nearest number, and to the even one of two."""
    exact = Fraction(float(a)) * Fraction(float(b)) + Fraction(float(c))
    found = multiply_add(a, b, c)
    assert found.dtype == f4
    error = abs(Fraction(float(found)) - exact)
    for other in (np.nextafter(found, f4(np.inf)), np.nextafter(found, f4(-np.inf))):
        off = abs(Fraction(float(other)) - exact)
        assert error < off or (error == off and not found.view(np.uint32) & 1)
    assert multiply_add(np.array([[a]]), b, np.array([c]))[0, 0] == found
