"""Backward induction compiled: every period fused into few passes over a large lattice.

Only the first period's solution is kept. The periods between two checks run as one compiled loop;
in the first, the last and every `CHECKED_EVERY`th period the solution is brought back and checked
like any other. Whatever precision the rest of the program computes in, this is float64.
"""

from dataclasses import fields
from typing import Any, Final

import jax
import numpy as np
from jaxtyping import Bool, Float

from kadesh.bargaining.exact.arrays import Array
from kadesh.bargaining.exact.checks import Checks, check_played, has_external, worst
from kadesh.bargaining.exact.game import Game, Period, stream_worth
from kadesh.bargaining.exact.moves import Branch, Mixing, Steps, Then
from kadesh.bargaining.exact.period import Played, end_worth, entering, expectations, play
from kadesh.bargaining.exact.solution import Solution

CHECKED_EVERY: Final = 100

_DEFAULTS: Final[dict[str, Any]] = {
    entry.name: entry.default for entry in fields(Period) if entry.name not in ("belief", "cost")
}


def _flatten_period(period: Period) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """What changes from game to game as leaves; what has its default is part of the structure.

    A known zero is then left out of the compiled code. Common beliefs are carried once.
    """
    idle = []
    leaves = []
    for name, default in _DEFAULTS.items():
        value = getattr(period, name)
        if value is None or np.array_equal(value, default):
            idle.append(name)
        else:
            leaves.append(value)
    common = period.has_common_beliefs
    belief = period.belief[:1] if common else period.belief
    return (belief, period.cost, *leaves), (common, tuple(idle))


def _unflatten_period(structure: tuple[Any, ...], leaves: tuple[Any, ...]) -> Period:
    common, idle = structure
    belief, cost, *rest = leaves
    given = iter(rest)
    period = object.__new__(Period)
    object.__setattr__(period, "belief", (belief[0], belief[0]) if common else tuple(belief))
    object.__setattr__(period, "cost", cost)
    for name, default in _DEFAULTS.items():
        if name not in idle:
            value = next(given)
        else:
            value = None if default is None else np.asarray(default, dtype=np.float64)
        object.__setattr__(period, name, value)
    return period


jax.tree_util.register_pytree_node(Period, _flatten_period, _unflatten_period)
jax.tree_util.register_dataclass(Steps, data_fields=["prob"], meta_fields=["offsets"])
jax.tree_util.register_dataclass(Mixing, data_fields=["rows"], meta_fields=["axis"])
jax.tree_util.register_dataclass(Then, data_fields=["first", "second"], meta_fields=[])
jax.tree_util.register_dataclass(Branch, data_fields=["prob", "parts"], meta_fields=[])


@jax.jit
def _swept(
    period: Period,
    end_share: Float[Array, "*state"],
    is_over: Bool[Array, "*state"],
    value: Float[Array, "side *state"],
    count: int,
) -> Float[Array, "side *state"]:
    """Values `count` periods earlier."""
    end = end_worth(period, end_share)

    def earlier(_: int, value: Float[Array, "side *state"]) -> Float[Array, "side *state"]:
        expected = expectations(period, entering(period, is_over, end, value))
        return play(period, is_over, end_share, expected).terms.value

    return jax.lax.fori_loop(0, count, earlier, value)


def can_compile(game: Game) -> bool:
    """Whether only values need to be carried from period to period.

    What comes from outside the stake, bounds that uncertain talks spread, and commitment have to
    be followed through every period, which the loop that keeps everything does.
    """
    period = game.at(0)
    spreads = period.surrender_value is not None and bool((period.talks_prob < 1.0).any())
    return game.is_stationary and game.commitment is None and not (spreads or has_external(period))


def solve_compiled(game: Game) -> Solution:
    """First period of a game with a horizon that `can_compile`.

    Raises:
        NumericalError: A failed check.
    """
    assert game.periods is not None
    period = game.at(0)
    value = end_worth(period, game.end_share)
    nothing = np.zeros(game.shape)
    checks, left = Checks(), game.periods
    with jax.enable_x64(True):
        fixed = jax.device_put((period, game.end_share, game.is_over))
        while left:
            played, entered = _played(game, period, value)
            left -= 1
            found = check_played(game, period, played, entered, nothing, left)
            checks, value = worst(checks, found), played.terms.value
            count = max(0, min(CHECKED_EVERY - 1, left - 1))
            if count:
                value = np.asarray(_swept(*fixed, value, count))
                left -= count
    checks = checks.because("forward mass", "the path is not kept")
    unbound = np.zeros(game.shape, dtype=bool)
    worth = stream_worth(game, period)
    return Solution(
        game, played.floor, played.terms, played.is_clipped, unbound, worth, 0.0, checks
    )


def _played(
    game: Game, period: Period, value: Float[np.ndarray, "side *state"]
) -> tuple[Played, Float[np.ndarray, "side *state"]]:
    entered = entering(period, game.is_over, end_worth(period, game.end_share), value)
    expected = expectations(period, entered)
    return play(period, game.is_over, game.end_share, expected), entered
