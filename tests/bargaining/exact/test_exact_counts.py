"""Wars with counted battles against the general solver, and compiled sweeps against its loop."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadesh.bargaining.exact import solve as solve_module
from kadesh.bargaining.exact.compiled import can_compile, solve_compiled
from kadesh.bargaining.exact.counts import (
    CountedWar,
    as_game,
    beta_odds,
    follow_counted,
    solve_counted,
)
from kadesh.bargaining.exact.forward import follow
from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.kernels import BLOCK, DEPTH
from kadesh.bargaining.exact.moves import Branch, Mixing, Steps, Then, walk
from kadesh.bargaining.exact.solve import solve
from kadesh.errors import InputErrors

ROUNDING = 1e-12
"""A few hundred operations on numbers of order one."""


def _war(seed: int, surrender: bool, common: bool, known: bool) -> CountedWar:
    rng = np.random.default_rng(seed)
    positions, periods = int(rng.integers(2, 30)), int(rng.integers(1, 60))
    if known:
        level, slope = rng.uniform(size=(2, periods)), np.zeros((2, periods))
    else:
        first, second = rng.uniform(0.3, 8.0, (2, 2)).tolist()
        level, slope = beta_odds((tuple(first), tuple(second)), periods)
    if common:
        level, slope = level[[0, 0]], slope[[0, 0]]
    return CountedWar(
        positions, int(rng.integers(1, positions)), level, slope, rng.uniform(0.0, 0.03, 2),
        float(rng.uniform(0.9, 1.0)), float(rng.uniform()), (0.0, 0.0) if surrender else None,
    )  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 100_000), surrender=st.booleans(), common=st.booleans(),
    known=st.booleans(),
)  # fmt: skip
def test_counted_battles_are_the_general_game(
    seed: int, surrender: bool, common: bool, known: bool
) -> None:
    war = _war(seed, surrender, common, known)
    counted, general = solve_counted(war), solve(as_game(war))
    assert counted.floor == pytest.approx(general.floor[:, 0, war.start], abs=ROUNDING)
    if common:
        residual = counted.checks.priced_in_residual
        assert residual is None or residual < ROUNDING
        assert counted.checks.joint_value_excess is not None
    if not counted.is_ever_clipped:
        assert counted.checks.forward_residual is not None
        assert counted.checks.forward_residual < ROUNDING
    happens = follow_counted(counted, 0.45)
    start = (np.arange(war.positions + 1) == war.start).astype(float)
    course = follow(general, start, walk(0.45))
    assert happens.settled == pytest.approx(course.settled, abs=ROUNDING)
    assert happens.conquered == pytest.approx(course.conquered, abs=ROUNDING)
    assert happens.expected_battles == pytest.approx(course.expected_periods, abs=1e-10)


def test_odds_that_are_no_odds_are_refused() -> None:
    level, slope = beta_odds(((1.0, 1.0), (1.0, 1.0)), 5)
    with pytest.raises(InputErrors, match=r"odds in \[0, 1\]"):
        CountedWar(4, 2, level + 0.6, slope, np.zeros(2))
    with pytest.raises(InputErrors, match=r"a position in \[1, 3\]"):
        CountedWar(4, 4, level, slope, np.zeros(2))


@pytest.mark.parametrize("positions", [40, BLOCK, 2 * BLOCK + DEPTH + 7])
@pytest.mark.parametrize("win", [0.5, (0.4, 0.7)])
def test_a_compiled_walk_does_not_depend_on_blocks(positions: int, win: Any) -> None:
    position = np.arange(positions + 1)
    over = (position == 0) | (position == positions) | (position == positions // 2)
    own, other = (walk(win),) * 2 if win == 0.5 else (walk(win[0]), walk(win[1]))
    rules: dict[str, Any] = {"discount": 0.99, "surrender_value": (0.0, 0.0)}
    period = Period((own, other), np.array([0.004, 0.002]), **rules)
    game = Game(period, over, position / positions, 2 * DEPTH + 3)
    fast = solve_compiled(game)
    plain = solve_module._solve_backward(game, keep_path=False)
    assert fast.terms.value == pytest.approx(plain.terms.value, abs=ROUNDING)
    assert fast.floor == pytest.approx(plain.floor, abs=ROUNDING)


def test_every_kind_of_move_is_compiled_alike() -> None:
    rng = np.random.default_rng(0)
    shape = (7, 5, 3)
    up, down = rng.uniform(0.0, 0.4, (2, *shape))
    up[-1], down[0] = 0.0, 0.0
    front = Steps(((1, 0, 0), (-1, 0, 0), (0, 0, 0)), (up, down, 1.0 - up - down))
    weaker = np.where(np.arange(5) == 0, 0.0, 0.3)[:, None]
    force = Steps(((0, -1, 0), (0, 0, 0)), (weaker, 1.0 - weaker))
    aid = Mixing(-1, rng.dirichlet(np.ones(3), 3))
    still = Steps(((0, 0, 0),), (np.ones(1),))
    chance = np.asarray(rng.uniform(size=(5, 1)))
    moves = Then(Then(force, Branch((chance, 1.0 - chance), (front, still))), aid)
    position = np.indices(shape)[0]
    over = (position == 0) | (position == 6)
    rules: dict[str, Any] = {
        "talks_prob": rng.uniform(size=shape[1:]), "freeze_prob": rng.uniform(0.0, 0.1, shape),
        "escalation_prob": 0.02, "escalation_loss": (0.5, 1.0), "switching_cost": (0.01, 0.02),
    }  # fmt: skip
    game = Game(Period((moves, moves), np.array([0.01, 0.02]), **rules), over, position / 6, 25)
    assert can_compile(game)
    plain = solve_module._solve_backward(game, keep_path=False)
    assert solve_compiled(game).terms.value == pytest.approx(plain.terms.value, abs=ROUNDING)
