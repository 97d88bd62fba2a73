"""From the fits of the blocks to one reconstruction."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float, Int

from kadesh.fusion.claimed import compare_sources
from kadesh.fusion.fit.converge import COLUMNS, converge
from kadesh.fusion.fit.diagnostics import effective_draws, nested_r_hat
from kadesh.fusion.fit.ladder import Fit, extend
from kadesh.fusion.fit.unknowns import unknowns_of
from kadesh.fusion.moves.population import Population
from kadesh.fusion.reconstruction import Reconstruction
from kadesh.fusion.record import GROUND, LOSSES, Known, Record
from kadesh.fusion.structure import structure_of

STALE_WEEKS: Final = 8
"""A series without a report for so many weeks is named in the diagnostics."""


def assemble(
    record: Record,
    known: Known,
    fits: Mapping[str, Fit],
    as_of: date,
    draws: int,
    seed: int,
    provenance: Mapping[str, Any],
    effective: int = 0,
    base: Reconstruction | None = None,
    tell: Callable[[float], None] | None = None,
) -> Reconstruction:
    """Draws, tables and diagnostics from the blocks' fits at one vantage date.

    Args:
        record: The record.
        known: The rows that were used.
        fits: Fit by kind.
        as_of: The vantage date.
        draws: How many draws to give.
        seed: Of further draws, where more are wanted than were kept.
        provenance: Goes into the result.
        effective: Effective draws of every unknown to sweep on for; 0 takes what the fits kept.
        base: Where kinds without a fit are taken from.
        tell: Told how far the sweeping on is, as a share.
    """
    weeks = record.weeks(as_of)
    kept: Mapping[str, Sequence[Population]]
    if effective:
        particles = next(iter(fits.values())).space.settings.particles
        swept = converge(fits, effective, -(-draws // particles), seed, (as_of.isoformat(),), tell)
        kept, convergence = swept.kept, swept.table
    else:
        kept = {kind: _enough(fit, draws, seed, as_of) for kind, fit in fits.items()}
        convergence = _convergence(fits, kept)
    tables, blocks = {}, {} if base is None else dict(base.diagnostics["blocks"])
    for kind in GROUND:
        if kind in fits:
            tables[kind], clipped = _ground(record, fits[kind], kept[kind], draws)
            blocks[kind] = _diagnose(fits[kind], clipped)
        elif base is not None:
            tables[kind] = getattr(base, kind).to_numpy()
    if "losses" in fits:
        losses, rates, clipped = _losses(record, fits["losses"], kept["losses"], draws)
        blocks["losses"] = _diagnose(fits["losses"], clipped)
    elif base is not None:
        losses, rates = base.losses.to_numpy(), base.losses_per_week.to_numpy()
    if base is not None:
        rest = base.convergence[~base.convergence["kind"].isin(list(fits))]
        convergence = pd.concat([rest, convergence], ignore_index=True)
    held, contested = tables["held_km2"], tables["contested_km2"]
    week = weeks.to_numpy().astype("datetime64[s]")
    places = {
        "sector": np.array([entry.id for entry in record.sectors]),
        "holder": ("sector", np.array([entry.intruder for entry in record.sectors])),
        "week": week,
    }
    people = {"side": np.array(record.sides), "quantity": np.array(LOSSES), "week": week}

    def label(name: str, values: Float[np.ndarray, "*axes"]) -> xr.DataArray:
        dims = ("draw", "sector", "week") if values.ndim == 3 else ("draw", *people)
        coords = places if values.ndim == 3 else people
        return xr.DataArray(values, dims=dims, coords=coords, name=name)

    return Reconstruction(
        as_of=as_of,
        held_km2=label("held_km2", held),
        contested_km2=label("contested_km2", contested),
        losses=label("losses", losses),
        losses_per_week=label("losses_per_week", rates),
        source_bias=compare_sources(record, known.rows, weeks, held, contested, losses),
        convergence=convergence,
        diagnostics={
            "rows_not_used": dict(known.dropped),
            "blocks": dict(sorted(blocks.items())),
            "convergence": _in_short(convergence),
        },
        provenance=provenance,
        structure={**(base.structure if base else {}), **structure_of(fits, kept)},
    )


def _enough(fit: Fit, draws: int, seed: int, as_of: date) -> tuple[Population, ...]:
    """The kept populations, and more of them where more draws are asked for."""
    settings = fit.space.settings
    missing = -(-draws // settings.particles) - len(fit.kept)
    if missing <= 0:
        return fit.kept
    names = (fit.space.layout.kind, as_of.isoformat(), "more")
    return fit.kept + extend(fit, missing, seed, *names)


def _taken(fit: Fit, rounds: int, draws: int) -> Int[np.ndarray, " draw"]:
    """Draws in an order that takes from every island alike, however many are taken."""
    settings = fit.space.settings
    particle = np.arange(settings.particles).reshape(settings.islands, settings.island_particles)
    mixed = particle.T.reshape(-1)
    return np.concatenate([turn * settings.particles + mixed for turn in range(rounds)])[:draws]


def _ground(
    record: Record, fit: Fit, kept: Sequence[Population], draws: int
) -> tuple[Float[np.ndarray, "draw sector week"], float]:
    """Land by sector, clipped; and the share of cells that clipping moved by over 1 km2."""
    layout, taken = fit.space.layout, _taken(fit, len(kept), draws)
    raw = np.concatenate([part.path[0, 1:] for part in kept], axis=-1)[..., taken]
    inside = np.clip(raw, 0.0, layout.capacity[:, None])
    full = np.zeros((draws, len(record.sectors), layout.weeks))
    ids = [entry.id for entry in record.sectors]
    for index, entry in enumerate(layout.series):
        full[:, ids.index(entry.sector)] = inside[:, index].T
    return full, float((np.abs(inside - raw) > 1.0).mean())


def _losses(
    record: Record, fit: Fit, kept: Sequence[Population], draws: int
) -> tuple[
    Float[np.ndarray, "draw side quantity week"],
    Float[np.ndarray, "draw side quantity week"],
    float,
]:
    """Cumulative losses that never fall, weekly losses, and the share of cells this moved."""
    layout, taken = fit.space.layout, _taken(fit, len(kept), draws)
    raw = np.concatenate([part.path[0, 1:] for part in kept], axis=-1)[..., taken]
    rate = np.concatenate([part.path[1, 1:] + part.usual for part in kept], axis=-1)[..., taken]
    level = np.maximum.accumulate(np.maximum(raw, 0.0), axis=0)
    levels = np.zeros((draws, len(record.sides), len(LOSSES), layout.weeks))
    rates = np.zeros_like(levels)
    for index, entry in enumerate(layout.series):
        place = record.sides.index(entry.side), LOSSES.index(entry.quantity)
        levels[:, place[0], place[1]] = level[:, index].T
        rates[:, place[0], place[1]] = np.maximum(rate[:, index], 0.0).T
    return levels, rates, float((np.abs(level - raw) > 1.0).mean())


def _convergence(fits: Mapping[str, Fit], kept: Mapping[str, Sequence[Population]]) -> pd.DataFrame:
    """R-hat and effective draws of final levels, totals, shares and scales."""
    lines: list[dict[str, Any]] = []
    for kind, fit in sorted(fits.items()):
        settings = fit.space.settings
        traces = [unknowns_of(fit.space, part) for part in kept[kind]]
        for unknown in traces[0]:
            stack = np.stack([trace[unknown] for trace in traces])
            stack = stack.reshape(-1, settings.islands, settings.island_particles)
            draws = stack.transpose(1, 0, 2).reshape(settings.islands, -1)
            lines.append(
                {
                    "kind": kind,
                    **unknown._asdict(),
                    "r_hat": nested_r_hat(draws),
                    "effective_draws": effective_draws(draws),
                    "sweeps": len(traces) * settings.sweeps_a_round,
                }
            )
    return pd.DataFrame(lines, columns=COLUMNS)


def _diagnose(fit: Fit, clipped: float) -> dict[str, Any]:
    layout = fit.space.layout
    silent, stale = [], []
    last = {int(s): int(w) for s, w in zip(layout.rows.series, layout.rows.week, strict=True)}
    for index, entry in enumerate(layout.series):
        if index not in last:
            silent.append(str(entry))
        elif layout.weeks - 1 - last[index] > STALE_WEEKS:
            stale.append(str(entry))
    return {
        "rows_used": len(layout.rows),
        "copies_not_used": layout.copies,
        "series_without_reports": silent,
        "series_not_heard_of_lately": stale,
        "reweighting_share_least": float(fit.reweighting.min()),
        "reweighting_share_median": float(np.median(fit.reweighting)),
        "clipped_share": clipped,
    }


def _in_short(convergence: pd.DataFrame) -> dict[str, dict[str, float]]:
    short = {}
    for what, part in convergence.groupby("what", sort=True):
        short[str(what)] = {
            "r_hat_median": float(part["r_hat"].median()),
            "r_hat_largest": float(part["r_hat"].max()),
            "effective_draws_median": float(part["effective_draws"].median()),
            "effective_draws_least": float(part["effective_draws"].min()),
        }
    return short
