"""The fort game: T6, T6a-T6d, T11 in the limit, its laws, and the walk counted by hand."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadesh.bargaining.exact import stationary
from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.moves import Steps
from kadesh.bargaining.exact.solve import solve as solve_game
from kadesh.theory import solve
from kadesh.theory.models import fort_game

DIGITS = 5e-7
"""The reference values are printed to six decimals."""
ROUNDING = 1e-10
"""Values that pass through one elimination over a few states."""
SWEPT = 1e-8
"""Sweeps that stop when nothing moves by more than 1e-15 are that far from the end at most."""

GAMES = {
    "win_prob": st.floats(0.2, 0.8),
    "cost_a": st.floats(0.001, 0.1),
    "cost_b": st.floats(0.001, 0.1),
    "power_a": st.floats(0.0, 1.0),
    "discount": st.floats(0.9, 1.0),
    "forts": st.integers(2, 9),
}


def _t6a(**changed: Any) -> Any:
    return solve(
        "fort-game", **({"forts": 6, "win_prob": 0.5, "cost_a": 0.01, "cost_b": 0.02} | changed)
    )


def test_the_war_to_the_finish_is_a_gamblers_ruin() -> None:
    one = solve("fort-game", forts=6, win_prob=0.6, cost_a=0, cost_b=0)
    assert one.win_prob_war[2] == pytest.approx(27 / 35, abs=ROUNDING)
    assert one.expected_battles[2] == pytest.approx(57 / 7, abs=ROUNDING)
    two = solve("fort-game", forts=5, win_prob=0.55, cost_a=0, cost_b=0)
    # (1 - r^2)/(1 - r^5) with r = 9/11, as an exact fraction, .52195055; the reference prints
    # .5219514, a misprint.
    assert two.win_prob_war[1] == pytest.approx(float(Fraction(53240, 102002)), abs=ROUNDING)
    # m = (N u - k) / (2p - 1); the reference prints 6.0975274, one off in the last digit.
    exact = (5 * Fraction(53240, 102002) - 2) * 10
    assert two.expected_battles[1] == pytest.approx(float(exact), abs=ROUNDING)
    assert float(exact) == pytest.approx(6.0975274, abs=2e-7)


@settings(max_examples=30, deadline=None)
@given(forts=st.integers(2, 30), win=st.floats(0.3, 0.7))
def test_ruin_has_its_closed_form(forts: int, win: float) -> None:
    found = solve("fort-game", forts=forts, win_prob=win, cost_a=0.01, cost_b=0.01)
    position = np.arange(1, forts)
    ratio = (1.0 - win) / win
    if abs(ratio - 1.0) < 1e-4:
        won, battles = position / forts, position * (forts - position)
        tolerance = 0.05 * forts**2
    else:
        won = (1.0 - ratio**position) / (1.0 - ratio**forts)
        battles = (forts * won - position) / (2.0 * win - 1.0)
        tolerance = 1e-7 * forts**2
    assert found.win_prob_war == pytest.approx(won, abs=min(tolerance, 0.02))
    assert found.expected_battles == pytest.approx(battles, abs=tolerance)


@pytest.mark.parametrize("talks", [0.0, 0.25, 1.0])
def test_leverage_does_not_depend_on_how_often_talks_are_possible(talks: float) -> None:
    expected = [0.191667, 0.373333, 0.545, 0.706667, 0.858333]
    assert _t6a(talk_prob=talks).share_a == pytest.approx(expected, abs=DIGITS)


@pytest.mark.parametrize(
    ("talks", "width"),
    [
        (0.0, [0.15, 0.24, 0.27, 0.24, 0.15]),
        (0.25, [0.064054, 0.090811, 0.098108, 0.090811, 0.064054]),
        (1.0, [0.03] * 5),
    ],
)
def test_rarer_talks_widen_the_range(talks: float, width: list[float]) -> None:
    found = _t6a(talk_prob=talks)
    assert found.width == pytest.approx(width, abs=DIGITS)
    if talks == 0.0:
        floor = [0.116667, 0.253333, 0.41, 0.586667, 0.783333]
        assert found.floor_a == pytest.approx(floor, abs=DIGITS)


@pytest.mark.parametrize("talks", [0.1, 1.0])
def test_discounted_game_with_unequal_power(talks: float) -> None:
    found = solve(
        "fort-game", forts=6, win_prob=0.55, cost_a=0.01, cost_b=0.015, discount=0.98,
        power_a=0.4, talk_prob=talks,
    )  # fmt: skip
    expected = [0.247829, 0.444953, 0.607903, 0.748941, 0.877283]
    assert found.share_a == pytest.approx(expected, abs=DIGITS)
    if talks == 1.0:
        assert found.width == pytest.approx([0.045] * 5, abs=ROUNDING)


def test_the_right_to_surrender_keeps_shares_inside() -> None:
    given_ = {"forts": 6, "win_prob": 0.6, "cost_a": 0.02, "cost_b": 0.05}
    assert solve("fort-game", **given_).share_a[4] == pytest.approx(1.005, abs=1e-3)
    bounded = solve("fort-game", **given_, surrender=True)
    expected = [0.445378, 0.717297, 0.873576, 0.952762, 0.980552]
    assert bounded.share_a == pytest.approx(expected, abs=DIGITS)
    assert min(bounded.floor_a + bounded.floor_b) >= 0.0


@pytest.mark.parametrize(
    ("forts", "cost", "power"),
    [(1_000, 1e-3, 0.5), (1_000, 1e-3, 0.4), (1_000, 1e-5, 0.5), (3_000, 1e-4, 0.4)],
)
def test_far_from_both_ends_the_side_that_can_wait_gets_nearly_all(
    forts: int, cost: float, power: float
) -> None:
    # B's floor is bounded at 0 and neighbours are alike: S = th + (1 - th)(S - c_A).
    found = solve(
        "fort-game", forts=forts, win_prob=0.5, cost_a=cost, cost_b=2 * cost, power_a=power,
        surrender=True,
    )  # fmt: skip
    assert found.share_a[forts // 2] == pytest.approx(1 - cost * (1 - power) / power, abs=1e-8)
    assert found.floor_b[forts // 2] == 0.0


def test_escalation_widens_the_range_and_favours_who_fears_it_less() -> None:
    even = _t6a(escalation_prob=0.02, escalation_loss_a=1, escalation_loss_b=1)
    assert even.width == pytest.approx([0.09] * 5, abs=ROUNDING)
    uneven = _t6a(escalation_prob=0.02, escalation_loss_a=0.5, escalation_loss_b=2)
    assert uneven.width == pytest.approx([0.10] * 5, abs=ROUNDING)
    expected = [0.266963, 0.483599, 0.658749, 0.799562, 0.911785]
    assert uneven.share_a == pytest.approx(expected, abs=DIGITS)


@settings(max_examples=40, deadline=None)
@given(
    **GAMES,
    talks=st.floats(0.05, 1.0),
    hazard=st.floats(0.0, 0.2),
    loss_a=st.floats(0.0, 2.0),
    loss_b=st.floats(0.0, 2.0),
    surrender=st.booleans(),
)
def test_exchanging_the_sides_mirrors_every_result(
    win_prob: float, cost_a: float, cost_b: float, power_a: float, discount: float, forts: int,
    talks: float, hazard: float, loss_a: float, loss_b: float, surrender: bool,
) -> None:  # fmt: skip
    same = {
        "forts": forts, "discount": discount, "talk_prob": talks, "escalation_prob": hazard,
        "surrender": surrender,
    }  # fmt: skip
    one = solve(
        "fort-game", **same, win_prob=win_prob, cost_a=cost_a, cost_b=cost_b, power_a=power_a,
        escalation_loss_a=loss_a, escalation_loss_b=loss_b,
    )  # fmt: skip
    two = solve(
        "fort-game", **same, win_prob=1 - win_prob, cost_a=cost_b, cost_b=cost_a,
        power_a=1 - power_a, escalation_loss_a=loss_b, escalation_loss_b=loss_a,
    )  # fmt: skip
    assert one.floor_a == pytest.approx(two.floor_b[::-1], abs=ROUNDING)
    assert one.share_a == pytest.approx(1 - np.asarray(two.share_a[::-1]), abs=ROUNDING)
    assert one.width == pytest.approx(two.width[::-1], abs=ROUNDING)
    assert one.win_prob_war == pytest.approx(1 - np.asarray(two.win_prob_war[::-1]), abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(**GAMES, talks=st.floats(0.0, 1.0))
def test_friction_moves_no_share_without_surrender(talks: float, **game: Any) -> None:
    certain = solve("fort-game", **game)
    rare = solve("fort-game", **game, talk_prob=talks)
    assert rare.share_a == pytest.approx(certain.share_a, abs=1e-9)
    assert (np.asarray(rare.width) >= np.asarray(certain.width) - ROUNDING).all()
    assert (np.asarray(certain.width) > 0.0).all()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), surrender=st.booleans())
def test_the_game_is_what_endless_sweeping_by_hand_gives(seed: int, surrender: bool) -> None:
    rng = np.random.default_rng(seed)
    win, cost_a, cost_b, power, talks = rng.uniform([0.3, 0, 0, 0, 0], [0.7, 0.1, 0.1, 1, 1])
    floors, value_a, value_b = {}, {0: 0.0, 5: 1.0}, {0: 1.0, 5: 0.0}
    value_a |= dict.fromkeys(range(1, 5), 0.0)
    value_b |= dict.fromkeys(range(1, 5), 0.0)
    for _ in range(600):
        for k in range(1, 5):
            floor_a = 0.95 * (win * value_a[k + 1] + (1 - win) * value_a[k - 1]) - cost_a
            floor_b = 0.95 * (win * value_b[k + 1] + (1 - win) * value_b[k - 1]) - cost_b
            if surrender:
                floor_a, floor_b = max(floor_a, 0.0), max(floor_b, 0.0)
            floors[k] = floor_a, floor_b
        for k, (floor_a, floor_b) in floors.items():
            gain = talks * max(1.0 - floor_a - floor_b, 0.0)
            value_a[k], value_b[k] = floor_a + power * gain, floor_b + (1 - power) * gain
    found = solve(
        "fort-game", forts=5, win_prob=win, cost_a=cost_a, cost_b=cost_b, power_a=power,
        talk_prob=talks, discount=0.95, surrender=surrender,
    )  # fmt: skip
    assert found.floor_a == pytest.approx([floors[k][0] for k in range(1, 5)], abs=ROUNDING)
    assert found.floor_b == pytest.approx([floors[k][1] for k in range(1, 5)], abs=ROUNDING)


SURRENDER = [
    (90, 0.002, 0.004, 1.0),
    (83, 0.0035, 0.019, 0.4),
    (300, 0.001, 0.003, 0.3),
    (1000, 0.001, 0.003, 1.0),
]


@pytest.mark.parametrize("newton_steps", [stationary.MOST_CHAIN_STEPS, 1])
@pytest.mark.parametrize(("forts", "cost_a", "cost_b", "talks"), SURRENDER)
def test_long_wars_with_surrender_are_what_sweeping_gives(
    forts: int, cost_a: float, cost_b: float, talks: float, newton_steps: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    # One Newton step is never enough here, so that the places of surrender are iterated.
    monkeypatch.setattr(stationary, "MOST_CHAIN_STEPS", newton_steps)
    floor, share = _swept_by_hand(forts, cost_a, cost_b, talks)
    found = solve(
        "fort-game", forts=forts, win_prob=0.5, cost_a=cost_a, cost_b=cost_b, talk_prob=talks,
        surrender=True,
    )  # fmt: skip
    assert found.share_a == pytest.approx(share, abs=SWEPT)
    assert [found.floor_a, found.floor_b] == [pytest.approx(own, abs=SWEPT) for own in floor]


def test_surrender_is_found_on_lattices_that_are_no_chains() -> None:
    forts, cost_a, cost_b, talks = SURRENDER[0]
    floor, share = _swept_by_hand(forts, cost_a, cost_b, talks)
    position = np.arange(forts + 1)
    is_over = (position == 0) | (position == forts)
    # A step of two that is never taken keeps this from the solver of chains.
    moves = Steps(((1,), (-1,), (2,)), (np.array(0.5), np.array(0.5), np.array(0.0)))
    period = Period((moves, moves), (cost_a, cost_b), talks_prob=talks, surrender_value=(0, 0))
    solution = solve_game(Game(period, is_over, position / forts))
    assert solution.terms.share[0, 1:-1] == pytest.approx(share, abs=SWEPT)
    assert solution.floor[:, 1:-1] == pytest.approx(floor, abs=SWEPT)


def _swept_by_hand(
    forts: int, cost_a: float, cost_b: float, talks: float
) -> tuple[np.ndarray, np.ndarray]:
    """Floors and A's share between the ends after sweeping until nothing moves."""
    value = np.stack([np.arange(forts + 1) / forts, 1.0 - np.arange(forts + 1) / forts])
    cost = np.array([[cost_a], [cost_b]])
    for _ in range(60_000):
        floor = np.maximum(0.5 * (value[:, 2:] + value[:, :-2]) - cost, 0.0)
        now = floor + talks * 0.5 * (1.0 - floor.sum(0))
        moved = np.abs(now - value[:, 1:-1]).max()
        value[:, 1:-1] = now
        if moved < 1e-15:
            break
    return floor, floor[0] + 0.5 * (1.0 - floor.sum(0))


