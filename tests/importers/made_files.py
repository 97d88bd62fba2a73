"""Small files of every kind, made for a test, and the small war they belong to."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

Ring = Sequence[tuple[float, float]]

OCCUPIED = "Окуповано /// Occupied /// geoJSON.status.occupied"
UNKNOWN = "Статус невідомий /// Unknown status /// geoJSON.status.unknown"
BACK = "Звільнено /// Liberated /// geoJSON.status.dismissed"
BEFORE = "ОРДЛО /// CADR and CALR /// geoJSON.territories.ordlo"
ELSEWHERE = "Абхазія /// Occupied Abkhazia /// geoJSON.territories.abkhazia"


def box(west: float, south: float, east: float, north: float) -> Ring:
    """A ring along parallels and meridians."""
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def polygon(properties: dict[str, Any], *rings: Ring) -> dict[str, Any]:
    """A polygon feature."""
    coordinates = [[[x, y, 0] for x, y in ring] for ring in rings]
    geometry = {"type": "Polygon", "coordinates": coordinates}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def named(name: str, *rings: Ring) -> dict[str, Any]:
    """A polygon feature with a name."""
    return polygon({"name": name}, *rings)


def collection(features: Iterable[dict[str, Any]], **more: Any) -> str:
    """A FeatureCollection as text."""
    return json.dumps({"type": "FeatureCollection", **more, "features": list(features)})


def write(path: Path, text: str | bytes) -> Path:
    """Write a file of the test."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


GED_HEADER = (
    "id,year,type_of_violence,side_a,side_b,where_prec,latitude,longitude,date_prec,date_start,"
    "date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,low"
)


def ged(
    key: str,
    day: str,
    *,
    deaths: tuple[int, int, int] = (0, 0, 0),
    actors: tuple[str, str] = ("Government of Eastmark", "Government of Westmark"),
    place: tuple[float, float] = (30.5, 50.5),
    until: str = "",
    precision: int = 1,
    high: int = 0,
) -> str:
    """A row of UCDP GED: deaths of side a, of side b, of civilians."""
    best = sum(deaths)
    first, second = actors
    return (
        f"{key},2001,1,{first},{second},{precision},{place[1]},{place[0]},1,{day} 00:00:00.000,"
        f"{until or day} 00:00:00.000,{deaths[0]},{deaths[1]},{deaths[2]},0,"
        f"{best},{max(high, best)},{best}"
    )


ACLED_HEADER = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,"
    "latitude,longitude,geo_precision,notes,fatalities,timestamp"
)


def acled(
    key: str,
    day: str,
    fatalities: int,
    *,
    kind: str = "Battles",
    place: tuple[float, float] = (30.5, 50.5),
    precision: int = 1,
) -> str:
    """A row of an ACLED export."""
    return (
        f'{key},{day},2001,{precision},Political violence,{kind},Armed clash,"Forces, of X",'
        f'{place[1]},{place[0]},1,"Shots, at dawn",{fatalities},991234567'
    )


def table(header: str, *rows: str, end: str = "\n") -> str:
    """A CSV file."""
    return end.join([header, *rows]) + end
