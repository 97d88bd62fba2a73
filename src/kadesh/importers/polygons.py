"""GeoJSON that somebody else wrote: polygons with their properties, in degrees, repaired.

A polygon that crosses itself is repaired (`make_valid`: every part that the line encloses counts).
What is not repaired is named: broken or truncated JSON, another coordinate system, coordinates
that are not degrees, a file without a polygon. An empty map is no map, not a map of nothing.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from kadesh.errors import InputErrors, Mistake
from kadesh.war.files import mistake, read_text

MAX_MEGABYTES: Final = 50
_DEGREES: Final = ("crs84", "epsg:4326", "epsg::4326", "wgs84", "wgs 84")


@dataclass(frozen=True)
class Piece:
    """One polygon feature of a file."""

    number: int
    """Its place among the features, from 0."""
    properties: dict[str, Any]
    shape: BaseGeometry
    """Valid, in degrees."""
    was_repaired: bool


@dataclass(frozen=True)
class Drawing:
    """The polygons of a file, and what the file says of itself."""

    path: Path
    about: dict[str, Any]
    """The members of the outermost object, but for the features."""
    pieces: tuple[Piece, ...]


def read_drawing(path: Path) -> Drawing:
    """The polygon features of a GeoJSON file; points and lines are passed over.

    A FeatureCollection may stand in the member `map` of the outermost object.

    Raises:
        InputErrors: not such a file; names the first thing that is wrong.
    """
    tree = _tree(path)
    inner = tree.get("map") if isinstance(tree.get("map"), dict) else tree
    assert isinstance(inner, dict)
    features = inner.get("features")
    if inner.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise mistake(path, 1, 1, "a GeoJSON FeatureCollection", "Check the download")
    _require_degrees(path, inner.get("crs"))
    pieces = [
        piece
        for number, feature in enumerate(features)
        if (piece := _piece(path, number, feature)) is not None
    ]
    if not pieces:
        remedy = "Leave the file out: an empty map is not a map of nothing"
        raise mistake(path, 1, 1, "at least one polygon, found none", remedy)
    about = {**tree, **inner}
    return Drawing(
        path, {k: v for k, v in about.items() if k not in {"features", "map"}}, tuple(pieces)
    )


def _tree(path: Path) -> dict[str, Any]:
    text = read_text(path, MAX_MEGABYTES)
    remedy = "Download the file again"
    try:
        tree = json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        expected = f"valid JSON ({error.msg})"
        raise mistake(path, error.lineno, error.colno, expected, remedy) from None
    except RecursionError:
        raise mistake(path, 1, 1, "JSON of modest nesting", remedy) from None
    except ValueError as error:
        raise mistake(path, 1, 1, f"finite numbers ({error})", remedy) from None
    if not isinstance(tree, dict):
        raise mistake(path, 1, 1, "a GeoJSON FeatureCollection", "Check the download")
    return tree


def _refuse(word: str) -> float:
    raise ValueError(f"found {word}")


def _require_degrees(path: Path, crs: object) -> None:
    if crs is None:
        return
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str) or not name.lower().endswith(_DEGREES):
        expected = f"longitude and latitude (CRS84 or EPSG:4326), found {name}"
        raise mistake(path, 1, 1, expected, "Convert the file, for example with ogr2ogr")


def _piece(path: Path, number: int, feature: object) -> Piece | None:
    name = f"features[{number}].geometry"
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(feature, dict) or not (geometry is None or isinstance(geometry, dict)):
        raise _wrong(path, f"features[{number}]", "a GeoJSON feature", "Download the file again")
    if geometry is None or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        return None
    if not geometry.get("coordinates"):
        return None
    try:
        shape = _shape(geometry)
        corners = shapely.get_coordinates(shape)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, GEOSException):
        expected = "rings of at least four [longitude, latitude]"
        raise _wrong(path, name, expected, "Download the file again") from None
    if not np.isfinite(corners).all() or (np.abs(corners) > (180.0, 90.0)).any():
        found = ", ".join(f"{value:g}" for value in np.abs(corners).max(axis=0))
        expected = f"degrees, found coordinates up to {found}"
        raise _wrong(path, name, expected, "Convert the file to EPSG:4326")
    was_valid = bool(shapely.is_valid(shape))
    if not was_valid:
        shape = _only_polygons(shapely.make_valid(shape))
    properties = feature.get("properties")
    return Piece(number, properties if isinstance(properties, dict) else {}, shape, not was_valid)


def _shape(geometry: dict[str, Any]) -> BaseGeometry:
    """The polygons without heights; by arrays, in a third of shapely's own time."""
    given = geometry["coordinates"]
    polygons = [given] if geometry["type"] == "Polygon" else given
    parts = []
    for rings in polygons:
        shell, *holes = (np.asarray(ring, float)[:, :2] for ring in rings)
        parts.append(shapely.Polygon(shell, holes))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _only_polygons(shape: BaseGeometry) -> BaseGeometry:
    """The polygons of what a repair gave, without its lines and points."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.union_all([part for part in parts if shapely.get_dimensions(part) == 2])


def _wrong(path: Path, name: str, expected: str, remedy: str) -> InputErrors:
    return InputErrors([Mistake(str(path), 1, 1, name, "", expected, remedy)])
