"""How long 500 daily map files take: realistic in size, on one process and on two.

The files are made here: a front of many corners across the sectors of `ukraine-2022`, moved and
roughened a little from day to day, as polygons of land held before the war, some dozens of held,
unknown and taken-back ones, and points that an importer passes over. A file of the archive of July
2022 has 332 KB, about 10,000 corners; the key dates simplified to 0.4 km have 2,000.
"""

import json
import resource
import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from kadesh.importers import import_files
from kadesh.war import load_war

FILES = 500
CORNERS = 12_000
PIECES = 90


def ring(rng: np.random.Generator, x: float, y: float, size: float, corners: int) -> list[Any]:
    """A rough closed line about a place."""
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    steps = np.cumsum(rng.normal(0, 1, corners))
    rough = 1 + 0.004 * (steps - np.linspace(0, steps[-1], corners))
    radius = size * np.clip(rough, 0.5, 1.5)
    points = np.stack([x + 1.5 * radius * np.cos(angle), y + radius * np.sin(angle)], axis=1)
    closed = np.concatenate([points, points[:1]]).round(7)
    return [[*point, 0] for point in closed.tolist()]


def day_file(day: int) -> dict[str, Any]:
    """The map of a day."""
    rng = np.random.default_rng(day // 20)
    features: list[dict[str, Any]] = []

    def add(name: str, *rings: list[Any]) -> None:
        geometry = {"type": "Polygon", "coordinates": list(rings)}
        properties = {"name": name, "stroke": "#a52714", "fill-opacity": 0.3, "styleHash": "3cf5"}
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})

    add("/// geoJSON.territories.crimea", ring(rng, 34.3, 45.3, 0.8, CORNERS // 8))
    add("/// geoJSON.territories.ordlo", ring(rng, 38.6, 48.2, 0.7, CORNERS // 8))
    add("/// geoJSON.status.occupied", ring(rng, 37.6 - day / 2000, 47.9, 0.9, CORNERS // 3))
    for piece in range(PIECES):
        kind = ("unknown", "dismissed", "occupied")[piece % 3]
        x, y = rng.uniform(31, 39), rng.uniform(46.5, 51.5)
        corners = CORNERS * 5 // 12 // PIECES
        add(f"/// geoJSON.status.{kind}", ring(rng, x, y, rng.uniform(0.02, 0.15), corners))
    for _ in range(400):
        place = [rng.uniform(31, 39), rng.uniform(46, 52), 0]
        geometry = {"type": "Point", "coordinates": place}
        properties = {"name": "unit", "description": "x" * 60}
        features.append({"type": "Feature", "geometry": geometry, "properties": properties})
    return {"type": "FeatureCollection", "features": features}


def processor_s() -> float:
    """Processor seconds of this process and of those it started."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(entry.ru_utime + entry.ru_stime for entry in used)


def main() -> None:
    """Make the files, import them twice with each number of processes, print one line."""
    with tempfile.TemporaryDirectory() as place:
        maps = Path(place) / "maps"
        maps.mkdir()
        first = datetime(2023, 1, 1, 12, tzinfo=UTC)
        size = 0
        for day in range(FILES):
            path = maps / f"{int((first + timedelta(days=day)).timestamp())}.geojson"
            path.write_text(json.dumps(day_file(day), separators=(",", ":")))
            size += path.stat().st_size
        bundled = load_war("ukraine-2022").folder
        seconds, processor = {}, {}
        for jobs in (1, 2):
            war = Path(place) / f"war-{jobs}"
            shutil.copytree(bundled, war)
            begin, spent = time.perf_counter(), processor_s()
            done = import_files("deepstate", [maps], war, every="day", may_replace=True, jobs=jobs)
            seconds[jobs] = round(time.perf_counter() - begin, 1)
            processor[jobs] = round(processor_s() - spent, 1)
            assert done.read == FILES, done.skipped[:3]
        again = import_files("deepstate", [maps], war, every="day", jobs=2)
        assert again.merged.added == again.merged.replaced == 0
        figures = done.merged.added + done.merged.replaced + done.merged.unchanged
    result = {
        "files": FILES,
        "kilobytes_a_file": round(size / FILES / 1e3),
        "figures": figures,
        "seconds_one_process": seconds[1],
        "seconds_two_processes": seconds[2],
        "processor_s_one_process": processor[1],
        "processor_s_two_processes": processor[2],
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
