r"""The rules of a war as a bargaining game on a lattice, period by period.

Each period, in a state $s$ where the war is not over: with probability $\phi$ talks are possible
and the sides settle if they can; otherwise they fight one period, pay $c_i$, receive what patrons
give while the war lasts, the war escalates with probability $\eta$ (costing $L_i$ and ending it),
and the state moves by $P_i$, side $i$'s own belief; a war that goes on freezes where it stands with
a given probability. $V_i'$ is what the next period is worth:

$$F_i(s) = -c_i + b_i + d\,[(1-\eta)\,(P_i V_i')(s) - \eta L_i],\qquad
  F_i \leftarrow \max(F_i, R_i)\ \text{where surrender is a right, worth } R_i.$$

The bound $R_i$ touches a side's own floor only and does not raise the other's. Settlements and
values follow from `kadesh.bargaining.payoffs`. Where the war ends or freezes, a side has its share
and, if that is enough, its leader's stake.

What a side receives in war and peace alike (an unconditional subsidy $u_i$) is on both sides of
every comparison: it moves no floor, range or share. Floors and values are net of it;
`Solution.stream_worth` says what it is worth.

Players: A (side 0) and B (side 1); patrons, escalation and leaders' fates follow fixed rules.
Not modelled: two-sided private information, coalitions, efforts chosen by the sides.
In the spirit of Slantchev (2003) and of the papers that `kadesh.theory` names.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from kadesh.bargaining.exact.arrays import Array, Number, Pair, by_side
from kadesh.bargaining.exact.commitment import Commitment
from kadesh.bargaining.exact.moves import Transition, at_time, same_moves
from kadesh.bargaining.payoffs import requirement
from kadesh.errors import InputErrors, Mistake

SUM_TOLERANCE = 1e-12
"""How far the probabilities of leaving a state may be from one."""


@dataclass(frozen=True, eq=False)
class Period:
    """The rules of one period. Numbers broadcast to the lattice (`*#state`), pairs are by side.

    `belief` holds each side's own transition; transitions of equal numbers are one.

    With `has_time_axis` these are the rules of every period of a game with a horizon: arrays may
    have an axis of periods before those of the state (after the side), and so may `Steps`.
    """

    belief: tuple[Transition, Transition]
    cost: Pair
    discount: Number = 1.0
    bargaining_power: Number = 0.5
    talks_prob: Number = 1.0
    switching_cost: Pair = (0.0, 0.0)
    leader_stake: Pair = (0.0, 0.0)
    leader_threshold_share: Pair = (2.0, 2.0)
    escalation_prob: Number = 0.0
    escalation_loss: Pair = (0.0, 0.0)
    freeze_prob: Number = 0.0
    surrender_value: Pair | None = None
    conditional_subsidy: Pair = (0.0, 0.0)
    unconditional_subsidy: Pair = (0.0, 0.0)
    has_time_axis: bool = False

    def __post_init__(self) -> None:
        for name in PROBABILITIES + BY_SIDE:
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, _float_array(value))
        own, other = self.belief
        if own is not other and same_moves(own, other):
            object.__setattr__(self, "belief", (own, own))

    def at(self, t: int, axes: int) -> "Period":
        """The rules of period `t` on a lattice of so many axes, where these have a time axis."""
        one = object.__new__(Period)  # checked already; a game has thousands of these
        own = at_time(self.belief[0], t)
        other = own if self.has_common_beliefs else at_time(self.belief[1], t)
        object.__setattr__(one, "belief", (own, other))
        object.__setattr__(one, "has_time_axis", False)
        for name in PROBABILITIES:
            value = getattr(self, name)
            object.__setattr__(one, name, value[t] if value.ndim > axes else value)
        for name in BY_SIDE:
            value = getattr(self, name)
            later = value is not None and value.ndim > axes + 1
            object.__setattr__(one, name, value[:, t] if later else value)
        return one

    @property
    def has_common_beliefs(self) -> bool:
        """Whether both sides hold the same belief."""
        return self.belief[0] is self.belief[1]


PROBABILITIES = ("discount", "bargaining_power", "talks_prob", "escalation_prob", "freeze_prob")
BY_SIDE = (
    "cost",
    "switching_cost",
    "leader_stake",
    "leader_threshold_share",
    "escalation_loss",
    "surrender_value",
    "conditional_subsidy",
    "unconditional_subsidy",
)
NOT_NEGATIVE = ("switching_cost", "leader_stake", "conditional_subsidy")


def _float_array(value: Any) -> Array:
    if isinstance(value, np.ndarray) and value.dtype == np.float64:
        return value
    if isinstance(value, float | int | tuple | list | np.ndarray | np.generic):
        return np.asarray(value, dtype=np.float64)
    return value


@dataclass(frozen=True, eq=False)
class Game:
    """A war on a lattice. Shares are A's; costs are per period, in shares of the stake.

    Args:
        period: The rules of every period (with an axis of periods where they change), or a
            function from the period to its rules.
        is_over: Where the war has ended.
        end_share: A's share where the war is over, where it freezes, and at the horizon.
        periods: Periods until the war freezes for good; None for a game without an end.
        commitment: How far a settlement binds; None where it is enforced from outside.
    """

    period: Period | Callable[[int], Period]
    is_over: Bool[np.ndarray, "*state"]
    end_share: Float[np.ndarray, "*state"]
    periods: int | None = None
    commitment: Commitment | None = field(default=None)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the lattice."""
        return self.is_over.shape

    @property
    def is_stationary(self) -> bool:
        """Whether every period has the same rules."""
        return isinstance(self.period, Period) and not self.period.has_time_axis

    def at(self, t: int) -> Period:
        """The rules of period `t`."""
        if not isinstance(self.period, Period):
            return self.period(t)
        return self.period.at(t, len(self.shape)) if self.period.has_time_axis else self.period

    def unrolled(self) -> "Game":
        """All periods of a game with a time axis side by side, as an axis along which none moves.

        What a period's values are worth follows from the next one's, for all periods at once.
        """
        assert isinstance(self.period, Period)
        assert self.periods is not None
        shape = (self.periods, *self.shape)
        rules = replace(self.period, has_time_axis=False)
        is_over = np.broadcast_to(self.is_over, shape)
        return Game(rules, is_over, np.broadcast_to(self.end_share, shape), 1)

    def __post_init__(self) -> None:
        mistakes = []
        if self.end_share.shape != self.is_over.shape:
            mistakes.append(_wrong("end_share", self.end_share.shape, f"shape {self.shape}"))
        elif not ((self.end_share >= 0.0) & (self.end_share <= 1.0)).all():
            mistakes.append(_wrong("end_share", "", "shares in [0, 1]"))
        if self.periods is None and not self.is_stationary:
            mistakes.append(_wrong("periods", None, "a number, for rules that change with time"))
        elif self.periods is not None and self.periods < 1:
            mistakes.append(_wrong("periods", self.periods, "a whole number of at least 1"))
        if mistakes:
            raise InputErrors(mistakes)
        if isinstance(self.period, Period) and self.period.has_time_axis:
            self.unrolled()  # checks every period
        else:
            check_period(self, self.at(0), 0)


