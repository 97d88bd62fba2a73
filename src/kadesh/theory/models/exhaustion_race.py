r"""A war that ends when one side has run out of means to fight it.

Players: A and B, with common beliefs.

Timing: A can lose $r_A$ battles and B $r_B$; each battle costs its loser one unit of resources, and
both pay $c_i$. A wins a battle with probability $p$. Who has none left loses the stake.

$$P(r_A, r_B) = p\,P(r_A, r_B - 1) + (1-p)\,P(r_A - 1, r_B)
= \sum_{j<r_A} \binom{r_B - 1 + j}{j}\, p^{r_B} (1-p)^j,$$

and with $m$ the expected number of battles both prefer to the war any share

$$x \in [\,P - c_A m,\; P + c_B m\,].$$

Method: the exact solver without talks, on the lattice of both sides' resources, backward over the
at most $r_A + r_B - 1$ battles.

Selection: none needed; the range is the set of divisions that both prefer to fighting it out. Its
ends are not cut at 0 and 1.

Not modelled: types of the defender and what battles teach of them, offers during the war.

Source: the battlefield of Filson and Werner (2002, American Journal of Political Science 46:4), in
the spirit of; the sum is the problem of points.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kadesh.bargaining.exact.finish import fight_to_the_finish
from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.moves import Steps
from kadesh.bargaining.exact.solve import solve as solve_game
from kadesh.theory.colours import BOTH, RULE, SIDE_A
from kadesh.theory.fields import PROBABILITY, SHARE, number, output, probability, whole
from kadesh.theory.model import Axes, ModelInputs

MOST_RESOURCES: Final = 300


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """Resources, odds and costs."""

    resources_a: int = whole("battles that A can lose", unit="battles", low=1, high=MOST_RESOURCES)
    resources_b: int = whole("battles that B can lose", unit="battles", low=1, high=MOST_RESOURCES)
    win_prob: float = probability("probability that A wins a battle")
    cost_a: float = number("cost of a battle to A")
    cost_b: float = number("cost of a battle to B")


@dataclass(frozen=True)
class Result:
    """The war fought out, and the range of divisions that both prefer to it."""

    win_prob_war: float = output("probability that A wins the war", unit=PROBABILITY)
    expected_battles: float = output("expected number of battles", unit="battles")
    range_low: float = output("least share that A takes rather than fight", unit=SHARE)
    range_high: float = output("largest share of A that B grants rather than fight", unit=SHARE)


EXAMPLE: Final[Mapping[str, Any]] = {
    "resources_a": 3,
    "resources_b": 3,
    "win_prob": 0.6,
    "cost_a": 0.02,
    "cost_b": 0.03,
}


def _tables(inputs: Inputs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Floors of both sides, A's win probability and the expected battles, at all resources left."""
    shape = (inputs.resources_a + 1, inputs.resources_b + 1)
    left_a, left_b = np.indices(shape)
    is_over = (left_a == 0) | (left_b == 0)
    win = np.asarray(inputs.win_prob)
    moves = Steps(((0, -1), (-1, 0)), (win, 1.0 - win))
    wins = (left_a > 0).astype(float)
    longest = inputs.resources_a + inputs.resources_b - 1
    cost = np.array([inputs.cost_a, inputs.cost_b])
    game = Game(Period((moves, moves), cost, talks_prob=0.0), is_over, wins, longest)
    floor = solve_game(game, keep_path=False).floor
    return floor, *fight_to_the_finish(moves, is_over, wins, periods=longest)


def solve(inputs: Inputs) -> Result:
    """The war from the start."""
    floor, won, battles = _tables(inputs)
    return Result(
        float(won[-1, -1]),
        float(battles[-1, -1]),
        float(floor[0, -1, -1]),
        float(1.0 - floor[1, -1, -1]),
    )


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """A's chance of winning and the range, by the resources that A begins with."""
    floor, won, _ = _tables(inputs)
    own = np.arange(1, inputs.resources_a + 1)
    low, high = floor[0, 1:, -1], 1.0 - floor[1, 1:, -1]
    axes.fill_between(own, low, high, color=BOTH, alpha=0.2, label="both prefer to the war")
    axes.plot(own, won[1:, -1], "o-", color=SIDE_A, markersize=3, label="A wins the war")
    axes.axvline(inputs.resources_a, color=RULE, linewidth=0.8, linestyle=":")
    axes.set(
        xlabel=f"battles that A can lose; B can lose {inputs.resources_b}",
        ylabel="probability; A's share of the stake",
    )
    axes.legend(loc="best")
