r"""One offer under private costs: the more A asks, the likelier B fights.

Players: A, who makes the offer, and B, whose cost of war $c_B$ only B knows; A holds it to be
uniform on $[l, h]$.

Timing: A demands a share $x$; B accepts, and gets $1 - x$, or fights the war, which A wins with
probability $p$ and which is worth $p - c_A$ to A and $1 - p - c_B$ to B. B accepts $x = p + t$
where $c_B \ge t$. What A gains by asking a little more must make up for the war it risks:

$$\frac{g(t)}{1 - G(t)} = \frac{1}{t + c_A},\qquad
t^* = \max\Big(l,\ \frac{h - c_A}{2}\Big),\qquad
\Pr(\text{war}) = \frac{t^* - l}{h - l}.$$

The probability of war does not depend on $p$: A's demand moves with it one for one.

Method: closed form.

Selection: the equilibrium is unique up to what B does when indifferent; B then accepts.

Not modelled: offers after the first, private information of A, commitment. A demand above the
whole stake is refused and not cut to 1, because the probability of war would then depend on $p$.

Source: in the spirit of Fearon (1995, International Organization 49:3), the ultimatum with
private costs. That the odds do not move the probability of war is the standard model's property,
not a finding about wars.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from kadesh.errors import Mistake
from kadesh.theory.colours import RULE, SIDE_A, SIDE_B
from kadesh.theory.fields import PROBABILITY, SHARE, number, output, probability
from kadesh.theory.model import Axes, ModelInputs, mistake


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """Odds, A's cost, and what A holds possible of B's."""

    win_prob: float = probability("probability that A wins the war")
    cost_a: float = number("cost of war to A")
    cost_low: float = number("least cost of war to B that A holds possible")
    cost_high: float = number("largest cost of war to B that A holds possible")

    @property
    def markup(self) -> float:
        """How much more than its odds A demands."""
        return max(self.cost_low, (self.cost_high - self.cost_a) / 2.0)

    def across(self) -> Iterator[Mistake]:
        """The costs are in order, and the demand is a share."""
        if self.cost_high < self.cost_low:
            expected = f"a number of at least cost_low, {self.cost_low:g}"
            yield mistake("cost_high", self.cost_high, expected, "Exchange them or correct one")
        elif (demand := self.win_prob + self.markup) > 1.0:
            expected = f"a demand of at most the whole stake, and A would demand {demand:g}"
            yield mistake("win_prob", self.win_prob, expected, "Lower win_prob or B's costs")


@dataclass(frozen=True)
class Result:
    """A's best demand and what comes of it."""

    demand: float = output("share that A demands", unit=SHARE)
    war_prob: float = output("probability that B fights", unit=PROBABILITY)
    payoff_a: float = output("what A expects, war included", unit=SHARE)


Demands = Float[np.ndarray, "*demand"]

EXAMPLE: Final[Mapping[str, Any]] = {
    "win_prob": 0.5,
    "cost_a": 0.05,
    "cost_low": 0.1,
    "cost_high": 0.5,
}


def solve(inputs: Inputs) -> Result:
    """The best demand."""
    demand = inputs.win_prob + inputs.markup
    war = float(_war_probability(inputs, np.asarray(inputs.markup)))
    payoff = (1.0 - war) * demand + war * (inputs.win_prob - inputs.cost_a)
    return Result(demand, war, payoff)


def _war_probability(inputs: Inputs, markup: Demands) -> Demands:
    """The probability that B's cost is below the markup."""
    width = inputs.cost_high - inputs.cost_low
    if width == 0.0:
        return np.where(markup > inputs.cost_low, 1.0, 0.0)
    return np.asarray(np.clip((markup - inputs.cost_low) / width, 0.0, 1.0))


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """A's expectation and the probability of war, by demand."""
    demand = np.linspace(max(inputs.win_prob - 0.1, 0.0), 1.0, 601)
    war = _war_probability(inputs, demand - inputs.win_prob)
    payoff = (1.0 - war) * demand + war * (inputs.win_prob - inputs.cost_a)
    axes.plot(demand, payoff, color=SIDE_A, label="A's expected share")
    axes.plot(demand, war, color=SIDE_B, linestyle="--", label="probability of war")
    axes.axvline(result.demand, color=RULE, linewidth=0.8)
    axes.plot([result.demand], [result.payoff_a], "o", color=SIDE_A)
    axes.plot([result.demand], [result.war_prob], "o", color=SIDE_B)
    axes.set(
        xlim=(demand[0], 1.0),
        ylim=(min(0.0, float(payoff.min())), 1.02),
        xlabel="share that A demands",
        ylabel="share of the stake; probability",
    )
    axes.legend(loc="upper left")
