r"""A war whose battle odds drift, as everybody knows (the priced-in lemma).

Position $k$ of $N$ forts, win probability $p_t$ linear from its start value at $t=0$ to its end
value at $t=T-1$, talks possible every period, common beliefs, no clip, no discount; at $T$ the war
freezes and A keeps $k/N$. Then, whatever the path of $p_t$,

$$E_t[S_A(t+1)] - S_A(t) = c_A - \theta (c_A + c_B)$$

so a trend that everybody sees is already in today's terms, although the share *at a fixed
position* may collapse. Derived here; not a published model.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from kadesh.bargaining.chain import ChainGame, solve_chain
from kadesh.theory.fort_game import walk


@dataclass(frozen=True)
class DriftingWar:
    """Parameters; costs are shares of the stake per battle."""

    forts: int
    win_prob_start: float
    win_prob_end: float
    horizon: int
    cost_a: float
    cost_b: float
    start: int
    power_a: float = 0.5


@dataclass(frozen=True)
class DriftingPath:
    """Share at the start position, expected share from it, and the largest drift residual."""

    share_path_fixed_position: Float[np.ndarray, "time"]
    expected_share_path: Float[np.ndarray, "time"]
    drift_residual: float


def solve_drifting_war(war: DriftingWar) -> DriftingPath:
    """Exact share paths over t = 0..horizon (absorbed states included in the expectation)."""
    odds = np.linspace(war.win_prob_start, war.win_prob_end, war.horizon)
    moves = np.stack([walk(war.forts, p) for p in odds])
    positions = np.arange(war.forts + 1) / war.forts
    ends = np.zeros(war.forts + 1, dtype=bool)
    ends[[0, -1]] = True
    solution = solve_chain(
        ChainGame(
            transition=np.stack([moves, moves]),
            is_absorbing=ends,
            freeze_share=positions,
            cost=np.repeat([[war.cost_a], [war.cost_b]], war.forts + 1, axis=1),
            bargaining_power=war.power_a,
        )
    )
    shares = np.concatenate([solution.terms.share[0], positions[None]])
    shares[:, ends] = positions[ends]
    mass = np.zeros(war.forts + 1)
    mass[war.start] = 1.0
    expected, residual = [float(shares[0] @ mass)], 0.0
    for t in range(war.horizon):
        if t < war.horizon - 1:
            drift = moves[t] @ shares[t + 1] - shares[t]
            promised = war.cost_a - war.power_a * (war.cost_a + war.cost_b)
            residual = max(residual, float(np.abs(drift[~ends] - promised).max()))
        mass = mass @ moves[t]
        expected.append(float(shares[t + 1] @ mass))
    return DriftingPath(shares[:, war.start], np.asarray(expected), residual)
