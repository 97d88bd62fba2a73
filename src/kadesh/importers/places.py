"""Which sector a place or a piece of land lies in, by the map units of a war folder.

A map maker's coast and border are never those of `sectors.geojson`, which is simplified: cut at the
unit's own line, one and a half percent of the land held in `ukraine-2022` would lie in no sector.
Land within REACH_KM of a sector therefore belongs to the nearest one; farther out, to none.
All is reckoned on an equal-area plane in km.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from jaxtyping import Float
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from kadesh.equal_area import to_plane_km
from kadesh.errors import InputErrors, Mistake
from kadesh.war import War
from kadesh.war.files import read_text
from kadesh.war.folder import MAP_FILE, MAX_MAP_MEGABYTES

REACH_KM: Final = 30.0
_STEP_KM: Final = 2.0
"""Distance of the points on a sector's rim between which the nearest sector is decided."""
_EDGE_DEGREES: Final = 0.1
"""Longest edge that is projected as a straight line: it then bulges by less than 10 m."""

EMPTY: Final = shapely.Polygon()


@dataclass(frozen=True)
class Plane:
    """An equal-area plane that suits the war's map."""

    centre: tuple[float, float]
    parallels: tuple[float, float]

    def of(self, geometry: BaseGeometry) -> BaseGeometry:
        """A geometry in degrees, in km. An edge is straight in degrees, as GeoJSON says."""

        def transform(points: Float[np.ndarray, "point 2"]) -> Float[np.ndarray, "point 2"]:
            return to_plane_km(points, centre=self.centre, parallels=self.parallels)

        return shapely.transform(shapely.segmentize(geometry, _EDGE_DEGREES), transform)


@dataclass(frozen=True)
class Places:
    """The sectors of a war on a plane."""

    plane: Plane
    own: Mapping[str, BaseGeometry]
    """Sector: its map units."""
    reach: Mapping[str, BaseGeometry]
    """Sector: its map units, and the land and water that is nearest to it among all sectors."""
    other: BaseGeometry
    """Map units that lie in no sector."""

    def of(self, sectors: Iterable[str]) -> Mapping[str, BaseGeometry]:
        """The reach of these sectors where the others do not count."""
        return _with_nearest({sector: self.own[sector] for sector in sorted(sectors)})

    def sector_of(self, longitude: float, latitude: float) -> str:
        """The sector in whose reach a place lies and that is no other unit's; or nothing."""
        point = self.plane.of(shapely.Point(longitude, latitude))
        inside = [sector for sector, land in self.own.items() if land.covers(point)]
        if not inside and not self.other.covers(point):
            inside = [sector for sector, land in self.reach.items() if land.covers(point)]
        return min(inside, default="")


def places_of(war: War) -> Places:
    """The sectors of a war.

    Raises:
        InputErrors: the war has no map, or units of it that cannot be read.
    """
    path = war.folder / MAP_FILE
    if not path.is_file():
        expected = "this file to exist: it says which land lies in which sector"
        remedy = "Add a map with the units of the sectors"
        raise InputErrors([Mistake(str(path), 0, 0, "file", "", expected, remedy)])
    features = json.loads(read_text(path, MAX_MAP_MEGABYTES))["features"]
    units: dict[str, list[BaseGeometry]] = {sector: [] for sector in war.sector_ids}
    units[""] = []
    for position, feature in enumerate(features):
        sector = war.map_units.get(feature["properties"]["iso"], "")
        units[sector].append(_unit(feature, f"features[{position}].geometry", str(path)))
    bare = [sector for sector in war.sector_ids if not units[sector]]
    if bare:
        expected, remedy = f"a unit of the sector {bare[0]}", "Add it to the map"
        raise InputErrors([Mistake(str(path), 1, 1, "features", "", expected, remedy)])
    drawn = shapely.union_all([unit for sector in war.sector_ids for unit in units[sector]])
    west, south, east, north = drawn.bounds
    sixth = (north - south) / 6
    plane = Plane(((west + east) / 2, (south + north) / 2), (south + sixth, north - sixth))
    land = {
        sector: shapely.make_valid(shapely.union_all([plane.of(unit) for unit in found]))
        for sector, found in units.items()
    }
    other = land.pop("")
    return Places(plane, land, _with_nearest(land), other)


def _unit(feature: Mapping[str, Any], name: str, file: str) -> BaseGeometry:
    try:
        return shapely.make_valid(shapely.geometry.shape(feature["geometry"]))
    except (KeyError, TypeError, ValueError, AttributeError, GEOSException):
        expected, remedy = "a GeoJSON polygon in degrees", "Mend the unit"
        raise InputErrors([Mistake(file, 1, 1, name, "", expected, remedy)]) from None


def _with_nearest(own: Mapping[str, BaseGeometry]) -> dict[str, BaseGeometry]:
    """Each sector with what lies within REACH_KM of the sectors and nearest to it."""
    land = shapely.union_all(list(own.values()))
    rim = shapely.boundary(land)
    points, owners = [], []
    for number, sector in enumerate(own.values()):
        outer = shapely.intersection(shapely.boundary(sector), rim)
        found = shapely.get_coordinates(shapely.segmentize(outer, _STEP_KM))
        points.append(found)
        owners.append(np.full(len(found), number))
    unique, first = np.unique(np.concatenate(points), axis=0, return_index=True)
    owner = np.concatenate(owners)[first]
    around = shapely.buffer(land, REACH_KM)
    diagram = shapely.voronoi_polygons(
        shapely.MultiPoint(unique), extend_to=shapely.box(*around.bounds)
    )
    cells = shapely.get_parts(diagram)
    cell, inside = shapely.STRtree(shapely.points(unique)).query(cells, predicate="contains")
    outside = shapely.difference(around, land)
    return {
        sector: shapely.union_all(
            [
                own[sector],
                shapely.intersection(
                    shapely.union_all(cells[cell[owner[inside] == number]]), outside
                ),
            ]
        )
        for number, sector in enumerate(own)
    }
