r"""Exact values of fighting on and of settling, for games on a finite chain of states.

Each period, in a state $k$ that is not absorbing: with probability $\phi$ talks are possible and
the sides settle if they can; otherwise they fight one period, pay $c_i$, the war escalates with
probability $\eta$ (costing $L_i$ and ending it), and the state moves by $P_i$, each side's own
belief about the transitions; a war that goes on freezes where it stands with a given probability:

$$F_i(k) = -c_i(k) + d\,[(1-\eta)\,(P_i V_i)(k) - \eta L_i],\qquad F_i \leftarrow \max(F_i, 0)
\ \text{where surrender is a right}$$

and $V_i$ follows from `kadesh.bargaining.payoffs.terms`. Stationary games are solved by value
iteration to a fixed point, games with a horizon by backward induction; both in float64. Every
solve checks itself and a failed check is a NumericalError that names it.

In the spirit of Slantchev (2003, "Principle of Convergence") with both floors clipped at
surrender; the published model has simultaneous offers and private information, which this has not.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from kadesh.bargaining.payoffs import Terms, terms
from kadesh.errors import NumericalError

RESIDUAL_LIMIT = 1e-10
"""Largest change of any value in a last value-iteration sweep that counts as a fixed point."""


@dataclass(frozen=True)
class ChainGame:
    """A war on finitely many states. Shares are side 0's; costs are per period, in shares.

    `transition` holds each side's belief; give the same matrix twice for common beliefs. With a
    leading `period` axis the game has that horizon and freezes at `freeze_share` afterwards.
    """

    transition: Float[np.ndarray, "side state state"] | Float[np.ndarray, "side period state state"]
    is_absorbing: Bool[np.ndarray, "state"]
    freeze_share: Float[np.ndarray, "state"]
    cost: Float[np.ndarray, "side state"]
    discount: float = 1.0
    bargaining_power: float = 0.5
    talks_probability: float = 1.0
    switching_cost: tuple[float, float] = (0.0, 0.0)
    leader_stake: tuple[float, float] = (0.0, 0.0)
    leader_threshold_share: tuple[float, float] = (2.0, 2.0)
    escalation_probability: float = 0.0
    escalation_loss: tuple[float, float] = (0.0, 0.0)
    freeze_probability: float = 0.0
    may_surrender: bool = False


@dataclass(frozen=True)
class ChainSolution:
    """Floors and terms by state (stationary) or `period state`, with the last residual.

    `is_bound` is true where the surrender clip bound while talks were uncertain: the values there
    are bounds, not equilibrium values.
    """

    floor: Float[np.ndarray, "side *state"]
    terms: Terms
    is_bound: Bool[np.ndarray, "*state"]
    residual: float


def _column(pair: tuple[float, float]) -> Float[np.ndarray, "side one"]:
    return np.asarray(pair, dtype=float)[:, None]


def _period(
    game: ChainGame,
    transition: Float[np.ndarray, "side state state"],
    value_next: Float[np.ndarray, "side state"],
) -> tuple[Float[np.ndarray, "side state"], Terms, Bool[np.ndarray, "state"]]:
    """Floors, terms and clip marks of one period, given the values of the next."""
    end = np.stack([game.freeze_share, 1.0 - game.freeze_share])
    frozen = game.freeze_probability
    entered = frozen * end + (1.0 - frozen) * value_next
    expected = np.einsum("ist,it->is", transition, entered)
    hazard = game.escalation_probability
    floor = -game.cost + game.discount * (
        (1.0 - hazard) * expected - hazard * _column(game.escalation_loss)
    )
    clipped = np.zeros(floor.shape[1], dtype=bool)
    if game.may_surrender:
        clipped = (floor < 0.0).any(axis=0)
        floor = np.maximum(floor, 0.0)
    floor = np.where(game.is_absorbing, end, floor)
    agreed = terms(
        floor,
        bargaining_power=np.asarray([game.bargaining_power]),
        talks_probability=np.asarray([game.talks_probability]),
        switching_cost=_column(game.switching_cost),
        leader_stake=_column(game.leader_stake),
        leader_threshold_share=_column(game.leader_threshold_share),
    )
    value = np.where(game.is_absorbing, end, agreed.value)
    agreed = Terms(agreed.requirement, agreed.width, agreed.share, agreed.is_feasible, value)
    return floor, agreed, clipped & (game.talks_probability < 1.0) & ~game.is_absorbing


def solve_chain(game: ChainGame, *, max_sweeps: int = 200_000) -> ChainSolution:
    """Solve a game on a finite chain exactly.

    Args:
        game: The game; with a period axis it is solved backward from the horizon, where the war
            freezes at `freeze_share`, otherwise to a fixed point.
        max_sweeps: Value-iteration sweeps allowed before giving up.

    Returns:
        ChainSolution with arrays `side state`, or `side period state` for a horizon game.

    Raises:
        NumericalError: No fixed point, a transition matrix whose rows do not sum to one, a value
            below its floor, or joint values above 1 under common beliefs.
    """
    if not np.allclose(game.transition.sum(-1), 1.0, atol=1e-12):
        raise NumericalError("chain: transition rows do not sum to one; normalise them")
    end = np.stack([game.freeze_share, 1.0 - game.freeze_share])
    if game.transition.ndim == 4:
        solution = _backward(game, end)
    else:
        value, residual = end.copy(), np.inf
        for _ in range(max_sweeps):
            floor, agreed, bound = _period(game, game.transition, value)
            residual = float(np.abs(agreed.value - value).max())
            value = agreed.value
            if residual < RESIDUAL_LIMIT / 100:
                break
        if residual > RESIDUAL_LIMIT:
            raise NumericalError(
                f"chain: no fixed point after {max_sweeps} sweeps, residual {residual:.2e}"
            )
        floor, agreed, bound = _period(game, game.transition, value)
        solution = ChainSolution(floor, agreed, bound, residual)
    _check(game, solution)
    return solution


def _backward(game: ChainGame, end: Float[np.ndarray, "side state"]) -> ChainSolution:
    periods = game.transition.shape[1]
    floors, agreements, bounds, value = [], [], [], end
    for t in reversed(range(periods)):
        floor, agreed, bound = _period(game, game.transition[:, t], value)
        value = agreed.value
        floors.append(floor)
        agreements.append(agreed)
        bounds.append(bound)
    floors.reverse()
    agreements.reverse()
    bounds.reverse()
    together = Terms(
        np.stack([a.requirement for a in agreements], axis=1),
        np.stack([a.width for a in agreements]),
        np.stack([a.share for a in agreements], axis=1),
        np.stack([a.is_feasible for a in agreements]),
        np.stack([a.value for a in agreements], axis=1),
    )
    return ChainSolution(np.stack(floors, axis=1), together, np.stack(bounds), 0.0)


def _check(game: ChainGame, solution: ChainSolution) -> None:
    """Raise NumericalError for the first law that the solution breaks."""
    value, floor = solution.terms.value, solution.floor
    if not np.isfinite(value).all():
        raise NumericalError("chain: a value is not finite")
    if (value < floor - 1e-9).any():
        raise NumericalError("chain: a side's value lies below its floor")
    common = np.array_equal(game.transition[0], game.transition[1])
    extra = max(game.leader_stake[0], 0.0) + max(game.leader_stake[1], 0.0)
    # A clipped floor is surrender, which hands the rest to the other side only through talks;
    # with uncertain talks the two clipped values need not be reachable together.
    if common and not solution.is_bound.any() and (value.sum(0) > 1.0 + extra + 1e-9).any():
        raise NumericalError("chain: joint values exceed the stake under common beliefs")
