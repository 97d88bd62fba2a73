r"""Offers that buy off the weaker type first, while each refusal costs a round of fighting.

Players: A, who makes every offer, and B, who is tough (cost $c_L$ per round of fighting) or weak
(cost $c_H$); A's belief that B is tough is $q$.

Timing: each round A offers B a share; B accepts, or a round is fought, in which A collapses with
probability $\alpha$ (B then has the whole stake) and B with probability $\beta$. Both pay for the
round; the future is discounted by $d$. With $\rho = d(1 - \alpha - \beta)$, fighting to the finish
is worth $W_j = (d\alpha - c_j)/(1 - \rho)$ to a B of cost $c_j$. The tough type takes no less than
$y_0 = W_L$. An offer that the weak type just takes, when $k$ rounds of screening are left, is

$$y_k = d\alpha - c_H + \rho\, y_{k-1},$$

and with it A's value is, where $q_0 = 1$ and $V_0 = 1 - y_0$,

$$V_k(q) = \Big(1 - \frac{q}{q_{k-1}}\Big)(1 - y_k)
+ \frac{q}{q_{k-1}}\big[d\beta - c_A + \rho\, V_{k-1}(q_{k-1})\big].$$

The weak type mixes so that a refusal moves the belief to $q_{k-1}$; the threshold $q_k$ is where
$V_k = V_{k-1}$. The less A thinks of B, the more rounds it spends in screening.

Method: closed form, by recursion over rounds left, in ratios of thresholds so that any number of
rounds keeps its digits. `kadesh.bargaining.exact.screening` also has types that differ in their
chances of collapse; a test compares the two.

Selection: at a threshold, where A is indifferent, it makes the lower of the two offers; otherwise
the offer before could not be as low as $y_k$. Types that do not differ in cost are not screened:
all thresholds are 0.

Not modelled: offers by B, uncertainty about the odds (battles teach nothing here), more than two
types. Inputs with which the lowest offer would be below 0 are refused: B could not be held to it.

Source: in the spirit of Powell (2004, American Journal of Political Science 48:2, bargaining and
learning while fighting); solved here, the published statement is not verified. That equal costs
of delay stop the screening is in the spirit of Spaniel and Bils (slow to learn).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np

from kadesh.errors import Mistake
from kadesh.theory.colours import RULE, SIDE_A
from kadesh.theory.fields import PROBABILITY, SHARE, number, output, probability, whole
from kadesh.theory.model import Axes, ModelInputs, mistake

BELIEFS: Final = tuple(step / 10 for step in range(11))
"""Where A's value is given."""


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """What a round does and costs; the two types of B differ in cost alone."""

    collapse_a: float = probability("probability that A collapses in a round of fighting")
    collapse_b: float = probability("probability that B collapses in a round of fighting")
    cost_a: float = number("cost of a round to A")
    cost_low: float = number("cost of a round to the tough type of B")
    cost_high: float = number("cost of a round to the weak type of B")
    discount: float = number(
        "discount factor per round", unit="factor", high=1.0, is_low_open=True, default=1.0
    )
    rounds: int = whole("most rounds of screening", unit="rounds", low=0, high=10_000, default=4)

    @property
    def lasting(self) -> float:
        """Discounted probability that the war goes on after a round."""
        return self.discount * (1.0 - self.collapse_a - self.collapse_b)

    def to_the_finish(self, cost: float) -> float:
        """What fighting to the finish is worth to a B of this cost."""
        return (self.discount * self.collapse_a - cost) / (1.0 - self.lasting)

    def across(self) -> Iterator[Mistake]:
        """Costs in order, collapses exclude each other, the war ends, offers are shares."""
        if self.cost_high < self.cost_low:
            expected = f"a number of at least cost_low, {self.cost_low:g}"
            yield mistake("cost_high", self.cost_high, expected, "Exchange them or correct one")
        if self.collapse_a + self.collapse_b > 1.0:
            expected = f"at most 1 - collapse_a = {1.0 - self.collapse_a:g}, as only one collapses"
            yield mistake("collapse_b", self.collapse_b, expected, "Lower one of them")
        elif self.lasting == 1.0:
            expected = "below 1 where no side ever collapses"
            yield mistake("discount", self.discount, expected, "Lower it or let a side collapse")
        elif (lowest := float(_offers(self)[-1])) < 0.0:
            expected = f"a cost that keeps offers at 0 or above (the last would be {lowest:g})"
            yield mistake("cost_high", self.cost_high, expected, "Lower it, or ask fewer rounds")


