"""Campaigns per second against the same model in NumPy, Numba, C and Mesa.

    python benchmarks/campaign_speed.py [--short]

12 sectors x 2 sides x 130 weeks with every mechanism on, from the same start; the peers are in
`campaign_peers/`. Before anybody is timed, each peer must give Kadesh's own runs again, without
chance and with Kadesh's luck, and with luck of its own the same ensemble; if one does not, the
script stops there. Then all are timed in turns in one run: CPU seconds of the whole process on one
core, least of several turns, compilation not counted; then all cores, by the clock. One line of
JSON each. Mesa and a C compiler may be missing, and the lines then say so; Mesa is in the extra
`bench`: pip install "kadesh[bench]".
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from typing import Any

import numpy as np

from campaign import SECTORS, WEEKS, war_of
from campaign_peers import c_model, numba_model, numpy_model, shared
from kadesh.dynamics import simulate
from kadesh.dynamics.advance import advance
from kadesh.dynamics.state import CampaignParams, CampaignState

AGREEMENT = 3e-5
"""Of a sector's area, and of losses: about 500 roundings of single precision. Another order of
additions and another polynomial for exp differ by a rounding or two a week, and weeks add up."""
SAME_RUNS = 0.95
"""Part of the runs with the same luck that must agree so closely. A chance within a rounding of its
threshold sends an operation elsewhere, and so the whole run; and where every sector of a side has
what it needs but for a rounding, the rounding says where its reserves go."""
STANDARD_ERRORS = 4.0
MESA = find_spec("mesa") is not None

Ends = dict[str, np.ndarray]


def peers() -> dict[str, Callable[..., Ends] | None]:
    """The peers' `run`, by name; None where one cannot be run here."""
    found: dict[str, Callable[..., Ends] | None] = {
        "NumPy": numpy_model.run,
        "Numba": numba_model.run,
        "C": c_model.run if c_model.available() else None,
        "Mesa": None,
    }
    if MESA:
        from campaign_peers import mesa_model

        found["Mesa"] = mesa_model.run
    return found


def kadesh_ends(state: CampaignState, params: CampaignParams, seed: int) -> Ends:
    """What Kadesh's runs come to after `WEEKS`."""
    orders = np.zeros((WEEKS, 2, SECTORS), np.float32)
    end = advance(state, params, orders, seed=seed, stream=shared.STREAM)
    return {"held_km2": end.held_km2, "losses_persons": end.losses_persons}


def say(**line: Any) -> None:
    print(json.dumps(line), flush=True)


def check_runs(name: str, run: Callable[..., Ends], runs: int) -> None:
    """The peer gives Kadesh's runs again, without chance and with its luck, or an error."""
    seed = 7
    state, params = shared.start(runs, 1)
    luck = shared.luck(params, seed)
    area = np.asarray(params.geography.area_km2)[:, None]
    for what, start, enough in (
        ("without chance", shared.without_chance(state, params), 1.0),
        ("Kadesh's luck", (state, params), SAME_RUNS),
    ):
        ours = kadesh_ends(*start, seed)
        theirs = run(shared.plain(*start), WEEKS, seed, luck)
        held = np.abs(theirs["held_km2"] - ours["held_km2"]) / area
        losses = np.abs(theirs["losses_persons"] / ours["losses_persons"] - 1.0)
        far = np.maximum(held.max(axis=0), losses.max(axis=0))
        agreeing = float(np.mean(far <= AGREEMENT))
        say(
            check=f"{name}, {what}: the same runs",
            runs=runs,
            agreeing=agreeing,
            median_difference=float(f"{np.median(far):.2g}"),
            largest_difference=float(f"{far.max():.2g}"),
        )
        if agreeing < enough:
            raise SystemExit(f"{name} is not the same model: nothing is timed")


def totals(ends: Ends) -> dict[str, np.ndarray]:
    """The numbers of a run whose ensembles are compared."""
    return {
        "held_km2": ends["held_km2"].sum(axis=0, dtype=np.float64),
        "losses_of_first_side": ends["losses_persons"][0].astype(np.float64),
        "losses_of_second_side": ends["losses_persons"][1].astype(np.float64),
    }


def check_ensemble(name: str, run: Callable[..., Ends], runs: int, ours: Ends) -> None:
    """With luck of its own the peer's ensemble has Kadesh's means and deviations, or an error.

    Run r has the same parameters with both, so that differences are taken run by run.
    """
    state, params = shared.start(len(ours["held_km2"][0]), 2)
    theirs = totals(run(shared.plain(state, params).cut(0, runs), WEEKS, 5))
    for quantity, values in totals(ours).items():
        x, y = values[:runs], theirs[quantity]
        spread = [(v - v.mean()) ** 2 / (2.0 * v.std()) for v in (x, y)]
        error = np.sqrt(runs)
        of_mean = (y.mean() - x.mean()) / ((y - x).std() / error)
        of_deviation = (y.std() - x.std()) / ((spread[1] - spread[0]).std() / error)
        say(
            check=f"{name}, luck of its own: {quantity}",
            runs=runs,
            mean=[round(x.mean()), round(y.mean())],
            standard_deviation=[round(x.std()), round(y.std())],
            standard_errors_apart=[round(of_mean, 1), round(of_deviation, 1)],
        )
        if max(abs(of_mean), abs(of_deviation)) > STANDARD_ERRORS:
            raise SystemExit(f"{name} has another ensemble: nothing is timed")


