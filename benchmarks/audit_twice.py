"""Seconds and peak memory of `kadesh audit` with an empty cache, and again with a full one.

Also says whether both runs gave the same bytes.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = str(Path(sys.executable).with_name("kadesh"))


def run(cache: Path, out: Path) -> float:
    began = time.perf_counter()
    subprocess.run(
        [COMMAND, "audit", "ukraine-2022", "kursk-incursion-2024", "-o", str(out)],
        env={**os.environ, "KADESH_CACHE": str(cache)},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        cache, first, second = (Path(folder) / name for name in ("cache", "first", "second"))
        cold = run(cache, first)
        warm = run(cache, second)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        same = (first / "audit.json").read_bytes() == (second / "audit.json").read_bytes()
    found = {"cold_s": round(cold, 1), "warm_s": round(warm, 1), "peak_mib": round(peak)}
    print(json.dumps({**found, "same_bytes": same}))


if __name__ == "__main__":
    main()