@dataclass(frozen=True)
class Result:
    """The offers, the beliefs at which another round of screening begins to pay, and A's value."""

    offers: tuple[float, ...] = output(
        "share offered to B with k rounds of screening left", unit=SHARE, by="k = 0..rounds"
    )
    thresholds: tuple[float, ...] = output(
        "belief that B is tough, below which A screens for k rounds or more",
        unit=PROBABILITY,
        by="k = 1..rounds",
    )
    values_at: tuple[float, ...] = output(
        "A's value with the best number of rounds, 0 to rounds",
        unit=SHARE,
        by="belief that B is tough = 0, .1 ... 1",
    )


EXAMPLE: Final[Mapping[str, Any]] = {
    "collapse_a": 0.1,
    "collapse_b": 0.1,
    "cost_a": 0.02,
    "cost_low": 0.01,
    "cost_high": 0.04,
    "discount": 1.0,
    "rounds": 4,
}


def _offers(inputs: Inputs) -> np.ndarray:
    tough, weak = inputs.to_the_finish(inputs.cost_low), inputs.to_the_finish(inputs.cost_high)
    # y_k - W_H shrinks by the factor rho each round.
    return weak + (tough - weak) * inputs.lasting ** np.arange(inputs.rounds + 1)


def _recursion(inputs: Inputs) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Offers y_k; thresholds q_k with q_0 = 1; A's continuation after a refusal, k = 1..rounds.

    Thresholds are products of ratios q_k / q_(k-1), which stay of order one where the thresholds
    themselves run to zero.
    """
    offers = _offers(inputs)
    thresholds, refused = [1.0], []
    at_threshold = 1.0 - offers[0]
    for k in range(1, inputs.rounds + 1):
        after = inputs.discount * inputs.collapse_b - inputs.cost_a + inputs.lasting * at_threshold
        saved, lost = offers[k - 1] - offers[k], at_threshold - after
        ratio = saved / (saved + lost) if saved > 0.0 else 0.0
        at_threshold = (1.0 - offers[k]) - ratio * (1.0 - offers[k] - after)
        thresholds.append(thresholds[-1] * ratio)
        refused.append(after)
    return offers, np.asarray(thresholds), np.asarray(refused)


def _values(inputs: Inputs, beliefs: np.ndarray) -> np.ndarray:
    """A's value by `round belief`; minus infinity where so many rounds cannot be played."""
    offers, thresholds, refused = _recursion(inputs)
    values = np.full((inputs.rounds + 1, beliefs.size), -np.inf)
    values[0] = 1.0 - offers[0]
    for k in range(1, inputs.rounds + 1):
        last = thresholds[k - 1]
        playable = beliefs <= last
        weight = beliefs[playable] / last if last > 0.0 else 0.0
        values[k, playable] = (1.0 - weight) * (1.0 - offers[k]) + weight * refused[k - 1]
    return values


def solve(inputs: Inputs) -> Result:
    """Offers, thresholds and values."""
    offers, thresholds, _ = _recursion(inputs)
    best = _values(inputs, np.asarray(BELIEFS)).max(axis=0)
    return Result(tuple(offers.tolist()), tuple(thresholds[1:].tolist()), tuple(best.tolist()))


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """A's value by belief, with the value of each number of rounds, and the thresholds."""
    beliefs = np.linspace(0.0, 1.0, 2001)
    # Thresholds of later rounds cannot be told from 0.
    values = _values(replace(inputs, rounds=min(inputs.rounds, 20)), beliefs)
    best = values.max(axis=0)
    for value in values[:6]:
        shown = np.where(np.isfinite(value), value, np.nan)
        axes.plot(beliefs, shown, color=RULE, linewidth=0.8, linestyle=":")
    axes.plot(beliefs, best, color=SIDE_A, linewidth=2.4)
    room = 0.08 * float(np.ptp(best)) + 1e-3
    ends = (1.0, *result.thresholds, 0.0)
    for k, (upper, lower) in enumerate(pairwise(ends)):
        if k > 0 and upper > 0.0:
            axes.axvline(upper, color=RULE, linewidth=0.8)
        # Regions that are too narrow for a word go without.
        if upper - lower > 0.1:
            middle = (upper + lower) / 2.0
            words = {0: "no screening", 1: "1 round of\nscreening"}.get(k, f"{k} rounds")
            height = float(np.interp(lower + (upper - lower) / 4.0, beliefs, best)) + room / 2.0
            axes.text(middle, height, words, ha="center", va="bottom")
    axes.set(
        xlim=(0.0, 1.0),
        ylim=(float(best.min()) - 3 * room, float(best.max()) + room),
        xlabel="A's belief that B is tough",
        ylabel="A's value, share of the stake",
    )
