r"""Two sides that disagree about the odds, and learn from the same battles.

Players: A and B. Each holds a Beta prior about the probability $p$ that A wins a battle; they know
of each other's prior and agree to disagree.

Timing: A holds $k$ of $N$ forts; at 0 and $N$ the war is over. At every date the sides talk, and
settle if both prefer it; otherwise one battle is fought at a cost $c_i$ to each. After $w$ battles
won by A of $n$, side $i$ expects A to win the next with probability

$$\pi_i = \frac{a_i + w}{a_i + b_i + n},\qquad k = k_0 + w - (n - w),$$

so that counts are a sufficient statistic and nothing is approximated. Under its *own* belief

$$F_i = \max\big(0,\; -c_i + \pi_i V_i(\text{A wins}) + (1-\pi_i) V_i(\text{A loses})\big),$$

and the sides settle if and only if $F_A + F_B \le 1$; then $V_A = F_A + \theta\,(1-F_A-F_B)$. After
`max_battles` the war freezes and A keeps $k/N$. No discount. What then happens, under
`true_win_prob`, is found by sending probability forward through the same moves.

Method: the exact solver for wars whose battles are counted, backward over the numbers of battles
fought and won; settlement, conquest and length forward.

Selection: unique, by backward induction; where fighting on and a deal are worth the same there is a
deal. A floor bounded at 0 does not raise the other's. The sides' values may add to more than 1,
which is what keeps them fighting.

Not modelled: private information, inference from the other's offers, commitment, discounting.

Source: in the spirit of Smith and Stam (2004, Journal of Conflict Resolution), bargaining and the
nature of war; the published statement is not verified.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kadesh.bargaining.exact.counts import (
    CountedSolution,
    CountedWar,
    beta_odds,
    follow_counted,
    solve_counted,
)
from kadesh.errors import Mistake
from kadesh.theory.colours import BOTH, SIDE_A
from kadesh.theory.fields import PROBABILITY, SHARE, number, numbers, output, probability, whole
from kadesh.theory.model import Axes, ModelInputs, mistake

MOST_STATES: Final = 5_000_000
"""Positions times battles: what fits in memory with room to spare."""


def _prior(side: str) -> Any:
    return numbers(
        f"Beta prior of {side} about A winning a battle",
        unit="counts, A winning first",
        low=1e-9,
        high=1e15,
        shortest=2,
        longest=2,
    )


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """The chain of forts, both priors, and what is true."""

    forts: int = whole("number of forts", unit="forts", low=2, high=100_000)
    start: int = whole("forts that A holds at the start", unit="forts", low=1, high=100_000)
    prior_a: tuple[float, ...] = _prior("A")
    prior_b: tuple[float, ...] = _prior("B")
    cost_a: float = number("cost of a battle to A")
    cost_b: float = number("cost of a battle to B")
    power_a: float = number(
        "A's bargaining power", unit="share of the surplus", high=1, default=0.5
    )
    true_win_prob: float = probability("true probability that A wins a battle")
    max_battles: int = whole(
        "battles until the war freezes", unit="battles", low=1, high=100_000, default=400
    )

    def across(self) -> Iterator[Mistake]:
        """The start lies between the ends, and the table of values fits in memory."""
        if self.start >= self.forts:
            expected = f"a whole number in [1, {self.forts - 1}], between the ends"
            yield mistake("start", self.start, expected, "Start where the war is not over")
        if (self.forts + 1) * self.max_battles > MOST_STATES:
            most = MOST_STATES // (self.forts + 1)
            expected = f"at most {most:,} with these forts"
            yield mistake("max_battles", self.max_battles, expected, "Lower it")


@dataclass(frozen=True)
class Result:
    """What both sides expect at the start, and what happens."""

    floor_a: float = output("worth of fighting on to A at the start", unit=SHARE)
    floor_b: float = output("worth of fighting on to B at the start", unit=SHARE)
    settle_prob: float = output("probability that the war is settled", unit=PROBABILITY)
    conquest_prob: float = output("probability that one side takes every fort", unit=PROBABILITY)
    expected_battles: float = output("expected number of battles", unit="battles")
    settlement_by_battle: tuple[float, ...] = output(
        "probability of a settlement after n battles; none after the last, when the war freezes",
        unit=PROBABILITY,
        by="n = 0..max_battles",
    )


EXAMPLE: Final[Mapping[str, Any]] = {
    "forts": 8,
    "start": 4,
    "prior_a": [4.0, 2.0],
    "prior_b": [2.0, 4.0],
    "cost_a": 0.02,
    "cost_b": 0.04,
    "true_win_prob": 0.6,
    "max_battles": 100,
}


def solved(inputs: Inputs) -> CountedSolution:
    """The solved game, by battles fought and won."""
    priors = [(prior[0], prior[1]) for prior in (inputs.prior_a, inputs.prior_b)]
    level, slope = beta_odds((priors[0], priors[1]), inputs.max_battles)
    war = CountedWar(
        inputs.forts,
        inputs.start,
        level,
        slope,
        np.array([inputs.cost_a, inputs.cost_b]),
        bargaining_power=inputs.power_a,
        surrender_value=(0.0, 0.0),
    )
    return solve_counted(war)


def solve(inputs: Inputs) -> Result:
    """Floors at the start and the distribution of what happens."""
    solution = solved(inputs)
    happens = follow_counted(solution, inputs.true_win_prob)
    floor = solution.floor
    return Result(
        float(floor[0]),
        float(floor[1]),
        float(happens.settled.sum()),
        float(happens.conquered.sum()),
        happens.expected_battles,
        (*happens.settled.tolist(), 0.0),
    )


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """Probability that the war has been settled, by the number of battles fought."""
    settled = np.cumsum(result.settlement_by_battle)
    # Up to where nearly everything that is ever settled is.
    last = int(np.searchsorted(settled, 0.999 * settled[-1])) + 1 if settled[-1] else 10
    shown = np.arange(min(max(last, 5), inputs.max_battles) + 1)
    axes.bar(
        shown, np.asarray(result.settlement_by_battle)[shown], color=BOTH, alpha=0.5,
        label="settled after this many battles",
    )  # fmt: skip
    axes.plot(shown, settled[shown], "o-", color=SIDE_A, markersize=3, label="settled by then")
    axes.set(xlabel="battles fought", ylabel="probability", ylim=(0.0, 1.05))
    axes.legend(loc="best")
