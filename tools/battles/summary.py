"""What the fits say, without the data: coefficients with their spreads, and what they imply.

Coefficients are in units of their columns, so that no mean of the data is needed to read them. What
is implied for a mechanism is for a war that is not among those fitted: its own level and, for the
force ratio, its own slope are drawn from the spread between wars.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from battles.contest import POOLED, fit_seen
from battles.design import Design, Scaling, Shape, design_of, scaling
from battles.pooling import Fit
from battles.table import BLOCKS, ERA_STARTS, LENGTH, OUTCOMES, Battles

DRAWS = 40_000
QUANTILES = (5.0, 50.0, 95.0)
LATE = 1946
"""What a mechanism is told is about battles like those since then, the last era of the table."""

MEDIANS = ("size_log", "front_log", "tanks_sum", "guns_sum")

SHAPES: dict[str, Shape] = {
    "win": POOLED["pooled"],
    "attacker_loss": Shape(BLOCKS | LENGTH, has_eras=True, has_wars=True),
    "defender_loss": Shape(BLOCKS | LENGTH, has_eras=True, has_wars=True),
    "exchange": Shape(BLOCKS, has_eras=True, has_wars=True, has_war_slopes=True),
    "advance": Shape(BLOCKS, has_eras=True, has_wars=True, has_war_slopes=True),
}


@dataclass(frozen=True)
class Whole:
    """The fit of one outcome to all battles, and how to read it in units of the columns."""

    outcome: str
    design: Design
    scale: Scaling
    fit: Fit
    battles: int
    wars: int

    def unit(self, name: str) -> float:
        """What one unit of a column is, on the scale of the fit."""
        return self.fit.scale / self.scale.deviation.get(name, 1.0)

    def spread(self, block: str) -> float:
        """Standard deviation of a block's coefficients, in units of the outcome."""
        per = self.unit("force_log_ratio") if block == "war_slope" else self.fit.scale
        return float(np.sqrt(self.fit.variance[self.design.blocks.index(block)]) * per)

    def row(self, values: dict[str, float], year: float) -> Float[np.ndarray, " column"]:
        """A battle as a row: a column not named is at the mean, every war's own level is 0."""
        row = np.zeros(len(self.design.names))
        for i, name in enumerate(self.design.names):
            if name == "intercept":
                row[i] = 1.0
            elif name in values:
                row[i] = (values[name] - self.scale.mean[name]) / self.scale.deviation[name]
            elif name == "century":
                row[i] = (year - 1900.0) / 100.0
            elif name in {f"from_{start}" for start in ERA_STARTS}:
                row[i] = float(year >= float(name.removeprefix("from_")))
        return row


def fit_whole(battles: Battles, outcome: str) -> Whole:
    """One outcome on every battle in which it is known."""
    seen, shape = battles.known(outcome), SHAPES[outcome]
    scale = scaling(battles, shape, seen)
    design = design_of(battles, shape, seen, scale)
    values = battles.outcomes[outcome].to_numpy()
    fit = fit_seen(design, values, seen, outcome == "win")
    wars = len(np.unique(battles.war[seen]))
    return Whole(outcome, design, scale, fit, int(seen.sum()), wars)


def summary_of(battles: Battles) -> dict[str, object]:
    """The whole summary, ready for YAML."""
    wholes = {outcome: fit_whole(battles, outcome) for outcome in OUTCOMES}
    even, year = reference_of(battles)
    return {
        "reference": {name: _round(value) for name, value in even.items() if value != 0.0},
        "fits": {outcome: _told(whole, even, year) for outcome, whole in wholes.items()},
        "implied": implied(battles, wholes),
    }


def reference_of(battles: Battles) -> tuple[dict[str, float], float]:
    """An even fight of a week, of late: columns that are not 0, and its year.

    The line is prepared, since the campaign's equal forces face each other on one; armies, fronts
    and equipment are the median of the last era.
    """
    late = battles.year >= LATE
    medians = battles.columns[late].median()
    columns = [name for block in (BLOCKS | LENGTH).values() for name in block]
    even = dict.fromkeys(columns, 0.0) | {"prepared": 1.0, "days_log": float(np.log(7.0))}
    even |= {name: float(medians[name]) for name in MEDIANS}
    return even, float(np.median(battles.year[late]))


