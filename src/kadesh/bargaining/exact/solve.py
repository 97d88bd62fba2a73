"""Solve a game exactly: backward from its horizon, or to the fixed point of a stationary one.

Which equilibrium: with a horizon there is one (ties, where a deal and fighting on are worth the
same, are deals). Without, the values are a fixed point of a map that contracts by
$d(1-\\eta)(1-\\text{freeze})$, or reaches the end of the war for certain; it is unique unless a
leader's stake or a bound of commitment makes the map jump. Then the solution is the limit of the
games with ever longer horizons that end in a freeze, and it is an error if they have no limit.
"""

from dataclasses import replace
from importlib import import_module

import numpy as np
from jaxtyping import Float

from kadesh.bargaining.exact.checks import (
    Checks,
    check_played,
    external_payoff,
    has_external,
    worst,
)
from kadesh.bargaining.exact.forward import forward_residual
from kadesh.bargaining.exact.game import Game, Period, breaking_share, check_period, stream_worth
from kadesh.bargaining.exact.period import Played, end_worth, entering, expectations, play
from kadesh.bargaining.exact.solution import Solution
from kadesh.bargaining.exact.stationary import fixed_point, reaches, total_external
from kadesh.bargaining.payoffs import Terms

COMPILED_FROM_STATES = 4_096
"""States from which a sweep whose path is not kept is compiled; below, compiling costs more."""


def solve(game: Game, *, keep_path: bool = True) -> Solution:
    """Solve a game on a lattice and check the solution.

    Args:
        game: The game.
        keep_path: With a horizon, keep every period (the arrays gain a period axis, the forward
            check is made); otherwise only the first period is kept, large games are compiled, and
            their period checks are made in the first and every 500th period from the horizon.

    Raises:
        InputErrors: Rules that make no game.
        NumericalError: No fixed point, or a failed check, which is named.
    """
    if game.periods is None:
        return _solve_stationary(game)
    if not keep_path and game.is_over.size >= COMPILED_FROM_STATES:
        # Loaded on demand: small games need not wait for the compiler.
        compiled = import_module("kadesh.bargaining.exact.compiled")
        if compiled.can_compile(game):
            solution: Solution = compiled.solve_compiled(game)
            return solution
    if isinstance(game.period, Period) and game.period.has_time_axis and game.commitment is None:
        return _solve_unrolled(game)
    return _solve_backward(game, keep_path)


def _solve_stationary(game: Game) -> Solution:
    period = game.at(0)
    value, residual, later = fixed_point(game, period)
    end = end_worth(period, game.end_share)
    entered = entering(period, game.is_over, end, value)
    played = play(period, game.is_over, game.end_share, expectations(period, entered), later)
    external = total_external(game, period, played)
    checks = check_played(game, period, played, entered, external, 0)
    checks = replace(checks, fixed_point_residual=residual)
    uncertain = played.is_clipped.any(0) & (period.talks_prob < 1.0)
    worth = stream_worth(game, period)
    bound = reaches(game, period, uncertain) if uncertain.any() else uncertain
    solution = Solution(
        game, played.floor, played.terms, played.is_clipped, bound, worth, residual, checks
    )
    return _checked_forward(solution)


def _solve_unrolled(game: Game) -> Solution:
    """Values backward, then floors, terms and checks of all periods at once."""
    assert game.periods is not None
    value = np.empty((2, game.periods + 1, *game.shape))
    value[:, -1] = end_worth(game.at(game.periods - 1), game.end_share)
    for t in reversed(range(game.periods)):
        value[:, t] = _one_back(game, game.at(t), value[:, t + 1], value)[0].terms.value
    whole = game.unrolled()
    period = whole.at(0)
    played, entered, _ = _one_back(whole, period, value[:, 1:], value)
    external = np.zeros(whole.shape)
    later = np.zeros(game.shape)
    if has_external(period):
        later = (value[:, -1] - np.stack([game.end_share, 1.0 - game.end_share])).sum(0)
    worth = np.zeros((2, *game.shape))
    uncertain = played.is_clipped.any(0) & (period.talks_prob < 1.0)
    is_bound, bound = uncertain, np.zeros(game.shape, dtype=bool)
    spreads, paid = bool(uncertain.any()), bool(period.unconditional_subsidy.any())
    for t in reversed(range(game.periods)) if spreads or paid or has_external(period) else ():
        rules = game.at(t)
        external[t] = later = external_payoff(game, rules, _of_period(played, t), later)
        leads = sum(belief.expect(bound.astype(float)) for belief in rules.belief) > 0.0
        is_bound[t] = bound = (uncertain[t] | leads) & ~game.is_over
        worth = np.broadcast_to(stream_worth(game, rules, worth), worth.shape)
    checks = check_played(whole, period, played, entered, external, 0)
    solution = Solution(
        game, played.floor, played.terms, played.is_clipped, is_bound, worth, 0.0, checks
    )
    return _checked_forward(solution)


