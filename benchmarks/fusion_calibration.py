"""Simulation-based calibration of the reconstruction on a reduced war.

    python benchmarks/fusion_calibration.py [replicates]

Every unknown is drawn from its prior, a war's figures from the model given them, and the whole fit
is run on the figures from starting values of its own. If the sampler is right, the truth's rank
among the posterior's draws is uniform, for every unknown (Talts et al. 2018). The joint envelope is
simulated: the largest distance of the ranks' distribution from the uniform one, over all unknowns
and points, in standard deviations, is exceeded in 1 % of runs by a right sampler (after Saeilynoja
et al. 2022).

The reduced war: one sector with two maps (one with a follower who now and then reports alone), one
side's casualties from two staffs, 20 weeks. So that the model that draws is the model
that fits, a source's interval is an amount and no share. Wars that cannot be (more dead rising than
the model allows, bounds broken) are drawn anew, as the fit conditions on them.

The maps' proportional biases are a cut (`fusion.moves.contrasts`): they learn from differences of
maps only, so that what depends on them need not be calibrated under the model as a whole. They are
held at (almost) nothing in the war "exact" and left free in the war "cut".
"""

import json
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("KADESH_CACHE", tempfile.mkdtemp(prefix="kadesh-benchmark-"))

import numpy as np
import pandas as pd

from kadesh.experiments.scoring import joint_limit, rank_distance
from kadesh.fusion.fit.ladder import begin, order_of
from kadesh.fusion.fit.unknowns import Unknown, unknowns_of
from kadesh.fusion.moves.population import start
from kadesh.fusion.moves.proposals import tune
from kadesh.fusion.moves.sweep import log_possible, sweep
from kadesh.fusion.moves.workspace import Workspace, path_normals
from kadesh.fusion.paths.layout import Layout, lay_out
from kadesh.fusion.record import Ground, Publisher, Record, known
from kadesh.fusion.settings import Settings
from kadesh.streams import generator

WEEKS, START, DRAWS = 20, date(2001, 3, 5), 63
SETTINGS = Settings(
    islands=8,
    island_particles=4,
    first_sweeps=120,
    kept=1,
    ground_tail=4.0,
    ground_step_share=3e-3,
    turn_share=3e-4,
    least_level_share=5e-3,
    regular_rows=5,
    least_width=20.0,
    spread_weight=1e9,
)
SWEEPS = 126
"""Counted, after the first: at every second one a draw is taken, from each particle in turn, so
that two draws of the same particle lie 64 sweeps apart."""
SIDES = ("Eastmark", "Westmark")
GROUND = (Ground("west-bank", "Eastmark", 9000.0, 9000.0),)
KINDS = {"exact": ("held_km2", "losses"), "cut": ("held_km2",)}


def publishers(war: str) -> dict[str, Publisher]:
    share = 1e-4 if war == "exact" else 0.1
    maps = {
        "copy": Publisher("copy", "independent", "map", share, 0.0, 1e-6),
        "map": Publisher("map", "Westmark", "", share, 0.0, 1e-6),
        "survey": Publisher("survey", "independent", "", share, 0.0, 1e-6),
    }
    staffs = {name: Publisher(name, "", "", 0.3, 0.0, 1e-6) for name in ("staff", "town")}
    return maps | staffs


def template(war: str, values: "dict[str, float] | None" = None) -> Record:
    """The record with the figures given (any will do for the layout)."""
    lines = []
    for index, day in enumerate(pd.date_range("2001-03-11", periods=WEEKS, freq="7D")):
        for source in ("map", "survey", *(["copy"] if index % 5 == 4 else [])):
            if source == "map" and index % 5 == 4:
                continue
            lines.append((source, day, "held_km2", "west-bank", "about", 400.0))
        for source in ("staff", "town"):
            lines.append((source, day, "casualties_persons", "", "about", 1500.0 * (index + 1)))
    rows = pd.DataFrame(lines, columns=["source", "date", "quantity", "sector", "form", "value"])
    rows["id"] = [f"{r.source}:{r.quantity}:{r.date.date()}" for r in rows.itertuples()]
    if values is not None:
        rows["value"] = rows["id"].map(values)
    rows = rows.assign(side="Eastmark", published=rows["date"], low=np.nan, high=np.nan, flag="")
    empty = {name: [] for name in ("source", "start", "end", "sector", "kind", "note")}
    return Record(
        "reduced", START, date(2001, 12, 30), SIDES, GROUND, publishers(war),
        rows.sort_values(["date", "id"], ignore_index=True), pd.DataFrame(empty),
    )  # fmt: skip


def layout_of(record: Record, kind: str) -> Layout:
    weeks = record.weeks(date(2001, 3, 5) + pd.Timedelta(days=7 * WEEKS - 1))
    return lay_out(record, known(record, record.end).rows, weeks, kind, SETTINGS)


