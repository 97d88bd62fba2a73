r"""War as a walk over forts with talks at every step (in the spirit of Slantchev 2003).

Players: A and B with common beliefs. Position $k$ of $N$ forts held by A; 0 and $N$ end the war.
Each period talks are possible with probability $\phi$; a random proposer (A with probability
$\theta$) offers; without agreement one battle is fought, A wins it with probability $p$.
Both pay $c_i$ per battle; the future is discounted by $d$.

$$S_A(k) = \theta(1-d+C) - c_A + d\,E[S_A(k')],\quad \sigma(k)=1-d+C+d(1-\phi)E[\sigma(k')]$$

where no bound binds, so the settlement share does not depend on $\phi$ while the range does.
Fight to the finish: gambler's ruin. Not modelled: private information, commitment, forces.

Source: derived here; the published model (Slantchev, American Political Science Review 97:4) has
simultaneous offers and learning.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from kadesh.bargaining.chain import ChainGame, ChainSolution, solve_chain
from kadesh.errors import argument_mistake


@dataclass(frozen=True)
class FortGame:
    """Parameters of the fort game; costs and losses are shares of the stake."""

    forts: int
    win_prob: float
    cost_a: float
    cost_b: float
    discount: float = 1.0
    power_a: float = 0.5
    talk_prob: float = 1.0
    escalation_prob: float = 0.0
    escalation_loss_a: float = 0.0
    escalation_loss_b: float = 0.0
    surrender: bool = False


def walk(forts: int, win_prob: float) -> Float[np.ndarray, "state state"]:
    """Transition matrix of the walk on 0..forts with absorbing ends."""
    if forts < 2:
        raise argument_mistake("forts", forts, "a whole number of at least 2", "Give more forts")
    if not 0.0 < win_prob < 1.0:
        raise argument_mistake("win_prob", win_prob, "a probability inside (0, 1)", "Correct it")
    matrix = np.eye(forts + 1)
    for k in range(1, forts):
        matrix[k, k] = 0.0
        matrix[k, k + 1] = win_prob
        matrix[k, k - 1] = 1.0 - win_prob
    return matrix


def solve_fort_game(game: FortGame) -> ChainSolution:
    """Exact floors and terms at every position 0..forts (side 0 is A)."""
    matrix = walk(game.forts, game.win_prob)
    states = game.forts + 1
    ends = np.zeros(states, dtype=bool)
    ends[[0, -1]] = True
    return solve_chain(
        ChainGame(
            transition=np.stack([matrix, matrix]),
            is_absorbing=ends,
            freeze_share=np.arange(states) / game.forts,
            cost=np.repeat([[game.cost_a], [game.cost_b]], states, axis=1),
            discount=game.discount,
            bargaining_power=game.power_a,
            talks_probability=game.talk_prob,
            escalation_probability=game.escalation_prob,
            escalation_loss=(game.escalation_loss_a, game.escalation_loss_b),
            may_surrender=game.surrender,
        )
    )


def fight_to_the_finish(
    forts: int, win_prob: float
) -> tuple[Float[np.ndarray, "position"], Float[np.ndarray, "position"]]:
    """A's win probability and the expected number of battles at positions 1..forts-1."""
    matrix = walk(forts, win_prob)
    inner = slice(1, forts)
    system = np.eye(forts - 1) - matrix[inner, inner]
    return (
        np.linalg.solve(system, matrix[inner, forts]),
        np.linalg.solve(system, np.ones(forts - 1)),
    )