def _of_period(played: Played, t: int) -> Played:
    terms = played.terms
    own = Terms(
        terms.requirement[:, t],
        terms.width[t],
        terms.share[:, t],
        terms.is_feasible[t],
        terms.value[:, t],
    )
    return Played(played.floor[:, t], own, played.is_clipped[:, t])


def _solve_backward(game: Game, keep_path: bool) -> Solution:
    assert game.periods is not None
    shape = game.shape
    last = game.at(game.periods - 1)
    value = end_worth(last, game.end_share)
    external = (value - np.stack([game.end_share, 1.0 - game.end_share])).sum(0)
    is_bound = np.zeros(shape, dtype=bool)
    kept = np.full((2, *shape), -np.inf)
    worth, checks = np.zeros((2, *shape)), Checks()
    path: list[tuple[Played, np.ndarray]] = []
    for t in reversed(range(game.periods)):
        period = game.at(t)
        if not game.is_stationary:
            check_period(game, period, t)
        played, entered, kept = _one_back(game, period, value, kept)
        if external.any() or has_external(period):
            external = external_payoff(game, period, played, external)
        checks = worst(checks, check_played(game, period, played, entered, external, t))
        uncertain = played.is_clipped.any(0) & (period.talks_prob < 1.0)
        # A bound next period makes a bound of every value that fighting on may lead to it from.
        leads = sum(belief.expect(is_bound.astype(float)) for belief in period.belief) > 0.0
        is_bound = (uncertain | leads) & ~game.is_over
        worth = np.broadcast_to(stream_worth(game, period, worth), worth.shape)
        value = played.terms.value
        path.append((played, is_bound))
        if not keep_path:
            path = path[-1:]
    path.reverse()
    if not keep_path:
        checks = checks.because("forward mass", "the path is not kept")
        played, is_bound = path[0]
        return Solution(
            game, played.floor, played.terms, played.is_clipped, is_bound, worth, 0.0, checks
        )
    solution = Solution(
        game,
        np.stack([p.floor for p, _ in path], axis=1),
        _stacked([p.terms for p, _ in path]),
        np.stack([p.is_clipped for p, _ in path], axis=1),
        np.stack([bound for _, bound in path]),
        worth,
        0.0,
        checks,
    )
    return _checked_forward(solution)


def _one_back(
    game: Game,
    period: Period,
    value: Float[np.ndarray, "side *state"],
    kept: Float[np.ndarray, "side *state"],
) -> tuple[Played, Float[np.ndarray, "side *state"], Float[np.ndarray, "side *state"]]:
    """Play a period; also what was entered, and what a settlement must give to be kept from it."""
    entered = entering(period, game.is_over, end_worth(period, game.end_share), value)
    later = None if game.commitment is None else game.commitment.later(kept)
    played = play(period, game.is_over, game.end_share, expectations(period, entered), later)
    if game.commitment is not None and later is not None:
        kept = np.maximum(later, breaking_share(game, period, played.floor))
    return played, entered, kept


def _stacked(terms: list[Terms]) -> Terms:
    return Terms(
        np.stack([t.requirement for t in terms], axis=1),
        np.stack([t.width for t in terms]),
        np.stack([t.share for t in terms], axis=1),
        np.stack([t.is_feasible for t in terms]),
        np.stack([t.value for t in terms], axis=1),
    )


def _checked_forward(solution: Solution) -> Solution:
    residual, reason = forward_residual(solution)
    if residual is None:
        checks = solution.checks.because("forward mass", reason)
    else:
        checks = replace(solution.checks, forward_residual=residual)
    return replace(solution, checks=checks)
