r"""A patron pays one side while it fights, and may thereby close the range of deals.

Players: A and B; B's patron, whose help follows fixed rules.

Timing: the sides agree on a division, or fight one war that settles everything. A wins it with
probability $p$, less what the patron's help adds to B's strength, $\Delta$; the war costs $c_i$. A
*conditional* subsidy $s$ to B is paid only while it fights; an unconditional one also after a
settlement. Fighting is worth $F_A = p - \Delta - c_A$ to A and, net of what B has either way,
$F_B = 1 - p + \Delta - c_B + s\,1\{\text{conditional}\}$ to B, so that both prefer

$$x \in [\,p - \Delta - c_A,\; p - \Delta + c_B - s\,1\{\text{conditional}\}\,],$$

of width $c_A + c_B - s$ where the subsidy is conditional: the range is closed iff $s > c_A + c_B$.
An unconditional subsidy, and strength, move the range or leave it where it is, and never close it.

Method: the exact solver: one battle without talks on a chain of three states.

Selection: none needed; the range is the set of divisions that both prefer. Where it is empty the
ends are given all the same, low above high, and the width is negative.

Not modelled: what the patron wants, subsidies that depend on the front, several battles.

Source: derived for Kadesh, in the spirit of the literature on third parties and moral hazard; the
exact form is not a published one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.moves import walk
from kadesh.bargaining.exact.solve import solve as solve_game
from kadesh.errors import Mistake, NumericalError
from kadesh.theory.colours import BOTH, RULE, SIDE_A, SIDE_B
from kadesh.theory.fields import SHARE, flag, number, output, probability
from kadesh.theory.model import Axes, ModelInputs, mistake


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """The war, and what B's patron does for it."""

    win_prob: float = probability("probability that A wins the war without the patron's help")
    cost_a: float = number("cost of war to A")
    cost_b: float = number("cost of war to B")
    subsidy: float = number("subsidy to B")
    conditional: bool = flag("whether the subsidy is paid only while B fights", default=True)
    strength_gain: float = number(
        "what the help takes from A's probability of winning",
        unit="probability",
        high=1.0,
        default=0.0,
    )

    def across(self) -> Iterator[Mistake]:
        """Help takes no more from A's chance than there is."""
        if self.strength_gain > self.win_prob:
            expected = f"at most win_prob, {self.win_prob:g}"
            yield mistake("strength_gain", self.strength_gain, expected, "Lower it")


@dataclass(frozen=True)
class Result:
    """The range of divisions that both prefer; empty where its width is negative."""

    range_low: float = output("least share that A takes rather than fight", unit=SHARE)
    range_high: float = output("largest share of A that B grants rather than fight", unit=SHARE)
    width: float = output("width of the range; negative where it is empty", unit=SHARE)


EXAMPLE: Final[Mapping[str, Any]] = {
    "win_prob": 0.5,
    "cost_a": 0.1,
    "cost_b": 0.15,
    "subsidy": 0.1,
    "conditional": True,
}


def solve(inputs: Inputs) -> Result:
    """Both ends of the range and its width."""
    low, high, width = _ranges(inputs, np.asarray([inputs.subsidy]))
    return Result(float(low[0]), float(high[0]), float(width[0]))


def _ranges(inputs: Inputs, subsidy: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The range at several subsidies: parameter sets along the second axis of the lattice."""
    position = np.broadcast_to(np.arange(3.0)[:, None], (3, subsidy.size))
    battle = walk(inputs.win_prob - inputs.strength_gain, axes=2)
    paid = np.stack([np.zeros_like(subsidy), subsidy])
    period = Period(
        (battle, battle),
        np.array([inputs.cost_a, inputs.cost_b]),
        talks_prob=0.0,
        conditional_subsidy=paid[:, None, :] if inputs.conditional else (0.0, 0.0),
        unconditional_subsidy=(0.0, 0.0) if inputs.conditional else paid[:, None, :],
    )
    game = Game(period, (position == 0) | (position == 2), position / 2.0, periods=1)
    solution = solve_game(game)
    low = solution.floor[0, 0, 1]
    # The solver's width to its last digit, so that a subsidy of both costs closes it exactly.
    width = inputs.cost_a + inputs.cost_b - (subsidy if inputs.conditional else 0.0 * subsidy)
    size = 1.0 + inputs.cost_a + inputs.cost_b + float(subsidy.max())
    if not np.allclose(width, solution.terms.width[0, 1], rtol=0.0, atol=1e-12 * size):
        raise NumericalError("patron-subsidy: check 'width' failed: it is not cost less subsidy")
    return low, low + width, width


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """The ends of the range by the size of the subsidy."""
    subsidy = np.linspace(0.0, max(1.5 * (inputs.cost_a + inputs.cost_b), inputs.subsidy, 0.1), 101)
    low, high, _ = _ranges(inputs, subsidy)
    axes.fill_between(
        subsidy, low, high, where=high >= low, color=BOTH, alpha=0.2, label="both prefer a deal"
    )
    axes.plot(subsidy, low, color=SIDE_A, label="least for A")
    axes.plot(subsidy, high, color=SIDE_B, label="most that B grants")
    axes.axvline(inputs.subsidy, color=RULE, linewidth=0.8, linestyle=":")
    axes.set(xlabel="subsidy to B, share of the stake", ylabel="A's share of the stake")
    axes.legend(loc="best")
