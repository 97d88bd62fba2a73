r"""Learning that a rival will grow strong can make fighting now the better choice.

Players: a riser, whose power will grow, and a decliner, who makes the offers. How strong the riser
will be is not known yet: a share $s$ of the flow (strong) with the decliner's belief $\mu$, or
$w < s$ (weak).

Timing: the stake is a flow of 1 per period. Now a war would give the riser the share $n$ of what it
leaves, and the decliner the rest; it destroys the share $D$ for good. From the next period on the
riser's share of a war is $s$ or $w$, known to both and lasting. With $m = (1-D)/(1-d)$ war is worth
$m n$ to the riser and $m(1-n)$ to the decliner. Next period the decliner buys peace for what war
is then worth to the riser. Now the riser keeps peace even unpaid, because what is coming is worth
more, $d\,m\,w \ge m\,n$: the transfer is at its corner, 0. So peace is worth to the decliner

$$1 + d\Big[\frac{1}{1-d} - m\big(w + \mu(s - w)\big)\Big],$$

and the decliner fights now if its belief is above

$$\mu^* = \frac{\frac{1}{1-d} - m(1-n) - d\,m\,w}{d\,m\,(s-w)}
= \frac{D + (1-D)(n - d\,w)}{d\,(1-D)(s-w)}.$$

Battles that speak for a strong riser raise the belief, so that learning can end in a war to the
finish rather than in a settlement. A threshold above 1 says that no belief makes the decliner
fight, one below 0 that every belief does.

Method: closed form.

Selection: the decliner makes all offers, and settles where indifferent; this fixes who has the
surplus, and the path is unique.

Not modelled: how battles come about while learning goes on, a riser who knows its type, several
steps of growth (see `preventive-war`). Inputs with $n > d\,w$ are refused: the transfer would not
be at its corner for every belief.

Source: in the spirit of Wolford, Reiter and Carrubba (2011, Journal of Conflict Resolution 55:4);
a minimal version made here, the published model is not verified.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kadesh.errors import Mistake
from kadesh.theory.colours import RULE, SIDE_A, SIDE_B
from kadesh.theory.fields import PROBABILITY, number, output, probability
from kadesh.theory.model import Axes, ModelInputs, mistake


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """What war leaves, and whose power it would follow."""

    discount: float = number(
        "discount factor per period", unit="factor", high=1.0, is_low_open=True, is_high_open=True
    )
    destroyed_share: float = number(
        "share of the flow that war destroys for good", unit="share", high=1.0, is_high_open=True
    )
    share_now: float = probability("riser's share of what a war leaves, now")
    share_strong: float = probability("riser's share of what a war leaves, later, if strong")
    share_weak: float = probability("riser's share of what a war leaves, later, if weak")

    @property
    def left(self) -> float:
        """What a war leaves in all, now and later."""
        return (1.0 - self.destroyed_share) / (1.0 - self.discount)

    def across(self) -> Iterator[Mistake]:
        """Strong is more than weak, and the transfer is at its corner."""
        if self.share_strong <= self.share_weak:
            expected = f"above share_weak, {self.share_weak:g}"
            yield mistake("share_strong", self.share_strong, expected, "Exchange or correct them")
        corner = self.discount * self.share_weak
        if self.share_now > corner:
            expected = (
                f"at most discount x share_weak = {corner:g}, as the formula holds only with the "
                "transfer at its corner (a riser who keeps peace unpaid, whatever the belief)"
            )
            yield mistake("share_now", self.share_now, expected, "Lower it or raise share_weak")


@dataclass(frozen=True)
class Result:
    """The belief that makes the decliner fight."""

    fight_threshold: float = output(
        "belief that the riser will be strong, above which the decliner fights (above 1: never; "
        "below 0: always)",
        unit=PROBABILITY,
    )


EXAMPLE: Final[Mapping[str, Any]] = {
    "discount": 0.9,
    "destroyed_share": 0.2,
    "share_now": 0.3,
    "share_strong": 0.7,
    "share_weak": 0.4,
}


def peace_value(inputs: Inputs, belief: np.ndarray) -> np.ndarray:
    """What peace is worth to the decliner, in flows, under a belief that the riser is strong."""
    riser = inputs.left * (inputs.share_weak + belief * (inputs.share_strong - inputs.share_weak))
    return 1.0 + inputs.discount * (1.0 / (1.0 - inputs.discount) - riser)


def solve(inputs: Inputs) -> Result:
    """The belief at which peace and war are worth the same to the decliner."""
    left = 1.0 - inputs.destroyed_share
    surplus = inputs.destroyed_share + left * (
        inputs.share_now - inputs.discount * inputs.share_weak
    )
    # One by one, as the product of small divisors may be 0.
    gap = inputs.share_strong - inputs.share_weak
    return Result(surplus / left / inputs.discount / gap)


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """Peace and war to the decliner, by belief."""
    belief = np.linspace(0.0, 1.0, 201)
    war = inputs.left * (1.0 - inputs.share_now)
    peace = peace_value(inputs, belief)
    axes.plot(belief, peace, color=SIDE_A, label="peace, to the decliner")
    axes.axhline(war, color=SIDE_B, linestyle="--", label="war now, to the decliner")
    if 0.0 <= result.fight_threshold <= 1.0:
        axes.axvline(result.fight_threshold, color=RULE, linewidth=0.8)
        axes.annotate(
            f"fights above {result.fight_threshold:.3f}",
            (result.fight_threshold, war),
            xytext=(6, 8),
            textcoords="offset points",
        )
    axes.set(
        xlim=(0.0, 1.0),
        xlabel="belief that the riser will be strong",
        ylabel="value, flows of the stake per period",
    )
    axes.legend(loc="lower left")
