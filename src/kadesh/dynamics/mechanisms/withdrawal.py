r"""Withdrawal: a side that is hard pressed in a sector gives up ground to save people.

With $A_i$ the advantage of side $i$ there (a logarithm, as in `dynamics.mechanisms.ground`), $a_i$
the part of the front on which it attacks and $\theta$ the advantage from which a line is given up,
the other side goes back before side $i$ on the part

$$w_i = a_i\,\frac{x_i}{1+x_i},\qquad x_i=\max(A_i-\theta,\,0)$$

of the front: nowhere below the threshold, on half of where it is attacked one unit of logarithm
above it, never everywhere. There side $i$ follows at the pace $v_w$, and fewer people of either
side $k$ are hit:

$$u_i' = u_i + v_w w_i,\qquad L_k' = L_k\,(1-\sigma w_0)(1-\sigma w_1),$$

with $u_i$ the rate of ground, before it is brought below the fastest advance of a front, and so
with what is given up included in that limit.

Losses of both sides fall alike, since contact is what kills on both: where one is gone, neither
finds the other. They do not fall to nothing ($\sigma<1$): a rearguard fights on, and some are cut
off. The product takes both sides' withdrawals in a sector as if they fell on independent parts of
its front. Supply does not slow what is given up: the pace is that of the side that goes back.

Source: ours, in the spirit of Epstein (1985), "The Calculus of Conventional War", whose defender
goes back faster the more its losses exceed what it would bear, and so lowers those of both sides;
his formal statement has not been compared. Rivals: his own adaptation of each side's pace to its
rate of losses, which needs tolerable rates by side that nobody publishes, and two more states; a
logistic share, which withdraws a little at parity too; and saving only those who withdraw, by
which going back would change the exchange of losses, of which no record of battles says how.
"""

from typing import NamedTuple

from kadesh.dynamics.elementwise import Number, at_least


class WithdrawalParams(NamedTuple):
    """Advantage from which a line is given up, pace of going back, part of losses it saves."""

    withdrawal_advantage_log: Number
    withdrawal_km_per_day: Number
    withdrawal_saved_share: Number


def yielded_share(
    advantage_log: Number,
    attack_share: Number,
    params: WithdrawalParams,
) -> Number:
    """Part of the front on which the other side goes back before each side, 0 to below 1.

    Args:
        advantage_log: Each side's advantage in an attack.
        attack_share: Part of the front on which it attacks.
        params: Threshold.
    """
    pressure = at_least(advantage_log - params.withdrawal_advantage_log, 0.0)
    return attack_share * (pressure / (1.0 + pressure))


def given_up_km_per_day(yielded: Number, params: WithdrawalParams) -> Number:
    """Ground each side is given, averaged over the front, before the limit of an advance."""
    return params.withdrawal_km_per_day * yielded


def unsaved_share(yielded: Number, params: WithdrawalParams) -> Number:
    """Part of a sector's losses, of either side, that one side's withdrawal leaves."""
    return 1.0 - params.withdrawal_saved_share * yielded
