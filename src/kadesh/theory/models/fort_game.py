r"""War as a walk over forts with talks at every step.

Players: A and B, with common beliefs.

Timing: A holds $k$ of $N$ forts; at 0 and $N$ the war is over. Each period talks are possible with
probability $\phi$; the sides then divide the surplus $\sigma$ of a deal, A's part of it being its
bargaining power $\theta$. Without a deal one battle is fought: A wins it, and a fort, with
probability $p$, otherwise it loses one. Both pay $c_i$ per battle; with probability $\eta$ the war
escalates, which ends it and costs $L_i$; the future is discounted by $d$.

$$F_i(k) = -c_i + d\,[(1-\eta)\,E\,V_i(k') - \eta L_i],\qquad \sigma(k) = 1 - F_A(k) - F_B(k),$$

$$S_A(k) = F_A(k) + \theta\,\sigma(k),\qquad V_A = F_A + \phi\,\theta\,\sigma.$$

With the right to surrender a side's own floor is at least 0; the other's is not raised. Where that
never binds, and with $\eta = 0$ and $C = c_A + c_B$,

$$S_A(k) = \theta(1-d+C) - c_A + d\,E\,S_A(k'),\qquad
\sigma(k) = 1-d+C+d(1-\phi)\,E\,\sigma(k'),$$

so that how often talks are possible moves the range and not the share (escalation: put $d(1-\eta)$
for $d$ and $c_i + d\eta L_i$ for $c_i$). A war that nobody can stop is a gambler's ruin:
`win_prob_war` and `expected_battles` ignore discounting and escalation.

Method: the exact solver, stationary, on a chain of $N+1$ states.

Selection: the equilibrium is unique, being the fixed point of a contraction (or, with $d=1$, of a
war that ends for certain). With costs that are not negative a deal is possible at every position;
`share_a` is the point $S_A$ that the formula gives there. With the right to surrender and talks
that are uncertain, values where surrender binds sooner or later are bounds and not an equilibrium.

Not modelled: private information, commitment, forces, offers that teach.

Source: in the spirit of Slantchev (2003, American Political Science Review 97:4, the principle of
convergence), its core without private information; the published model has simultaneous offers
and learning.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from kadesh.bargaining.exact.finish import fight_to_the_finish
from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.moves import walk
from kadesh.bargaining.exact.solution import Solution
from kadesh.bargaining.exact.solve import solve as solve_game
from kadesh.theory.colours import BOTH, RULE, SIDE_A, SIDE_B
from kadesh.theory.fields import PROBABILITY, SHARE, flag, number, output, probability, whole
from kadesh.theory.model import Axes, ModelInputs

_POSITIONS: Final = "k = 1..forts-1"


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """The chain of forts, what a battle does and costs, and how talks go."""

    forts: int = whole("number of forts", unit="forts", low=2, high=100_000)
    win_prob: float = probability("probability that A wins a battle")
    cost_a: float = number("cost of a battle to A")
    cost_b: float = number("cost of a battle to B")
    discount: float = number(
        "discount factor per battle", unit="factor", high=1.0, is_low_open=True, default=1.0
    )
    power_a: float = number(
        "A's bargaining power", unit="share of the surplus", high=1, default=0.5
    )
    talk_prob: float = probability("probability that a period brings talks", default=1.0)
    escalation_prob: float = probability("probability that a battle escalates", default=0.0)
    escalation_loss_a: float = number("loss of A from escalation", default=0.0)
    escalation_loss_b: float = number("loss of B from escalation", default=0.0)
    surrender: bool = flag("right of each side to surrender, worth 0 to it", default=False)


@dataclass(frozen=True)
class Result:
    """The table at every position, and the war that nobody stops."""

    share_a: tuple[float, ...] = output("A's share S_A at the table", unit=SHARE, by=_POSITIONS)
    floor_a: tuple[float, ...] = output("worth of fighting on to A", unit=SHARE, by=_POSITIONS)
    floor_b: tuple[float, ...] = output("worth of fighting on to B", unit=SHARE, by=_POSITIONS)
    width: tuple[float, ...] = output("width of the settlement range", unit=SHARE, by=_POSITIONS)
    win_prob_war: tuple[float, ...] = output(
        "probability that A wins a war to the finish", unit=PROBABILITY, by=_POSITIONS
    )
    expected_battles: tuple[float, ...] = output(
        "expected battles of a war to the finish", unit="battles", by=_POSITIONS
    )
    is_bound: tuple[bool, ...] = field(default=(), repr=False)
    """Where numbers are bounds (see Selection); no output, `caveat` says it."""


EXAMPLE: Final[Mapping[str, Any]] = {
    "forts": 6,
    "win_prob": 0.55,
    "cost_a": 0.01,
    "cost_b": 0.015,
    "discount": 0.98,
    "power_a": 0.4,
    "talk_prob": 0.5,
}


def _column(inputs: Sequence[Inputs], name: str) -> Float[np.ndarray, " case"]:
    return np.asarray([getattr(entry, name) for entry in inputs], dtype=float)


def _ground(forts: int, cases: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the war is over, and A's part of the forts, for so many sets of inputs."""
    position = np.broadcast_to(np.arange(forts + 1)[:, None], (forts + 1, cases))
    return (position == 0) | (position == forts), position / forts


