"""How far the regression solver is from the exact one, on a chain that both can state.

The chain is a lazy walk over forts with talks every period and the right to surrender, its
parameters drawn widely; as in a campaign, a month moves the front by a small part of the stake. The
regression solver sees it only as a simulator: simulated courses, and the same features and code
path as over the campaign.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.moves import walk
from kadesh.bargaining.exact.solve import solve
from kadesh.bargaining.regression.basis import BasisChoice
from kadesh.bargaining.regression.courses import Courses
from kadesh.bargaining.regression.solve import solve_regression
from kadesh.bargaining.regression.valuation import FULL
from kadesh.bargaining.situation import Situation
from kadesh.streams import generator

FORTS = 20
PERIODS = 60
RUNS = 8_000
SAMPLED = (0, 4, 8, 12)
DISCOUNT = 0.99
FREEZE_PROBABILITY = 1 / 60
MOVE_PROBABILITY = 0.25
"""Probability of a step to either side in an even month; an advantage adds to one side of it."""


@dataclass(frozen=True)
class Comparison:
    """Shares of side 0 by both solvers at the compared positions, and their distance."""

    exact_share: Float[np.ndarray, "compared"]
    regression_share: Float[np.ndarray, "compared"]

    @property
    def largest_share_error(self) -> float:
        """Largest absolute difference, in shares of the stake."""
        return float(np.abs(self.exact_share - self.regression_share).max())

    @property
    def mean_share_error(self) -> float:
        """Mean absolute difference, in shares of the stake."""
        return float(np.abs(self.exact_share - self.regression_share).mean())


def _parameters(rng: np.random.Generator, count: int) -> Float[np.ndarray, "parameter state"]:
    """Advantage per battle, the two costs and bargaining power, drawn over wide ranges."""
    return np.stack(
        [
            rng.uniform(-0.03, 0.03, count),
            rng.uniform(0.001, 0.005, count),
            rng.uniform(0.001, 0.005, count),
            rng.uniform(0.3, 0.7, count),
        ]
    )


def _situation(
    position: Float[np.ndarray, "state"], parameters: Float[np.ndarray, "parameter state"]
) -> Situation:
    count = position.shape[0]
    share = position / FORTS
    none = np.zeros((2, count))
    return Situation(
        variables=np.concatenate([share[None], parameters]),
        cost=parameters[1:3],
        subsidy=none,
        discount=np.full(count, DISCOUNT),
        bargaining_power=parameters[3],
        talks_probability=np.ones(count),
        switching_cost=none,
        leader_stake=none,
        leader_threshold_share=none + 2.0,
        guarantee_cost=none,
        freeze_share=np.stack([share, 1.0 - share]),
        freeze_probability=np.full(count, FREEZE_PROBABILITY),
        log_odds=none,
        analyst_log_odds=np.zeros(count),
        is_over=(position <= 0) | (position >= FORTS),
    )


def _walked(
    uniform: Float[np.ndarray, "state"],
    position: Float[np.ndarray, "state"],
    parameters: Float[np.ndarray, "parameter state"],
) -> Float[np.ndarray, "state"]:
    up = uniform < MOVE_PROBABILITY + parameters[0]
    down = uniform > 1.0 - MOVE_PROBABILITY + parameters[0]
    step = up.astype(float) - down.astype(float)
    return np.asarray(np.clip(position + step, 0.0, FORTS))


def compare_with_exact(*, seed: int = 0, runs: int = RUNS, compared: int = 40) -> Comparison:
    """Solve the same chain both ways and compare side 0's share at inner positions.

    Args:
        seed: Seed of the sampled positions, steps and parameters.
        runs: Simulated courses of the regression solver.
        compared: Parameter sets, none of them in the sample, at which every inner position is
            compared.
    """
    rng = generator(seed, "comparison", "sample")
    position = np.floor(rng.uniform(1, FORTS, runs))
    parameters = _parameters(rng, runs)
    path, mirrors = [_situation(position, parameters)], []
    for _ in range(PERIODS):
        luck = rng.uniform(size=runs)
        over = (position <= 0) | (position >= FORTS)
        opposite = np.where(over, position, _walked(1.0 - luck, position, parameters))
        position = np.where(over, position, _walked(luck, position, parameters))
        mirrors.append(_situation(opposite, parameters))
        path.append(_situation(position, parameters))
    solution = solve_regression(
        Courses((tuple(path),), (tuple(mirrors),), SAMPLED),
        choice=BasisChoice(front=0, intervals=6, core=(1, 2, 3, 4), core_degree=2, principal=()),
        cases=(FULL,),
    )
    fresh = _parameters(generator(seed, "comparison", "fresh"), compared)
    inner = np.arange(1.0, FORTS)
    exact, fitted = [], []
    for which in range(compared):
        exact.append(_exact_share(fresh[:, which])[1:-1])
        repeated = np.repeat(fresh[:, which : which + 1], inner.size, axis=1)
        fitted.append(solution.evaluate(_situation(inner, repeated)).terms.share[0])
    return Comparison(np.concatenate(exact), np.concatenate(fitted))


def _exact_share(parameters: Float[np.ndarray, "parameter"]) -> Float[np.ndarray, "state"]:
    advantage, cost_a, cost_b, power = (float(x) for x in parameters)
    step = walk(MOVE_PROBABILITY + advantage, MOVE_PROBABILITY - advantage)
    position = np.arange(FORTS + 1)
    period = Period(
        (step, step),
        np.array([cost_a, cost_b]),
        discount=DISCOUNT,
        bargaining_power=power,
        freeze_prob=FREEZE_PROBABILITY,
        surrender_value=(0.0, 0.0),
    )
    solution = solve(Game(period, (position == 0) | (position == FORTS), position / FORTS))
    return np.asarray(solution.terms.share[0])
