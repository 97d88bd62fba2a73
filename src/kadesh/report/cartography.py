"""The map: outlines on an equal-area plane, drawn once and classed by who claims what.

Neutral by construction: a unit is coloured by who holds its sector, never by the state a file
puts it in; borders of land that two states claim are drawn dashed, whoever is recognised.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from jaxtyping import Bool, Float

from kadesh.equal_area import albers

WIDTH: Final = 2000
"""Units of the drawing from left to right; coordinates are whole numbers."""
MARGIN: Final = 0.05
Point = tuple[int, int]
Ring = list[Point]


@dataclass(frozen=True)
class Unit:
    """One unit of the map, in drawing coordinates."""

    iso: str
    name: str
    sector: str | None
    recognised: str
    claimed: str | None
    rings: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True)
class Drawing:
    """A map ready to be written: units, borders by class, and where labels fit."""

    height: int
    units: tuple[Unit, ...]
    borders: dict[str, str]
    """Class (outline, claimed, state, sector, unit): path data."""
    labels: dict[str, Point]
    """Sector id: the place in it farthest from its edges."""


def draw(features: Sequence[Mapping[str, Any]]) -> Drawing | None:
    """The map of a FeatureCollection's features; None where no unit lies in a sector."""
    framed = [f for f in features if f["properties"].get("sector")]
    if not framed:
        return None
    corners = np.concatenate([np.asarray(ring, float) for f in framed for ring in _rings(f)])
    (west, south), (east, north) = corners.min(axis=0)[:2], corners.max(axis=0)[:2]
    centre = ((west + east) / 2, (south + north) / 2)
    parallels = (south + (north - south) / 6, north - (north - south) / 6)

    def project(ring: Sequence[Sequence[float]]) -> Float[np.ndarray, "point 2"]:
        points = np.asarray(ring, float)
        return albers(points[:, 0], points[:, 1], centre=centre, parallels=parallels)

    frame = np.concatenate([project(ring) for f in framed for ring in _rings(f)])
    low, high = frame.min(axis=0), frame.max(axis=0)
    pad = MARGIN * float((high - low).max())
    scale = WIDTH / float(high[0] - low[0] + 2 * pad)
    height = round(float(high[1] - low[1] + 2 * pad) * scale)

    def place(ring: Sequence[Sequence[float]]) -> tuple[Point, ...]:
        points = project(ring)
        x = np.rint((points[:, 0] - low[0] + pad) * scale).astype(int)
        y = np.rint((high[1] - points[:, 1] + pad) * scale).astype(int)
        return _without_repeats(zip(x.tolist(), y.tolist(), strict=True))

    units = [_unit(f["properties"], tuple(place(ring) for ring in _rings(f))) for f in features]
    seen = sorted((u for u in units if _visible(u, height)), key=lambda unit: unit.iso)
    return Drawing(height, tuple(seen), _borders(seen), _labels(seen))


def path(rings: Iterable[Sequence[Point]], *, closed: bool = True) -> str:
    """Rings or lines as path data, in short relative steps."""
    parts = []
    for ring in rings:
        points = ring[:-1] if closed and ring[0] == ring[-1] else ring
        steps = [
            f"{x - before_x},{y - before_y}" for (before_x, before_y), (x, y) in pairwise(points)
        ]
        lines = f"l{' '.join(steps)}" if steps else ""
        parts.append(f"M{points[0][0]},{points[0][1]}{lines}{'z' if closed else ''}")
    return "".join(parts)


def _rings(feature: Mapping[str, Any]) -> list[list[list[float]]]:
    geometry = feature["geometry"]
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return [ring for polygon in polygons for ring in polygon]


def _without_repeats(points: Iterable[Point]) -> tuple[Point, ...]:
    kept: Ring = []
    for point in points:
        if not kept or kept[-1] != point:
            kept.append(point)
    return tuple(kept)


def _unit(properties: Mapping[str, Any], rings: tuple[tuple[Point, ...], ...]) -> Unit:
    return Unit(
        iso=str(properties["iso"]),
        name=str(properties["name"]),
        sector=properties.get("sector"),
        recognised=str(properties.get("recognised")),
        claimed=properties.get("also_claimed_by"),
        rings=tuple(ring for ring in rings if len(ring) > 3),
    )