def check_period(game: Game, period: Period, t: int) -> None:
    """Check one period's rules against the lattice.

    Raises:
        InputErrors: Probabilities outside 0..1, or that do not sum to one where the war is not
            over (a step that leaves the lattice counts for nothing), shapes that do not fit,
            negative subsidies.
    """
    mistakes = []
    for name in PROBABILITIES:
        value = np.asarray(getattr(period, name))
        if not _fits(value.shape, game.shape):
            mistakes.append(_wrong(name, value.shape, f"a shape that broadcasts to {game.shape}"))
        elif not ((value >= 0.0) & (value <= 1.0)).all():
            mistakes.append(_wrong(name, _extreme(value), "numbers in [0, 1]"))
    for name in BY_SIDE:
        value = getattr(period, name)
        if value is None:
            continue
        value = np.asarray(value)
        if value.shape[:1] != (2,) or not _fits(value.shape[1:], game.shape):
            expected = f"two sides, then a shape that broadcasts to {game.shape}"
            mistakes.append(_wrong(name, value.shape, expected))
        elif not np.isfinite(value).all():
            mistakes.append(_wrong(name, "", "finite numbers"))
        elif name in NOT_NEGATIVE and (value < 0.0).any():
            mistakes.append(_wrong(name, _extreme(value), "numbers of at least 0"))
    never_ends = game.periods is None and (period.discount == 1.0).any()
    if never_ends and period.unconditional_subsidy.any():
        expected = "a discount below 1, because the subsidy never ends"
        mistakes.append(_wrong("discount", 1.0, expected))
    live = ~game.is_over
    for belief in dict.fromkeys(period.belief):
        if (least := belief.least()) < 0.0:
            expected = f"probabilities of at least 0 (period {t})"
            mistakes.append(_wrong("belief", f"{least:.12g}", expected))
        total = np.broadcast_to(belief.expect(np.ones(game.shape)), game.shape)[live]
        if total.size and not np.allclose(total, 1.0, rtol=0.0, atol=SUM_TOLERANCE):
            worst = total[np.abs(total - 1.0).argmax()]
            expected = (
                f"probabilities of leaving a state that sum to one inside the lattice (period {t})"
            )
            mistakes.append(_wrong("belief", f"{worst:.12g}", expected))
    if mistakes:
        raise InputErrors(mistakes)


def breaking_share(
    game: Game, period: Period, floor: Float[np.ndarray, "side *state"]
) -> Float[np.ndarray, "side *state"]:
    """Smallest share that each side would rather keep than break the settlement now."""
    assert game.commitment is not None
    axes = game.is_over.ndim
    own = requirement(
        floor - by_side(np.asarray(game.commitment.guarantee), axes),
        by_side(period.leader_stake, axes),
        by_side(period.leader_threshold_share, axes),
    )
    return np.asarray(np.where(game.is_over, -np.inf, own))


def stream_worth(
    game: Game, period: Period, later: Float[np.ndarray, "side *state"] | None = None
) -> Float[np.ndarray, "side *state"]:
    """Worth of the unconditional subsidies from this period on; `later`: from the next one on.

    Without `later`, of a stream that is the same in every period of the game.
    """
    stream = by_side(period.unconditional_subsidy, game.is_over.ndim)
    if later is not None:
        return np.asarray(stream + period.discount * later)
    if game.periods is None:
        worth = stream / np.where(stream == 0.0, 1.0, 1.0 - period.discount)
    else:
        count = np.arange(game.periods).reshape([-1] + [1] * period.discount.ndim)
        worth = stream * (period.discount**count).sum(0)
    return np.broadcast_to(worth, (2, *game.shape))


def _fits(shape: tuple[int, ...], lattice: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, lattice) == lattice
    except ValueError:
        return False


def _extreme(value: np.ndarray) -> float:
    return float(value.flat[np.abs(value - 0.5).argmax()])


def _wrong(name: str, value: object, expected: str) -> Mistake:
    shown = "" if value == "" else repr(value)
    return Mistake("argument", 0, 0, name, shown, expected, "Correct the game")