@pytest.mark.parametrize(("rate", "share"), [(0.0, 0.551933), (0.05, 0.525492)])
def test_many_small_forts_close_in_on_the_diffusion(rate: float, share: float) -> None:
    # T11: drift .02, volatility .2, start .4, c = (.01, .02) per unit of time, th = .5.
    errors = []
    for forts in (25, 50, 100):
        width = 1.0 / forts
        time = width**2 / 0.2**2
        found = solve(
            "fort-game", forts=forts, win_prob=0.5 * (1 + 0.02 * width / 0.2**2),
            cost_a=0.01 * time, cost_b=0.02 * time, discount=float(np.exp(-rate * time)),
        )  # fmt: skip
        errors.append(abs(found.share_a[round(0.4 * forts) - 1] - share))
    assert errors[2] < 5e-5
    # Second order in the width of a fort, down to the printed digits.
    assert errors[1] < 0.3 * errors[0] + DIGITS
    assert errors[2] < 0.3 * errors[1] + DIGITS


def test_no_battlefield_gives_the_alternating_limit() -> None:
    # 1.6: with k frozen S_A = th + (th C - c_A)/(1 - d); a walk that hardly matters comes near it.
    found = solve("fort-game", forts=400, win_prob=0.5, cost_a=0.01, cost_b=0.02, discount=0.9)
    assert found.share_a[199] == pytest.approx(0.5 + (0.5 * 0.03 - 0.01) / 0.1, abs=1e-6)


def test_many_games_at_once_are_each_game_alone() -> None:
    rng = np.random.default_rng(5)
    games = [
        fort_game.Inputs(
            forts=int(rng.choice([4, 7])),
            win_prob=float(rng.uniform()),
            cost_a=float(rng.uniform(0, 0.1)),
            cost_b=float(rng.uniform(0, 0.1)),
            talk_prob=float(rng.uniform()),
            discount=float(rng.uniform(0.9, 1)),
            surrender=bool(rng.integers(2)),
        )
        for _ in range(40)
    ]
    for game, many in zip(games, fort_game.solve_many(games), strict=True):
        alone = fort_game.solve(game)
        assert many.share_a == pytest.approx(alone.share_a, abs=ROUNDING)
        assert many.expected_battles == pytest.approx(alone.expected_battles, abs=1e-9)
