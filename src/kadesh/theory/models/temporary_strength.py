r"""Rebels that are strong only now and then: the rarer their chances, the likelier war.

Players: rebels R, and a government D that cannot bind itself to concessions in periods in which it
will be strong.

Timing: a flow of 1 is divided in every period. In each period R is strong with probability $e$,
whatever it was before. While it is strong, war destroys a fraction $D$ of the flow for good and
gives R the share $p_s$ of the rest; when it is weak R can take nothing by war. D offers R part of
this period's flow, at most all of it. War while R is strong is worth $M_s = p_s(1-D)/(1-d)$ to it;
peace at most the whole flow now and what later strength brings, so that there is war iff

$$p_s\,(1-D) > 1 - d\,(1-e).$$

Rarer strength makes later concessions worth less, and war today more tempting. War comes while
R is strong where $e$ is below

$$e^* = \max\Big(0,\ 1 - \frac{1 - p_s(1-D)}{d}\Big).$$

Method: closed form; the recursion of peace with transfers on a chain of two states
(`kadesh.bargaining.exact.peace`) has the same answer, which the tests hold it to.

Selection: the most peaceful solution; where peace and war are worth the same there is peace. A
threshold of 0 says that no rarity of strength brings war.

Not modelled: what R can take while weak (it must not bind), private information, guarantees.

Source: in the spirit of Fearon (2004, Journal of Peace Research 41:3), why some civil wars last so
much longer; a stochastic version made for Kadesh, the published statement is not verified.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kadesh.theory.colours import RULE, SIDE_A, SIDE_B
from kadesh.theory.fields import PROBABILITY, number, output, probability
from kadesh.theory.model import Axes, ModelInputs


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """Patience, strength and destruction."""

    discount: float = number(
        "discount factor per period", unit="factor", high=1.0, is_low_open=True, is_high_open=True
    )
    strong_share: float = probability("share of the flow that R wins in a war while strong")
    destroyed_share: float = number(
        "part of the flow that war destroys for good", unit="share of the flow", high=1.0
    )


@dataclass(frozen=True)
class Result:
    """The rarity of strength below which there is war."""

    threshold_episode_prob: float = output(
        "probability of being strong in a period, below which there is war while strong",
        unit=PROBABILITY,
    )


EXAMPLE: Final[Mapping[str, Any]] = {
    "discount": 0.9,
    "strong_share": 0.5,
    "destroyed_share": 0.2,
}


def solve(inputs: Inputs) -> Result:
    """The threshold."""
    taken = inputs.strong_share * (1.0 - inputs.destroyed_share)
    return Result(max(0.0, 1.0 - (1.0 - taken) / inputs.discount))


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """What war takes and what peace can give while R is strong, by how often it is."""
    often = np.linspace(0.0, 1.0, 201)
    taken = inputs.strong_share * (1.0 - inputs.destroyed_share)
    axes.plot(
        often, 1.0 - inputs.discount * (1.0 - often), color=SIDE_B, label="most that peace gives"
    )
    axes.axhline(taken, color=SIDE_A, label="what war takes")
    axes.axvspan(
        0.0, result.threshold_episode_prob, color=RULE, alpha=0.2, label="war while strong"
    )
    axes.set(
        xlim=(0.0, 1.0),
        xlabel="probability that R is strong in a period",
        ylabel="share of the flow, averaged over time",
    )
    axes.legend(loc="best")
