r"""The fixed point of a game without an end.

Values solve $V = G(EV)$ with $G$ piecewise linear and separate by state. Newton's method solves one
linear system per step: with the slopes $J$ of $G$ in each state, $V \leftarrow V+\delta$ with

$$\delta - J\,E\,\delta = G(EV) - V .$$

The right pieces are found in a handful of steps, where sweeping takes as long as the war; where
they flip between both sides' bounds, one side's are improved at a time
(`kadesh.bargaining.exact.policies`). Where a
leader's stake or a commitment makes $G$ jump, values are swept from a freeze instead, so that the
solution is the limit of games with ever longer horizons. Lattices in which only the first axis
moves, by single steps, are eliminated along it, for all parameter sets in one compiled call
(`kadesh.bargaining.exact.chain_kernels`); others by sparse LU; where that would fill the memory
(several moving axes, many states) values are swept.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from jaxtyping import Bool, Float
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order
from scipy.sparse.linalg import splu

from kadesh.bargaining.exact.chain_kernels import settle_chains
from kadesh.bargaining.exact.checks import (
    FIXED_POINT_TOLERANCE,
    external_payoff,
    fail,
    has_external,
    size_of,
)
from kadesh.bargaining.exact.game import Game, Period, breaking_share
from kadesh.bargaining.exact.moves import Steps, seen_from
from kadesh.bargaining.exact.period import (
    Played,
    end_worth,
    entering,
    expectations,
    play,
    rule_rows,
)
from kadesh.bargaining.exact.policies import chain_solver, settle_by_policies

MOST_LU_STATES = 30_000
"""States of a lattice with several moving axes up to which sparse LU stays quick."""
MOST_CHAIN_STEPS = 600
"""Newton steps; on long chains the place where surrender binds may move a little with each."""
MOST_LU_STEPS = 60
"""Newton steps by sparse LU; policies are iterated after them."""
SWEEP_AFTER = 20
SWEEPS_BETWEEN = 100
MOST_SWEEPS = 200_000
TARGET = 1e-13
"""Change per sweep at which iteration stops: a few float64 roundings of a share."""
LARGEST_ERROR = 1e-5
"""Distance from the fixed point up to which a solution is one. Rounding alone makes one of 1e-6
where an undiscounted war of 10^5 positions lasts 10^9 battles; elsewhere it is far less."""


def fixed_point(
    game: Game, period: Period
) -> tuple[Float[np.ndarray, "side *state"], float, Float[np.ndarray, "side *state"] | None]:
    """Values that reproduce themselves, their residual, and what settlements must give to last.

    Raises:
        NumericalError: The check 'fixed point': iteration did not settle.
    """
    jumps = bool(period.leader_stake.any()) or game.commitment is not None
    if not jumps and _moves_singly(period):
        return *_chains(game, period), None
    if jumps or (len(game.shape) > 1 and game.is_over.size > MOST_LU_STATES):
        return _swept(game, period)
    value = end_worth(period, game.end_share)
    residual, error = np.inf, np.inf
    for step in range(MOST_LU_STEPS):
        played = play(period, game.is_over, game.end_share, _expected(game, period, value))
        now = played.terms.value
        scale = size_of(now)
        residual = float(np.abs(now - value).max())
        correction = _factorised(game, period, _slopes(game, period, played), now - value)
        # A long war changes its values so little per period that a small residual says nothing:
        # the correction is what is left of the error.
        error = float(np.abs(correction).max())
        if residual < TARGET * scale and error < LARGEST_ERROR * scale:
            return now, residual, None
        value = value + correction
        if (step + 1) % SWEEP_AFTER == 0:
            # Pieces that flip back and forth: begin again from nearer by.
            for _ in range(SWEEPS_BETWEEN):
                now = _answer(game, period, _expected(game, period, now))
            value = now
    now, residual, error = settle_by_policies(
        now, rule_rows(len(game.shape), period, None), game.is_over,
        end_worth(period, game.end_share), partial(_expected, game, period),
        partial(_factorised, game, period),
    )  # fmt: skip
    if residual < FIXED_POINT_TOLERANCE and error < LARGEST_ERROR:
        return now, residual, None
    raise fail("fixed point", f"values still change by {residual:.1e} (error {error:.1e})")


def _slopes(game: Game, period: Period, played: Played) -> Float[np.ndarray, "side other *state"]:
    r"""How each side's value in a state answers to what either side expects to enter.

    For $V_i = F_i + \phi\,1\{deal\}\,\theta_i(\sigma-\kappa)$ with $F_j$ linear unless bounded.
    """
    keep = period.discount * (1.0 - period.escalation_prob)
    free = keep * (~played.is_clipped & ~game.is_over)
    shared = period.talks_prob * played.terms.is_feasible
    power = (period.bargaining_power, 1.0 - period.bargaining_power)
    slopes = np.empty((2, 2, *game.shape))
    for i in (0, 1):
        for j in (0, 1):
            slopes[i, j] = (float(i == j) - shared * power[i]) * free[j]
    return slopes


def _expected(
    game: Game, period: Period, value: Float[np.ndarray, "side *state"]
) -> Float[np.ndarray, "side *state"]:
    end = end_worth(period, game.end_share)
    expected: np.ndarray = expectations(period, entering(period, game.is_over, end, value))
    return expected


def _answer(
    game: Game, period: Period, expected: Float[np.ndarray, "side *state"]
) -> Float[np.ndarray, "side *state"]:
    value: np.ndarray = play(period, game.is_over, game.end_share, expected).terms.value
    return value


def _swept(
    game: Game, period: Period
) -> tuple[Float[np.ndarray, "side *state"], float, Float[np.ndarray, "side *state"] | None]:
    """Values of the game whose horizon is so far off that it no longer matters."""
    value = end_worth(period, game.end_share)
    kept = np.full(value.shape, -np.inf)
    later, residual = None, np.inf
    for _ in range(MOST_SWEEPS):
        expected = _expected(game, period, value)
        moved = 0.0
        if game.commitment is not None:
            later = game.commitment.later(kept)
        played = play(period, game.is_over, game.end_share, expected, later)
        if later is not None:
            now_kept = np.maximum(later, breaking_share(game, period, played.floor))
            # From -inf, of states that nobody can break, to the same is no change.
            changed = now_kept != kept
            moved = float(np.abs(now_kept[changed] - kept[changed]).max(initial=0.0))
            kept = now_kept
        residual = max(float(np.abs(played.terms.value - value).max()), moved)
        value = played.terms.value
        if residual < TARGET:
            return value, residual, later
    raise fail("fixed point", f"values still change by {residual:.1e} after {MOST_SWEEPS} sweeps")


def _moves_singly(period: Period) -> bool:
    """Whether only the first axis moves, by single steps."""
    return all(
        isinstance(belief, Steps)
        and all(abs(offset[0]) <= 1 and not any(offset[1:]) for offset in belief.offsets)
        for belief in period.belief
    )


def _chains(game: Game, period: Period) -> tuple[Float[np.ndarray, "side *state"], float]:
    """The fixed point of a game whose first axis alone moves, by compiled Newton steps.

    Raises:
        NumericalError: The check 'fixed point'.
    """
    length = game.shape[0]
    chains = game.is_over.size // length
    worth = end_worth(period, game.end_share)
    frozen = np.where(game.is_over, 0.0, period.freeze_prob)
    left = expectations(period, frozen * worth) if frozen.any() else None
    table = _by_position(rule_rows(len(game.shape), period, left), game.shape)
    rows: list[np.ndarray] = [np.zeros(1)] * 6
    for side, belief in enumerate(period.belief):
        assert isinstance(belief, Steps)
        led_to = seen_from(1.0 - frozen, belief.offsets) if frozen.any() else None
        for m, (offset, chance) in enumerate(zip(belief.offsets, belief.prob, strict=True)):
            place = 3 * side + {1: 0, -1: 1, 0: 2}[offset[0]]
            rows[place] = rows[place] + (chance if led_to is None else chance * led_to[m])
    odds = _by_position(rows, game.shape)
    flat = (2, length, chains)
    answer = np.empty(flat)
    residual, error = np.empty((2, chains))
    steps = np.array([MOST_CHAIN_STEPS, SWEEP_AFTER, SWEEPS_BETWEEN])
    limits = np.array([TARGET, LARGEST_ERROR])
    settle_chains(
        odds, table, game.is_over.reshape(flat[1:]), worth.reshape(flat), worth.reshape(flat),
        _within(table), limits, steps, answer, residual, error,
    )  # fmt: skip
    for chain in np.flatnonzero(~((residual < TARGET) & (error < LARGEST_ERROR))):
        # Pieces that flip for ever, or to rounding.
        one = np.broadcast_to(odds[:, :, chain], (6, length))
        found, change, off = settle_by_policies(
            answer[..., chain], list(table[..., chain]), game.is_over.reshape(flat[1:])[:, chain],
            worth.reshape(flat)[..., chain], *chain_solver(one),
        )  # fmt: skip
        if not max(change, off) > max(residual[chain], error[chain]):
            answer[..., chain], residual[chain], error[chain] = found, change, off
    if not ((residual < FIXED_POINT_TOLERANCE) & (error < LARGEST_ERROR)).all():
        worst = f"{residual.max():.1e} (error {error.max():.1e})"
        raise fail("fixed point", f"values still change by {worst}")
    return answer.reshape(2, *game.shape), float(residual.max())


def _within(table: Float[np.ndarray, "rule position chain"]) -> Float[np.ndarray, "side end"]:
    """Between what numbers values lie for certain; a step that leads beyond is cut short.

    With bounds on both floors and nothing gained by fighting, nobody gets more than the other's
    bound leaves. Elsewhere steps are not cut.
    """
    bound = np.minimum(table[3:5].min((1, 2)), 0.0)
    if (table[:2] > 0.0).any() or np.isneginf(bound).any():
        return np.array([[-np.inf, np.inf]] * 2)
    return np.stack([bound, 1.0 - bound[::-1]], axis=1)


def _by_position(
    rows: Sequence[Float[np.ndarray, "..."]], shape: tuple[int, ...]
) -> Float[np.ndarray, "row position chain"]:
    """Rows of numbers by position and chain; one position where none depends on it."""
    varies = any(r.ndim == len(shape) and r.shape[0] > 1 for r in rows)
    whole = shape if varies else (1, *shape[1:])
    return np.stack([np.broadcast_to(r, whole).reshape(whole[0], -1) for r in rows])


def _factorised(
    game: Game,
    period: Period,
    slopes: Float[np.ndarray, "side other *state"],
    gap: Float[np.ndarray, "side *state"],
) -> Float[np.ndarray, "side *state"]:
    """One sparse LU over both sides' values in all states."""
    size = game.is_over.size
    unfrozen = sparse.diags_array(np.broadcast_to(1.0 - period.freeze_prob, game.shape).ravel())
    moves = [belief.matrix(game.shape) @ unfrozen for belief in period.belief]
    blocks = [
        [-(sparse.diags_array(slopes[i, j].ravel()) @ moves[j]) for j in (0, 1)] for i in (0, 1)
    ]
    system = sparse.eye_array(2 * size) + sparse.block_array(blocks)
    # Both sides' values of a state beside each other, so that a chain stays a narrow band.
    order = np.arange(2 * size).reshape(2, size).T.ravel()
    banded = sparse.csc_array(sparse.csr_array(system)[order][:, order])
    answer = np.empty(2 * size)
    answer[order] = splu(banded).solve(gap.ravel()[order])
    return answer.reshape(gap.shape)


