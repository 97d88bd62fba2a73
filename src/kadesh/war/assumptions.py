"""Draws of the numbers that nobody knows exactly, as they stood at a vantage date."""

from collections.abc import Mapping
from datetime import date

import numpy as np
from jaxtyping import Float

from kadesh.errors import argument_mistake
from kadesh.streams import generator
from kadesh.suggest import suggestion
from kadesh.war.model import War
from kadesh.war.schema import Estimate


def quantile(
    uniform: Float[np.ndarray, " draw"], estimate: Estimate, distribution: str
) -> Float[np.ndarray, " draw"]:
    """Values of the assumption's distribution at the probabilities `uniform`.

    Triangular with mode c on [a, b]: below F(c) = (c - a)/(b - a) it is a + sqrt(u (b-a)(c-a)),
    above it b - sqrt((1-u)(b-a)(b-c)). Rivals: PERT and a normal cut at the bounds look smoother,
    but put more weight on the centre than "low, central, high" says; the triangle needs nothing
    beyond the three figures.
    """
    low, mode, high = estimate.low, estimate.central, estimate.high
    if distribution == "fixed" or high == low:
        return np.full_like(uniform, mode)
    if distribution == "uniform":
        return low + uniform * (high - low)
    rising = low + np.sqrt(uniform * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - uniform) * (high - low) * (high - mode))
    return np.where(uniform < (mode - low) / (high - low), rising, falling)


def draw_assumptions(
    war: War,
    n: int,
    seed: int,
    as_of: date | None = None,
    fixed: Mapping[str, float] | None = None,
) -> dict[str, Float[np.ndarray, " draw"]]:
    """`n` values of every assumption; assumptions are independent of each other.

    Each id has its own stream of uniforms, keyed by seed and id, so that fixing one assumption, or
    adding another, leaves all other draws equal to the bit.

    Args:
        war: The war.
        n: Number of draws.
        seed: Seed of all streams.
        as_of: Use only what was known then (None: the newest figures).
        fixed: Assumption id: the value it is held at in every draw.

    Raises:
        InputErrors: `fixed` names an assumption that the war does not have.
    """
    held = dict(fixed or {})
    for name in held:
        if name not in war.assumptions:
            remedy = suggestion(name, war.assumptions) or "See assumptions.yaml"
            raise argument_mistake("fixed", name, "the id of an assumption of the war", remedy)
    draws: dict[str, Float[np.ndarray, " draw"]] = {}
    for name, assumption in war.assumptions.items():
        if name in held:
            draws[name] = np.full(n, float(held[name]))
            continue
        uniform = generator(seed, "assumption", name).random(n)
        estimate = assumption.as_of(as_of)
        draws[name] = quantile(uniform, estimate, assumption.distribution)
    return draws
