"""Equal-area projection: degrees to a plane on which areas are those of the earth.

Albers' conic projection of the sphere, and the authalic latitude that carries the WGS84 ellipsoid
to the sphere of equal surface. Both steps keep areas exactly, so that a polygon drawn finely
enough has its area on the ellipsoid; edges are straight on the plane, not on the earth, which
matters only for edges of many kilometres. Source: Snyder, Map Projections, USGS Professional Paper
1395 (1987), chapters 3 and 14. Rival: pyproj does the same and a thousand projections more, with a
database of 10 MB; one closed formula needs neither.
"""

import math
from typing import Final

import numpy as np
from jaxtyping import Float

_AXIS_KM: Final = 6378.137
_FLATTENING: Final = 1 / 298.257223563
_ECCENTRICITY: Final = math.sqrt(_FLATTENING * (2 - _FLATTENING))


def albers(
    longitude: Float[np.ndarray, " point"],
    latitude: Float[np.ndarray, " point"],
    *,
    centre: tuple[float, float],
    parallels: tuple[float, float],
) -> Float[np.ndarray, "point 2"]:
    """Albers' conic equal-area projection, degrees to radii of the earth, y to the north.

    n = (sin f1 + sin f2) / 2, C = cos^2 f1 + 2 n sin f1, rho = sqrt(C - 2 n sin f) / n,
    x = rho sin(n (l - l0)), y = rho0 - rho cos(n (l - l0)). With parallels symmetric about the
    equator the cone is a cylinder (n = 0), and Lambert's cylindrical projection is its limit.
    Source: Snyder, Map Projections, USGS Professional Paper 1395 (1987), chapter 14.
    """
    turn = np.radians(longitude - centre[0])
    sine = np.sin(np.radians(latitude))
    first, second = np.sin(np.radians(parallels))
    n = (first + second) / 2
    if abs(n) < 1e-6:
        scale = math.sqrt(1 - first**2)
        return np.stack([turn * scale, (sine - math.sin(math.radians(centre[1]))) / scale], axis=1)
    constant = 1 - first**2 + 2 * n * first
    rho = np.sqrt(np.maximum(constant - 2 * n * sine, 0)) / n
    rho_centre = math.sqrt(constant - 2 * n * math.sin(math.radians(centre[1]))) / n
    return np.stack([rho * np.sin(n * turn), rho_centre - rho * np.cos(n * turn)], axis=1)


def _q(sine: Float[np.ndarray, " *point"]) -> Float[np.ndarray, " *point"]:
    """Snyder's q (3-12): the surface from the equator to a latitude, in units of a^2 lambda / 2."""
    e = _ECCENTRICITY
    return (1 - e**2) * (sine / (1 - (e * sine) ** 2) + np.arctanh(e * sine) / e)


_Q_POLE: Final = float(_q(np.asarray(1.0)))
AUTHALIC_RADIUS_KM: Final = _AXIS_KM * math.sqrt(_Q_POLE / 2)
"""Radius of the sphere with the surface of the WGS84 ellipsoid."""


def authalic_latitude(latitude: Float[np.ndarray, " point"]) -> Float[np.ndarray, " point"]:
    """Latitude on the sphere of equal surface: sin b = q(f) / q(90 degrees), in degrees."""
    sine = _q(np.sin(np.radians(latitude))) / _Q_POLE
    return np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0)))


def to_plane_km(
    points: Float[np.ndarray, "point 2"],
    *,
    centre: tuple[float, float],
    parallels: tuple[float, float],
) -> Float[np.ndarray, "point 2"]:
    """WGS84 longitudes and latitudes on an equal-area plane, in km."""
    latitudes = authalic_latitude(points[:, 1])
    return AUTHALIC_RADIUS_KM * albers(points[:, 0], latitudes, centre=centre, parallels=parallels)
