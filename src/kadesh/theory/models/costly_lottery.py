r"""War as a costly lottery: the divisions that both sides would rather take than fight.

Players: A and B; both know the odds and the costs.

Timing: the sides agree on a division $x$ of a stake of size 1 (A gets $x$, B gets $1-x$) or fight
one war that settles everything; A wins it with probability $p$.

With linear utility war is worth $p - c_A$ to A and $1 - p - c_B$ to B, so that both prefer

$$x \in [\,p - c_A,\; p + c_B\,].$$

With square-root utility, $u(x) = \sqrt{x}$ with costs in units of utility, war is worth
$p - c_A$ and $1 - p - c_B$ in utility, and both prefer

$$x \in [\,\max(p - c_A, 0)^2,\; 1 - \max(1 - p - c_B, 0)^2\,].$$

The range is never empty: war destroys, and aversion to risk only widens it.

Method: closed form. With linear utility the ends are not cut at 0 and 1: an end outside says that
the side whose end it is would take even less than nothing rather than fight.

Selection: none needed; the range is the set of divisions that both prefer, and which one is agreed
is not said.

Not modelled: private information, commitment, indivisible stakes, who makes offers.

Source: in the spirit of Fearon (1995, International Organization 49:3), the bargaining range.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kadesh.theory.colours import BOTH, RULE, SIDE_A, SIDE_B
from kadesh.theory.fields import SHARE, choice, number, output, probability
from kadesh.theory.model import Axes, ModelInputs


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """Odds, costs and attitude to risk."""

    win_prob: float = probability("probability that A wins the war")
    cost_a: float = number("cost of war to A", unit="share of the stake, or utility with sqrt")
    cost_b: float = number("cost of war to B", unit="share of the stake, or utility with sqrt")
    utility: str = choice(
        "utility of a share, for both sides", ("linear", "sqrt"), default="linear"
    )


@dataclass(frozen=True)
class Result:
    """The ends of the range, in A's share."""

    range_low: float = output("least share that A takes rather than fight", unit=SHARE)
    range_high: float = output("largest share of A that B grants rather than fight", unit=SHARE)


EXAMPLE: Final[Mapping[str, Any]] = {"win_prob": 0.6, "cost_a": 0.1, "cost_b": 0.2}


def solve(inputs: Inputs) -> Result:
    """Both ends of the range."""
    worth_a = inputs.win_prob - inputs.cost_a
    worth_b = 1.0 - inputs.win_prob - inputs.cost_b
    if inputs.utility == "linear":
        return Result(worth_a, 1.0 - worth_b)
    return Result(max(worth_a, 0.0) ** 2, 1.0 - max(worth_b, 0.0) ** 2)


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """What each division and war are worth to each side, and the range between."""
    share = np.linspace(0.0, 1.0, 401)
    root = inputs.utility == "sqrt"
    for name, worth, war, colour in (
        ("A", share, inputs.win_prob - inputs.cost_a, SIDE_A),
        ("B", 1.0 - share, 1.0 - inputs.win_prob - inputs.cost_b, SIDE_B),
    ):
        axes.plot(share, np.sqrt(worth) if root else worth, color=colour, label=f"deal, to {name}")
        axes.axhline(war, color=colour, linestyle=":", label=f"war, to {name}")
    low, high = max(result.range_low, 0.0), min(result.range_high, 1.0)
    axes.axvspan(low, high, color=BOTH, alpha=0.2, label="both prefer a deal")
    for end in (low, high):
        axes.axvline(end, color=RULE, linewidth=0.8)
    axes.set(
        xlim=(0.0, 1.0),
        xlabel="A's share of the stake",
        ylabel="worth, utility" if root else "worth, share of the stake",
    )
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
