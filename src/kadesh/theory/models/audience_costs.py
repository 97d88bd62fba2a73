r"""A crisis in which backing down costs more the longer it lasts, before one's own audience.

Players: two sides; the inputs are those of one of them, the output is about the other.

Timing: time is continuous. Either may back down at any moment; a side $i$ that backs down at
time $t$ pays $a_i(t) = a_i t$ before its audience, and the other gets the prize, worth $v_i$ to
$i$. Time itself costs nothing. Side $i$ waits only if the other, $j$, backs down at the rate that
makes up for the audience cost growing meanwhile:

$$h_j(t) = \frac{a_i'(t)}{v_i + a_i(t)},\qquad
\Pr(j\ \text{still in at}\ t) = \frac{v_i}{v_i + a_i(t)}.$$

The steeper $i$'s audience cost, the faster $j$ backs down: a strong audience is an advantage.

Method: closed form.

Selection: the equilibrium in mixed strategies in which no side backs down at once with positive
probability, without a time at which war becomes certain. There are others.

Not modelled: war as a choice, private values (with which the published model gets a horizon after
which no one backs down), audiences that reward backing down.

Source: in the spirit of Fearon (1994, American Political Science Review 88:3).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kadesh.theory.colours import RULE, SIDE_B
from kadesh.theory.fields import PROBABILITY, number, output, positive
from kadesh.theory.model import Axes, ModelInputs


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """The prize and the audience of one side, and when to look at the other."""

    value: float = positive("what the prize is worth to the side", unit="value")
    audience_slope: float = number(
        "growth of the side's audience cost in a unit of time",
        unit="value per unit of time",
        high=1e9,
    )
    time: float = number("time since the crisis began", unit="time", high=1e9)


@dataclass(frozen=True)
class Result:
    """Whether the other side is still there."""

    stay_prob: float = output(
        "probability that the other side has not backed down by then", unit=PROBABILITY
    )


EXAMPLE: Final[Mapping[str, Any]] = {"value": 1.0, "audience_slope": 0.1, "time": 5.0}


def solve(inputs: Inputs) -> Result:
    """The probability at that time."""
    return Result(inputs.value / (inputs.value + inputs.audience_slope * inputs.time))


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """The probability over time, with half and twice the slope for comparison."""
    time = np.linspace(0.0, max(4.0 * inputs.time, 1.0), 401)
    for factor, style in ((0.5, ":"), (1.0, "-"), (2.0, "--")):
        slope = factor * inputs.audience_slope
        probability = inputs.value / (inputs.value + slope * time)
        axes.plot(time, probability, color=SIDE_B, linestyle=style, label=f"slope {slope:g}")
    axes.plot([inputs.time], [result.stay_prob], "o", color=RULE)
    axes.annotate(
        f"{result.stay_prob:.3f}",
        (inputs.time, result.stay_prob),
        xytext=(6, 5),
        textcoords="offset points",
    )
    axes.set(
        xlim=(0.0, time[-1]),
        ylim=(0.0, 1.02),
        xlabel="time since the crisis began",
        ylabel="probability that the other is still in",
    )
    axes.legend(loc="upper right", title="own audience cost")
