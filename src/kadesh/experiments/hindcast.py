"""Forecasts from past dates, made with what was published by each, against what happened.

At every vantage date the war is reconstructed from what was known, the campaign's assumptions as
they stood then are fitted to the weeks before (`kadesh.dynamics.calibration`), and campaigns are
run on from there. What came is the reconstruction as of `until`. Both the campaign and every
baseline forecast changes from the Sunday that ends the vantage date's week; land cannot leave its
sector and nobody comes back to life, and that is held against all of them alike.

Groups of what is forecast: `net` (land that changed hands in favour of the first side, over all
sectors), `sectors` (land held in each), `losses` (killed and wounded of each side).
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
from jaxtyping import Float

from kadesh.dynamics import simulate
from kadesh.dynamics.calibration import FIRST_WEEKS, SIMULATIONS, calibrate
from kadesh.errors import argument_mistake
from kadesh.experiments import baselines
from kadesh.experiments.forecasts import BASELINES, EVERY_WEEKS, HORIZONS, LEAST, Hindcast, Target
from kadesh.fusion import Reconstruction, reconstruct
from kadesh.streams import generator
from kadesh.war import War

FIRST_VANTAGE_WEEKS: Final = 18
"""Weeks into the war of the first vantage date."""
YEAR_WEEKS: Final = 52
"""How far back a baseline looks."""
DRAWS: Final = 1024
CAMPAIGN: Final = "campaign"
PRIOR: Final = "campaign, not fitted"

Progress = Callable[[str, int, int], None]


def vantage_dates(war: War, first: date | None = None, until: date | None = None) -> list[date]:
    """Every eighth week from `first` (eighteen weeks into the war) to 26 weeks before `until`.

    Raises:
        InputErrors: a date outside the war, or no date between the two.
    """
    earliest = war.start + timedelta(weeks=FIRST_VANTAGE_WEEKS)
    first, until = first or earliest, until or war.end
    if not war.start < until <= war.end:
        expected = f"a date of the war, up to {war.end}"
        raise argument_mistake("until", str(until), expected, "Give a date that the war covers")
    if not earliest <= first <= until:
        expected = f"from {earliest}, {FIRST_VANTAGE_WEEKS} weeks into the war, to {until}"
        raise argument_mistake("first", str(first), expected, "Start later")
    last = until - timedelta(weeks=max(HORIZONS))
    count = (last - first).days // (7 * EVERY_WEEKS) + 1
    if last < first:
        expected = f"at least {max(HORIZONS)} weeks before {until}"
        raise argument_mistake("first", str(first), expected, "Start earlier, or end later")
    return [first + timedelta(weeks=EVERY_WEEKS * n) for n in range(count)]


def hindcast(
    war: War,
    *,
    first: date | None = None,
    until: date | None = None,
    seed: int = 0,
    draws: int = DRAWS,
    simulations: int = SIMULATIONS,
    workers: int = 1,
    progress: Progress | None = None,
) -> Hindcast:
    """Forecast from every vantage date, and what came.

    Args:
        war: The war.
        first: First vantage date; eighteen weeks into the war if not given.
        until: What came is read from what was published by this day; the war's last day if not
            given. No forecast looks beyond it.
        seed: Of all chance.
        draws: Draws of every forecast.
        simulations: Campaigns under the prior that every fit is made from.
        workers: Blocks of campaigns worked at a time; changes nothing but time.
        progress: Told stage, done and in all.

    Raises:
        InputErrors: dates outside the war, or none to forecast from.
    """
    tell = progress or (lambda stage, done, total: None)
    until = until or war.end
    dates = vantage_dates(war, first, until)
    made = reconstruct(
        war,
        [*dates, until],
        seed=seed,
        progress=lambda done, total: tell("Reconstruct at every date", done, total),
    )
    return forecast(
        war,
        made,
        until,
        seed=seed,
        draws=draws,
        simulations=simulations,
        workers=workers,
        progress=tell,
    )


def forecast(
    war: War,
    made: Mapping[date, Reconstruction],
    until: date,
    *,
    seed: int,
    draws: int,
    simulations: int,
    workers: int,
    progress: Progress,
) -> Hindcast:
    """`hindcast` from reconstructions: at `until`, and at every date to forecast from."""
    dates = sorted(set(made) - {until})
    targets = _targets(war)
    outcome = np.stack([_came(made[until], made[day], war) for day in dates])
    found: dict[str, list[np.ndarray]] = {name: [] for name in (CAMPAIGN, PRIOR, *BASELINES)}
    fits = []
    for done, day in enumerate(dates):
        progress("Fit and forecast", done, len(dates))
        fit = calibrate(
            war, made[day], seed=seed, simulations=simulations, kept=draws, workers=workers
        )
        fits.append(fit)
        for name, known in ((CAMPAIGN, fit.posterior), (PRIOR, None)):
            found[name].append(_campaign(war, made[day], known, draws, seed, workers))
        for name in BASELINES:
            found[name].append(_baseline(name, war, made[day], targets, draws, seed))
    progress("Fit and forecast", len(dates), len(dates))
    forecasts = {name: np.stack(parts) for name, parts in found.items()}
    return Hindcast(war.name, until, tuple(dates), targets, forecasts, outcome, tuple(fits), seed)


def _targets(war: War) -> tuple[Target, ...]:
    return (
        Target("net", war.side_ids[0], f"land gained by {war.side_ids[0]}"),
        *(Target("sectors", sector, f"land held in {sector}") for sector in war.sector_ids),
        *(Target("losses", side, f"losses of {side}") for side in war.side_ids),
    )


def _signs(war: War) -> Float[np.ndarray, " sector"]:
    """1 where land held is held by the first side, -1 where by the other."""
    return np.array([1.0 if s.home != war.side_ids[0] else -1.0 for s in war.sectors])


def _levels(made: Reconstruction, war: War) -> Float[np.ndarray, "target draw week"]:
    """Everything that is forecast, as levels."""
    held = made.held_km2.sel(sector=list(war.sector_ids)).transpose("sector", "draw", "week")
    fallen = made.losses.sel(side=list(war.side_ids), quantity="casualties_persons")
    ground = held.to_numpy()
    net = np.einsum("s,sdw->dw", _signs(war), ground)
    people = fallen.transpose("side", "draw", "week").to_numpy()
    return np.concatenate([net[None], ground, people])


def _came(last: Reconstruction, then: Reconstruction, war: War) -> Float[np.ndarray, "h target"]:
    """The changes after a vantage date, by the mean of the last reconstruction."""
    levels = _levels(last, war).mean(axis=1)
    at = len(then.weeks) - 1
    return np.stack([levels[:, at + h] - levels[:, at] for h in HORIZONS])


def _campaign(
    war: War,
    made: Reconstruction,
    known: Mapping[str, Float[np.ndarray, " draw"]] | None,
    draws: int,
    seed: int,
    workers: int,
) -> Float[np.ndarray, "h target draw"]:
    courses = simulate(
        war, made, weeks=max(HORIZONS), runs=draws, seed=seed, drawn=known, workers=workers
    )
    held = courses["held_km2"].transpose("sector", "run", "week").to_numpy().astype(float)
    people = courses["losses_persons"].transpose("side", "run", "week").to_numpy().astype(float)
    net = np.einsum("s,srw->rw", _signs(war), held)
    levels = np.concatenate([net[None], held, people])
    return np.stack([levels[..., h] - levels[..., 0] for h in HORIZONS])


def _baseline(
    name: str, war: War, made: Reconstruction, targets: Sequence[Target], draws: int, seed: int
) -> Float[np.ndarray, "h target draw"]:
    levels = _levels(made, war)
    paths = levels.mean(axis=1)[:, max(FIRST_WEEKS, levels.shape[2] - YEAR_WEEKS - 1) :]
    groups = {group: np.array([t.group == group for t in targets]) for group in LEAST}
    beyond = {s.id: s.area_km2 - s.held_before_km2 for s in war.sectors}
    found = np.empty((len(HORIZONS), len(targets), draws))
    for h, weeks in enumerate(HORIZONS):
        for place, target in enumerate(targets):
            stream = generator(seed, "hindcast", name, target.name, made.as_of.isoformat(), weeks)
            path = paths[place]
            if name == "pooled":
                change = baselines.pooled(paths[groups[target.group]], weeks, draws, stream)
            else:
                still = baselines.no_change if target.group != "losses" else baselines.same_pace
                rule = {"no change": still, "drift": baselines.drift, "trend": baselines.trend}
                change = rule[name](path, weeks, draws, stream)
            if target.group == "sectors":
                room = beyond[target.place]
                change = np.clip(change, -path[-1], max(room - path[-1], 0.0))
            if target.group == "losses":
                change = np.maximum(change, 0.0)
            found[h, place] = change
    return found
