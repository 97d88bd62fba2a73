"""Maps of control: areas by sector, repaired or refused, and what a broken file leaves behind."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from made_files import (
    BACK,
    BEFORE,
    ELSEWHERE,
    OCCUPIED,
    UNKNOWN,
    box,
    collection,
    named,
    polygon,
    write,
)

from kadesh.equal_area import AUTHALIC_RADIUS_KM, authalic_latitude
from kadesh.importers import Imported, import_files
from kadesh.importers.deepstate import Ground, measure_file, status_of
from kadesh.importers.maps import FEW, _ground
from kadesh.importers.places import places_of
from kadesh.war import load_war

# An edge along a parallel is drawn in steps of 0.1 degrees; figures have one decimal.
CLOSE = {"rel": 1e-5, "abs": 0.06}
DAY = "map-2001-05-06.geojson"

Import = Callable[..., Imported]
Mistakes = Callable[..., list[str]]


def km2(west: float, south: float, east: float, north: float) -> float:
    """Area of a box on the ellipsoid."""
    sines = np.sin(np.radians(authalic_latitude(np.array([south, north]))))
    return float(AUTHALIC_RADIUS_KM**2 * np.radians(east - west) * (sines[1] - sines[0]))


def figures(folder: Path, day: str = "2001-05-06") -> dict[tuple[str, str, str], float]:
    """The imported figures of a day by quantity, side and sector."""
    rows = load_war(folder).observations
    rows = rows[(rows["source"] == "deepstate") & (rows["date"] == day)]
    keys = rows[["quantity", "side", "sector"]].itertuples(index=False, name=None)
    return dict(zip(keys, rows["value"], strict=True))


def a_map(*more: dict[str, Any]) -> str:
    return collection([named(OCCUPIED, box(30.8, 50.2, 31.0, 50.4)), *more])


def test_held_contested_and_retaken_are_areas_by_sector(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    text = collection(
        [
            named(OCCUPIED, box(30.8, 50.2, 31.0, 50.4)),
            named(BEFORE, box(30.9, 50.3, 31.0, 50.4)),
            named(UNKNOWN, box(30.7, 50.2, 30.8, 50.4)),
            named(BACK, box(30.5, 51.1, 30.7, 51.3)),
            named(BACK, box(31.0, 51.4, 31.2, 51.6)),
            named(ELSEWHERE, box(30.0, 50.0, 30.1, 50.1)),
            {"type": "Feature", "properties": {"name": "HQ"}, "geometry": {"type": "Point"}},
            {"type": "Feature", "properties": {}, "geometry": None},
        ]
    )
    imported("deepstate", write(tmp_path / DAY, text))
    found = figures(war_folder)
    held = km2(30.8, 50.2, 31.0, 50.4) - km2(30.9, 50.3, 31.0, 50.4)
    assert found["held_km2", "Eastmark", "west-bank"] == pytest.approx(held, **CLOSE)
    assert found["held_km2", "Eastmark", "west-port"] == 0
    grey = found["contested_km2", "Eastmark", "west-bank"]
    assert grey == pytest.approx(km2(30.7, 50.2, 30.8, 50.4), **CLOSE)
    back = found["retaken_km2", "Westmark", "west-port"]
    assert back == pytest.approx(km2(30.5, 51.1, 30.7, 51.3), **CLOSE)
    # Land taken back at the other side's home is an incursion: held.
    abroad = found["held_km2", "Westmark", "east-hills"]
    assert abroad == pytest.approx(km2(31.0, 51.4, 31.2, 51.6), **CLOSE)
    assert ("retaken_km2", "Westmark", "west-bank") not in found


def test_land_held_before_is_taken_off_where_the_map_does_not_draw_it(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    imported("deepstate", write(tmp_path / DAY, a_map()))
    # war.yaml: 500 km2 of the sector were held before the war, more than the map draws.
    assert figures(war_folder)["held_km2", "Eastmark", "west-bank"] == 0
    imported("deepstate", write(tmp_path / DAY, collection([polygon({}, box(30, 50.2, 31, 50.4))])),
             may_replace=True)  # fmt: skip
    found = figures(war_folder)
    held = km2(30, 50.2, 31, 50.4) - 500
    assert found["held_km2", "Eastmark", "west-bank"] == pytest.approx(held, **CLOSE)


def test_a_file_without_names_says_nothing_of_grey_land(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    text = collection([polygon({}, box(30, 50.2, 31, 50.4))])
    imported("deepstate", write(tmp_path / "deepstatemap_data_20010507.geojson", text))
    found = figures(war_folder)
    assert {quantity for quantity, _, _ in found} == {"held_km2"}
    assert {side for _, side, _ in found} == {"Eastmark"}
    row = load_war(war_folder).observations.query("source == 'deepstate'").iloc[0]
    # This scraper names the file by the night after; it was public then, whatever the lag.
    assert str(row["published"].date()) == "2001-05-07"


def test_where_a_file_has_no_publication_day_the_lag_of_the_source_counts(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    imported("deepstate", write(tmp_path / DAY, a_map()))
    row = load_war(war_folder).observations.query("source == 'deepstate'").iloc[0]
    assert str(row["published"].date()) == "2001-05-16"


def test_exchanging_occupier_exchanges_the_sides(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    text = collection([named(OCCUPIED, box(31.0, 50.2, 31.2, 50.4))])
    imported("deepstate", write(tmp_path / DAY, text), occupier="Westmark")
    found = figures(war_folder)
    area = km2(31.0, 50.2, 31.2, 50.4)
    assert found["held_km2", "Westmark", "east-bank"] == pytest.approx(area, **CLOSE)


def test_a_strip_beyond_the_border_belongs_to_the_nearest_sector(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    """The map's border lies 7 km east, and its coast 14 km south, of the unit's."""
    text = collection(
        [
            named(OCCUPIED, box(30.5, 49.87, 31.1, 50.4)),
            named(BEFORE, box(40.0, 50.2, 40.1, 50.3)),
            named(UNKNOWN, box(30.4, 50.6, 31.1, 50.7)),
        ]
    )
    imported("deepstate", write(tmp_path / DAY, text))
    found = figures(war_folder)
    held = found["held_km2", "Eastmark", "west-bank"]
    assert held == pytest.approx(km2(30.5, 49.87, 31.1, 50.4), **CLOSE)
    grey = found["contested_km2", "Eastmark", "west-bank"]
    assert grey == pytest.approx(km2(30.4, 50.6, 31.1, 50.7), **CLOSE)
    assert found["contested_km2", "Westmark", "east-bank"] == 0


def test_land_farther_out_than_the_reach_is_nobodys(war_folder: Path) -> None:
    places = places_of(load_war(war_folder))
    assert places.sector_of(29.6, 50.5) == "west-bank"  # 14 km west of it
    assert places.sector_of(29.2, 50.5) == ""  # 43 km
    assert places.sector_of(30.2, 51.5) == "west-port"


def test_every_point_within_reach_is_in_one_sector_only(war_folder: Path) -> None:
    places = places_of(load_war(war_folder))
    parts = list(places.reach.values())
    union = shapely.union_all(parts)
    # The cells of the nearest points meet along lines: overlaps are rounding.
    assert sum(part.area for part in parts) == pytest.approx(union.area, rel=1e-6)
    rng = np.random.default_rng(5)
    land = dict(places.own)
    for point in shapely.points(rng.uniform(*np.reshape(union.bounds, (2, 2)), (200, 2))):
        distances = {key: shapely.distance(shape, point) for key, shape in land.items()}
        nearest = min(distances, key=distances.__getitem__)
        if distances[nearest] > 29:
            continue
        within = [key for key, shape in places.reach.items() if shape.distance(point) < 1e-6]
        # Points on a rim are 2 km apart: who is nearer by less than that may go either way.
        assert any(distances[key] < distances[nearest] + 1 for key in within), (point, within)


def test_a_polygon_that_crosses_itself_is_repaired_and_counted(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    tie = [(30.2, 50.2), (30.4, 50.4), (30.4, 50.2), (30.2, 50.4), (30.2, 50.2)]
    text = collection([named(OCCUPIED, tie), named(BEFORE, box(40, 50, 41, 51))])
    done = imported("deepstate", write(tmp_path / DAY, text))
    held = figures(war_folder)["held_km2", "Eastmark", "west-bank"]
    assert held == pytest.approx(km2(30.2, 50.2, 30.4, 50.4) / 2, **CLOSE)
    assert "1 polygons crossed themselves and were repaired" in done.remarks


def test_holes_are_not_held(imported: Import, war_folder: Path, tmp_path: Path) -> None:
    text = collection(
        [
            named(OCCUPIED, box(30.2, 50.2, 30.6, 50.6), box(30.3, 50.3, 30.5, 50.5)),
            named(BEFORE, box(40, 50, 41, 51)),
        ]
    )
    imported("deepstate", write(tmp_path / DAY, text))
    held = figures(war_folder)["held_km2", "Eastmark", "west-bank"]
    area = km2(30.2, 50.2, 30.6, 50.6) - km2(30.3, 50.3, 30.5, 50.5)
    assert held == pytest.approx(area, **CLOSE)


def test_the_last_version_of_a_day_counts(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    # Seconds with ten digits begin in September 2001: the war of this test is moved there.
    days = [int(datetime(2001, 9, 23, hour, tzinfo=UTC).timestamp()) for hour in (20, 4, 12)]
    for second, north in zip(days, (50.6, 50.4, 50.5), strict=True):
        text = collection(
            [named(OCCUPIED, box(30.2, 50.2, 30.6, north)), named(BEFORE, box(40, 50, 41, 51))]
        )
        write(tmp_path / "maps" / f"{second}.geojson", text)
    done = imported("deepstate", tmp_path / "maps")
    assert done.read == 3
    held = figures(war_folder, "2001-09-23")["held_km2", "Eastmark", "west-bank"]
    assert held == pytest.approx(km2(30.2, 50.2, 30.6, 50.6), **CLOSE)


def test_the_answer_of_the_interface_is_read(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    second = int(datetime(2001, 9, 23, 20, tzinfo=UTC).timestamp())
    text = f'{{"id": {second}, "datetime": "23.09", "map": {a_map()}}}'
    imported("deepstate", write(tmp_path / "last.json", text))
    assert figures(war_folder, "2001-09-23")


def test_one_file_may_hold_many_days(imported: Import, war_folder: Path, tmp_path: Path) -> None:
    features = [
        polygon({"date": f"2001-05-{day:02}", "status": "x_held"}, box(30, 50.2, 31, 50.4))
        for day in (6, 13, 14)
    ]
    features.append(
        polygon({"date": "2001-05-13", "status": "y_held_in_x"}, box(31.0, 51.4, 31.2, 51.6))
    )
    path = write(tmp_path / "days.geojson", collection(features))
    imported("deepstate", path)
    assert figures(war_folder, "2001-05-13")["held_km2", "Westmark", "east-hills"] > 0
    # Of two days nearest to the same Sunday, the Sunday counts.
    assert not figures(war_folder, "2001-05-14")
    imported("deepstate", path, every="day")
    assert figures(war_folder, "2001-05-14")


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "truncated": (a_map()[:-40], "valid JSON"),
    "not JSON": ("<html>not found</html>", "valid JSON"),
    "empty": ("", "content, found an empty file"),
    "blank": (" \n", "content, found an empty file"),
    "list": ("[1, 2]", "a GeoJSON FeatureCollection"),
    "no collection": ('{"type": "Feature"}', "a GeoJSON FeatureCollection"),
    "no features": (collection([]), "at least one polygon"),
    "no land held": (collection([named(UNKNOWN, box(30.7, 50.2, 30.8, 50.4))]), "drawn as held"),
    "another system by name": (
        collection([named(OCCUPIED, box(30.8, 50.2, 31.0, 50.4))],
                   crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}),
        "longitude and latitude (CRS84 or EPSG:4326), found urn:ogc:def:crs:EPSG::3857",
    ),
    "metres": (
        collection([named(OCCUPIED, box(3.4e6, 6.1e6, 3.5e6, 6.2e6))]),
        "degrees, found coordinates up to 3.5e+06, 6.2e+06",
    ),
    "latitude first": (
        collection([named(OCCUPIED, box(50.2, 30.8, 50.4, 31.0))]),
        "land held in a sector of the war",
    ),
    "not a number": (a_map().replace("30.8", "NaN", 1), "finite numbers"),
    "two corners": (
        collection([named(OCCUPIED, [(30.0, 50.0), (30.1, 50.1)])]),
        "rings of at least four",
    ),
    "text for a corner": (a_map().replace("30.8", '"x"', 1), "rings of at least four"),
    "feature without a shape": (
        '{"type": "FeatureCollection", "features": [7]}',
        "a GeoJSON feature",
    ),
    "deep": ("[" * 100_000, "JSON of modest nesting"),
    "latin-1": (a_map().encode().replace(b"HQ", b"H") + b"\xe9", "UTF-8 text"),
    "UTF-16": (a_map().encode("utf-16"), "UTF-8 text, found UTF-16"),
    "binary": (b"\x00\x01\x02", "control character"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_a_broken_map_is_named_in_a_line(mistakes_of: Mistakes, tmp_path: Path, case: str) -> None:
    text, expected = REFUSED[case]
    (line,) = mistakes_of("deepstate", write(tmp_path / DAY, text))
    assert line.startswith(f"{DAY}:")
    assert expected in line
    assert "\n" not in line


def test_a_map_without_a_day_is_refused(mistakes_of: Mistakes, tmp_path: Path) -> None:
    for name in ("map.geojson", "map-2001-02-30.geojson"):
        (line,) = mistakes_of("deepstate", write(tmp_path / name, a_map()))
        assert "expected a day, in the file's name" in line
    some = [polygon({"date": "6 May", "status": "held"}, box(30, 50.2, 31, 50.4))]
    (line,) = mistakes_of("deepstate", write(tmp_path / DAY, collection(some)))
    assert "features[0].properties.date = 6 May: expected a day as YYYY-MM-DD" in line


def test_two_maps_of_one_day_are_named(imported: Import, tmp_path: Path) -> None:
    write(tmp_path / "maps" / "a-2001-05-06.geojson", a_map())
    other = a_map(named(UNKNOWN, box(30.7, 50.2, 30.8, 50.4)))
    write(tmp_path / "maps" / "b-2001-05-06.geojson", other)
    write(tmp_path / "maps" / "c-2001-05-06.geojson", a_map())
    done = imported("deepstate", tmp_path / "maps")
    (mistake,) = done.skipped
    assert mistake.file.endswith("b-2001-05-06.geojson")
    assert "one map of 2001-05-06" in mistake.expected


def test_a_map_larger_than_the_sector_is_refused(
    mistakes_of: Mistakes, war_folder: Path, tmp_path: Path
) -> None:
    text = (war_folder / "war.yaml").read_text(encoding="utf-8")
    text = text.replace("area_km2: 9000", "area_km2: 900")
    (war_folder / "war.yaml").write_text(text, encoding="utf-8")
    rows = (war_folder / "observations.csv").read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if "west-bank" not in row]
    (war_folder / "observations.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    whole = collection([named(OCCUPIED, box(29.9, 50.1, 30.9, 50.9))])
    (line,) = mistakes_of("deepstate", write(tmp_path / DAY, whole))
    assert "expected at most the area of west-bank, 900 km2" in line


def test_a_broken_file_among_others_is_left_out_whole(
    imported: Import, war_folder: Path, tmp_path: Path
) -> None:
    for day in (6, 13, 20):
        write(tmp_path / "maps" / f"2001-05-{day:02}.geojson", a_map())
    broken = tmp_path / "maps" / "2001-05-13.geojson"
    broken.write_text(a_map()[:-30], encoding="utf-8")
    done = imported("deepstate", tmp_path / "maps")
    assert done.read == 2
    assert [mistake.file for mistake in done.skipped] == [str(broken)]
    assert figures(war_folder, "2001-05-06")
    assert not figures(war_folder, "2001-05-13")


def test_two_processes_give_what_one_gives(war_folder: Path, tmp_path: Path) -> None:
    days = np.arange("2001-04-01", "2001-06-01", dtype="datetime64[D]")[: FEW + 4]
    for number, day in enumerate(days):
        text = collection([named(OCCUPIED, box(30.2, 50.2, 30.6, 50.3 + number / 100))])
        write(tmp_path / "maps" / f"{day}.geojson", text if number != 3 else text[:-9])
    one = import_files("deepstate", [tmp_path / "maps"], war_folder, jobs=1)
    bytes_of_one = (war_folder / "observations.csv").read_bytes()
    again = import_files("deepstate", [tmp_path / "maps"], war_folder, jobs=2)
    assert again.skipped == one.skipped
    assert again.merged.added == 0
    assert again.merged.unchanged == one.merged.added
    assert (war_folder / "observations.csv").read_bytes() == bytes_of_one


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Звільнено 25.03 /// Taken back 25.03", "retaken"),
        ("Звільнено /// Liberated", "retaken"),
        ("Окупований Крим /// Occupied Crimea", "before"),
        ("Окуповано /// Occupied", "held"),
        ("Статус невідомий /// Unknown status", "contested"),
        ("x /// Occupied Kurils /// geoJSON.territories.kuril", ""),
        ("x /// Temporarily lost /// geoJSON.status.occupied\n", "held"),
        ("штаб /// HQ", ""),
    ],
)
def test_names_of_all_years_are_understood(name: str, status: str) -> None:
    assert status_of({"name": name}) == status


def test_the_real_map_gives_the_areas_that_its_makers_files_give(shared: Path) -> None:
    """Figures worked out from the same polygons before they were simplified to 0.4 km."""
    path = shared / "data" / "ukraine" / "INTERNAL_frontline_keydates.geojson"
    war = load_war("ukraine-2022")
    ground: Ground = _ground(war, "Russia")
    maps, mistakes = measure_file(path, ground)
    assert mistakes == []
    assert len(maps) == 21
    last = next(entry for entry in maps if str(entry.day) == "2024-08-27")
    # The file's own figures: 836.0 and 1,103.2 km2; simplification costs up to 1 %.
    assert last.counter_held["kursk-belgorod"] == pytest.approx(836.0, rel=0.01)
    assert sum(last.contested.values()) == pytest.approx(1103.2, rel=0.01)
    table = war.observations.query("source == 'deepstate' and quantity == 'held_km2'")
    table = table.set_index(["date", "sector"])["value"]
    for entry in maps:
        for sector, area in entry.held.items():
            key = (str(entry.day), sector)
            if key in table.index:
                # Borders of sectors differ by up to 170 km2 (Kherson), the total does not.
                assert area == pytest.approx(float(table[key]), rel=0.03, abs=90)
        day = table[table.index.get_level_values(0) == str(entry.day)]
        if len(day):
            total = float(day.drop("kursk-belgorod", level=1).sum())
            assert sum(entry.held.values()) == pytest.approx(total, rel=2e-3)
