r"""A patron who would join if too much were at stake: the attacker keeps below that.

Players: an attacker, who chooses how much of its rival's share to put at stake, and the rival's
patron.

Timing: the attacker stakes $s$; the patron, to whom the rival's whole share is worth $v$, joins
or not. Joining costs it $\kappa$ and raises the rival's chance to keep what is at stake by
$\Delta$. It joins where

$$v\,\Delta\,s \ge \kappa \quad\Rightarrow\quad s^* = \frac{\kappa}{v\,\Delta},$$

so that the attacker caps its stake at $s^*$. A cap above 1 does not bind: the patron would not join
for the whole.

Method: closed form.

Selection: at the cap the patron is indifferent; it is then taken to stay out, so that the attacker
may stake just that much.

Not modelled: the war itself, aid short of joining (see `patron-subsidy`), what the patron's threat
is worth when it is doubted.

Source: in the spirit of Werner (2000, American Journal of Political Science 44:4), deterring
intervention; the published statement is not verified.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kadesh.theory.colours import RULE, SIDE_A, SIDE_B
from kadesh.theory.fields import SHARE, number, output, positive
from kadesh.theory.model import Axes, ModelInputs


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """The patron: what it wants, what it can do and what that costs."""

    patron_value: float = positive(
        "what the rival's whole share is worth to the patron", unit="value"
    )
    effect: float = number(
        "rise in the rival's chance to keep what is at stake",
        unit="probability",
        low=1e-9,
        high=1.0,
    )
    patron_cost: float = number("cost of joining to the patron", unit="value", high=1e9)


@dataclass(frozen=True)
class Result:
    """How far the attacker can go."""

    stake_cap: float = output(
        "largest stake that keeps the patron out (above 1: no cap)", unit=SHARE
    )


EXAMPLE: Final[Mapping[str, Any]] = {"patron_value": 0.8, "effect": 0.25, "patron_cost": 0.06}


def solve(inputs: Inputs) -> Result:
    """The cap."""
    return Result(inputs.patron_cost / (inputs.patron_value * inputs.effect))


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """What joining brings the patron, and what it costs, by stake."""
    stake = np.linspace(0.0, 1.0, 201)
    gain = inputs.patron_value * inputs.effect * stake
    axes.plot(stake, gain, color=SIDE_A, label="gain from joining")
    axes.axhline(inputs.patron_cost, color=SIDE_B, linestyle="--", label="cost of joining")
    if result.stake_cap <= 1.0:
        axes.axvline(result.stake_cap, color=RULE, linewidth=0.8)
        axes.annotate(
            f"cap {result.stake_cap:.3f}",
            (result.stake_cap, inputs.patron_cost),
            xytext=(6, -14),
            textcoords="offset points",
        )
    axes.set(
        xlim=(0.0, 1.0),
        ylim=(0.0, 1.15 * max(float(gain[-1]), inputs.patron_cost)),
        xlabel="share of the rival's stake that the attacker stakes",
        ylabel="value to the patron",
    )
    axes.legend(loc="lower right")
