"""A war without talks: who wins it, and how long it lasts."""

import numpy as np
from jaxtyping import Bool, Float

from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.moves import Transition
from kadesh.bargaining.exact.solve import solve


def fight_to_the_finish(
    moves: Transition,
    is_over: Bool[np.ndarray, "*state"],
    end_share: Float[np.ndarray, "*state"],
    *,
    periods: int | None = None,
) -> tuple[Float[np.ndarray, "*state"], Float[np.ndarray, "*state"]]:
    """Expected share of A at the end of a war that nobody can stop, and expected periods to it.

    Args:
        moves: How the state moves, the same in every period.
        is_over: Where the war has ended.
        end_share: A's share there; 1 and 0 make the expected share the probability of winning.
        periods: A number of periods within which the war is sure to end, if there is one.
    """
    # Without talks the floors are linear in costs: A, who pays nothing, expects the share; B pays
    # 1 a period.
    period = Period((moves, moves), np.array([0.0, 1.0]), talks_prob=0.0)
    floor = solve(Game(period, is_over, end_share, periods), keep_path=False).floor
    return floor[0], 1.0 - floor[0] - floor[1]
