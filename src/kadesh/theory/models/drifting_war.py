r"""A war whose battle odds drift, as everybody knows: the trend is already priced in.

Players: A and B, with common beliefs; both know how the odds will move.

Timing: A holds $k$ of $N$ forts; at 0 and $N$ the war is over. Each period the sides talk and may
settle; otherwise one battle is fought at a cost $c_i$ to each, which A wins with probability $p_t$,
linear from its value at $t=0$ to that at $t=T-1$. At the horizon $T$ the war freezes and A keeps
$k/N$. No discount, no right to surrender.

$$F_i(t,k) = -c_i + E\,V_i(t+1,k'),\qquad
S_A(t,k) = F_A + \theta\,(1 - F_A - F_B),$$

and, whatever the path of $p_t$ (the priced-in lemma, with $C = c_A + c_B$),

$$E_t[S_A(t+1)] - S_A(t) = c_A - \theta\,C .$$

So a trend that everybody sees is already in today's terms, although the share *at a fixed position*
may collapse. `drift_residual` is the largest departure from the lemma over all live positions and
dates.

Method: the exact solver, backward from the horizon on a chain of $N+1$ states; the expected share
by sending the walk forward without settlements.

Selection: unique, by backward induction. A deal is possible at every position; shares are not cut
at 0 and 1.

Not modelled: news about the odds, private information, commitment.

Source: derived for Kadesh; not a published model.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.moves import walk
from kadesh.bargaining.exact.solve import solve as solve_game
from kadesh.errors import Mistake
from kadesh.theory.colours import RULE, SIDE_A, SIDE_B
from kadesh.theory.fields import SHARE, number, output, probability, whole
from kadesh.theory.model import Axes, ModelInputs, mistake

MOST_STATES: Final = 5_000_000
"""Positions times dates: what fits in memory with room to spare."""


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """The chain of forts and how the odds drift."""

    forts: int = whole("number of forts", unit="forts", low=2, high=100_000)
    win_prob_start: float = probability("probability that A wins the first battle")
    win_prob_end: float = probability("probability that A wins the last battle")
    horizon: int = whole("battles until the war freezes", unit="battles", low=1, high=100_000)
    cost_a: float = number("cost of a battle to A")
    cost_b: float = number("cost of a battle to B")
    power_a: float = number(
        "A's bargaining power", unit="share of the surplus", high=1, default=0.5
    )
    start: int = whole("forts that A holds at the start", unit="forts", low=1, high=100_000)

    def across(self) -> Iterator[Mistake]:
        """The start lies between the ends, and the table of shares fits in memory."""
        if self.start >= self.forts:
            expected = f"a whole number in [1, {self.forts - 1}], between the ends"
            yield mistake("start", self.start, expected, "Start where the war is not over")
        if self.horizon == 1 and self.win_prob_end != self.win_prob_start:
            expected = f"win_prob_start, {self.win_prob_start:g}, as the only battle is the first"
            yield mistake(
                "win_prob_end", self.win_prob_end, expected, "Raise horizon to at least 2"
            )
        if (self.forts + 1) * self.horizon > MOST_STATES:
            most = MOST_STATES // (self.forts + 1)
            yield mistake("horizon", self.horizon, f"at most {most:,} with these forts", "Lower it")


@dataclass(frozen=True)
class Result:
    """A's share at a map that does not move, and as it is expected to move."""

    share_path_fixed_position: tuple[float, ...] = output(
        "A's share S_A if it still holds `start` forts", unit=SHARE, by="t = 0..horizon"
    )
    expected_share_path: tuple[float, ...] = output(
        "expected S_A, wars that have ended included", unit=SHARE, by="t = 0..horizon"
    )
    drift_residual: float = output("largest departure from the priced-in lemma", unit=SHARE)


EXAMPLE: Final[Mapping[str, Any]] = {
    "forts": 10,
    "win_prob_start": 0.6,
    "win_prob_end": 0.4,
    "horizon": 60,
    "cost_a": 0.004,
    "cost_b": 0.006,
    "start": 5,
}


def solve(inputs: Inputs) -> Result:
    """Share paths over t = 0..horizon."""
    odds = np.linspace(inputs.win_prob_start, inputs.win_prob_end, inputs.horizon)
    moves = [walk(chance) for chance in odds]
    together = walk(odds[:, None])
    position = np.arange(inputs.forts + 1)
    is_over = (position == 0) | (position == inputs.forts)
    cost = np.array([inputs.cost_a, inputs.cost_b])
    period = Period((together, together), cost, bargaining_power=inputs.power_a, has_time_axis=True)

    frozen = position / inputs.forts
    solution = solve_game(Game(period, is_over, frozen, inputs.horizon))
    shares = np.concatenate([solution.terms.share[0], frozen[None]])
    promised = inputs.cost_a - inputs.power_a * (inputs.cost_a + inputs.cost_b)
    mass = (position == inputs.start).astype(float)
    expected, residual = [float(shares[0] @ mass)], 0.0
    for t, move in enumerate(moves):
        drift = move.expect(shares[t + 1]) - shares[t]
        residual = max(residual, float(np.abs(drift - promised)[~is_over].max()))
        mass = np.where(is_over, mass, 0.0) + move.push(np.where(is_over, 0.0, mass))
        expected.append(float(shares[t + 1] @ mass))
    return Result(tuple(shares[:, inputs.start].tolist()), tuple(expected), residual)


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """A's share over time at a map that stands still, and in expectation."""
    time = np.arange(inputs.horizon + 1)
    axes.plot(
        time, result.share_path_fixed_position, color=SIDE_B, linestyle="--",
        label=f"if A still holds {inputs.start} forts",
    )  # fmt: skip
    axes.plot(time, result.expected_share_path, color=SIDE_A, label="expected from the start")
    axes.axhline(
        inputs.start / inputs.forts, color=RULE, linewidth=0.8, label="the map at the start"
    )
    axes.set(xlabel="battles fought", ylabel="A's share of the stake")
    axes.legend(loc="best")
