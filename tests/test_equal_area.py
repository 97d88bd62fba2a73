"""Areas on the plane are areas on the ellipsoid."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from kadesh.equal_area import AUTHALIC_RADIUS_KM, authalic_latitude, to_plane_km

_A, _E2 = 6378.137, 0.00669437999014


def band_km2(south: float, north: float, width: float) -> float:
    """Area between two parallels over `width` degrees, by quadrature of M N cos f."""

    def density(latitude: float) -> float:
        return _A**2 * (1 - _E2) * math.cos(latitude) / (1 - _E2 * math.sin(latitude) ** 2) ** 2

    return math.radians(width) * quad(density, math.radians(south), math.radians(north))[0]


def test_the_sphere_has_the_published_surface_of_the_ellipsoid() -> None:
    # NIMA TR8350.2, table 3.2 ff.: WGS84 has 510,065,621.7 km2, radius of the sphere 6371.0071809.
    assert math.isclose(AUTHALIC_RADIUS_KM, 6371.0071809, abs_tol=1e-6)
    assert math.isclose(4 * math.pi * AUTHALIC_RADIUS_KM**2, 510_065_621.724, abs_tol=1)


@given(
    south=st.floats(-80, 79),
    height=st.floats(0.05, 1.0),
    centre=st.floats(-70, 70),
    spread=st.floats(0, 8),
)
def test_a_patch_has_its_area_whatever_the_plane(
    south: float, height: float, centre: float, spread: float
) -> None:
    # 400 points on each parallel: the chord of 0.5 / 400 degrees is straight to 1e-6 of the area.
    step = np.linspace(0, 0.5, 400)
    longitude = np.concatenate([30 + step, 30.5 - step])
    latitude = np.repeat([south, south + height], 400)
    points = np.stack([longitude, latitude], axis=1)
    parallels = (centre - spread, centre + spread)
    x, y = to_plane_km(points, centre=(30.0, centre), parallels=parallels).T
    shoelace = abs(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1))) / 2
    assert math.isclose(shoelace, band_km2(south, south + height, 0.5), rel_tol=1e-4)


def test_poles_and_equator_stay_where_they_are() -> None:
    np.testing.assert_allclose(authalic_latitude(np.array([-90.0, 0.0, 90.0])), [-90, 0, 90])
