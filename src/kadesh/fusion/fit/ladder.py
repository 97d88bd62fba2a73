"""The fit at vantage dates in time order, each started from the one before.

All vantage dates share one ladder: a rung at the first of every month since the war began. At a
rung the particles of the rung before are carried over to the new reports (`fusion.fit.warm`) and
moved by a fixed number of sweeps, each of which leaves the rung's posterior as it is. A vantage
date between two rungs branches off from the rung before it. So a result depends on the date, the
rows published by then and the seed, and not on which other dates were asked for.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
from jaxtyping import Float

from kadesh.errors import NumericalError
from kadesh.fusion.fit.warm import first_path, reweight
from kadesh.fusion.moves.population import Population, carry, start
from kadesh.fusion.moves.proposals import tune
from kadesh.fusion.moves.sweep import GROUND_ORDER, LOSSES_ORDER, Move, sweep
from kadesh.fusion.moves.workspace import Workspace
from kadesh.fusion.paths.layout import Layout
from kadesh.fusion.settings import Settings


@dataclass(frozen=True, eq=False)
class Fit:
    """A block's particles at one date, and the draws kept."""

    space: Workspace
    population: Population
    kept: tuple[Population, ...]
    """The population, path and scales, at every kept sweep."""
    reweighting: Float[np.ndarray, " series"]
    """Effective sample size of the reweighting, as a share of the particles; 1 at the start."""


def rungs(start_day: date, vantage: date) -> list[date]:
    """First days of months after the war's start, up to the vantage date."""
    found: list[date] = []
    year, month = start_day.year, start_day.month
    while True:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        rung = date(year, month, 1)
        if rung > vantage:
            return found
        found.append(rung)


def begin(layout: Layout, settings: Settings, seed: int, day: date) -> Fit:
    """The fit at the first date: starting values from the priors, and a longer run of sweeps."""
    space = Workspace(layout, settings)
    population = start(layout, settings, seed, layout.kind)
    names = (layout.kind, day.isoformat())
    fresh = np.ones(len(layout.rows), dtype=bool)
    population = first_path(space, population, fresh, 0, seed, names)
    return _settle(space, population, settings.first_sweeps, settings.kept, seed, names)


def advance(before: Fit, layout: Layout, seed: int, day: date) -> Fit:
    """The fit at a later date, from the fit at an earlier one."""
    settings = before.space.settings
    space = Workspace(layout, settings)
    names = (layout.kind, day.isoformat())
    old = set(before.space.layout.rows.id)
    fresh = np.array([key not in old for key in layout.rows.id], dtype=bool)
    population = carry(before.space.layout, before.population, layout, settings, seed, *names)
    population, effective = reweight(
        space, population, fresh, before.space.layout.weeks, seed, names
    )
    fit = _settle(space, population, 0, settings.kept, seed, names)
    return replace(fit, reweighting=effective)


def restart(
    layout: Layout, population: Population, settings: Settings, seed: int, day: date
) -> Fit:
    """The fit of other reports at the same date, from particles of the date's own fit."""
    space = Workspace(layout, settings)
    names = (layout.kind, day.isoformat(), "refit")
    fresh = np.zeros(len(layout.rows), dtype=bool)
    population = first_path(space, population, fresh, layout.weeks, seed, names)
    return _settle(space, population, settings.refit_sweeps, settings.kept, seed, names)


def order_of(space: Workspace) -> tuple[Move, ...]:
    """In which sweeps follow each other."""
    return LOSSES_ORDER if space.layout.is_losses else GROUND_ORDER


def extend(fit: Fit, rounds: int, seed: int, *names: str) -> tuple[Population, ...]:
    """Further kept populations from a fit."""
    return _settle(fit.space, fit.population, 0, rounds, seed, names).kept


def _settle(
    space: Workspace,
    population: Population,
    warm: int,
    rounds: int,
    seed: int,
    names: tuple[str, ...],
) -> Fit:
    """Sweep; adapt the proposals only before the sweeps that are kept."""
    kept: list[Population] = []
    tuning = tune(space, population, seed, names)
    every, order = space.settings.sweeps_a_round, order_of(space)
    for count in range(warm + rounds * every):
        if 0 < count <= warm and count % 6 == 0:
            tuning = tune(space, population, seed, (*names, count))
        move = order[count % len(order)]
        drawn, population = sweep(
            space, population, tuning, move=move, seed=seed, names=(*names, count)
        )
        if count >= warm and (count - warm) % every == every - 1:
            kept.append(drawn)
        check_finite(space, population)
    return Fit(space, population, tuple(kept), np.ones(len(space.layout.series)))


def check_finite(space: Workspace, population: Population) -> None:
    """Raise NumericalError at the first state that is not a number, with where and when it is."""
    wrong = ~np.isfinite(population.path).all(axis=(0, 3))
    if not wrong.any():
        return
    time, series = (int(index) for index in np.argwhere(wrong)[0])
    entry = space.layout.series[series]
    sunday = space.layout.first_sunday + timedelta(weeks=time - 1)
    count = int((~np.isfinite(population.path[:, time, series])).any(axis=0).sum())
    raise NumericalError(
        f"reconstruction: {entry} in the week to {sunday}: not finite in {count} draws"
    )
