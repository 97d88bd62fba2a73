"""From a probability with its error to a verdict, and from readings to a claim.

A reading is supported if p - 2 p_error >= 0.9, contradicted if p + 2 p_error <= 0.1, otherwise it
depends. Statements have no p: supported by a row that says it, contradicted only by a contrary row.
"""

from collections.abc import Iterable
from typing import Final, Literal

import numpy as np
from jaxtyping import Bool

from kadesh.fusion.settings import DEFAULT

Verdict = Literal["supported", "contradicted", "depends", "not testable"]
Basis = Literal["record", "model", "statement"]

SUPPORTED_FROM: Final = 0.9
CONTRADICTED_TO: Final = 0.1
ERRORS: Final = 2.0


def verdict_of(p: float, p_error: float) -> Verdict:
    """Verdict of a reading that is true with probability p, known to p_error (one sd)."""
    if p - ERRORS * p_error >= SUPPORTED_FROM:
        return "supported"
    if p + ERRORS * p_error <= CONTRADICTED_TO:
        return "contradicted"
    return "depends"


def statement_verdict(says: int, contrary: int) -> Verdict:
    """Verdict of a reading that asks whether something was said."""
    if says and not contrary:
        return "supported"
    if contrary and not says:
        return "contradicted"
    return "depends" if says else "not testable"


def claim_verdict(readings: Iterable[Verdict]) -> Verdict:
    """The testable readings' verdict where they agree; none testable, `not testable`."""
    testable = {verdict for verdict in readings if verdict != "not testable"}
    if not testable:
        return "not testable"
    return testable.pop() if len(testable) == 1 else "depends"


def chance(holds: Bool[np.ndarray, " draw"]) -> tuple[float, float]:
    """Share of draws in which a reading holds, and its Monte Carlo error.

    Draws come from islands of the reconstruction's sampler that never exchange anything, draw r
    from island r modulo their number. Where the islands disagree by more than independent draws
    would, the error is that of their mean: it then also covers a fit that has not converged.

    The error is that of a share shrunk half a draw towards the middle, so that draws which all
    agree still leave an error: sqrt(q (1 - q) / n), q = (k + 1/2) / (n + 1).
    """
    count = holds.shape[0]
    shrunk = (float(holds.sum()) + 0.5) / (count + 1.0)
    independent = float(np.sqrt(shrunk * (1.0 - shrunk) / count))
    islands = DEFAULT.islands
    between = 0.0
    if count >= 2 * islands:
        whole = holds[: count - count % islands].reshape(-1, islands)
        between = float(whole.mean(axis=0).std(ddof=1) / np.sqrt(islands))
    return float(holds.mean()), max(independent, between)