def solved(inputs: Sequence[Inputs]) -> Solution:
    """The games of several sets of inputs with the same forts and rights, one state axis each."""
    one = inputs[0]
    is_over, share = _ground(one.forts, len(inputs))
    move = walk(_column(inputs, "win_prob"), axes=2)

    def pair(name: str) -> np.ndarray:
        both = np.stack([_column(inputs, f"{name}_{side}") for side in ("a", "b")])
        return both[:, None, :]

    period = Period(
        (move, move),
        pair("cost"),
        discount=_column(inputs, "discount"),
        bargaining_power=_column(inputs, "power_a"),
        talks_prob=_column(inputs, "talk_prob"),
        escalation_prob=_column(inputs, "escalation_prob"),
        escalation_loss=pair("escalation_loss"),
        surrender_value=(0.0, 0.0) if one.surrender else None,
    )
    return solve_game(Game(period, is_over, share))


def to_the_finish(
    forts: int, win_prob: Float[np.ndarray, " case"]
) -> tuple[Float[np.ndarray, "position case"], Float[np.ndarray, "position case"]]:
    """A's probability of winning and the expected battles, at positions 0..forts."""
    is_over, share = _ground(forts, len(win_prob))
    return fight_to_the_finish(walk(win_prob, axes=2), is_over, share)


def solve(inputs: Inputs) -> Result:
    """Shares, floors and widths at every position between the ends."""
    return solve_many([inputs])[0]


def solve_many(inputs: Sequence[Inputs]) -> list[Result]:
    """Many sets of inputs: those with the same forts and rights are one game."""
    groups: dict[tuple[int, bool], list[int]] = {}
    for place, entry in enumerate(inputs):
        groups.setdefault((entry.forts, entry.surrender), []).append(place)
    results: list[Result | None] = [None] * len(inputs)
    for places in groups.values():
        for place, result in zip(places, _group([inputs[p] for p in places]), strict=True):
            results[place] = result
    return [result for result in results if result is not None]


def _group(inputs: Sequence[Inputs]) -> list[Result]:
    solution = solved(inputs)
    finish = to_the_finish(inputs[0].forts, _column(inputs, "win_prob"))
    terms = solution.terms
    tables = (terms.share[0], solution.floor[0], solution.floor[1], terms.width, *finish)
    columns = [table[1:-1].T.tolist() for table in (*tables, solution.is_bound)]
    return [Result(*map(tuple, rows)) for rows in zip(*columns, strict=True)]


def caveat(inputs: Inputs, result: Result) -> str:
    """Where the numbers are bounds, in words; empty where they are not."""
    bound = [k for k, is_bound in enumerate(result.is_bound, 1) if is_bound]
    if not bound:
        return ""
    ends = f"{bound[0]:,}" if len(bound) == 1 else f"{bound[0]:,}..{bound[-1]:,}"
    return (
        f"share_a, floor_a, floor_b and width are bounds, not equilibrium values, at k = {ends} "
        f"({len(bound):,} of {len(result.is_bound):,} positions): surrender binds there sooner or "
        f"later while talk_prob is below 1"
    )


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """A's share at the table and the settlement range, by the forts that A holds."""
    position = np.arange(1, inputs.forts)
    high = 1.0 - np.asarray(result.floor_b)
    axes.fill_between(position, result.floor_a, high, color=BOTH, alpha=0.2, label="both prefer")
    axes.plot(position, result.floor_a, color=SIDE_A, linestyle=":", label="A's floor")
    axes.plot(position, high, color=SIDE_B, linestyle=":", label="1 - B's floor")
    axes.plot(position, result.share_a, color=SIDE_A, label="A's share at the table")
    axes.plot(position, position / inputs.forts, color=RULE, linewidth=0.8, label="the map itself")
    axes.set(xlabel="forts that A holds", ylabel="A's share of the stake")
    axes.legend(loc="upper left")
