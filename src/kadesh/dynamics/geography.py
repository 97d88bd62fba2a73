"""Which sectors lie beside each other, from the map units of a war folder."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from kadesh.war import War

Vertex = tuple[float, float]


@lru_cache(maxsize=8)
def neighbour_matrix(war: War) -> Float[np.ndarray, "sector sector"]:
    """1 where two sectors are the same or share a border, else 0.

    Two sectors share a border if their units in `sectors.geojson` share at least two vertices (the
    units of a gap-free map repeat the vertices of a common border). A sector without units on the
    map, or a war without a map, lies beside every other: nothing is then out of reach.
    """
    vertices: dict[str, set[Vertex]] = {name: set() for name in war.sector_ids}
    path = Path(war.folder) / "sectors.geojson"
    if path.is_file():
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            sector = feature["properties"].get("sector")
            if sector in vertices:
                vertices[sector] |= _vertices(feature["geometry"]["coordinates"])
    return np.array(
        [
            [_beside(vertices[one], vertices[another]) for another in war.sector_ids]
            for one in war.sector_ids
        ],
        dtype=np.float64,
    )


def _beside(one: set[Vertex], another: set[Vertex]) -> bool:
    return not one or not another or len(one & another) >= 2


def _vertices(coordinates: Any) -> set[Vertex]:
    if isinstance(coordinates[0], int | float):
        return {(float(coordinates[0]), float(coordinates[1]))}
    return set().union(*(_vertices(part) for part in coordinates))
