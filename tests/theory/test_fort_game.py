"""The fort game against the published-form and derived values (T6, T6a-T6d)."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadesh.theory.fort_game import FortGame, fight_to_the_finish, solve_fort_game

DIGITS = 5e-7  # the reference values are printed to six decimals


def test_gamblers_ruin_has_its_closed_form() -> None:
    win, battles = fight_to_the_finish(6, 0.6)
    assert win[2] == pytest.approx(27 / 35, abs=1e-12)
    assert battles[2] == pytest.approx(57 / 7, abs=1e-12)
    win, battles = fight_to_the_finish(5, 0.55)
    # (1 - r^2)/(1 - r^5) with r = 9/11, as an exact fraction
    assert win[1] == pytest.approx(53240 / 102002, abs=1e-12)
    assert battles[1] == pytest.approx(6.0975274, abs=1e-7)


@pytest.mark.parametrize("talks", [0.0, 0.25, 1.0])
def test_leverage_does_not_depend_on_how_often_talks_are_possible(talks: float) -> None:
    solution = solve_fort_game(FortGame(6, 0.5, 0.01, 0.02, talk_prob=talks))
    share = solution.terms.share[0, 1:-1]
    assert share == pytest.approx([0.191667, 0.373333, 0.545, 0.706667, 0.858333], abs=DIGITS)


@pytest.mark.parametrize(
    ("talks", "width"),
    [
        (0.0, [0.15, 0.24, 0.27, 0.24, 0.15]),
        (0.25, [0.064054, 0.090811, 0.098108, 0.090811, 0.064054]),
        (1.0, [0.03] * 5),
    ],
)
def test_rarer_talks_widen_the_range(talks: float, width: list[float]) -> None:
    solution = solve_fort_game(FortGame(6, 0.5, 0.01, 0.02, talk_prob=talks))
    assert solution.terms.width[1:-1] == pytest.approx(width, abs=DIGITS)
    if talks == 0.0:
        floor = solution.floor[0, 1:-1]
        assert floor == pytest.approx([0.116667, 0.253333, 0.41, 0.586667, 0.783333], abs=DIGITS)


@pytest.mark.parametrize("talks", [0.1, 1.0])
def test_discounted_game_with_unequal_power(talks: float) -> None:
    game = FortGame(6, 0.55, 0.01, 0.015, discount=0.98, power_a=0.4, talk_prob=talks)
    share = solve_fort_game(game).terms.share[0, 1:-1]
    assert share == pytest.approx([0.247829, 0.444953, 0.607903, 0.748941, 0.877283], abs=DIGITS)


def test_the_right_to_surrender_bounds_a_floor_and_keeps_shares_inside() -> None:
    free = solve_fort_game(FortGame(6, 0.6, 0.02, 0.05))
    assert free.terms.share[0, 5] == pytest.approx(1.005, abs=1e-3)
    bounded = solve_fort_game(FortGame(6, 0.6, 0.02, 0.05, surrender=True))
    assert bounded.terms.share[0, 1:-1] == pytest.approx(
        [0.445378, 0.717297, 0.873576, 0.952762, 0.980552], abs=DIGITS
    )


def test_escalation_widens_the_range_and_favours_who_fears_it_less() -> None:
    even = solve_fort_game(
        FortGame(6, 0.5, 0.01, 0.02, escalation_prob=0.02, escalation_loss_a=1, escalation_loss_b=1)
    )
    assert even.terms.width[1:-1] == pytest.approx([0.09] * 5, abs=DIGITS)
    uneven = solve_fort_game(
        FortGame(
            6, 0.5, 0.01, 0.02, escalation_prob=0.02, escalation_loss_a=0.5, escalation_loss_b=2
        )
    )
    assert uneven.terms.share[0, 1:-1] == pytest.approx(
        [0.266963, 0.483599, 0.658749, 0.799562, 0.911785], abs=DIGITS
    )


@settings(max_examples=30, deadline=None)
@given(
    win=st.floats(0.3, 0.7),
    cost_a=st.floats(0.001, 0.05),
    cost_b=st.floats(0.001, 0.05),
    power=st.floats(0.1, 0.9),
    talks=st.floats(0.05, 1.0),
    surrender=st.booleans(),
)
def test_exchanging_the_sides_mirrors_every_result(
    win: float, cost_a: float, cost_b: float, power: float, talks: float, surrender: bool
) -> None:
    one = solve_fort_game(FortGame(7, win, cost_a, cost_b, 0.97, power, talks, surrender=surrender))
    two = solve_fort_game(
        FortGame(7, 1 - win, cost_b, cost_a, 0.97, 1 - power, talks, surrender=surrender)
    )
    assert np.allclose(one.floor, two.floor[::-1, ::-1], atol=1e-9)
    assert np.allclose(one.terms.share, two.terms.share[::-1, ::-1], atol=1e-9)