def draw_wars(war: str, kind: str, count: int) -> tuple[dict, np.ndarray, Layout]:
    """Truths of every unknown, and figures, of wars that can be."""
    wide = replace(SETTINGS, islands=1, island_particles=40 * count + 256)
    layout = layout_of(template(war), kind)
    space = Workspace(layout, wide)
    stream = generator(1, "calibration", war, kind)
    population = start(layout, wide, 1, "calibration", war, kind)
    tail = wide.rate_tail if kind == "losses" else wide.ground_tail
    population = replace(
        population,
        usual=population.usual,
        week_mix=stream.gamma(tail / 2, 2 / tail, population.week_mix.shape),
        row_mix=stream.gamma(wide.report_tail / 2, 2 / wide.report_tail, population.row_mix.shape),
    )
    streams = [generator(2, "calibration", war, str(entry)) for entry in layout.series]
    path, drawn = space.imagine(space.terms(population), population, path_normals(space, streams))
    population = replace(population, path=path, reported=drawn)
    possible = stream.random(space.shape) < np.exp(log_possible(space, population))
    # The fit conditions every series on it, those without a figure too.
    chosen = np.flatnonzero(possible.all(axis=0))[:count]
    if len(chosen) < count:
        raise RuntimeError(f"{kind}: {len(chosen)} possible wars of {count} wanted")
    truths = {u: v[chosen] for u, v in unknowns_of(space, population).items()}
    return truths, drawn[:, chosen], layout


def rank(task: tuple[str, str, int, np.ndarray, dict, tuple[str, ...]]) -> dict[str, int]:
    """Ranks of the truths among the posterior draws of one war's fit."""
    war, kind, number, values, truth, ids = task
    given = template(war, dict(zip(ids, values, strict=True)) if kind == "held_km2" else None)
    if kind == "losses":
        given = template(war, dict(zip(ids, values, strict=True)))
    given = replace(given, rows=given.rows.dropna(subset=["value"]))
    layout = layout_of(given, kind)
    # The centre of the prior of the usual rate is taken from the figures: here, from the first.
    layout = replace(layout, usual_rate=layout_of(template(war), kind).usual_rate)
    fit = begin(layout, SETTINGS, number, date(2001, 9, 8))
    space, population, names = fit.space, fit.population, ("calibration", str(number))
    tuning, order = tune(space, population, number, names), order_of(space)
    draws: dict[Unknown, list[float]] = {}
    every = SWEEPS // DRAWS
    for count in range(SWEEPS):
        drawn, population = sweep(
            space, population, tuning, move=order[count % len(order)], seed=number,
            names=(*names, count),
        )  # fmt: skip
        if count % every == every - 1:
            lane = (count // every) % SETTINGS.particles
            for unknown, part in unknowns_of(space, drawn).items():
                draws.setdefault(unknown, []).append(part[lane])
    stream = generator(number, "calibration", "ties")
    ranks = {}
    for unknown, part in draws.items():
        # The factor on the biases' starts is held at 1 here: it is a cut as well.
        if unknown in truth and np.ptp(part) > 0 and not unknown.name.endswith(" spread"):
            below = np.sum(np.array(part) < truth[unknown])
            ties = np.sum(np.array(part) == truth[unknown])
            ranks[f"{kind} {unknown.what} {unknown.name}"] = int(
                below + stream.integers(0, ties + 1)
            )
    return ranks


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 208
    for war, kinds in KINDS.items():
        began, tasks = time.perf_counter(), []
        for kind in kinds:
            truths, figures, layout = draw_wars(war, kind, count)
            for number in range(count):
                truth = {unknown: float(part[number]) for unknown, part in truths.items()}
                tasks.append((war, kind, number, figures[:, number], truth, layout.rows.id))
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            found = list(pool.map(rank, tasks, chunksize=4))
        names = sorted({name for ranks in found for name in ranks})
        table = np.array([[ranks[name] for ranks in found if name in ranks] for name in names])
        if target := os.environ.get("KADESH_BENCHMARK_TABLE"):
            pd.DataFrame(table, index=names).to_csv(f"{target}-{war}.csv")
        furthest = rank_distance(table, DRAWS)
        limit = joint_limit(*table.shape, DRAWS)
        worst = sorted(zip(furthest.round(2).tolist(), names, strict=True), reverse=True)[:6]
        print(json.dumps({
            "war": war, "replicates": count, "unknowns": len(names),
            "largest_distance": round(float(furthest.max()), 2), "joint_99": round(limit, 2),
            "inside": bool(furthest.max() <= limit), "furthest": worst,
            "seconds": round(time.perf_counter() - began),
        }), flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
