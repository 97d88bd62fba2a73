"""A solved game: floors, terms, what is a bound, and how the solution stood its checks."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from kadesh.bargaining.exact.checks import Checks
from kadesh.bargaining.exact.game import Game
from kadesh.bargaining.payoffs import Terms


@dataclass(frozen=True)
class Solution:
    """Floors and terms in every state; in a game with a horizon `period` comes before the state.

    Where `terms.is_feasible` is false, `terms.share` is a *notional* point: a number to compare,
    never what A would get. `is_bound` is true where surrender bounds a floor now or later while
    talks are uncertain: values there are bounds, not equilibrium values. `residual` is the largest
    change that one more sweep would make (0 for a game with a horizon).
    """

    game: Game
    floor: Float[np.ndarray, "side *state"]
    terms: Terms
    is_clipped: Bool[np.ndarray, "side *state"]
    is_bound: Bool[np.ndarray, "*state"]
    stream_worth: Float[np.ndarray, "side *state"]
    residual: float
    checks: Checks

    @property
    def is_path(self) -> bool:
        """Whether the arrays have a period axis."""
        return self.floor.ndim == self.game.is_over.ndim + 2

    def at(self, t: int) -> tuple[Float[np.ndarray, "side *state"], Terms]:
        """Floor and terms of period `t`; those of a stationary game are the same in each."""
        if not self.is_path:
            return self.floor, self.terms
        terms = self.terms
        return self.floor[:, t], Terms(
            terms.requirement[:, t],
            terms.width[t],
            terms.share[:, t],
            terms.is_feasible[t],
            terms.value[:, t],
        )