def in_turns(turns: int, clock: Callable[[], float], jobs: Sequence[Callable[[], Any]]) -> Any:
    """Least time of each job over several turns, after one that is not counted."""
    least = [float("inf")] * len(jobs)
    for turn in range(turns + 1):
        for which, job in enumerate(jobs):
            began = clock()
            job()
            if turn:
                least[which] = min(least[which], clock() - began)
    return least


def kadesh_jobs(
    state: CampaignState, params: CampaignParams, workers: int
) -> dict[str, Callable[[], Any]]:
    """Kadesh as it is called: ends only, with weekly records, and with its data set."""
    runs = state.held_km2.shape[-1]
    orders = np.zeros((WEEKS, 2, SECTORS), np.float32)
    war = war_of(SECTORS)
    held = {f"sector-{i:02d}": 4000.0 for i in range(SECTORS)}
    return {
        "Kadesh": partial(advance, state, params, orders, seed=3, stream="speed", workers=workers),
        "Kadesh, with weekly records": partial(
            advance,
            state,
            params,
            orders,
            seed=3,
            stream="speed",
            keep=lambda *_: None,
            workers=workers,
        ),
        "Kadesh, simulate with its data set": partial(
            simulate,
            war,
            held,
            weeks=WEEKS,
            runs=runs,
            seed=3,
            as_of=shared.START,
            workers=workers,
        ),
    }


def one_core(runs: int, slow_runs: int, turns: int) -> None:
    """Everybody on one core: CPU seconds."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    state, params = shared.start(runs, 3)
    start = shared.plain(state, params)
    jobs: dict[str, tuple[int, Callable[[], Any]]] = {
        name: (runs, job) for name, job in kadesh_jobs(state, params, 1).items()
    }
    for name, run in peers().items():
        if run is not None:
            count = slow_runs if name == "Mesa" else runs
            jobs[name] = count, partial(run, start.cut(0, count), WEEKS, 4)
    least = in_turns(turns, time.process_time, [job for _, job in jobs.values()])
    speed = {
        name: count / seconds
        for (name, (count, _)), seconds in zip(jobs.items(), least, strict=True)
    }
    ours = speed["Kadesh"]
    for name, run in peers().items():
        if run is None:
            say(peer=name, cores=1, trajectories_per_s=None, note="not installed")
    for name, value in speed.items():
        say(
            peer=name,
            cores=1,
            trajectories_per_s=round(value),
            times_kadesh=round(value / ours, 3),
        )
    best = max((speed["NumPy"], "NumPy"), (speed["Numba"], "Numba"))
    goals = [(f"the best of NumPy and Numba ({best[1]})", best[0], 1.5)]
    goals += [("C", speed["C"], 0.78)] if "C" in speed else []
    goals += [("Mesa", speed["Mesa"], 150.0)] if "Mesa" in speed else []
    for name, value, goal in goals:
        ratio = ours / value
        say(goal=f"{goal:g} times {name}", measured=round(ratio, 3), met=ratio >= goal)


def all_cores(runs: int, turns: int) -> None:
    """One worker and two, by the clock."""
    state, params = shared.start(runs, 3)
    start = shared.plain(state, params)
    jobs: dict[str, Callable[[], Any]] = {}
    for workers in (1, 2):
        for name, job in kadesh_jobs(state, params, workers).items():
            jobs[f"{name}|{workers}"] = job
        for name in ("Numba", "C"):
            run = peers()[name]
            if run is not None:
                jobs[f"{name}|{workers}"] = partial(run, start, WEEKS, 4, threads=workers)
    least = dict(zip(jobs, in_turns(turns, time.perf_counter, list(jobs.values())), strict=True))
    for name in [key.removesuffix("|1") for key in jobs if key.endswith("|1")]:
        scale = least[f"{name}|1"] / least[f"{name}|2"]
        line = {"peer": name, "cores": 2, "trajectories_per_s": round(runs / least[f"{name}|2"])}
        line["times_one_core"] = round(scale, 2)
        if name == "Kadesh":
            line |= {"goal": 1.8, "met": scale >= 1.8}
        say(**line)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="few runs: to see that it works")
    parser.add_argument("--child", choices=("one", "all"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    runs, slow_runs, turns = (512, 8, 1) if asked.short else (4096, 40, 15)
    if asked.child == "one":
        one_core(runs, slow_runs, turns)
        return
    if asked.child == "all":
        all_cores(runs, turns)
        return
    state, params = shared.start(runs, 2)
    ours = kadesh_ends(state, params, 6)
    for name, run in peers().items():
        if run is None:
            say(check=name, note="not installed")
            continue
        is_slow = name == "Mesa"
        check_runs(name, run, slow_runs if is_slow else 512)
        check_ensemble(name, run, 10 * slow_runs if is_slow else runs, ours)
    say(load=os.getloadavg(), cpus=os.cpu_count(), runs=runs, turns=turns)
    one_thread = {"OMP_NUM_THREADS": "1"}
    for child, settings in (("one", one_thread), ("all", {})):
        command = [sys.executable, __file__, f"--child={child}"]
        command += ["--short"] if asked.short else []
        subprocess.run(command, env=os.environ | settings, check=True)


if __name__ == "__main__":
    main()
