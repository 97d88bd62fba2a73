r"""The Ardennes, day by day: which of Lanchester's laws its losses follow, and how surely.

With $x$ own and $y$ the other side's strength at the start of a day,

$$\ln L = \ln k_{side} + p\ln x + q\ln y + \delta_{side}\,[\text{first five days}] + \varepsilon,$$

$p=0,q=1$ square, $p=q=1$ linear, $p=1,q=0$ logarithmic, $p=1-w,q=w$ Helmbold's family, both free,
or neither (a level by side). Least squares on the logarithm; R2 of the logarithm and of losses
themselves; intervals from drawing blocks of five days with replacement, both sides together.

The strengths of the record are a running subtraction of the losses, without replacements: they fall
by 8 and 17 % and nearly along a line, so that exponents are told apart by a trend in time only.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

RESAMPLES = 1_000
BLOCK_DAYS = 5
OPENING_DAYS = 5


@dataclass(frozen=True)
class Days:
    """Strengths at the start of each day and losses on it, side by side."""

    day: Int[np.ndarray, " day"]
    strength: Float[np.ndarray, "side day"]
    losses: Float[np.ndarray, "side day"]


@dataclass(frozen=True)
class Law:
    """Exponents of own and other strength: fixed part, and directions that are fitted."""

    fixed: tuple[float, float]
    fitted: tuple[tuple[float, float], ...] = ()


LAWS = {
    "level by side": Law((0.0, 0.0)),
    "square": Law((0.0, 1.0)),
    "linear": Law((1.0, 1.0)),
    "logarithmic": Law((1.0, 0.0)),
    "Helmbold": Law((1.0, 0.0), ((-1.0, 1.0),)),
    "free": Law((0.0, 0.0), ((1.0, 0.0), (0.0, 1.0))),
}


@dataclass(frozen=True)
class LawFit:
    """R2 of ln losses and of losses, and the fitted coefficients of the directions."""

    r2_log: float
    r2: float
    exponents: Float[np.ndarray, " fitted"]


def read_days(path: Path) -> Days:
    """The Ardennes of the file."""
    table = pd.read_csv(path)
    table = table[table["series"] == "ardennes_1944"]
    wide = table.pivot(index="day", columns="side", values=["strength", "casualties"])
    return Days(
        wide.index.to_numpy(),
        wide["strength"].to_numpy(float).T,
        wide["casualties"].to_numpy(float).T,
    )


def fit_law(
    days: Days,
    law: Law,
    has_opening: bool,
    chosen: Int[np.ndarray, " day"] | None = None,
) -> LawFit:
    """Least squares on the chosen days, all of them where none are named."""
    chosen = np.arange(len(days.day)) if chosen is None else chosen
    # In units of the mean strength, so that exponents and levels do not imitate each other.
    own = np.log(days.strength[:, chosen] / days.strength.mean())
    other = own[::-1]
    observed = np.log(days.losses[:, chosen])
    offset = law.fixed[0] * own + law.fixed[1] * other
    opening = (days.day[chosen] < days.day[0] + OPENING_DAYS).astype(float)
    columns = []
    for side in range(2):
        of_side = np.zeros_like(own)
        of_side[side] = 1.0
        columns.append(of_side.ravel())
        if has_opening:
            columns.append((of_side * opening).ravel())
    columns += [(p * own + q * other).ravel() for p, q in law.fitted]
    rows = np.column_stack(columns)
    found = np.linalg.lstsq(rows, (observed - offset).ravel(), rcond=None)[0]
    line = (rows @ found).reshape(own.shape) + offset
    return LawFit(
        r2_of(observed, line),
        r2_of(np.exp(observed), np.exp(line)),
        found[len(columns) - len(law.fitted) :],
    )


def r2_of(observed: Float[np.ndarray, "side day"], line: Float[np.ndarray, "side day"]) -> float:
    """Share of the variance around the mean of both sides together."""
    return float(1.0 - np.sum((observed - line) ** 2) / np.sum((observed - observed.mean()) ** 2))


def law_table(days: Days, seed: int = 1) -> str:
    """Every law with its R2 and intervals, as a Markdown table."""
    length = len(days.day)
    starts = np.random.default_rng(seed).integers(
        0, length - BLOCK_DAYS + 1, (RESAMPLES, -(-length // BLOCK_DAYS))
    )
    drawn = (starts[:, :, None] + np.arange(BLOCK_DAYS)).reshape(RESAMPLES, -1)[:, :length]
    lines = [
        "| law | first five days apart | R2 of ln losses | R2 of losses | exponents |",
        "|---|---|---|---|---|",
    ]
    for has_opening in (False, True):
        for name, law in LAWS.items():
            fit = fit_law(days, law, has_opening)
            samples = [fit_law(days, law, has_opening, chosen) for chosen in drawn]
            exponents = np.array([sample.exponents for sample in samples])
            told = [
                f"{label} = {_with_interval(value, exponents[:, i])}"
                for i, (label, value) in enumerate(zip(_labels(law), fit.exponents, strict=True))
            ]
            r2_log = _with_interval(fit.r2_log, np.array([s.r2_log for s in samples]))
            r2 = _with_interval(fit.r2, np.array([s.r2 for s in samples]))
            apart = "yes" if has_opening else "no"
            lines.append(f"| {name} | {apart} | {r2_log} | {r2} | {', '.join(told)} |")
    return "\n".join(lines)


def _labels(law: Law) -> tuple[str, ...]:
    return ("w",) if len(law.fitted) == 1 else ("p", "q")[: len(law.fitted)]


def _with_interval(value: float, samples: Float[np.ndarray, " sample"]) -> str:
    low, high = np.percentile(samples, (2.5, 97.5))
    return f"{value:.2f} [{low:.2f}, {high:.2f}]"
