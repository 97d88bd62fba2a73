"""Campaigns per second, cold and warm: 12 sectors x 2 sides x 130 weeks.

    python benchmarks/campaign.py [--runs 4096] [--workers 1]

Prints one JSON line: seconds from import to the end of the first 256 runs, in a process with an
empty and with a filled cache of compiled programmes, trajectories per second once warm, and peak
memory.
"""

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

WEEKS = 130
SECTORS = 12


def war_of(sectors: int) -> object:
    """The bundled war's assumptions on a made-up map of equal sectors."""
    from dataclasses import replace

    from kadesh.war import load_war

    war = load_war("ukraine-2022")
    model = war.sectors[0]
    made_up = tuple(
        model.model_copy(
            update={
                "id": f"sector-{i:02d}",
                "home": war.side_ids[i % 3 > 0],
                "area_km2": 27_000.0,
                "held_before_km2": 0.0,
            }
        )
        for i in range(sectors)
    )
    return replace(war, sectors=made_up, folder=Path("/nowhere"))


def once(runs: int, workers: int) -> dict[str, float]:
    """Time this process: first block, then `runs` campaigns."""
    began = time.perf_counter()
    from kadesh.dynamics import simulate

    war = war_of(SECTORS)
    held = {f"sector-{i:02d}": 4000.0 for i in range(SECTORS)}
    given = {"weeks": WEEKS, "seed": 1, "as_of": date(2024, 1, 7), "workers": workers}
    simulate(war, held, runs=256, **given)
    first = time.perf_counter() - began
    began = time.perf_counter()
    simulate(war, held, runs=runs, **given)
    warm = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "first_block_s": round(first, 2),
        "warm_s": round(warm, 2),
        "trajectories_per_s": round(runs / warm),
        "peak_mib": round(peak),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=4096)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        print(json.dumps(once(asked.runs, asked.workers)))
        return
    with tempfile.TemporaryDirectory() as cache:
        measured = {}
        for name in ("cold", "warm_cache"):
            child = subprocess.run(
                [
                    sys.executable,
                    __file__,
                    "--child",
                    f"--runs={asked.runs}",
                    f"--workers={asked.workers}",
                ],
                env=os.environ | {"KADESH_CACHE": cache},
                capture_output=True,
                check=True,
                text=True,
            )
            measured[name] = json.loads(child.stdout.splitlines()[-1])
    machine = {"cpus": os.cpu_count(), "python": platform.python_version()}
    print(json.dumps({"runs": asked.runs, "workers": asked.workers, **measured, **machine}))


if __name__ == "__main__":
    main()
