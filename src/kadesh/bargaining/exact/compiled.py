"""Backward induction compiled: every period fused into few passes over a large lattice.

Only the first period's solution is kept. The periods between two checks run as one compiled loop;
in the first, the last and every `CHECKED_EVERY`th period the solution is brought back and checked
like any other. Whatever precision the rest of the program computes in, this is float64.
"""

from dataclasses import fields
from typing import Any, Final

import jax
import numpy as np
from jaxtyping import Array, Bool, Float

from kadesh.bargaining.exact.checks import (
    Checks,
    check_played,
    external_payoff,
    has_external,
    worst,
)
from kadesh.bargaining.exact.game import Game, Period, check_period
from kadesh.bargaining.exact.moves import Branch, Mixing, Steps, Then
from kadesh.bargaining.exact.period import Played, carried_on, end_worth, expectations, play
from kadesh.bargaining.exact.solution import Solution

CHECKED_EVERY: Final = 16

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
    is_over: Bool[Array, "*state"],
    end_share: Float[Array, "*state"],
    value: Float[Array, "side *state"],
    count: int,
) -> Float[Array, "side *state"]:
    """Values `count` periods earlier."""
    end = end_worth(period, end_share)

    def body(_: int, value: Float[Array, "side *state"]) -> Float[Array, "side *state"]:
        expected = expectations(period, carried_on(period, end, value))
        return play(period, is_over, end_share, expected).terms.value

    return jax.lax.fori_loop(0, count, body, value)
