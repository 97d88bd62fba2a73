r"""What battles teach: beliefs as counts, and on a grid over the simplex of hypotheses.

Both sides see the same battles but may begin with different priors.

*Counts.* With a Beta prior about the probability that A wins a battle, the number of battles won
and lost is a sufficient statistic: side $i$ expects A to win the next with probability
$(a_i + w)/(a_i + b_i + n)$. Positions and time say what the counts are: no grid, no error.

*A grid.* With finitely many hypotheses $h$ under which outcome $y$ has probability $L(y|h)$, the
state carries the *public* belief $\nu$, that of an outsider with even prior weights. Side $i$ with
prior $\pi_i$ believes $\mu_i(h)\propto\pi_i(h)\,\nu(h)$, so one grid serves both sides. After
outcome $y$ the public belief $\nu'\propto\nu L(y|\cdot)$ lies between grid points; values are
interpolated linearly on the simplex that holds it (Freudenthal's triangulation). Where values are
convex in beliefs that biases them upward; `grid_error` is the largest difference from the answer
on the grid with half as many steps. Rival: to carry both sides' beliefs, two simplices for one
history.
"""

from dataclasses import dataclass
from itertools import product
from math import comb

import numpy as np
from jaxtyping import Float, Int

from kadesh.bargaining.exact.moves import Branch, Mixing, Steps, Then, Transition
from kadesh.errors import argument_mistake


def beta_win_prob(
    prior: tuple[float, float],
    won: Float[np.ndarray, "*state"],
    battles: Float[np.ndarray, "*#state"] | float,
) -> Float[np.ndarray, "*state"]:
    """Probability that A wins the next battle, to a side with this Beta prior.

    Args:
        prior: Both numbers of the Beta distribution, about A winning a battle.
        won: Battles that A has won. Counts that cannot be (below 0, above `battles`) are read as
            the nearest that can, so that states out of reach keep probabilities.
        battles: Battles fought.
    """
    possible = np.clip(won, 0.0, battles)
    chance: np.ndarray = (prior[0] + possible) / (prior[0] + prior[1] + battles)
    return chance


@dataclass(frozen=True, eq=False)
class BeliefGrid:
    """Grid over the simplex of public beliefs, `steps` steps along every edge."""

    hypotheses: int
    steps: int

    def __post_init__(self) -> None:
        if self.hypotheses < 2:
            raise argument_mistake("hypotheses", self.hypotheses, "at least 2", "Give more")
        if self.steps < 2 or self.steps % 2:
            expected = "an even number of at least 2, so that the halved grid is part of it"
            raise argument_mistake("steps", self.steps, expected, "Change it")

    @property
    def size(self) -> int:
        """Number of grid points."""
        return comb(self.steps + self.hypotheses - 1, self.hypotheses - 1)

    @property
    def counts(self) -> Int[np.ndarray, "point hypothesis"]:
        """The points as whole numbers of steps."""
        ranges = [range(self.steps + 1)] * (self.hypotheses - 1)
        heads = (head for head in product(*ranges) if sum(head) <= self.steps)
        return np.asarray([(*head, self.steps - sum(head)) for head in heads])

    @property
    def points(self) -> Float[np.ndarray, "point hypothesis"]:
        """The public belief at each point."""
        return self.counts / self.steps

    @property
    def halved(self) -> "BeliefGrid":
        """The grid with half as many steps, whose points are all points of this one."""
        return BeliefGrid(self.hypotheses, self.steps // 2)

    def nearest(self, belief: Float[np.ndarray, "hypothesis"]) -> int:
        """Index of the point nearest to a belief."""
        return int(np.abs(self.points - belief).sum(-1).argmin())

    def weights(
        self, belief: Float[np.ndarray, "belief hypothesis"]
    ) -> Float[np.ndarray, "belief point"]:
        """Linear interpolation: weights of the corners of the simplex that holds each belief."""
        index = {tuple(int(c) for c in row): i for i, row in enumerate(self.counts)}
        rows = np.zeros((len(belief), self.size))
        for row, weights in zip(rows, belief, strict=True):
            # Cumulated from the end the coordinates fall, and Freudenthal's cells are those of
            # the cube grid: walk from the floor through the fractions, largest first.
            level = np.cumsum(weights[::-1])[::-1] * self.steps
            level[0] = self.steps
            base = np.floor(level + 1e-12)
            rest = np.clip(level - base, 0.0, 1.0)
            order = np.argsort(-rest[1:], kind="stable") + 1
            falls = np.concatenate([[1.0], rest[order], [0.0]])
            corner = base.copy()
            for k in range(self.hypotheses):
                weight = falls[k] - falls[k + 1]
                if weight > 0.0:
                    steps = corner - np.append(corner[1:], 0.0)
                    row[index[tuple(int(c) for c in steps)]] += weight
                if k < self.hypotheses - 1:
                    corner[order[k]] += 1.0
        return rows

    def own(self, prior: Float[np.ndarray, "hypothesis"]) -> Float[np.ndarray, "point hypothesis"]:
        """What a side with this prior believes at each point of the public belief."""
        weighed = self.points * prior
        total = weighed.sum(-1, keepdims=True)
        # Where everything the side held possible is ruled out, it takes the public view.
        return np.where(total > 0.0, weighed / np.where(total > 0.0, total, 1.0), self.points)


def learning(
    grid: BeliefGrid,
    prior: Float[np.ndarray, "hypothesis"],
    likelihood: Float[np.ndarray, "outcome hypothesis"],
    moves: tuple[tuple[int, ...], ...],
) -> Transition:
    """How a side expects the front and the public belief to move together.

    The lattice has the axes of the front first and the points of the grid last.

    Args:
        grid: Grid of public beliefs.
        prior: The side's prior weights of the hypotheses.
        likelihood: Probability of each outcome of a battle under each hypothesis.
        moves: Step of the front that each outcome makes, one number per axis of the front.
    """
    own, public = grid.own(prior), grid.points
    prob, parts = [], []
    for chances, step in zip(likelihood, moves, strict=True):
        after = public * chances
        total = after.sum(-1, keepdims=True)
        after = np.where(total > 0.0, after / np.where(total > 0.0, total, 1.0), public)
        prob.append(own @ chances)
        front = Steps(((*step, 0),), (np.ones(()),))
        parts.append(Then(Mixing(-1, grid.weights(after)), front))
    return Branch(tuple(prob), tuple(parts))


def grid_error(
    grid: BeliefGrid,
    fine: Float[np.ndarray, "*front point"],
    coarse: Float[np.ndarray, "*front coarse"],
) -> float:
    """Largest difference between an answer on the grid and on the halved one, where both have it.

    Args:
        grid: The finer grid.
        fine: Answer on it, grid points last.
        coarse: Answer on `grid.halved`.
    """
    index = {tuple(int(c) for c in row): i for i, row in enumerate(grid.counts)}
    shared = [index[tuple(2 * int(c) for c in row)] for row in grid.halved.counts]
    return float(np.abs(fine[..., shared] - coarse).max())
