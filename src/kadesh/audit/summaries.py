"""Series and tables of an audit beside its claims: leverage, control, losses, sources."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np

from kadesh.audit.evidence import Evidence, Fixed
from kadesh.audit.figures import rounded
from kadesh.bargaining.leverage import minimal_blocks, range_exists
from kadesh.fusion.measures import path_km2
from kadesh.fusion.reconstruction import Reconstruction
from kadesh.fusion.settings import DEFAULT
from kadesh.war import War


def _band(values: np.ndarray) -> dict[str, list[float]]:
    """Median and 90 % interval over the last axis (draws)."""
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95], axis=-1)
    return {
        "median": [rounded(float(x)) for x in median],
        "low": [rounded(float(x)) for x in low],
        "high": [rounded(float(x)) for x in high],
    }


def leverage_of(evidence: Evidence) -> dict[str, Any]:
    """Leverage, floors, range and what blocks a deal, by vantage date."""
    bargaining, war = evidence.bargaining, evidence.war
    assert bargaining is not None
    positions = evidence.positions()
    valued = positions.valuation()
    shape = (len(positions.dates), positions.draws)
    blocks = minimal_blocks(positions)
    halves = [positions.valuation(half=h).terms.share[0].reshape(shape) for h in (0, 1)]
    stated = war.assumptions["bargaining_power"]
    power = {}
    for value in (stated.low, stated.high):
        there = evidence.moments(positions.dates, Fixed(assumptions={"bargaining_power": value}))
        share = there.valuation().terms.share[0].reshape(shape)
        power[f"{value:g}"] = [rounded(float(x)) for x in np.median(share, axis=1)]
    exists = range_exists(positions.situation, valued).reshape(shape)
    return {
        "dates": [d.isoformat() for d in positions.dates],
        "share": {
            side: _band(valued.terms.share[i].reshape(shape)) for i, side in enumerate(war.side_ids)
        },
        "floor": {
            side: _band(valued.terms.requirement[i].reshape(shape))
            for i, side in enumerate(war.side_ids)
        },
        "width": _band(valued.terms.width.reshape(shape)),
        "range_exists_probability": [float(x) for x in exists.mean(axis=1)],
        "deal_probability": [
            float(x) for x in valued.terms.is_feasible.reshape(shape).mean(axis=1)
        ],
        "channel": [bargaining.channel(d) for d in positions.dates],
        "blocking": [
            [
                {"frictions": list(frictions), "probability": share}
                for frictions, share in blocks[d]
                if frictions
            ]
            for d in positions.dates
        ],
        "bargaining_power": power,
        "solver_error_share": [
            rounded(float(x)) for x in np.abs(halves[0] - halves[1]).mean(axis=1) / 2.0
        ],
    }


def control_of(war: War, made: Reconstruction) -> dict[str, Any]:
    """Control by sector and week; in total by holder, land held before the war included."""
    sectors = {}
    for sector in war.sectors:
        held = made.held_km2.sel(sector=sector.id).transpose("week", "draw").to_numpy()
        contested = made.contested_km2.sel(sector=sector.id).transpose("week", "draw").to_numpy()
        sectors[sector.id] = {"held": _band(held), "contested": _band(contested)}
    total = {}
    for side in war.side_ids:
        before = sum(s.held_before_km2 for s in war.sectors if s.home == war.other(side))
        total[side] = _band(path_km2(made, side, None, (), "held_km2").T + before)
    return {
        "as_of": made.as_of.isoformat(),
        "weeks": [week.date().isoformat() for week in made.weeks],
        "sectors": sectors,
        "total": total,
    }


def losses_of(war: War, made: Reconstruction) -> dict[str, Any]:
    """Cumulative losses by side and week."""
    quantities = [str(q) for q in made.losses["quantity"].to_numpy()]
    return {
        "weeks": [week.date().isoformat() for week in made.weeks],
        "sides": {
            side: {
                name: _band(
                    made.losses.sel(side=side, quantity=name).transpose("week", "draw").to_numpy()
                )
                for name in sorted(quantities)
            }
            for side in war.side_ids
        },
    }


def claimed_table(war: War, made: Reconstruction) -> list[dict[str, Any]]:
    """How far each source's figures lie from the reconstruction, and in whose favour."""
    rows = []
    table = made.source_bias
    for _, row in table[table["form"] == "about"].iterrows():
        if not np.isfinite(row["share_mean"]):
            continue
        rows.append(
            {
                "source": str(row["source"]),
                "name": war.sources[str(row["source"])].name,
                "aligned_with": str(row["aligned_with"]),
                "quantity": str(row["quantity"]),
                "side": str(row["side"]),
                "bias_share": rounded(max(float(row["share_mean"]), -1.0)),
                "low": rounded(max(float(row["share_low"]), -1.0)),
                "high": rounded(max(float(row["share_high"]), -1.0)),
                "rows": int(row["figures"]),
            }
        )
    return rows


def sources_of(war: War, made: Reconstruction) -> list[dict[str, Any]]:
    """Every source of the war and how many of its figures the reconstruction used."""
    used = made.source_bias.groupby("source")["figures"].sum()
    return [
        {
            "id": source.id,
            "name": source.name,
            "kind": source.kind,
            "aligned_with": source.aligned_with,
            "grade": source.grade,
            "depends_on": list(source.depends_on),
            "licence": source.licence,
            "url": source.url,
            "rows_used": int(used.get(source.id, 0)),
        }
        for source in war.sources.values()
    ]


def fusion_diagnostics(made: Mapping[date, Reconstruction]) -> dict[str, Any]:
    """Reweighting and convergence of every vantage date."""
    vantages = []
    hats, effective = [], []
    for day, one in sorted(made.items()):
        blocks = one.diagnostics["blocks"]
        least = min((float(b["reweighting_share_least"]) for b in blocks.values()), default=0.0)
        vantages.append(
            {
                "as_of": day.isoformat(),
                "ess": rounded(least * DEFAULT.particles),
                "draws": one.draws,
                "rows": sum(int(b["rows_used"]) for b in blocks.values()),
            }
        )
        levels = one.convergence[one.convergence["what"] == "level"]
        if len(levels):
            hats.append(float(levels["r_hat"].max()))
            effective.append(float(levels["effective_draws"].min()))
    return {
        "vantages": vantages,
        "r_hat_max": rounded(max(hats)) if hats else None,
        "ess_min": rounded(min(effective)) if effective else None,
    }
