"""The map keeps areas and takes no side."""

from typing import Any

import numpy as np
import pytest

from kadesh.equal_area import albers
from kadesh.report.cartography import WIDTH, draw


@pytest.mark.parametrize("parallels", [(45.0, 51.0), (-10.0, 10.0), (-40.0, -20.0)])
def test_equal_areas_on_the_sphere_are_equal_on_the_map(parallels: tuple[float, float]) -> None:
    middle = sum(parallels) / 2
    areas = []
    for south in np.linspace(parallels[0] - 3, parallels[1] + 3, 7):
        longitude = np.concatenate([np.linspace(30, 30.5, 50), np.linspace(30.5, 30, 50)])
        latitude = np.repeat([south, south + 0.5], 50)
        x, y = albers(longitude, latitude, centre=(30.0, middle), parallels=parallels).T
        shoelace = np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)) / 2
        sphere = np.radians(0.5) * (np.sin(np.radians(south + 0.5)) - np.sin(np.radians(south)))
        areas.append(abs(shoelace) / sphere)
    np.testing.assert_allclose(areas, 1, rtol=1e-4)


def test_land_claimed_by_two_is_dashed_whoever_is_recognised(large_map: dict[str, Any]) -> None:
    drawn = draw(large_map["features"])
    for feature in large_map["features"]:
        properties = feature["properties"] = dict(feature["properties"])
        if properties["also_claimed_by"]:
            claimed, recognised = properties["also_claimed_by"], properties["recognised"]
            properties.update(recognised=claimed, also_claimed_by=recognised)
    swapped = draw(large_map["features"])
    assert drawn is not None
    assert swapped is not None
    assert drawn.borders["claimed"] == swapped.borders["claimed"] != ""


def test_every_sector_with_units_has_a_label_inside_the_drawing(
    large_audit: dict[str, Any], large_map: dict[str, Any]
) -> None:
    drawing = draw(large_map["features"])
    assert drawing is not None
    assert set(drawing.labels) == {sector["id"] for sector in large_audit["war"]["sectors"]}
    assert all(0 < x < WIDTH and 0 < y < drawing.height for x, y in drawing.labels.values())


def test_the_order_of_units_does_not_matter(large_map: dict[str, Any]) -> None:
    assert draw(large_map["features"]) == draw(large_map["features"][::-1])


def test_a_map_without_sectors_is_no_map() -> None:
    assert draw([]) is None
