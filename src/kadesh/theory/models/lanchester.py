r"""Two forces wearing each other down, by a law between the logarithmic and the square.

Players: none: neither side chooses anything. A has force $x$, B has $y$; a unit of A puts units
of B out of action at the rate $a$, a unit of B those of A at the rate $b$.

Timing: both lose at once, in continuous time, until A's force has fallen to its stop or B's to its
own. Under the law of Helmbold with exponent $w$, and under the product law,

$$\dot x = -b\,(x/y)^{1-w}\,y,\quad \dot y = -a\,(y/x)^{1-w}\,x
\qquad\text{or}\qquad \dot x = -b\,x y,\quad \dot y = -a\,x y.$$

$w = 1$ is the square law (aimed fire), $w = 1/2$ the linear law, $w = 0$ the logarithmic law
(losses follow from one's own numbers). What does not change is

$$a\,x^{2w} - b\,y^{2w},\qquad a \ln x - b \ln y\ (w = 0),\qquad a x - b y\ (\text{product}).$$

Helmbold's law is the square law in $x^w$ and $y^w$, so that the course is known in closed form.
With `stochastic`, forces are whole numbers and fall one by one at these rates.

Method: closed form; the stochastic law by one exact pass forward over the states, which are never
entered twice, in order of losses.

Selection: none needed; there is no choice. A deterministic battle that reaches both stops at once
is a draw, half a win. Where neither stop is ever reached (logarithmic law, no stops) the winner is
the side that would win with equal stops however small.

Not modelled: reserves, ground, fire that depends on concentration, retreat other than at the stops,
any bargaining.

Source: Lanchester (1916); Helmbold's generalisation, in the spirit of Helmbold (1965, Operations
Research 13:5), not verified. Which exponent fits battles is disputed; a force ratio explains little
of losses.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from kadesh.errors import Mistake
from kadesh.theory.colours import RULE, SIDE_A, SIDE_B
from kadesh.theory.fields import PROBABILITY, choice, flag, number, output
from kadesh.theory.model import Axes, ModelInputs, mistake

MOST_STATES: Final = 100_000_000
"""States of the stochastic law beyond which a solve would take minutes."""

LEAST_EXPONENT: Final = 1e-6
"""Nearer to 0 the duration, of the order of 1 / w, would lose its digits."""

PARITY: Final = 1e-12
"""Relative difference in endurance that is rounding: such sides reach their stops together."""


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """Forces, effectiveness, the law of losses and where each side stops."""

    force_a: float = number("force of A", unit="units", low=1e-9, high=1e12)
    force_b: float = number("force of B", unit="units", low=1e-9, high=1e12)
    rate_a: float = number(
        "effectiveness of A against B", unit="rate, in the law's unit", low=1e-12, high=1e12
    )
    rate_b: float = number(
        "effectiveness of B against A", unit="rate, in the law's unit", low=1e-12, high=1e12
    )
    law: str = choice("law of losses", ("helmbold", "product"), default="helmbold")
    exponent: float = number(
        "exponent of Helmbold's law: 1 square, .5 linear, 0 logarithmic (no part of the product "
        "law)",
        unit="exponent",
        high=2.0,
        default=1.0,
    )
    stop_a: float = number("force at which A stops", unit="units", default=0.0)
    stop_b: float = number("force at which B stops", unit="units", default=0.0)
    stochastic: bool = flag("whether units fall one by one, at random", default=False)

    def across(self) -> Iterator[Mistake]:
        """Stops lie below forces, and random units are whole."""
        for side in ("a", "b"):
            force, stop = getattr(self, f"force_{side}"), getattr(self, f"stop_{side}")
            if stop >= force:
                expected = f"below force_{side}, {force:g}"
                yield mistake(f"stop_{side}", stop, expected, "Lower it or raise the force")
            if self.stochastic and not force.is_integer():
                expected = "a whole number, as units fall one by one when stochastic"
                yield mistake(f"force_{side}", force, expected, "Round it")
        if 0.0 < self.exponent < LEAST_EXPONENT:
            expected = f"0 or at least {LEAST_EXPONENT:g}"
            yield mistake("exponent", self.exponent, expected, "Take 0, the logarithmic law")
        states = (self.force_a - self.stop_a) * (self.force_b - self.stop_b)
        if self.stochastic and states > MOST_STATES:
            expected = f"at most {MOST_STATES:,} states when stochastic (here {states:,.0f})"
            yield mistake("force_a", self.force_a, expected, "Lower forces, or raise stops")


@dataclass(frozen=True)
class Result:
    """How it ends; expectations where stochastic."""

    survivors_a: float = output("force of A at the end, in expectation", unit="units")
    survivors_b: float = output("force of B at the end, in expectation", unit="units")
    duration: float | None = output(
        "time until a side stops, in expectation (null: never)", unit="time"
    )
    win_prob_a: float = output("probability that B stops first", unit=PROBABILITY)


EXAMPLE: Final[Mapping[str, Any]] = {
    "force_a": 1000.0,
    "force_b": 800.0,
    "rate_a": 0.01,
    "rate_b": 0.01,
    "law": "helmbold",
    "exponent": 1.0,
    "stop_b": 400.0,
}


def solve(inputs: Inputs) -> Result:
    """The end of the battle."""
    if inputs.stochastic:
        ends = end_mass(inputs)
        won, lost = float(ends.b_stopped.sum()), float(ends.a_stopped.sum())
        left_a = float(ends.b_stopped @ ends.left_a) + lost * math.floor(inputs.stop_a)
        left_b = float(ends.a_stopped @ ends.left_b) + won * math.floor(inputs.stop_b)
        # The mass is 1 but for rounding, which must not show as a probability above 1.
        mass = won + lost
        return Result(left_a / mass, left_b / mass, ends.duration / mass, won / mass)
    endurance_a, endurance_b = _endurance(inputs, "a"), _endurance(inputs, "b")
    if math.isinf(endurance_a) and math.isinf(endurance_b):
        a_wins = (inputs.rate_a, inputs.force_a) > (inputs.rate_b, inputs.force_b)
        b_wins = (inputs.rate_a, inputs.force_a) < (inputs.rate_b, inputs.force_b)
        return Result(0.0, 0.0, None, 0.5 + 0.5 * a_wins - 0.5 * b_wins)
    if math.isclose(endurance_a, endurance_b, rel_tol=PARITY):
        left_a, left_b, won = inputs.stop_a, inputs.stop_b, 0.5
    elif endurance_a > endurance_b:
        left_a, left_b, won = force_when(inputs, "a", inputs.stop_b), inputs.stop_b, 1.0
    else:
        left_a, left_b, won = inputs.stop_a, force_when(inputs, "b", inputs.stop_a), 0.0
    return Result(left_a, left_b, _duration(inputs, left_a, left_b), won)


def _endurance(inputs: Inputs, side: str) -> float:
    """How much of what does not change a side can lose until its stop; the other loses as much."""
    force, stop, rate = (getattr(inputs, f"{what}_{side}") for what in ("force", "stop", "rate"))
    if inputs.law == "product":
        return float(rate * (force - stop))
    power = 2.0 * inputs.exponent
    fallen = math.log(stop) - math.log(force) if stop > 0.0 else -math.inf
    if power == 0.0:
        return float(-rate * fallen)
    return float(-rate * force**power * math.expm1(power * fallen))


def force_when(inputs: Inputs, side: str, other_left: float) -> float:
    """A side's force when the other's has fallen to `other_left`, from what does not change.

    0 where it would have run out before.
    """
    own, other = ("a", "b") if side == "a" else ("b", "a")
    force, faced = getattr(inputs, f"force_{own}"), getattr(inputs, f"force_{other}")
    # What a unit of the other costs the own side, by rate.
    price = getattr(inputs, f"rate_{other}") / getattr(inputs, f"rate_{own}")
    if inputs.law == "product":
        return float(max(force - price * (faced - other_left), 0.0))
    power = 2.0 * inputs.exponent
    fallen = math.log(other_left) - math.log(faced) if other_left > 0.0 else -math.inf
    if power == 0.0:
        return float(force * math.exp(price * fallen))
    # (x / x_0)^2w = 1 - ratio (1 - (y / y_0)^2w)
    lost = -price * (faced / force) ** power * math.expm1(power * fallen)
    return float(force * math.exp(math.log1p(-lost) / power)) if lost < 1.0 else 0.0


def _duration(inputs: Inputs, left_a: float, left_b: float) -> float | None:
    """Time until these forces are left; None where that takes for ever."""
    if inputs.law == "product":
        advantage = inputs.rate_a * inputs.force_a - inputs.rate_b * inputs.force_b
        # By the force that falls lower in units of the invariant, so that no cancellation is left.
        if advantage < 0.0:
            fallen, before, met = left_a, inputs.force_a, inputs.rate_b * inputs.force_b
        else:
            fallen, before, met = left_b, inputs.force_b, inputs.rate_a * inputs.force_a
        if fallen == 0.0:
            return None
        stretch = (before - fallen) / (fallen * met)
        gap = abs(advantage) * stretch
        return stretch * (math.log1p(gap) / gap if gap > 0.0 else 1.0)
    if inputs.exponent == 0.0:
        if left_b > 0.0:
            return math.log(inputs.force_b / left_b) / inputs.rate_a
        return math.log(inputs.force_a / left_a) / inputs.rate_b if left_a > 0.0 else None
    before, after = (
        math.sqrt(inputs.rate_a) * a**inputs.exponent
        + math.sqrt(inputs.rate_b) * b**inputs.exponent
        for a, b in ((inputs.force_a, inputs.force_b), (left_a, left_b))
    )
    if after == 0.0:
        return None
    return math.log(before / after) / (inputs.exponent * math.sqrt(inputs.rate_a * inputs.rate_b))


@dataclass(frozen=True)
class EndMass:
    """How a stochastic battle ends: probabilities by what the winner has left."""

    left_a: Float[np.ndarray, "a"]
    b_stopped: Float[np.ndarray, "a"]
    left_b: Float[np.ndarray, "b"]
    a_stopped: Float[np.ndarray, "b"]
    duration: float


def _loss_rates(
    inputs: Inputs, a: Float[np.ndarray, "state"], b: Float[np.ndarray, "state"]
) -> tuple[Float[np.ndarray, "state"], Float[np.ndarray, "state"]]:
    """Rates at which A and B lose, with these forces."""
    if inputs.law == "product":
        return inputs.rate_b * a * b, inputs.rate_a * a * b
    own = 1.0 - inputs.exponent
    return inputs.rate_b * (a / b) ** own * b, inputs.rate_a * (b / a) ** own * a


def end_mass(inputs: Inputs) -> EndMass:
    """The distribution of ends of the stochastic law.

    States with the same number of units lost in all form a diagonal; mass moves from each diagonal
    to the next, and leaves where a side stops.
    """
    force_a, force_b = int(inputs.force_a), int(inputs.force_b)
    stop_a, stop_b = math.floor(inputs.stop_a), math.floor(inputs.stop_b)
    most_a, most_b = force_a - stop_a, force_b - stop_b
    b_stopped, a_stopped = np.zeros(most_a), np.zeros(most_b)
    duration = 0.0
    # mass[i]: A has lost i of its units, B has lost the rest of those lost.
    mass = np.zeros(most_a + 1)
    mass[0] = 1.0
    for lost in range(most_a + most_b - 1):
        first, last = max(0, lost - most_b + 1), min(lost, most_a - 1)
        lost_a = np.arange(first, last + 1)
        here = mass[first : last + 1]
        rate_a_loses, rate_b_loses = _loss_rates(
            inputs, (force_a - lost_a).astype(float), (force_b - lost + lost_a).astype(float)
        )
        total = rate_a_loses + rate_b_loses
        duration += float((here / total).sum())
        a_loses = here * (rate_a_loses / total)
        mass[first : last + 1] = here - a_loses
        mass[first + 1 : last + 2] += a_loses
        if lost - first == most_b - 1:
            b_stopped[first] = mass[first]
        if last == most_a - 1:
            a_stopped[lost - last] = mass[most_a]
            mass[most_a] = 0.0
    return EndMass(
        float(force_a) - np.arange(most_a), b_stopped,
        float(force_b) - np.arange(most_b), a_stopped,
        duration,
    )  # fmt: skip


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """The course of both forces against each other; where stochastic, how the battle ends."""
    if inputs.stochastic:
        ends = end_mass(inputs)
        axes.plot(ends.left_a, ends.b_stopped, color=SIDE_A, label="A, where B stopped")
        axes.plot(ends.left_b, ends.a_stopped, color=SIDE_B, linestyle="--",
                  label="B, where A stopped")  # fmt: skip
        axes.set(xlabel="force left, units", ylabel="probability")
        axes.set_ylim(bottom=0.0)
        axes.legend(loc="upper left", title="the winner's force")
        return
    for exponent, words, style in ((1.0, "square", "--"), (0.5, "linear", ":"), (0.0, "log", "-.")):
        if inputs.law == "helmbold" and exponent != inputs.exponent:
            other = replace(inputs, exponent=exponent)
            _draw_course(axes, other, RULE, f"{words} law", linestyle=style, linewidth=0.9)
    named = f"this battle ({inputs.law}" + (
        f", exponent {inputs.exponent:g})" if inputs.law == "helmbold" else ")"
    )
    _draw_course(axes, inputs, SIDE_A, named)
    axes.plot([inputs.force_a], [inputs.force_b], "o", color=RULE, label="start")
    axes.plot([result.survivors_a], [result.survivors_b], "s", color=SIDE_B, label="end")
    axes.set(
        xlim=(0.0, 1.08 * inputs.force_a),
        ylim=(0.0, 1.08 * inputs.force_b),
        xlabel="force of A, units",
        ylabel="force of B, units",
    )
    axes.legend(loc="upper left")


def _draw_course(axes: Axes, inputs: Inputs, colour: str, label: str, **style: Any) -> None:
    """B's force against A's, from start to end."""
    end = solve(inputs)
    faced = np.linspace(end.survivors_b, inputs.force_b, 401)
    # The logarithmic law nears an empty field without reaching it.
    faced = faced[faced > 0.0] if inputs.exponent == 0.0 else faced
    own = [force_when(inputs, "a", float(left)) for left in faced]
    axes.plot(own, faced, color=colour, label=label, **style)
