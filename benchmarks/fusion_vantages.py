"""Time and memory of the reconstruction at the vantage dates of one audit, on one core.

    python benchmarks/fusion_vantages.py [war]

First all dates from nothing, then again from the cache. Monthly from the third month of the war on,
and the dates that the first article needs.
"""

import os
import resource
import sys
import tempfile
import time
from datetime import date

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["KADESH_CACHE"] = tempfile.mkdtemp(prefix="kadesh-benchmark-")

from kadesh.fusion import reconstruct
from kadesh.fusion.fit.ladder import rungs
from kadesh.war import load_war


def main() -> None:
    war = load_war(sys.argv[1] if len(sys.argv) > 1 else "ukraine-2022")
    special = [date(2022, 11, 11), date(2024, 8, 5), date(2024, 8, 31), date(2025, 6, 30)]
    inside = [day for day in special if war.start <= day <= war.end]
    dates = sorted({*rungs(war.start, war.end)[1:], *inside})
    for turn in ("fresh", "cached"):
        wall, processor = time.perf_counter(), time.process_time()
        made = reconstruct(war, dates)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
        print(f"{turn}: {len(made)} dates, {wall:.1f} s wall, {processor:.1f} s processor")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"peak memory {peak:.2f} GB")
    for day in (dates[0], dates[len(dates) // 2], dates[-1]):
        print(day, made[day].diagnostics["convergence"])


if __name__ == "__main__":
    main()
