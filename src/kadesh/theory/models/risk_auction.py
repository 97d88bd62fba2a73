r"""Brinkmanship as an auction in risk: who dares to let the danger grow further.

Players: two sides alike, who know all about each other.

Timing: a common risk of disaster grows from 0. Each side decides how much of it to bear at most;
when the first side gives way, the other has the prize, worth 1, unless the disaster has happened by
then, which costs each side $D$. A side that bears risk up to $b$ must be indifferent to a little
more,

$$(1-b)\,g(b) = D\,[1 - G(b)] \quad\Rightarrow\quad G(b) = 1 - (1-b)^D,\qquad
\Pr(\text{disaster}) = E[\min(b_1, b_2)] = \frac{1}{2D + 1}.$$

The worse the disaster, the less likely it is, but never impossible.

Method: closed form.

Selection: the symmetric equilibrium in mixed strategies. There are others, in which one side is
known to give way at once and no risk is run.

Not modelled: private resolve, a choice of how fast the risk grows, power (in later models more
power comes with more risk).

Source: in the spirit of Schelling (1966) and Powell (1990, Nuclear Deterrence Theory); the auction
is derived here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kadesh.theory.colours import RULE, SIDE_A
from kadesh.theory.fields import PROBABILITY, output, positive
from kadesh.theory.model import Axes, ModelInputs


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """How bad a disaster is."""

    disaster_loss: float = positive("loss to each side in a disaster", unit="times the prize")


@dataclass(frozen=True)
class Result:
    """How often brinkmanship ends badly."""

    disaster_prob: float = output("probability that the disaster happens", unit=PROBABILITY)


EXAMPLE: Final[Mapping[str, Any]] = {"disaster_loss": 9.0}


def solve(inputs: Inputs) -> Result:
    """The probability of disaster."""
    return Result(1.0 / (2.0 * inputs.disaster_loss + 1.0))


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """The probability of disaster by how bad it is."""
    loss = np.geomspace(0.1, max(100.0, 2.0 * inputs.disaster_loss), 401)
    axes.plot(loss, 1.0 / (2.0 * loss + 1.0), color=SIDE_A)
    axes.plot([inputs.disaster_loss], [result.disaster_prob], "o", color=RULE)
    axes.annotate(
        f"{result.disaster_prob:.4f}",
        (inputs.disaster_loss, result.disaster_prob),
        xytext=(6, 6),
        textcoords="offset points",
    )
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")
    axes.set(
        xlim=(min(loss[0], inputs.disaster_loss), loss[-1]),
        ylim=(0.0, 1.0),
        xlabel="loss in a disaster, times the prize (logarithmic scale)",
        ylabel="probability of disaster",
    )