def reaches(
    game: Game, period: Period, marked: Bool[np.ndarray, "*state"]
) -> Bool[np.ndarray, "*state"]:
    """Marked states and those from which fighting may lead to one, under either belief."""
    live = sparse.diags_array((~game.is_over).ravel().astype(float))
    moves = sum(live @ belief.matrix(game.shape) for belief in period.belief)
    size = game.is_over.size
    back = sparse.coo_array(sparse.csr_array(moves).T)
    targets = np.flatnonzero(marked.ravel())
    rows = np.concatenate([back.row, np.full(targets.size, size)])
    columns = np.concatenate([back.col, targets])
    graph = sparse.csr_array((np.ones(rows.size), (rows, columns)), shape=(size + 1, size + 1))
    found = np.zeros(size + 1, dtype=bool)
    found[breadth_first_order(graph, size, return_predecessors=False)] = True
    return np.asarray(found[:size].reshape(game.shape) & ~game.is_over)


def total_external(game: Game, period: Period, played: Played) -> Float[np.ndarray, "*state"]:
    """What both sides together expect from outside the stake over the whole war."""
    total = np.zeros(game.shape)
    if not has_external(period):
        return total
    for _ in range(MOST_SWEEPS):
        following = external_payoff(game, period, played, total)
        change = np.abs(following - total).max()
        total = following
        if change < TARGET:
            return total
    raise fail("joint value", f"payoffs from outside still grow by {change:.1e}")
