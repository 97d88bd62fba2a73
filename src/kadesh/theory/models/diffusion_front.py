r"""A front that drifts and wavers, and what each side could get at a table while it does.

Players: A and B; both know how the front moves.

Timing: time is continuous. The front's position $x$ is A's share of the ground and moves as
$dx = \mu\,dt + s\,dW$ until it reaches 0 (B has won) or 1 (A has won). Fighting costs side $i$ the
rate $c_i$; with $C = c_A + c_B$ and A's bargaining power $\theta$, talks are possible all the time.
A war that is fought to the finish is won by A with probability $u(x)$ and lasts $m(x)$:

$$u(x) = \frac{1 - e^{-2\mu x/s^2}}{1 - e^{-2\mu/s^2}},\qquad m(x) = \frac{u(x) - x}{\mu}.$$

A's share at the table, with discount rate $r$, solves

$$r(\theta - S) + \theta C - c_A + \mu S' + \tfrac{s^2}{2} S'' = 0,\qquad S(0) = 0,\ S(1) = 1,$$

which is $S = u + m(\theta C - c_A)$ where $r = 0$, and otherwise, with the expected discount at
winning $\psi_1$ and at losing $\psi_0$, $S = \psi_1 + (1 - \psi_0 - \psi_1)(\theta + (\theta C -
c_A)/r)$. It is the limit of the fort game with ever more forts.

Method: closed form of the limit; the exact solver's chain approaches it as forts are added.

Selection: the proposer has all the surplus of its offer and is drawn anew at every moment, so that
the share is unique.

Not modelled: bounds. Costs far apart can put $S$ outside 0 to 1 near an end; it is given as it
is, as a notional point. Also private information, forces, sectors.

Source: derived here as the limit of the complete-information core of Slantchev (2003, American
Political Science Review 97:4); not a published model.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from kadesh.theory.colours import RULE, SIDE_A, SIDE_B
from kadesh.theory.fields import PROBABILITY, SHARE, number, output, probability
from kadesh.theory.model import Axes, ModelInputs

_SERIES_BELOW: Final = 1e-3
"""Steepness 2 mu / s^2 below which u - x, a difference of near equals, is taken by its series:
the series' first term left out is then below 1e-12 of the sum, the cancellation's error likewise.
"""

_UNDISCOUNTED_BELOW: Final = 1e-10
"""2 r / s^2 below which r is taken as 0: the share then errs by less than an eighth of this, times
what it differs from u; above, the formula's cancellation errs by less than 1e-11 likewise.
"""


@dataclass(frozen=True, kw_only=True)
class Inputs(ModelInputs):
    """How the front moves, what fighting costs and who has the say."""

    drift: float = number(
        "mean movement of the front toward B", unit="share per unit of time", low=-1e3, high=1e3
    )
    volatility: float = number(
        "standard deviation of the movement in a unit of time",
        unit="share per root of time",
        low=1e-6,
        high=1e3,
    )
    start: float = number("position of the front, as A's share of the ground", high=1.0)
    cost_a: float = number("cost of fighting to A", unit="share of the stake per unit of time")
    cost_b: float = number("cost of fighting to B", unit="share of the stake per unit of time")
    discount_rate: float = number("discount rate", unit="per unit of time", high=1e3, default=0.0)
    power_a: float = probability("A's bargaining power", default=0.5)


@dataclass(frozen=True)
class Result:
    """The war to the finish, and the table."""

    win_prob_war: float = output("probability that A wins a war to the finish", unit=PROBABILITY)
    expected_duration: float = output("expected length of a war to the finish", unit="time")
    share_a: float = output("A's share at the table (notional)", unit=SHARE)


EXAMPLE: Final[Mapping[str, Any]] = {
    "drift": 0.02,
    "volatility": 0.2,
    "start": 0.4,
    "cost_a": 0.01,
    "cost_b": 0.02,
    "discount_rate": 0.05,
    "power_a": 0.5,
}

Positions = Float[np.ndarray, "position"]


def finish(drift: float, volatility: float, start: Positions) -> tuple[Positions, Positions]:
    """A's win probability and the expected duration of a war to the finish."""
    variance = volatility**2
    steepness = 2.0 * drift / variance
    if abs(steepness) < _SERIES_BELOW:
        spread = start * (1.0 - start)
        duration = (
            spread
            * (1.0 + steepness * (1.0 - 2.0 * start) / 6.0 - steepness**2 * spread / 12.0)
            / variance
        )
        return start + drift * duration, duration
    forward = start if drift > 0.0 else 1.0 - start
    won = np.expm1(-abs(steepness) * forward) / np.expm1(-abs(steepness))
    duration = (won - forward) / abs(drift)
    return (won if drift > 0.0 else 1.0 - won), duration


def shares(inputs: Inputs, start: Positions) -> Positions:
    """A's share at the table at several positions."""
    advantage = inputs.power_a * (inputs.cost_a + inputs.cost_b) - inputs.cost_a
    rate = inputs.discount_rate
    variance = inputs.volatility**2
    if 2.0 * rate / variance < _UNDISCOUNTED_BELOW:
        won, duration = finish(inputs.drift, inputs.volatility, start)
        return won + duration * advantage
    speed = math.hypot(inputs.drift, inputs.volatility * math.sqrt(2.0 * rate))
    # The roots of s^2 l^2 / 2 + mu l - r; the one near 0 from their product -2 r / s^2.
    large = (speed + abs(inputs.drift)) / variance
    small = 2.0 * rate / (speed + abs(inputs.drift))
    up, down = (small, -large) if inputs.drift > 0.0 else (large, -small)
    # Numerator and denominator over e^up, which may overflow.
    left = np.exp(-up * (1.0 - start))
    bottom = -np.expm1(down - up)
    won = -left * np.expm1((down - up) * start) / bottom
    going = (
        -left * np.expm1(-up * start) * np.expm1(down) + np.expm1(down * start) * np.expm1(-up)
    ) / bottom
    return np.asarray(won + going * (inputs.power_a + advantage / rate))


def solve(inputs: Inputs) -> Result:
    """The war and the table at the start."""
    start = np.asarray([inputs.start])
    won, duration = finish(inputs.drift, inputs.volatility, start)
    return Result(float(won[0]), float(duration[0]), float(shares(inputs, start)[0]))


def draw(axes: Axes, inputs: Inputs, result: Result) -> None:
    """A's chance and share by the position of the front."""
    start = np.linspace(0.0, 1.0, 401)
    won, _ = finish(inputs.drift, inputs.volatility, start)
    axes.plot(start, start, color=RULE, linewidth=0.8, linestyle=":", label="the map itself")
    axes.plot(start, won, color=SIDE_B, linestyle="--", label="A wins a war to the finish")
    axes.plot(start, shares(inputs, start), color=SIDE_A, label="A's share at the table")
    axes.plot([inputs.start], [result.share_a], "o", color=SIDE_A)
    axes.set(
        xlim=(0.0, 1.0),
        xlabel="position of the front, A's share of the ground",
        ylabel="probability; share of the stake",
    )
    axes.legend(loc="upper left")
