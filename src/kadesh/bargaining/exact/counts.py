r"""Wars whose battles are counted: after $n$ battles, the number that A has won is the state.

Players: A (side 0) and B (side 1). Timing: a battle a period moves the position by one step,
$k = k_0 + w - (n-w)$ after $w$ of $n$ battles won by A, so that the counts say both the position
and what anybody may believe: layer $n$ of the game has at most $n+1$ states, and half the positions
of the general lattice are never looked at. Side $i$ expects A to win the next battle with

$$\pi_i(n, w) = \alpha_i(n) + \beta_i(n)\,w ,$$

which is a Beta belief with $\alpha = a/(a+b+n)$ and $\beta = 1/(a+b+n)$, odds known in advance with
$\beta = 0$, and any other belief that is linear in the battles won. Talks every period:

$$F_i = \max(R_i,\, -c_i + d\,[\pi_i V_i(w+1) + (1-\pi_i) V_i(w)]),\qquad
  V_i = F_i + \theta_i\,\max(1 - F_A - F_B,\, 0).$$

At the horizon the war freezes where it stands. Solved layer by layer, backward for the floors and
forward for what happens; a layer's states are one vector. `as_game` states the same war for the
general solver, which the tests hold against this one and which keeps and checks every period.

Checked here: values finite; floors below values; where both sides hold one belief, that they expect
no more than the whole, and the priced-in identity; where no bound binds, that payoffs sent forward
equal the values found backward, for each side. Not modelled: frictions, stakes and escalation
(the general solver has them).
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, UInt8

from kadesh.bargaining.exact.checks import (
    IDENTITY_TOLERANCE,
    ORDER_TOLERANCE,
    Checks,
    fail,
)
from kadesh.bargaining.exact.count_kernels import go_back, go_forward
from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.moves import walk
from kadesh.errors import argument_mistake

_NOT_KEPT = np.empty((0, 0))


@dataclass(frozen=True, eq=False)
class CountedWar:
    """A walk over positions 0..N, over at both ends, with odds that are linear in battles won.

    Args:
        positions: N.
        start: The position at which it begins.
        level: A's odds in each period to each side if A had won no battle yet.
        slope: What a battle won adds to them.
        cost: Cost of a battle to each side.
        discount: Discount factor per battle.
        bargaining_power: Share of the surplus that goes to A.
        surrender_value: What surrender is worth to each side; None where it is no right.
    """

    positions: int
    start: int
    level: Float[np.ndarray, "side period"]
    slope: Float[np.ndarray, "side period"]
    cost: Float[np.ndarray, "side"]
    discount: float = 1.0
    bargaining_power: float = 0.5
    surrender_value: tuple[float, float] | None = None

    @property
    def periods(self) -> int:
        """Battles until the war freezes."""
        return int(self.level.shape[1])

    @property
    def has_common_beliefs(self) -> bool:
        """Whether both sides expect the same of every battle."""
        return np.array_equal(self.level[0], self.level[1]) and np.array_equal(
            self.slope[0], self.slope[1]
        )

    def __post_init__(self) -> None:
        if not 0 < self.start < self.positions:
            expected = f"a position in [1, {self.positions - 1}]"
            raise argument_mistake("start", self.start, expected, "Correct the game")
        # Linear in battles won, so the extremes are at none and at all of them.
        most = self.level + self.slope * np.arange(self.periods)
        low, high = min(self.level.min(), most.min()), max(self.level.max(), most.max())
        if not (low >= -1e-12 and high <= 1.0 + 1e-12):
            worst = low if low < 0.0 else high
            raise argument_mistake("level", f"{worst:.12g}", "odds in [0, 1]", "Correct the game")


@dataclass(frozen=True)
class CountedSolution:
    """Floors at the start, and whether there is a deal after `n` battles of which A has won `w`.

    `has_deal` has a row per number of battles and a column per number won, from the fewest with
    which the war goes on.
    """

    war: CountedWar
    floor: Float[np.ndarray, "side"]
    has_deal: UInt8[np.ndarray, "period live"]
    is_ever_clipped: bool
    checks: Checks


@dataclass(frozen=True)
class CountedCourse:
    """What happens, in probabilities, by the number of battles fought before it."""

    settled: Float[np.ndarray, "period"]
    conquered: Float[np.ndarray, "period"]
    expected_battles: float
    left_live: float


def beta_odds(
    priors: tuple[tuple[float, float], tuple[float, float]], periods: int
) -> tuple[Float[np.ndarray, "side period"], Float[np.ndarray, "side period"]]:
    """Level and slope of both sides' odds under Beta priors about A winning a battle."""
    own = np.asarray(priors, dtype=float)
    slope = 1.0 / (own.sum(1)[:, None] + np.arange(periods))
    return own[:, :1] * slope, slope


