"""Backward induction compiled: every period of a game whose rules stay the same, in one loop.

Only the first period's solution is kept. What a period does is written as rows of numbers over one
long row of states (`kadesh.bargaining.exact.kernels`); in the last, the first and every
`CHECKED_EVERY`th period between them the solution is brought back and checked like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float

from kadesh.bargaining.exact.checks import Checks, check_played, has_external, worst
from kadesh.bargaining.exact.game import Game, Period, stream_worth
from kadesh.bargaining.exact.kernels import sweep_lattice, sweep_walk
from kadesh.bargaining.exact.moves import Branch, Mixing, Steps, Then, Transition, seen_from
from kadesh.bargaining.exact.period import (
    Played,
    end_worth,
    entering,
    expectations,
    play,
    rule_rows,
)
from kadesh.bargaining.exact.solution import Solution

CHECKED_EVERY: Final = 500


@dataclass(frozen=True)
class _Stage:
    """Steps that both sides' expectations take, with each side's probabilities."""

    offsets: tuple[tuple[int, ...], ...]
    prob: tuple[tuple[np.ndarray, ...], tuple[np.ndarray, ...]]


def _steps(moves: Transition, shape: tuple[int, ...]) -> list[Steps] | None:
    """Moves as steps in the order in which an expectation takes them; None where they are not."""
    match moves:
        case Steps():
            return [moves]
        case Mixing():
            return [_diagonals(moves, shape)]
        case Then():
            stages = _steps(moves.second, shape), _steps(moves.first, shape)
            return None if stages[0] is None or stages[1] is None else stages[0] + stages[1]
        case Branch():
            joint: list[tuple[int, ...]] = []
            prob: list[np.ndarray] = []
            for chance, part in zip(moves.prob, moves.parts, strict=True):
                own = _steps(part, shape)
                if own is None or len(own) > 1:
                    return None
                joint += own[0].offsets
                prob += [np.asarray(chance * p) for p in own[0].prob]
            return [Steps(tuple(joint), tuple(prob))]
    return None


def _diagonals(moves: Mixing, shape: tuple[int, ...]) -> Steps:
    """A matrix along one axis as steps along it, one for each of its diagonals in use."""
    size = len(moves.rows)
    offsets, prob = [], []
    for step in range(1 - size, size):
        along = np.diagonal(moves.rows, step)
        if along.any():
            chance = np.zeros(size)
            chance[max(0, -step) : max(0, -step) + len(along)] = along
            offset = [0] * len(shape)
            offset[moves.axis] = step
            offsets.append(tuple(offset))
            prob.append(chance.reshape((-1,) + (1,) * (-1 - moves.axis)))
    return Steps(tuple(offsets), tuple(prob))


def _stages(game: Game, period: Period) -> list[_Stage] | None:
    """What both sides' beliefs say, stage by stage; None where no such list does."""
    own = _steps(period.belief[0], game.shape)
    other = own if period.has_common_beliefs else _steps(period.belief[1], game.shape)
    if own is None or other is None or len(own) != len(other):
        return None
    if any(a.offsets != b.offsets for a, b in zip(own, other, strict=True)):
        return None
    return [_Stage(a.offsets, (a.prob, b.prob)) for a, b in zip(own, other, strict=True)]


def can_compile(game: Game) -> bool:
    """Whether only values need to be carried from period to period, by steps.

    What comes from outside the stake, bounds that uncertain talks spread, and commitment have to
    be followed through every period, which the loop that keeps everything does.
    """
    period = game.at(0)
    spreads = period.surrender_value is not None and bool((period.talks_prob < 1.0).any())
    followed = game.commitment is not None or spreads or has_external(period)
    return game.is_stationary and not followed and _stages(game, period) is not None


def solve_compiled(game: Game) -> Solution:
    """First period of a game with a horizon that `can_compile`.

    Raises:
        NumericalError: A failed check.
    """
    assert game.periods is not None
    period = game.at(0)
    sweep = _Sweep(game, period)
    value = end_worth(period, game.end_share)
    nothing = np.zeros(game.shape)
    checks, left = Checks(), game.periods
    while left:
        count = min(CHECKED_EVERY, left)
        played, entered = _played(game, period, sweep.back(value, count - 1))
        left -= count
        found = check_played(game, period, played, entered, nothing, left)
        checks, value = worst(checks, found), played.terms.value
    checks = checks.because("forward mass", "the path is not kept")
    unbound = np.zeros(game.shape, dtype=bool)
    worth = stream_worth(game, period)
    return Solution(
        game, played.floor, played.terms, played.is_clipped, unbound, worth, 0.0, checks
    )


