r"""What every solution is checked for; a failed check is an error that names it.

* *finite*: no value is infinite or undefined.
* *floor below value*: $F_i \le V_i$.
* *joint value*: under common beliefs $V_A + V_B \le 1 + X$, with $X$ what comes from outside
  (subsidies while fighting, leaders' stakes, what surrender is worth beyond nothing), in
  expectation through the same transition.
* *priced-in identity*: under common beliefs, where neither clip, stake nor commitment binds,
  $S_A = \theta(1-\kappa+C) + \kappa_A - c_A + d\,E[V_A' - \theta(V_A'+V_B')]$, that is
  $\theta(1-d+C) - c_A + d\,E[S_A']$ where $\kappa = 0$; $c$, $d$ net of subsidies and escalation.
* *forward mass*: the payoffs collected by probability mass sent forward equal the values found
  backward, for each side under its own belief, where no clip binds (`forward`).
* *fixed point*: in a stationary game the values reproduce themselves.
"""

from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float

from kadesh.bargaining.exact.arrays import by_side
from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.period import Played, end_worth, flow
from kadesh.errors import NumericalError

ORDER_TOLERANCE = 1e-9
"""Slack of an inequality between values that are sums of a few hundred float64 terms."""
IDENTITY_TOLERANCE = 1e-8
FIXED_POINT_TOLERANCE = 1e-10


@dataclass(frozen=True)
class Checks:
    """Largest violation or residual found by each check; None where it does not apply.

    `not_applied` says why, by the check's name.
    """

    floor_above_value: float = 0.0
    joint_value_excess: float | None = None
    priced_in_residual: float | None = None
    forward_residual: float | None = None
    fixed_point_residual: float | None = None
    not_applied: tuple[tuple[str, str], ...] = ()

    def because(self, check: str, reason: str) -> "Checks":
        """The same, with why a check did not apply."""
        return replace(self, not_applied=tuple(sorted({*self.not_applied, (check, reason)})))


def size_of(value: Float[np.ndarray, "..."]) -> float:
    """What tolerances are relative to: the stake, or values where a war costs many stakes."""
    return max(1.0, float(np.abs(value).max()))


def fail(check: str, found: str, where: str = "") -> NumericalError:
    """The error of a failed check."""
    return NumericalError(f"exact solver: check '{check}' failed: {found}{where}")


def has_external(period: Period) -> bool:
    """Whether anything may come to the sides from outside the stake."""
    bound = period.surrender_value
    return bool(
        period.leader_stake.any()
        or period.conditional_subsidy.any()
        or (period.cost < 0.0).any()
        or (period.escalation_loss < 0.0).any()
        or (bound is not None and (bound > 0.0).any())
    )


def external_payoff(
    game: Game, period: Period, played: Played, later: Float[np.ndarray, "*state"]
) -> Float[np.ndarray, "*state"]:
    """What both sides together expect from outside the stake, from what they expect next period.

    A loss or cost below zero is a gain; so is what surrender is worth beyond nothing.
    """
    axes = game.is_over.ndim
    share = np.stack([game.end_share, 1.0 - game.end_share])
    at_end = (end_worth(period, game.end_share) - share).sum(0)
    frozen = period.freeze_prob
    arriving = np.where(game.is_over, at_end, frozen * at_end + (1.0 - frozen) * later)
    entered = period.belief[0].expect(arriving)
    loss = np.minimum(by_side(period.escalation_loss, axes), 0.0)
    fought = (
        by_side(period.conditional_subsidy, axes)
        - np.minimum(by_side(period.cost, axes), 0.0)
        - period.discount * period.escalation_prob * loss
    ).sum(0)
    fought = fought + period.discount * (1.0 - period.escalation_prob) * entered
    if period.surrender_value is not None:
        bound = np.maximum(by_side(period.surrender_value, axes), 0.0)
        fought = fought + np.where(played.is_clipped, bound, 0.0).sum(0)
    stake = by_side(period.leader_stake, axes)
    enough = played.terms.share >= by_side(period.leader_threshold_share, axes) - 1e-12
    talks = period.talks_prob * played.terms.is_feasible
    settled = talks * (stake * enough).sum(0)
    return np.asarray(np.where(game.is_over, at_end, settled + (1.0 - talks) * fought))


