r"""What records of battles say of losses and advances, for the numbers of attrition and ground.

`combat.yaml` holds a fit to battles of 1600 to 1982: regressions with partial pooling by war group
and era of who wins, daily losses of attacker and defender, their ratio and the advance
(`docs/combat.md`; `tools/fit_battles.py` writes the file). This module reads it as

- `expected`: an outcome's mean and spread for a battle with given columns;
- `IMPLIED`: which number of a mechanism follows from which coefficients, as 5, 50 and 95 % points
  for a war that is not among those fitted;
- `judge`: whether a range that a war states is in line with that.

With $\ln(L_a/L_d) = c + b\ln(M_a/M_d)$ fitted and $L_i\propto M_i^{1-w}M_j^{w}$ in
`dynamics.mechanisms.attrition`, the concentration exponent is $w=(1-b)/2$, and the attacker's loss
factor $e^c$. Fortification and surprise are their effects on the logit of winning over that of the
logarithm of the force ratio.

Not modelled: selection. Attackers choose when to attack, so that a force ratio that was known to
be poor came with advantages that no column shows; effects of the force ratio are then too small.
Rival: Dupuy's tables of factors, which could not be verified.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

from kadesh.errors import argument_mistake

Verdict = Literal["in line", "overlaps", "contradicts"]


@dataclass(frozen=True)
class Fit:
    """One outcome: coefficients with their spreads, and what stays open between battles and wars.

    `coefficients` are mean and standard deviation by column, in units of the column. `within_wars`
    is the spread of battles of a war, `between_wars` that of wars; both in units of the outcome.
    """

    meaning: str
    battles: int
    war_groups: int
    reference: float
    coefficients: Mapping[str, tuple[float, float]]
    between_wars: float
    within_wars: float | None
    slopes_between_wars: float | None


@dataclass(frozen=True)
class Range:
    """What the battles imply for a number: its 5, 50 and 95 % points in a war not fitted."""

    low: float
    central: float
    high: float


IMPLIED: Mapping[str, str] = {
    "loss_concentration_exponent": "concentration_exponent",
    "attacker_loss_factor": "attacker_loss_factor",
    "loss_rate_per_week": "loss_rate_per_week_theatre",
    "advance_force_exponent": "advance_force_exponent",
    "fortification_log_strength": "fortification_log_strength",
    "surprise_log_strength": "surprise_log_strength",
}
"""Assumptions of a campaign that the battles say something of, and where in `combat.yaml`."""


@cache
def _table() -> Mapping[str, Any]:
    text = files("kadesh.dynamics").joinpath("combat.yaml").read_text(encoding="utf-8")
    table: Mapping[str, Any] = yaml.safe_load(text)
    return table


def outcomes() -> tuple[str, ...]:
    """Outcomes that were fitted."""
    return tuple(_table()["fits"])


def fit_of(outcome: str) -> Fit:
    """The fit of one outcome.

    Raises:
        InputErrors: No such outcome was fitted.
    """
    if outcome not in _table()["fits"]:
        raise argument_mistake("outcome", outcome, f"one of {', '.join(outcomes())}", "Choose one")
    told = _table()["fits"][outcome]
    return Fit(
        meaning=told["meaning"],
        battles=told["battles"],
        war_groups=told["war_groups"],
        reference=told["reference"],
        coefficients={name: (m, s) for name, (m, s) in told["coefficients"].items()},
        between_wars=told["between_wars"],
        within_wars=told.get("within_wars"),
        slopes_between_wars=told.get("slopes_between_wars"),
    )


def expected(outcome: str, columns: Mapping[str, float]) -> float:
    """An outcome's linear prediction for a battle that differs from the reference in some columns.

    The reference is an even fight on a prepared line between armies as large, as equipped and
    along fronts as long as the median of the battles since 1946, over a week.

    Args:
        outcome: One of `outcomes()`.
        columns: Difference of each named column from the reference, in units of the column.

    Returns:
        The outcome in its unit (see `Fit.meaning`); for `win`, the logit of its probability.

    Raises:
        InputErrors: An outcome or a column that was not fitted.
    """
    fit = fit_of(outcome)
    for name in columns:
        if name not in fit.coefficients:
            known = ", ".join(fit.coefficients)
            raise argument_mistake("column", name, f"one of {known}", "Name a fitted column")
    return fit.reference + sum(fit.coefficients[name][0] * step for name, step in columns.items())


def implied(assumption: str) -> Range:
    """What the battles imply for an assumption of a campaign, in a war not fitted.

    Raises:
        InputErrors: The battles say nothing of this assumption.
    """
    if assumption not in IMPLIED:
        known = f"one of {', '.join(IMPLIED)}"
        raise argument_mistake("assumption", assumption, known, "The battles say nothing of others")
    low, central, high = _table()["implied"][IMPLIED[assumption]]
    return Range(low, central, high)


def judge(assumption: str, low: float, high: float) -> Verdict:
    """Whether a stated range is in line with the battles.

    Returns:
        `in line` where the range holds the battles' central value, `overlaps` where it shares only
        part of their 90 % interval, `contradicts` where it shares none of it.
    """
    battles = implied(assumption)
    if low <= battles.central <= high:
        return "in line"
    return "overlaps" if low <= battles.high and battles.low <= high else "contradicts"
