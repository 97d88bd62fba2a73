"""The hand-written C loop (campaign.c), compiled here and called through ctypes."""

import ctypes
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from . import packed
from .packed import Packed, pack
from .shared import Luck, Plain

LANES = 16
FLAGS = ("-O3", "-march=native", "-mprefer-vector-width=512", "-ffast-math", "-std=gnu11")


def available() -> bool:
    """Whether there is a C compiler."""
    return shutil.which("cc") is not None


class _Luck(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_void_p) for name in ("ground", "choice", "losses", "aid", "operation")
    )


@cache
def _library(sectors: int) -> ctypes.CDLL:
    names = {"SECTORS": sectors, "LANES": LANES}
    for letter in "XQP":
        rows = getattr(packed, letter)
        names |= {f"{letter}_{name}": row for name, row in rows.items()}
        names[f"{letter}_ROWS"] = getattr(packed, f"{letter}_ROWS")
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "campaign.so"
        source = Path(__file__).with_name("campaign.c")
        defined = [f"-D{name}={value}" for name, value in names.items()]
        wanted = ["cc", *FLAGS, "-shared", "-fPIC", *defined, str(source), "-o", str(library)]
        subprocess.run(wanted, check=True)
        return ctypes.CDLL(str(library))


def _address(values: np.ndarray) -> ctypes.c_void_p:
    assert values.flags.c_contiguous
    return values.ctypes.data_as(ctypes.c_void_p)


def _work(at: Packed, first: int, last: int, weeks: int, seed: int, luck: Luck | None) -> None:
    runs = at.q.shape[-1]
    assert not (last - first) % LANES
    given = None
    if luck is not None:
        given = ctypes.byref(_Luck(*(_address(getattr(luck, f[0])) for f in _Luck._fields_)))
    _library(len(at.area_km2)).campaign(
        *map(_address, (at.x, at.q, at.p, at.area_km2, at.home, at.beside)),
        ctypes.c_long(runs),
        ctypes.c_long(first),
        ctypes.c_long(last),
        ctypes.c_int(weeks),
        ctypes.c_uint64(seed),
        given,
    )


def run(
    start: Plain, weeks: int, seed: int, luck: Luck | None = None, threads: int = 1
) -> dict[str, np.ndarray]:
    """Held ground and losses after so many weeks; the number of runs is a multiple of `LANES`."""
    at = pack(start)
    runs = start.runs
    if threads == 1:
        _work(at, 0, runs, weeks, seed, luck)
    else:
        cuts = [runs // LANES * i // threads * LANES for i in range(threads + 1)]
        with ThreadPoolExecutor(threads) as pool:
            # ctypes lets go of the interpreter's lock while the loop runs.
            jobs = [pool.submit(_work, at, *pair, weeks, seed, luck) for pair in pairwise(cuts)]
            for job in jobs:
                job.result()
    return at.ends()