def priced_in_residual(
    game: Game, period: Period, played: Played, entered: Float[np.ndarray, "side *state"]
) -> float | None:
    """Largest violation of the priced-in identity; None where no state is free of every bound.

    In a state worth more than one stake, or that leads to such, in units of that worth.
    """
    axes = game.is_over.ndim
    terms = played.terms
    free = ~game.is_over & ~played.is_clipped.any(0)
    free &= (terms.requirement == played.floor).all(0)
    if not free.any():
        return None
    theta, kappa = period.bargaining_power, by_side(period.switching_cost, axes)
    gain = flow(period, axes)
    keep = period.discount * (1.0 - period.escalation_prob)
    # Expected in one pass over a single array of its own, not from the expectations of the solve.
    forgone = period.belief[0].expect(1.0 - entered.sum(0))
    own = period.belief[0].expect(entered[0])
    share = (
        theta * (1.0 - keep - gain.sum(0) - kappa.sum(0))
        + kappa[0]
        + gain[0]
        + keep * (own + theta * forgone)
    )
    # What a state's tolerance is relative to: its own values and those that it leads to.
    size = np.maximum(1.0, np.abs(played.floor).max(0))
    size = np.maximum(size, np.abs(np.broadcast_to(own, size.shape)))
    size = np.maximum(size, np.abs(np.broadcast_to(forgone, size.shape)))
    return float((np.abs(share - terms.share[0]) / size)[free].max())


def check_played(
    game: Game,
    period: Period,
    played: Played,
    entered: Float[np.ndarray, "side *state"],
    external: Float[np.ndarray, "*state"],
    t: int,
) -> Checks:
    """Check one period's floors, terms and values against what follows.

    Of a game whose periods are unrolled, the first number of the state is the period.

    Raises:
        NumericalError: A check failed; the message names it, the period and the state.
    """
    value, floor = played.terms.value, played.floor
    if not (np.isfinite(value).all() and np.isfinite(floor).all()):
        raise fail("finite", "a value is not finite", _where(~np.isfinite(value).all(0), t))
    scale = size_of(value)
    above = float((floor - value).max())
    if above > ORDER_TOLERANCE * scale:
        where = _where((floor - value).max(0) == above, t)
        raise fail("floor below value", f"a floor is {above:.1e} above its value", where)
    found = Checks(floor_above_value=max(above, 0.0))
    if not period.has_common_beliefs:
        reason = "the sides' beliefs differ"
        return found.because("joint value", reason).because("priced-in identity", reason)
    over = value.sum(0) - 1.0 - external
    excess = float(over.max())
    if excess > ORDER_TOLERANCE * scale:
        where = _where(over == excess, t)
        raise fail("joint value", f"the sides together expect {excess:.1e} too much", where)
    residual = priced_in_residual(game, period, played, entered)
    if residual is None:
        found = found.because("priced-in identity", "a bound, stake or commitment binds everywhere")
    elif residual > IDENTITY_TOLERANCE:
        raise fail("priced-in identity", f"residual {residual:.1e}", f" (period {t})")
    return replace(found, joint_value_excess=max(excess, 0.0), priced_in_residual=residual)


def worst(one: Checks, other: Checks) -> Checks:
    """The worse of two records, check by check."""

    def larger(a: float | None, b: float | None) -> float | None:
        return max((x for x in (a, b) if x is not None), default=None)

    return Checks(
        max(one.floor_above_value, other.floor_above_value),
        larger(one.joint_value_excess, other.joint_value_excess),
        larger(one.priced_in_residual, other.priced_in_residual),
        larger(one.forward_residual, other.forward_residual),
        larger(one.fixed_point_residual, other.fixed_point_residual),
        tuple(sorted({*one.not_applied, *other.not_applied})),
    )


def _where(states: np.ndarray, t: int) -> str:
    state = ", ".join(str(int(i)) for i in np.argwhere(states)[0])
    return f" (period {t}, state {state})"
