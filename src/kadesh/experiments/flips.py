r"""The flip certificate: the nearest value of one assumption at which a verdict changes.

With $p(v)$ the probability of a reading when one assumption is held at $v$ and all else is drawn,
the certificate is the $v$ nearest to the central value at which the verdict is another one beyond
Monte Carlo error, at distance $|v - central| / (high - low)$. Distance 0 means that the central
value itself already gives another verdict: the verdict then rests on averaging over the range.
Changes of two assumptions at once are not searched.

A rival, variance-based sensitivity (Sobol indices), says how much of the spread of a number an
assumption explains; it does not say whether a verdict would change.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from jaxtyping import Float

FARTHEST: Final = 1.5
"""Search ends this many ranges from the central value."""
HALVINGS: Final = 4


@dataclass(frozen=True)
class Candidate:
    """An assumption or threshold that could be held fixed."""

    name: str
    low: float
    central: float
    high: float
    unit: str
    least: float
    most: float
    """Bounds that the value may not leave, whatever the range (a share, a count)."""


@dataclass(frozen=True)
class Flip:
    """The nearest value of one candidate at which the verdict changes."""

    name: str
    unit: str
    central: float
    value: float
    distance: float
    is_inside: bool
    p_low: float
    p_high: float
    verdict_after: str


Judge = Callable[[str, float], tuple[float, str]]
"""(candidate, value) -> probability and verdict with the candidate held there."""


def find_flip(candidate: Candidate, verdict: str, judge: Judge) -> Flip | None:
    """The nearest flip of one candidate, or None within the farthest distance searched."""
    width = candidate.high - candidate.low
    if width <= 0:
        return None
    at_low, at_high = judge(candidate.name, candidate.low), judge(candidate.name, candidate.high)
    found: tuple[float, str] | None = None
    central = judge(candidate.name, candidate.central)
    if central[1] != verdict:
        found = (candidate.central, central[1])
    else:
        ends = []
        for sign, inner in ((-1.0, candidate.low), (1.0, candidate.high)):
            inside = at_low if sign < 0 else at_high
            if inside[1] != verdict:
                ends.append(_nearest(candidate, inner, inside[1], verdict, judge))
                continue
            outer = candidate.central + sign * FARTHEST * width
            outer = min(max(outer, candidate.least), candidate.most)
            if abs(outer - candidate.central) <= abs(inner - candidate.central):
                continue
            beyond = judge(candidate.name, outer)
            if beyond[1] != verdict:
                ends.append(_nearest(candidate, outer, beyond[1], verdict, judge, inner))
        if ends:
            found = min(ends, key=lambda end: (abs(end[0] - candidate.central), end[0]))
    if found is None:
        return None
    return Flip(
        name=candidate.name,
        unit=candidate.unit,
        central=candidate.central,
        value=found[0],
        distance=abs(found[0] - candidate.central) / width,
        is_inside=candidate.low <= found[0] <= candidate.high,
        p_low=at_low[0],
        p_high=at_high[0],
        verdict_after=found[1],
    )


def _nearest(
    candidate: Candidate,
    changed_at: float,
    verdict_there: str,
    verdict: str,
    judge: Judge,
    same_at: float | None = None,
) -> tuple[float, str]:
    """Halve the way between a value that keeps the verdict and one that changes it."""
    same = candidate.central if same_at is None else same_at
    changed, after = changed_at, verdict_there
    for _ in range(HALVINGS):
        middle = 0.5 * (same + changed)
        there = judge(candidate.name, middle)[1]
        if there == verdict:
            same = middle
        else:
            changed, after = middle, there
    return changed, after


def most_telling(
    margin: Float[np.ndarray, " draw"],
    draws: Mapping[str, Float[np.ndarray, " draw"]],
    most: int,
) -> list[str]:
    """At most so many assumptions whose draws go most with a margin, by rank correlation.

    Ties go by name.

    Only these are searched where each trial costs a simulation; what an assumption with no such
    correlation could do at one fixed value is little.
    """
    ranked = _ranks(margin)
    strength: dict[str, float] = {}
    for name, values in draws.items():
        if np.ptp(values) <= 0 or np.ptp(ranked) <= 0:
            continue
        strength[name] = abs(float(np.corrcoef(_ranks(values), ranked)[0, 1]))
    order = sorted(strength, key=lambda name: (-round(strength[name], 9), name))
    return order[:most]


def _ranks(values: Float[np.ndarray, " draw"]) -> Float[np.ndarray, " draw"]:
    return np.argsort(np.argsort(values, kind="stable"), kind="stable").astype(float)
