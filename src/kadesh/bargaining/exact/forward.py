r"""What happens when the game is played: who settles when, how long the war lasts, how it ends.

Probability mass is sent forward through the transition that a *measure* gives (either side's
belief, or the analyst's) and through the solved terms: in period $t$ a share $\phi$ of the mass in
states where a deal is possible settles; the rest fights, escalates with probability $\eta$, moves,
freezes or reaches a state where the war is over.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy import sparse
from scipy.sparse.linalg import splu

from kadesh.bargaining.exact.arrays import Number, by_side, is_idle
from kadesh.bargaining.exact.checks import IDENTITY_TOLERANCE, fail, size_of
from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.moves import Transition
from kadesh.bargaining.exact.period import end_worth, flow
from kadesh.bargaining.exact.solution import Solution
from kadesh.bargaining.payoffs import Terms, leader_utility

FOLLOWED_PERIODS = 50
"""Periods that the forward check of a game without an end follows step by step."""
MOST_STATE_PERIODS = 10_000_000
"""States times periods that it follows at most."""
MOST_LU_STATES = 150_000
"""States up to which the rest of the war is one linear system (chains; lattices fill more)."""


@dataclass(frozen=True)
class Course:
    """How a war goes, in probabilities of one war that begins with the mass given.

    `settled`, `conquered` (a state where the war is over), `frozen` and `escalated` are by period;
    `live` is the mass that begins each period, and what is left after the last.
    """

    live: Float[np.ndarray, "moment"]
    settled: Float[np.ndarray, "period"]
    conquered: Float[np.ndarray, "period"]
    frozen: Float[np.ndarray, "period"]
    escalated: Float[np.ndarray, "period"]
    fought: Float[np.ndarray, "period"]
    settled_where: Float[np.ndarray, "*state"]
    ended_where: Float[np.ndarray, "*state"]
    frozen_where: Float[np.ndarray, "*state"]

    @property
    def expected_periods(self) -> float:
        """Expected number of periods fought, as far as the course was followed."""
        return float(self.fought.sum())

    @property
    def left_live(self) -> float:
        """Probability that the war was still going when the course was last followed."""
        return float(self.live[-1])


@dataclass(frozen=True)
class _Moved:
    settled: np.ndarray
    fought: np.ndarray
    ended: np.ndarray
    frozen: np.ndarray
    live: np.ndarray


def _moved(
    game: Game,
    period: Period,
    terms: Terms,
    mass: Float[np.ndarray, "*state"],
    measure: Transition,
    keep: Number,
) -> _Moved:
    settled = period.talks_prob * terms.is_feasible * mass
    fought = mass - settled
    arrived = measure.push(fought * keep)
    frozen = period.freeze_prob * arrived
    carried = arrived - frozen
    return _Moved(
        settled,
        fought,
        np.where(game.is_over, carried, 0.0),
        frozen,
        np.where(game.is_over, 0.0, carried),
    )


def follow(
    solution: Solution,
    start: Float[np.ndarray, "*state"],
    measure: Transition | Callable[[int], Transition],
    *,
    periods: int | None = None,
) -> Course:
    """Send a distribution over states forward through the solved game.

    Args:
        solution: A solved game with its path.
        start: Probability of each state at the start; where the war is over it counts as ended.
        measure: Transition that rules what happens, or a function from the period to it.
        periods: How long to follow a game without an end; a game with a horizon is followed to it,
            and what is then still live is frozen.
    """
    game = solution.game
    length = game.periods if game.periods is not None else periods
    if length is None:
        raise fail("forward mass", "a game without an end needs the number of periods to follow")
    if game.periods is not None and not solution.is_path:
        raise fail("forward mass", "the path was not kept; solve with keep_path=True")
    mass = np.where(game.is_over, 0.0, start)
    ended_where = np.where(game.is_over, start, 0.0)
    settled_where, frozen_where = np.zeros(game.shape), np.zeros(game.shape)
    live = [float(mass.sum())]
    rows: list[tuple[float, ...]] = []
    for t in range(length):
        period, terms = game.at(t), solution.at(t)[1]
        moves = measure(t) if callable(measure) else measure
        step = _moved(game, period, terms, mass, moves, 1.0 - period.escalation_prob)
        settled_where += step.settled
        ended_where += step.ended
        frozen_where += step.frozen
        escalated = (step.fought * period.escalation_prob).sum()
        parts = (step.settled, step.ended, step.frozen, escalated, step.fought)
        rows.append(tuple(float(np.sum(x)) for x in parts))
        mass = step.live
        live.append(float(mass.sum()))
    by_period = np.asarray(rows).T
    if game.periods is not None:
        # Frozen for good at the horizon.
        frozen_where += mass
        by_period[2, -1] += mass.sum()
        live[-1] = 0.0
    settled, conquered, frozen, escalated_by_period, fought = by_period
    return Course(
        np.asarray(live),
        settled,
        conquered,
        frozen,
        escalated_by_period,
        fought,
        settled_where,
        ended_where,
        frozen_where,
    )


def _collected(
    solution: Solution, mass: Float[np.ndarray, "*state"], side: int, t: int
) -> tuple[float, Float[np.ndarray, "*state"]]:
    """Payoff of a side in period `t` from this mass, and the mass that goes on, discounted."""
    game = solution.game
    period, terms, axes = game.at(t), solution.at(t)[1], game.is_over.ndim
    agreed = terms.share[side]
    if not is_idle(period.leader_stake):
        stake = by_side(period.leader_stake, axes)[side]
        threshold = by_side(period.leader_threshold_share, axes)[side]
        agreed = leader_utility(agreed, stake, threshold)
    agreed = agreed - by_side(period.switching_cost, axes)[side]
    keep = period.discount * (1.0 - period.escalation_prob)
    end = end_worth(period, game.end_share)[side]
    step = _moved(game, period, terms, mass, period.belief[side], keep)
    ended = step.ended + step.frozen
    if t + 1 == game.periods:
        ended = ended + step.live
    paid = step.settled * agreed + step.fought * flow(period, axes)[side] + ended * end
    return float(paid.sum()), step.live


def _ever_live(
    solution: Solution, mass: Float[np.ndarray, "*state"], side: int
) -> Float[np.ndarray, "*state"] | None:
    """Mass, discounted, that is ever live in each state of a game without an end.

    None where it is neither gone soon nor a linear system of a size to solve.
    """
    game, period, terms = solution.game, solution.game.at(0), solution.terms
    total = mass
    for _ in range(min(FOLLOWED_PERIODS, MOST_STATE_PERIODS // mass.size)):
        _, mass = _collected(solution, mass, side, 0)
        if not mass.any():
            return total
        total = total + mass
    if mass.size > MOST_LU_STATES:
        return None
    live = ~game.is_over
    leave = live * (1.0 - period.talks_prob * terms.is_feasible)
    leave = leave * period.discount * (1.0 - period.escalation_prob)
    arrive = np.broadcast_to(live * (1.0 - period.freeze_prob), game.shape)
    moves = period.belief[side].matrix(game.shape)
    moves = sparse.diags_array(leave.ravel()) @ moves @ sparse.diags_array(arrive.ravel())
    system = splu(sparse.csc_array((sparse.eye_array(mass.size) - moves).T))
    # The mass after the periods followed, wherever it goes from there.
    rest = system.solve(mass.ravel()).reshape(game.shape)
    return np.asarray(total - mass + rest)


def forward_residual(solution: Solution) -> tuple[float | None, str]:
    """Largest gap between payoffs collected forward and values found backward, over both sides.

    Returns:
        The gap, or None and why the check does not apply.

    Raises:
        NumericalError: The check 'forward mass'.
    """
    game = solution.game
    if solution.is_clipped.any():
        return None, "surrender bounds a floor"
    if game.is_over.all():
        return None, "the war is over in every state"
    start = np.where(game.is_over, 0.0, 1.0) / (~game.is_over).sum()
    worst, scale = 0.0, size_of(solution.terms.value)
    for side in (0, 1):
        if game.periods is None:
            ever = _ever_live(solution, start, side)
            if ever is None:
                return None, "a war too long, on a lattice too large, to follow"
            total, _ = _collected(solution, ever, side, 0)
        else:
            total, mass = 0.0, start
            for t in range(game.periods):
                paid, mass = _collected(solution, mass, side, t)
                total += paid
                if not mass.any():
                    break
        value = float((start * solution.at(0)[1].value[side]).sum())
        worst = max(worst, abs(total - value))
    if not worst <= IDENTITY_TOLERANCE * scale:
        raise fail("forward mass", f"payoffs forward and values backward differ by {worst:.1e}")
    return worst, ""