class _Sweep:
    """The rules of a game as rows of numbers."""

    def __init__(self, game: Game, period: Period) -> None:
        stages = _stages(game, period)
        assert stages is not None
        self.shape = game.shape
        self.over = np.flatnonzero(game.is_over)
        worth = end_worth(period, game.end_share)
        self.end = worth.reshape(2, -1)[:, self.over]
        # What is left when a war freezes on arrival is part of what fighting brings.
        frozen = np.where(game.is_over, 0.0, period.freeze_prob)
        self.rules = _rules(game, period, expectations(period, frozen * worth))
        self.odds = _odds_of_walk(stages) if not frozen.any() else None
        if self.odds is not None and self.rules.shape[1] == 1:
            self.pad = 1
            return
        self.odds = None
        self._tabulate(stages, 1.0 - frozen)

    def _tabulate(self, stages: Sequence[_Stage], unfrozen: np.ndarray) -> None:
        """Probabilities by state, each array once; 0 where a step leaves the lattice."""
        rows: dict[tuple[int, tuple[int, ...], bool], int] = {}
        table: list[np.ndarray] = []
        stage, offset, row = [0], [], []
        for s, part in enumerate(stages):
            arrive = seen_from(unfrozen if s == 0 else np.ones(self.shape), part.offsets)
            for m, step in enumerate(part.offsets):
                offset.append(_along_row(step, self.shape))
                pair = []
                for side in (0, 1):
                    prob = part.prob[side][m]
                    key = (id(prob), step, s == 0)
                    if key not in rows:
                        rows[key] = len(table)
                        table.append(np.broadcast_to(prob * arrive[m], self.shape).ravel())
                    pair.append(rows[key])
                row.append(pair)
            stage.append(len(offset))
        self.stage, self.offset = np.asarray(stage), np.asarray(offset)
        self.row, self.prob = np.asarray(row), np.stack(table)
        self.pad = int(np.abs(self.offset).max())

    def back(
        self, value: Float[np.ndarray, "side *state"], periods: int
    ) -> Float[np.ndarray, "side *state"]:
        """Values so many periods earlier."""
        size, pad = value[0].size, self.pad
        buffers = np.zeros((2, 2, size + 2 * pad))
        buffers[0, :, pad : pad + size] = value.reshape(2, size)
        if self.odds is not None:
            now = sweep_walk(buffers, periods, *self.odds, self.rules, self.over, self.end)
        else:
            now = sweep_lattice(
                buffers, pad, periods, self.stage, self.offset, self.row, self.prob, self.rules,
                self.over, self.end,
            )  # fmt: skip
        earlier: np.ndarray = buffers[now, :, pad : pad + size].reshape(value.shape)
        return earlier


def _along_row(step: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """Length of a step along the row of all states."""
    total = 0
    for o, n in zip(step, shape, strict=True):
        total = total * n + o
    return total


def _odds_of_walk(stages: Sequence[_Stage]) -> tuple[np.ndarray, np.ndarray] | None:
    """Odds of a step up and down one axis, to each side, if they are the same everywhere."""
    if len(stages) > 1 or set(stages[0].offsets) != {(1,), (-1,)} or len(stages[0].offsets) > 2:
        return None
    prob = stages[0].prob
    if any(p.size > 1 for own in prob for p in own):
        return None
    odds = np.array([[float(p.item()) for p in own] for own in prob])
    up = stages[0].offsets.index((1,))
    return odds[:, up].copy(), odds[:, 1 - up].copy()


def _rules(
    game: Game, period: Period, left_by_freezing: Float[np.ndarray, "side *state"]
) -> Float[np.ndarray, "rule state"]:
    """The table of `kernels.RULES`, with one column where every state has the same rules."""
    left = left_by_freezing if left_by_freezing.any() else None
    rows = rule_rows(game.is_over.ndim, period, left)
    whole = game.shape if any(row.size > 1 for row in rows) else (1,) * len(game.shape)
    return np.stack([np.broadcast_to(row, whole).ravel() for row in rows])


def _played(
    game: Game, period: Period, value: Float[np.ndarray, "side *state"]
) -> tuple[Played, Float[np.ndarray, "side *state"]]:
    entered = entering(period, game.is_over, end_worth(period, game.end_share), value)
    expected = expectations(period, entered)
    return play(period, game.is_over, game.end_share, expected), entered