def _visible(unit: Unit, height: int) -> bool:
    points = [point for ring in unit.rings for point in ring]
    if not points:
        return False
    xs, ys = zip(*points, strict=True)
    return bool(max(xs) > 0 and min(xs) < WIDTH and max(ys) > 0 and min(ys) < height)


def _edges(unit: Unit) -> Iterable[tuple[Point, Point]]:
    for ring in unit.rings:
        for start, end in pairwise(ring):
            yield (start, end) if start < end else (end, start)


def _borders(units: Sequence[Unit]) -> dict[str, str]:
    """Every border once, classed by what it divides."""
    beside: dict[tuple[Point, Point], list[Unit]] = defaultdict(list)
    for unit in units:
        for edge in _edges(unit):
            beside[edge].append(unit)
    classed: dict[str, list[tuple[Point, Point]]] = defaultdict(list)
    for edge, both in sorted(beside.items(), key=lambda item: item[0]):
        classed[_border_class(both)].append(edge)
    return {name: path(_chains(classed[name]), closed=False) for name in sorted(classed)}


def _border_class(beside: Sequence[Unit]) -> str:
    first, second = beside[0], beside[-1]
    if len(beside) == 1:
        return "outline"
    if first.claimed != second.claimed:
        return "claimed"
    if first.recognised != second.recognised:
        return "state"
    return "sector" if first.sector != second.sector else "unit"


def _chains(edges: Sequence[tuple[Point, Point]]) -> list[Ring]:
    """Edges joined end to end into as few lines as a greedy walk gives."""
    ways: dict[Point, list[Point]] = defaultdict(list)
    for start, end in edges:
        ways[start].append(end)
        ways[end].append(start)
    chains = []
    for origin in sorted(ways, key=lambda point: (len(ways[point]) % 2 == 0, point)):
        while ways[origin]:
            chain, here = [origin], origin
            while ways[here]:
                there = ways[here].pop()
                ways[there].remove(here)
                chain.append(there)
                here = there
            chains.append(chain)
    return chains


def _labels(units: Sequence[Unit]) -> dict[str, Point]:
    sectors: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.sector:
            sectors[unit.sector].append(unit)
    return {name: _middle(members) for name, members in sorted(sectors.items())}


def _middle(members: Sequence[Unit]) -> Point:
    """The grid point inside the units' union that is farthest from its edge."""
    counts: dict[tuple[Point, Point], int] = defaultdict(int)
    for unit in members:
        for edge in _edges(unit):
            counts[edge] += 1
    rim = np.array([edge for edge, count in sorted(counts.items()) if count == 1], float)
    low, high = rim.min(axis=(0, 1)), rim.max(axis=(0, 1))
    steps = (np.arange(24) + 0.5) / 24
    xs, ys = np.meshgrid(low[0] + steps * (high[0] - low[0]), low[1] + steps * (high[1] - low[1]))
    points = np.stack([xs.ravel(), ys.ravel()], axis=1)
    inside = points[_inside(points, rim)]
    distance = _distance(inside, rim)
    x, y = inside[int(np.argmax(distance))]
    return round(x), round(y)


def _inside(
    points: Float[np.ndarray, "point 2"], rim: Float[np.ndarray, "edge 2 2"]
) -> Bool[np.ndarray, " point"]:
    """Whether a ray to the right crosses the rim an odd number of times."""
    (x, y), (start, end) = points.T[:, :, None], rim.transpose(1, 2, 0)
    spans = (start[1] > y) != (end[1] > y)
    rise = np.where(end[1] == start[1], 1, end[1] - start[1])
    crossing = start[0] + (y - start[1]) * (end[0] - start[0]) / rise
    inside: Bool[np.ndarray, " point"] = (spans & (x < crossing)).sum(axis=1) % 2 == 1
    return inside


def _distance(
    points: Float[np.ndarray, "point 2"], rim: Float[np.ndarray, "edge 2 2"]
) -> Float[np.ndarray, " point"]:
    """Distance of each point to the nearest edge of the rim."""
    start, along = rim[:, 0], rim[:, 1] - rim[:, 0]
    offset = points[:, None] - start
    part = np.clip((offset * along).sum(-1) / (along**2).sum(-1), 0, 1)
    nearest: Float[np.ndarray, " point"] = np.linalg.norm(
        offset - part[..., None] * along, axis=-1
    ).min(axis=1)
    return nearest
