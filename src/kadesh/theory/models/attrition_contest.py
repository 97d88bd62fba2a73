r"""Who can bear it longer: a war of attrition without battles.

Players: A and B; values and costs are known to both.

Timing: time is continuous. While both hold out, each pays its cost $c_i$ per unit of time; the
first to concede gets nothing and the other gets the prize, worth $v_i$ to it. A side goes on only
if the other's concession is just likely enough to pay for the wait, so that B concedes at the rate
$c_A / v_A$ and A at the rate

$$h_A = \frac{c_B}{v_B},\qquad h_B = \frac{c_A}{v_A},\qquad
E[\text{duration}] = \frac{1}{h_A + h_B}.$$

What a side does is set by the *other's* cost and value: each keeps the other indifferent.

Method: closed form.

Selection: the equilibrium in mixed strategies in which no side concedes at once with positive
probability. There are others: a side that concedes at time 0 with some probability and keeps the
same rates afterwards, or for certain.

Not modelled: battles, private values, costs that change with time or with the other's conduct.

Source: in the spirit of Langlois and Langlois (2009, International Studies Quarterly 53:4),
reduced to the textbook war of attrition.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kadesh.theory.colours import BOTH, RULE, SIDE_A, SIDE_B
from kadesh.theory.fields import output, positive
from kadesh.theory.model import Axes, ModelInputs

_RATE: Final = "per unit of time"


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """What waiting costs and what winning is worth, in one unit for each side."""

    cost_a: float = positive("cost to A of a unit of time", unit="value")
    cost_b: float = positive("cost to B of a unit of time", unit="value")
    value_a: float = positive("what the prize is worth to A", unit="value")
    value_b: float = positive("what the prize is worth to B", unit="value")


@dataclass(frozen=True)
class Result:
    """Rates of conceding and how long it lasts."""

    hazard_a: float = output("rate at which A concedes", unit=_RATE)
    hazard_b: float = output("rate at which B concedes", unit=_RATE)
    expected_duration: float = output("expected time until a side concedes", unit="time")


EXAMPLE: Final[Mapping[str, Any]] = {
    "cost_a": 0.02,
    "cost_b": 0.03,
    "value_a": 1.0,
    "value_b": 0.6,
}


def solve(inputs: Inputs) -> Result:
    """Both rates."""
    hazard_a = inputs.cost_b / inputs.value_b
    hazard_b = inputs.cost_a / inputs.value_a
    return Result(hazard_a, hazard_b, 1.0 / (hazard_a + hazard_b))


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """Probability that each side, left alone, would still hold out, and that both do."""
    time = np.linspace(0.0, 4.0 * result.expected_duration, 401)
    for name, hazard, colour in (("A", result.hazard_a, SIDE_A), ("B", result.hazard_b, SIDE_B)):
        axes.plot(time, np.exp(-hazard * time), color=colour, label=f"{name} has not conceded")
    both = np.exp(-(result.hazard_a + result.hazard_b) * time)
    axes.plot(time, both, color=BOTH, linestyle="--", label="the contest goes on")
    axes.axvline(result.expected_duration, color=RULE, linewidth=0.8)
    axes.annotate(
        "expected\nduration",
        (result.expected_duration, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(4, -24),
        textcoords="offset points",
    )
    axes.set(
        xlim=(0.0, time[-1]),
        ylim=(0.0, 1.02),
        xlabel="time, in the unit of the costs",
        ylabel="probability",
    )
    axes.legend(loc="upper right")