def _told(whole: Whole, even: dict[str, float], year: float) -> dict[str, object]:
    deviations = np.sqrt(np.diag(whole.fit.covariance))
    fixed = [i for i, b in enumerate(whole.design.block) if b >= 0 and not _is_war(whole, b)]
    names = whole.design.names
    line = float(whole.fit.centre + whole.fit.scale * (whole.row(even, year) @ whole.fit.mean))
    told: dict[str, object] = {
        "meaning": OUTCOMES[whole.outcome],
        "battles": whole.battles,
        "war_groups": whole.wars,
        "reference": _round(line),
        "between_wars": _round(whole.spread("war")),
        "coefficients": {
            names[i]: [
                _round(whole.fit.mean[i] * whole.unit(names[i])),
                _round(deviations[i] * whole.unit(names[i])),
            ]
            for i in fixed
        },
    }
    if whole.outcome != "win":
        told["within_wars"] = _round(np.sqrt(whole.fit.noise_variance) * whole.fit.scale)
    if "war_slope" in whole.design.blocks:
        told["slopes_between_wars"] = _round(whole.spread("war_slope"))
    return told


def _is_war(whole: Whole, block: int) -> bool:
    return whole.design.blocks[block] in ("war", "war_slope")


def implied(battles: Battles, wholes: dict[str, Whole], seed: int = 1) -> dict[str, object]:
    """5, 50 and 95 % points of what the fits imply for numbers of the mechanisms."""
    even, year = reference_of(battles)
    rng = np.random.default_rng(seed)
    coefficients = {
        name: rng.multivariate_normal(whole.fit.mean, whole.fit.covariance, DRAWS)
        for name, whole in wholes.items()
    }

    def slope(outcome: str, column: str, is_new_war: bool = True) -> Float[np.ndarray, " draw"]:
        whole = wholes[outcome]
        drawn = coefficients[outcome][:, whole.design.names.index(column)] * whole.unit(column)
        has_own = column == "force_log_ratio" and "war_slope" in whole.design.blocks
        if is_new_war and has_own:
            drawn = drawn + whole.spread("war_slope") * rng.standard_normal(DRAWS)
        return np.asarray(drawn)

    def level(outcome: str, changes: dict[str, float]) -> Float[np.ndarray, " draw"]:
        whole = wholes[outcome]
        line = coefficients[outcome] @ whole.row(even | changes, year)
        own = whole.spread("war") * rng.standard_normal(DRAWS)
        return np.asarray(whole.fit.centre + whole.fit.scale * line + own)

    def weekly(changes: dict[str, float]) -> Float[np.ndarray, " draw"]:
        both = level("attacker_loss", changes) + level("defender_loss", changes)
        return np.asarray(7.0 * np.exp(both / 2.0))

    theatre = {"size_log": float(np.log(300_000.0)), "front_log": float(np.log(700.0))}
    late_advance = battles.outcomes["advance"][battles.year >= LATE].dropna()
    typical = float(np.median(np.abs(np.sinh(late_advance))))
    asinh_to_log = np.sqrt(1.0 + typical**2) / typical
    # A slope of the force ratio near 0 makes any ratio to it large: the quantiles say so.
    force = slope("win", "force_log_ratio")
    draws: dict[str, Callable[[], Float[np.ndarray, " draw"]]] = {
        "concentration_exponent": lambda: (1.0 - slope("exchange", "force_log_ratio")) / 2.0,
        "concentration_exponent_mean_war": lambda: (
            (1.0 - slope("exchange", "force_log_ratio", is_new_war=False)) / 2.0
        ),
        "attacker_loss_factor": lambda: np.exp(level("exchange", {})),
        "loss_rate_per_week_in_battle": lambda: weekly({}),
        "loss_rate_per_week_theatre": lambda: weekly(theatre),
        "advance_force_exponent": lambda: slope("advance", "force_log_ratio") * asinh_to_log,
        "advance_force_exponent_mean_war": lambda: (
            slope("advance", "force_log_ratio", is_new_war=False) * asinh_to_log
        ),
        "fortification_log_strength": lambda: -slope("win", "fortified") / force,
        "surprise_log_strength": lambda: 3.0 * slope("win", "surprise") / force,
        "outcome_noise_log_ratio": lambda: np.pi / np.sqrt(3.0) / force,
    }
    return {name: [_round(q) for q in np.percentile(of(), QUANTILES)] for name, of in draws.items()}


def _round(value: float) -> float:
    """Four digits: more would depend on the processor's order of sums."""
    return float(f"{value:.4g}")