def _back(war: CountedWar, has_deal: np.ndarray, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    bound = (-np.inf, -np.inf) if war.surrender_value is None else war.surrender_value
    floor, found = go_back(
        war.positions, war.start, war.level, war.slope, war.cost, np.asarray(bound, dtype=float),
        war.discount, war.bargaining_power, war.has_common_beliefs, has_deal, kept,
    )  # fmt: skip
    return floor, found


def solve_counted(war: CountedWar) -> CountedSolution:
    """Solve backward and check.

    Raises:
        NumericalError: A failed check, which is named.
    """
    widest = min(war.periods, war.positions // 2 + 1)
    has_deal = np.zeros((war.periods, widest), dtype=np.uint8)
    floor, found = _back(war, has_deal, _NOT_KEPT)
    common = war.has_common_beliefs
    clipped, above, joint, residual, scale = found.tolist()
    if not np.isfinite(floor).all():
        raise fail("finite", "a value is not finite")
    if above:
        raise fail("floor below value", f"{above:.0f} floors are above their values")
    checks = Checks()
    if not common:
        reason = "the sides' beliefs differ"
        checks = checks.because("joint value", reason).because("priced-in identity", reason)
    else:
        checks = _checked_together(war, joint, residual, scale)
    solution = CountedSolution(war, floor[:2].copy(), has_deal, clipped > 0.0, checks)
    if clipped:
        checks = checks.because("forward mass", "surrender bounds a floor")
    else:
        checks = replace(checks, forward_residual=_forward_residual(war, has_deal))
    return replace(solution, checks=checks)


def _checked_together(war: CountedWar, joint: float, residual: float, scale: float) -> Checks:
    """The checks that need one belief of both sides."""
    checks = Checks()
    bound = war.surrender_value
    if (war.cost < 0.0).any() or (bound is not None and max(bound) > 0.0):
        checks = checks.because("joint value", "something comes from outside the stake")
    elif joint > 1.0 + ORDER_TOLERANCE * scale:
        raise fail("joint value", f"the sides together expect {joint - 1.0:.1e} too much")
    else:
        checks = replace(checks, joint_value_excess=max(joint - 1.0, 0.0))
    if np.isneginf(residual):
        return checks.because("priced-in identity", "a bound binds everywhere")
    if residual > IDENTITY_TOLERANCE * scale:
        raise fail("priced-in identity", f"residual {residual:.1e}")
    return replace(checks, priced_in_residual=residual)


@dataclass(frozen=True)
class _Sent:
    settled: np.ndarray
    conquered: np.ndarray
    fought: np.ndarray
    where: np.ndarray
    left: float
    paid: float


def _sent(
    war: CountedWar, has_deal: np.ndarray, kept: np.ndarray, level: np.ndarray, slope: np.ndarray,
    keep: float,
) -> _Sent:  # fmt: skip
    settled, fought = np.zeros((2, war.periods))
    conquered, where = np.zeros((2, war.periods)), np.zeros(war.periods + 1)
    left, paid = go_forward(
        war.positions, war.start, level, slope, has_deal, kept, keep, settled, conquered, fought,
        where,
    )  # fmt: skip
    return _Sent(settled, conquered, fought, where, left, paid)


def follow_counted(solution: CountedSolution, true_win_prob: float) -> CountedCourse:
    """How the war goes if A wins every battle with this probability."""
    odds = np.full(solution.war.periods, true_win_prob)
    sent = _sent(solution.war, solution.has_deal, _NOT_KEPT, odds, np.zeros_like(odds), 1.0)
    return CountedCourse(sent.settled, sent.conquered.sum(0), float(sent.fought.sum()), sent.left)


def as_game(war: CountedWar) -> Game:
    """The same war on the lattice of all positions and dates, for the general solver."""
    position = np.arange(war.positions + 1)
    battles = np.arange(war.periods)[:, None]
    # Counts that cannot be are read as the nearest that can, so that odds stay odds.
    won = np.clip(0.5 * (battles + position - war.start), 0.0, battles)
    moves = [walk(a[:, None] + b[:, None] * won) for a, b in zip(war.level, war.slope, strict=True)]
    period = Period(
        (moves[0], moves[0] if war.has_common_beliefs else moves[1]),
        war.cost,
        discount=war.discount,
        bargaining_power=war.bargaining_power,
        surrender_value=war.surrender_value,
        has_time_axis=True,
    )
    over = (position == 0) | (position == war.positions)
    return Game(period, over, position / war.positions, war.periods)


def _forward_residual(war: CountedWar, has_deal: np.ndarray) -> float:
    """Largest gap between payoffs collected forward and values found backward, no bound binding."""
    kept = np.empty(has_deal.shape)
    floor, found = _back(war, has_deal, kept)
    position = war.start + 2 * np.arange(war.periods + 1) - war.periods
    worst = 0.0
    for side in (0, 1):
        sent = _sent(war, has_deal, kept, war.level[side], war.slope[side], war.discount)
        agreed = sent.paid if side == 0 else sent.settled.sum() - sent.paid
        frozen = sent.where @ (position / war.positions)
        ended = sent.conquered[1].sum() + frozen
        if side == 1:
            ended = sent.conquered.sum() + sent.where.sum() - ended
        total = agreed + ended - war.cost[side] * sent.fought.sum()
        worst = max(worst, abs(float(total - floor[2 + side])))
    if not worst <= IDENTITY_TOLERANCE * found[4]:
        raise fail("forward mass", f"payoffs forward and values backward differ by {worst:.1e}")
    return worst
