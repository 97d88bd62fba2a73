"""Do 90 % of a left-out map's figures lie in the 90 % predictive interval of the others?

    python benchmarks/leave_one_map_out.py [war] [--precise]

Each map in turn is left out together with every source that follows the same one. The
reconstruction from the rest, and what is known of a new source's errors (`predict_reports`), give
an interval for each of its figures. Counted are figures that say something: above the amount of the
source's own interval (years of nothing held would flatter the share). The interval of the share is
bootstrapped over blocks of a quarter in a sector, within which figures err together.
"""

import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import json

import numpy as np
import pandas as pd

from kadesh.fusion import reconstruct
from kadesh.fusion.predictive import family_of, predict_reports
from kadesh.war import War, load_war

LEAST = 100
"""A map is left out if it has so many figures."""
RESAMPLES = 4000


def coverage(table: pd.DataFrame, seed: int) -> tuple[float, float, float]:
    """Share covered, and the 95 % interval of it over blocks."""
    inside = (table["value"] >= table["low"]) & (table["value"] <= table["high"])
    block = table["sector"] + table["date"].dt.to_period("Q").astype(str)
    counts = pd.DataFrame({"inside": inside, "all": 1}).groupby(block).sum().to_numpy()
    draw = np.random.default_rng(seed).integers(0, len(counts), (RESAMPLES, len(counts)))
    inside_sum, all_sum = counts[draw].sum(axis=1).T
    low, high = np.quantile(inside_sum / all_sum, [0.025, 0.975])
    return float(inside.mean()), float(low), float(high)


def maps_of(war: War) -> list[str]:
    """Heads of the families that draw maps."""
    held = war.observations[war.observations["quantity"] == "held_km2"]
    counts = held.groupby("source").size()
    heads = {
        min(family_of(war, s), key=lambda k: len(war.sources[k].depends_on)) for s in counts.index
    }
    return sorted(head for head in heads if counts.get(head, 0) >= LEAST)


def main() -> None:
    war = load_war(next((a for a in sys.argv[1:] if not a.startswith("-")), "ukraine-2022"))
    precise = "--precise" in sys.argv
    parts = []
    for source in maps_of(war):
        family = family_of(war, source)
        made = reconstruct(
            war, war.end, leave_out=family, effective=400 if precise else 0, draws=512
        )
        table = predict_reports(war, made, family)
        least = war.sources[source].figure_interval.absolute
        table = table[table["value"].abs() > least]
        share, low, high = coverage(table, 0)
        width = ((table["high"] - table["low"]) / table["value"]).median()
        print(json.dumps({
            "left_out": source, "with": sorted(family - {source}), "figures": len(table),
            "covered": round(share, 3), "interval": [round(low, 3), round(high, 3)],
            "median_width_share": round(float(width), 3),
            "by_sector": coverage_by_sector(table),
        }), flush=True)  # fmt: skip
        parts.append(table.assign(left_out=source))
    whole = pd.concat(parts)
    share, low, high = coverage(whole.assign(sector=whole["sector"] + whole["left_out"]), 0)
    print(json.dumps({"left_out": "each in turn", "figures": len(whole), "covered": round(share, 3),
                      "interval": [round(low, 3), round(high, 3)]}))  # fmt: skip
    if target := os.environ.get("KADESH_BENCHMARK_TABLE"):
        whole.to_csv(Path(target), index=False)


def coverage_by_sector(table: pd.DataFrame) -> dict[str, float]:
    inside = (table["value"] >= table["low"]) & (table["value"] <= table["high"])
    return {str(k): round(float(v), 3) for k, v in inside.groupby(table["sector"]).mean().items()}


if __name__ == "__main__":
    os.environ.setdefault("KADESH_CACHE", tempfile.mkdtemp(prefix="kadesh-benchmark-"))
    main()
