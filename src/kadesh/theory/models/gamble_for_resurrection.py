r"""A leader who fights on because only victory saves him.

Players: A, whose leader gains $\Psi$, in shares of the stake, if the war is won and nothing from a
lesser outcome, and B.

Timing: the walk over forts of `fort-game`, with $d = 1$; A holds $k$ of $N$ forts. The table offers
A its share $x_s = S_A(k)$; the alternative is to fight to the finish, which is worth $F_A(k)$
without the leader's stake and is won with probability $P(k)$. The leader refuses iff

$$F_A + \Psi\,P > x_s \quad\Longleftrightarrow\quad \Psi > \Psi^* = \frac{x_s - F_A}{P}.$$

The worse the position, the smaller $P$: what makes a gamble attractive is that the table offers
little more than the war, not that the war is likely to be won.

Method: the exact solver for $x_s$, $F_A$ and $P$ (the chain of `fort-game` without talks, in which
the share is what it would be with them), then closed form.

Selection: the equilibrium of the chain is unique; at the threshold the leader takes the offer.

Not modelled: punishment after defeat by degrees, settlements later in the war, B's view of the
leader's stake.

Source: in the spirit of Goemans (2000, Journal of Conflict Resolution 44:5, fighting for survival)
and of Downs and Rocke (1994); the published statements are not verified.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kadesh.errors import InputErrors, Mistake
from kadesh.theory.colours import RULE, SIDE_A
from kadesh.theory.fields import SHARE, number, output, probability, whole
from kadesh.theory.model import Axes, ModelInputs, mistake
from kadesh.theory.models import fort_game


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """The chain of forts and where A stands."""

    forts: int = whole("number of forts", unit="forts", low=2, high=100_000)
    win_prob: float = probability("probability that A wins a battle")
    cost_a: float = number("cost of a battle to A")
    cost_b: float = number("cost of a battle to B")
    position: int = whole("forts that A holds", unit="forts", low=1, high=100_000)
    power_a: float = number(
        "A's bargaining power", unit="share of the surplus", high=1, default=0.5
    )

    def across(self) -> Iterator[Mistake]:
        """The position lies between the ends."""
        if self.position >= self.forts:
            expected = f"a whole number in [1, {self.forts - 1}], between the ends"
            yield mistake("position", self.position, expected, "Stand where the war is not over")


@dataclass(frozen=True)
class Result:
    """The stake beyond which the leader fights on."""

    leader_stake_threshold: float = output(
        "stake of A's leader in victory, above which it refuses the table's share", unit=SHARE
    )


EXAMPLE: Final[Mapping[str, Any]] = {
    "forts": 6,
    "win_prob": 0.5,
    "cost_a": 0.01,
    "cost_b": 0.01,
    "position": 1,
}


def _thresholds(inputs: Inputs) -> np.ndarray:
    """The threshold at every position, infinite where A cannot win."""
    table = fort_game.solve(
        fort_game.Inputs(
            forts=inputs.forts,
            win_prob=inputs.win_prob,
            cost_a=inputs.cost_a,
            cost_b=inputs.cost_b,
            power_a=inputs.power_a,
            talk_prob=0.0,
        )
    )
    forgone = np.asarray(table.share_a) - np.asarray(table.floor_a)
    won = np.asarray(table.win_prob_war)
    possible = won > 0.0
    # A chance of victory may be so small that the threshold is beyond all numbers.
    with np.errstate(over="ignore"):
        return np.where(possible, forgone / np.where(possible, won, 1.0), np.inf)


def solve(inputs: Inputs) -> Result:
    """The leader's threshold at the position.

    Raises:
        InputErrors: A cannot win from there, so that no stake makes its leader fight on.
    """
    threshold = float(_thresholds(inputs)[inputs.position - 1])
    if not np.isfinite(threshold):
        if inputs.win_prob == 0.0:
            expected = "a probability with which A can win the war; without, no stake is enough"
            raise InputErrors([mistake("win_prob", 0.0, expected, "Raise it")])
        expected = (
            f"a position from which a number tells A's chance to win the war; with "
            f"{inputs.forts:,} forts and win_prob {inputs.win_prob:g} it is below the least one"
        )
        remedy = "Raise position or win_prob, or lower forts"
        raise InputErrors([mistake("position", inputs.position, expected, remedy)])
    return Result(threshold)


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """The stake beyond which A's leader gambles, by the forts that A holds."""
    axes.plot(np.arange(1, inputs.forts), _thresholds(inputs), "o-", color=SIDE_A, markersize=3)
    axes.plot([inputs.position], [result.leader_stake_threshold], "o", color=SIDE_A, markersize=8)
    axes.axvline(inputs.position, color=RULE, linewidth=0.8, linestyle=":")
    axes.set(xlabel="forts that A holds", ylabel="leader's stake, shares of the stake at war")
    axes.set_ylim(bottom=0.0)
