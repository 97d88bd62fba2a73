"""What an audit needs before it can judge: dates, reconstructions, the solved bargaining."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path

import numpy as np
import xarray as xr

import kadesh
from kadesh import cache
from kadesh.audit import claims as c
from kadesh.audit.certificates import is_model
from kadesh.bargaining import keep
from kadesh.bargaining.campaign_game import CampaignGame, solve_campaign_game
from kadesh.bargaining.leverage import Bargaining
from kadesh.bargaining.regression.comparison import Comparison, compare_with_exact
from kadesh.fusion.reconstruct import reconstruct
from kadesh.fusion.reconstruction import Reconstruction
from kadesh.war import War

Progress = Callable[[str, int, int], None]
"""Called with the stage's name, steps done and steps in all."""

FIRST_VANTAGE_DAYS = 30
"""Leverage begins a month into the war: before that maps and forces are mostly missing."""


RECORD_EFFECTIVE = 100
"""Effective draws of every unknown at the last date, on which most readings of the record rest; the
other dates have the quick fit. `reconstruct` at a single date asks for more."""


def code_hash(*packages: str) -> str:
    """SHA-256 over the code of some of Kadesh's packages (none named: over all of it)."""
    root = Path(kadesh.__file__).parent
    return cache.source_hash(*([root / name for name in packages] or [root]))


def monthly_dates(war: War) -> list[date]:
    """The first of every month from a month into the war to its end."""
    days = []
    year, month = war.start.year, war.start.month
    while (day := date(year, month, 1)) <= war.end:
        if (day - war.start).days >= FIRST_VANTAGE_DAYS:
            days.append(day)
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return days


def model_dates(claims: c.ClaimsFile) -> set[date]:
    """Vantage dates that the readings on campaign and bargaining name."""
    found: set[date] = set()
    for claim in claims.claims.values():
        for reading in claim.readings.values():
            if is_model(reading):
                found |= set(_dates_in(reading.model_dump()))
    return found


def record_dates(claims: c.ClaimsFile, war: War) -> set[date]:
    """Dates by which record readings want figures to have been published."""
    found = {war.end}
    for claim in claims.claims.values():
        for reading in claim.readings.values():
            if reading.as_of is not None:
                found.add(reading.as_of)
            if isinstance(reading, c.Trend) and reading.known_then:
                found |= set(reading.dates)
    return found


def _dates_in(value: object) -> Iterable[date]:
    if isinstance(value, date):
        yield value
    elif isinstance(value, Mapping):
        for name, entry in value.items():
            if name != "as_of":
                yield from _dates_in(entry)
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from _dates_in(entry)


def vantages(
    war: War,
    dates: set[date],
    *,
    seed: int,
    draws: int,
    leave_out: frozenset[str],
    progress: Progress | None,
) -> dict[date, Reconstruction]:
    """Reconstructions at all dates from one fit."""

    def told(done: int, of: int) -> None:
        if progress is not None:
            progress("what happened", done, of)

    goals = {war.end: RECORD_EFFECTIVE}
    return reconstruct(
        war,
        sorted(dates),
        seed=seed,
        draws=draws,
        effective=goals,
        leave_out=leave_out,
        progress=told,
    )


def solved_game(
    war: War,
    made: Mapping[date, Reconstruction],
    *,
    seed: int,
    workers: int,
    progress: Progress | None,
) -> CampaignGame:
    """The solved bargaining, from the cache where the same inputs were solved before."""
    sampled = [day for day in monthly_dates(war) if day in made][::4]
    name = cache.address(
        "bargaining",
        {
            "data": war.data_hash,
            "code": code_hash("fusion", "dynamics", "bargaining"),
            "seed": seed,
            "dates": [d.isoformat() for d in sampled],
            "rows": [made[d].provenance for d in sampled],
        },
    )
    stored = cache.load_arrays(name)
    if stored is not None:
        return keep.from_arrays(stored)
    if progress is not None:
        progress("what each side could get", 0, 1)
    game = solve_campaign_game(war, [made[d] for d in sampled], seed=seed, workers=workers)
    cache.store_arrays(name, keep.to_arrays(game))
    if progress is not None:
        progress("what each side could get", 1, 1)
    return game


def compared_with_exact(seed: int) -> Comparison:
    """The regression solver against the exact one, from the cache where it was run before."""
    name = cache.address("comparison", {"code": code_hash("bargaining"), "seed": seed})
    stored = cache.load_arrays(name)
    if stored is None:
        found = compare_with_exact(seed=seed)
        cache.store_arrays(name, {"exact": found.exact_share, "regression": found.regression_share})
        return found
    return Comparison(stored["exact"], stored["regression"])


def prepared_bargaining(
    war: War,
    dates: set[date],
    *,
    seed: int,
    draws: int,
    workers: int,
    progress: Progress | None,
) -> Bargaining:
    """The bargaining of a war at its monthly dates and any others."""
    wanted = set(monthly_dates(war)) | dates
    made = vantages(war, wanted, seed=seed, draws=draws, leave_out=frozenset(), progress=progress)
    game = solved_game(war, made, seed=seed, workers=workers, progress=progress)
    return Bargaining(war, game, made, seed, draws)


def leverage_table(bargaining: Bargaining) -> xr.Dataset:
    """Leverage of both sides by draw and date.

    Returns:
        Dataset over draw, date and side: `leverage_share` (notional where `is_feasible` is false),
        `floor_share`; over draw and date: `range_low_share` and `range_high_share` in the first
        side's shares, `width_share`, `is_feasible`.
    """
    positions = bargaining.positions()
    valued = positions.valuation()
    count, draws = len(positions.dates), positions.draws

    def by_date(values: np.ndarray) -> np.ndarray:
        return values.reshape(*values.shape[:-1], count, draws)

    dates = np.array(positions.dates, dtype="datetime64[s]")
    per_side = ("side", "date", "draw")
    terms = valued.terms
    return xr.Dataset(
        {
            "leverage_share": (per_side, by_date(terms.share)),
            "floor_share": (per_side, by_date(valued.floor)),
            "range_low_share": (("date", "draw"), by_date(terms.requirement[0])),
            "range_high_share": (("date", "draw"), by_date(1.0 - terms.requirement[1])),
            "width_share": (("date", "draw"), by_date(terms.width)),
            "is_feasible": (("date", "draw"), by_date(terms.is_feasible)),
        },
        coords={"side": list(bargaining.war.side_ids), "date": dates, "draw": np.arange(draws)},
        attrs={
            "war": bargaining.war.name,
            "data_hash": bargaining.war.data_hash,
            "seed": bargaining.seed,
            "first_side": bargaining.war.side_ids[0],
        },
    ).transpose("draw", "date", "side")
