"""Maps of control as DeepState draws them: GeoJSON polygons named by who holds the land.

Understood: the archive of every version (one file each, named by its second of publication, with
polygons of land held, held before the war, of unknown status, and taken back), the answer of the
map's interface (the same below `map`), a second scraper's daily files (one polygon of all land
held, dated the day after), and any file whose features have `date` and `status` (`held`,
`contested`, `retaken`; `X_held` and `X_held_in_Y` as in exports of this kind).

The map is drawn from one side's point of view. `occupier` is the side whose gains it draws as
held; what it draws as taken back is `retaken_km2` at home of the other side, and that side's
`held_km2` at home of the occupier (an incursion). On which side of the border such a polygon, or
one of unknown status, lies is decided for the polygon by where most of it lies: the borders of two
maps differ, and a thin strip across is drawing. A polygon of held land that mostly lies where it
cannot be held (in units of no sector, at the occupier's home) is passed over. Land counts once:
held (by either) before contested before retaken.

`held_km2` is land held beyond what was held before the war. Where the file has polygons of
that land they are cut out; else the sector's `held_before_km2` is taken off.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from kadesh.errors import InputErrors, Mistake
from kadesh.importers.places import EMPTY, Places
from kadesh.importers.polygons import Drawing, Piece, read_drawing
from kadesh.war.files import mistake

_SECOND: Final = re.compile(r"(?<!\d)(1\d{9})(?!\d)")
_DAY: Final = re.compile(r"(?<!\d)((?:19|20)\d\d)-?([01]\d)-?([0-3]\d)(?!\d)")
_NEXT_DAY: Final = "deepstatemap_data_"
"""Files of this name are dated by the night after the day that they show."""

_KEYS: Final = {
    "geojson.status.occupied": "held",
    "geojson.status.unknown": "contested",
    "geojson.status.dismissed": "retaken",
    "geojson.status.liberated": "retaken",
    "geojson.territories.ordlo": "before",
    "geojson.territories.crimea": "before",
    "geojson.territories.tuzla": "before",
}
_WORDS: Final = (
    ("before", ("ордло", "ordlo", "cadr", "крим", "crimea")),
    ("contested", ("unknown status", "невідом")),
    ("retaken", ("taken back", "liberated", "звільнен", "incursion")),
    ("held", ("occupied", "окупован")),
)
_STATUSES: Final = {
    "held": "held",
    "occupied": "held",
    "before": "before",
    "contested": "contested",
    "unknown": "contested",
    "retaken": "retaken",
    "liberated": "retaken",
}


@dataclass(frozen=True)
class Ground:
    """What measuring a map needs to know of the war; goes to other processes as it is."""

    places: Places
    invaded: Mapping[str, float]
    """Sectors that the occupier may hold, and what it held of them before the war, km2."""
    counter: tuple[str, ...]
    """Sectors at home of the occupier, that the other side may hold."""
    area_km2: Mapping[str, float]
    reach: Mapping[str, BaseGeometry] = field(init=False)
    counter_reach: Mapping[str, BaseGeometry] = field(init=False)
    counter_land: BaseGeometry = field(init=False)
    barred: BaseGeometry = field(init=False)
    """Land that the occupier cannot hold: its own, and units of no sector."""

    def __post_init__(self) -> None:
        # The two halves apart: beyond the border a map draws land that is not in the sector there.
        object.__setattr__(self, "reach", self.places.of(self.invaded))
        reach = self.places.of(self.counter) if self.counter else {}
        object.__setattr__(self, "counter_reach", reach)
        land = shapely.union_all([self.places.own[key] for key in self.counter])
        object.__setattr__(self, "counter_land", land)
        object.__setattr__(self, "barred", shapely.union_all([land, self.places.other]))


@dataclass(frozen=True)
class Measured:
    """One map of one day in km2 by sector."""

    path: str
    day: date
    stamp: int
    """Second of publication; 0 where only the day is known."""
    published: date | None
    held: Mapping[str, float]
    contested: Mapping[str, float]
    """Empty where the file draws no such land at all."""
    retaken: Mapping[str, float]
    counter_held: Mapping[str, float]
    repaired: int
    elsewhere_km2: float


def measure_file(path: Path, ground: Ground) -> tuple[list[Measured], list[Mistake]]:
    """The maps of a file, one a day; or what is wrong with it, and no map."""
    try:
        drawing = read_drawing(path)
        return [
            _measure(drawing, day, stamp, published, pieces, ground)
            for day, stamp, published, pieces in _by_day(drawing)
        ], []
    except InputErrors as error:
        return [], list(error.mistakes)


Dated = tuple[date, int, date | None, list[Piece]]


def _by_day(drawing: Drawing) -> list[Dated]:
    """The file's days, with the second and the day of publication where they are known."""
    dated = ["date" in piece.properties for piece in drawing.pieces]
    if not any(dated):
        return [(*_day_of_file(drawing), list(drawing.pieces))]
    days: dict[date, list[Piece]] = defaultdict(list)
    for piece in drawing.pieces:
        text = piece.properties.get("date")
        try:
            days[date.fromisoformat(text[:10] if isinstance(text, str) else "")].append(piece)
        except ValueError:
            name = f"features[{piece.number}].properties.date"
            expected, remedy = "a day as YYYY-MM-DD", "Date every polygon, or none"
            place = (str(drawing.path), 1, 1, name, "" if text is None else str(text))
            raise InputErrors([Mistake(*place, expected, remedy)]) from None
    return [(day, 0, None, days[day]) for day in sorted(days)]


def _day_of_file(drawing: Drawing) -> tuple[date, int, date | None]:
    given = drawing.about.get("id")
    second = _SECOND.fullmatch(str(given)) or _SECOND.search(drawing.path.stem)
    if second:
        return datetime.fromtimestamp(int(second[1]), UTC).date(), int(second[1]), None
    found = _DAY.search(drawing.path.stem)
    try:
        if found is None:
            raise ValueError
        day = date(*map(int, found.groups()))
    except ValueError:
        expected = "a day, in the file's name or as `date` of each feature"
        raise mistake(
            drawing.path, 1, 1, expected, "Put it in the name: map-2024-08-06.geojson"
        ) from None
    if drawing.path.name.startswith(_NEXT_DAY):
        return day - timedelta(days=1), 0, day
    return day, 0, None


def status_of(properties: Mapping[str, Any]) -> str:
    """`held`, `before`, `contested`, `retaken`, `abroad`, or nothing for what else a map draws."""
    status = properties.get("status")
    if isinstance(status, str):
        if re.fullmatch(r"\w+_held", status):
            return "held"
        if re.fullmatch(r"\w+_held_in_\w+", status):
            return "abroad"
        return _STATUSES.get(status.lower(), "")
    name = properties.get("name")
    if not isinstance(name, str):
        return ""
    name = name.lower()
    key = re.search(r"geojson\.[\w.-]+", name)
    if key:
        return _KEYS.get(key[0], "")
    return next((kind for kind, words in _WORDS if any(word in name for word in words)), "")


def _measure(
    drawing: Drawing,
    day: date,
    stamp: int,
    published: date | None,
    pieces: list[Piece],
    ground: Ground,
) -> Measured:
    layers: dict[str, list[BaseGeometry]] = defaultdict(list)
    # Prepared geometries are not sent to other processes: each prepares its own, once.
    shapely.prepare([ground.barred, ground.counter_land])
    # A file whose polygons bear no names draws land held, and nothing else.
    named = any({"name", "status"} & set(piece.properties) for piece in pieces)
    for piece in pieces:
        kind = status_of(piece.properties) if named else "held"
        if kind:
            layers[kind].append(ground.places.plane.of(piece.shape))
    if not layers["held"]:
        remedy = "Leave the file out: an empty map is not a map of nothing"
        raise mistake(drawing.path, 1, 1, f"land drawn as held on {day}", remedy)
    legal, elsewhere = _apart(layers["held"], ground)
    drawn, before = _whole(legal), _whole(layers["before"])
    held = _without(drawn, before)
    areas = _areas(drawn, ground.reach)
    if not any(areas.values()):
        expected = "land held in a sector of the war, found none"
        remedy = "Check that longitude stands before latitude, and that the map is of this war"
        raise mistake(drawing.path, 1, 1, expected, remedy)
    if layers["before"]:
        areas = _areas(held, ground.reach)
    else:
        areas = {key: max(area - ground.invaded[key], 0.0) for key, area in areas.items()}
    home, abroad = _home_and_abroad(layers["retaken"], ground)
    abroad = _without(_whole([abroad, *layers["abroad"]]), held, before)
    grey, grey_abroad = (
        _without(land, held, before, abroad)
        for land in _home_and_abroad(layers["contested"], ground)
    )
    home = _without(home, held, before, abroad, grey, grey_abroad)
    return Measured(
        path=str(drawing.path),
        day=day,
        stamp=stamp,
        published=published,
        held=areas,
        contested=_areas(grey, ground.reach) | _areas(grey_abroad, ground.counter_reach)
        if named
        else {},
        retaken=_areas(home, ground.reach) if named else {},
        counter_held=_areas(abroad, ground.counter_reach) if named else {},
        repaired=sum(piece.was_repaired for piece in pieces),
        elsewhere_km2=elsewhere,
    )


def _whole(shapes: list[BaseGeometry]) -> BaseGeometry:
    """The union of valid shapes (projecting can make a valid one touch itself)."""
    return shapely.union_all(shapely.make_valid(shapes)) if shapes else EMPTY


def _without(land: BaseGeometry, *others: BaseGeometry) -> BaseGeometry:
    # One after the other: a union of them costs more than all differences together.
    for other in others:
        land = shapely.difference(land, other)
    return land


def _parts(shapes: list[BaseGeometry]) -> list[BaseGeometry]:
    found = shapely.get_parts(shapely.get_parts(shapely.make_valid(shapes)))
    return [part for part in found if shapely.get_dimensions(part) == 2]


def _apart(shapes: list[BaseGeometry], ground: Ground) -> tuple[list[BaseGeometry], float]:
    """The polygons of which less than half lies on land of others; and the area of those not so."""
    kept, left = [], 0.0
    for part in _parts(shapes):
        if _is_mostly_in(ground.barred, part):
            left += float(shapely.area(part))
        else:
            kept.append(part)
    return kept, left


def _is_mostly_in(land: BaseGeometry, part: BaseGeometry) -> bool:
    """Whether more than half of a polygon lies in the land; most are seen without cutting them."""
    if not shapely.intersects(land, part):
        return False
    if shapely.covers(land, part):
        return True
    return bool(2 * shapely.area(shapely.intersection(land, part)) > shapely.area(part))


def _home_and_abroad(
    shapes: list[BaseGeometry], ground: Ground
) -> tuple[BaseGeometry, BaseGeometry]:
    """Polygons that lie mostly at home of the other side, and those mostly at the occupier's."""
    if not ground.counter:
        return _whole(shapes), EMPTY
    home: list[BaseGeometry] = []
    abroad: list[BaseGeometry] = []
    for part in _parts(shapes):
        (abroad if _is_mostly_in(ground.counter_land, part) else home).append(part)
    return _whole(home), _whole(abroad)


def _areas(land: BaseGeometry, reach: Mapping[str, BaseGeometry]) -> dict[str, float]:
    shapely.prepare(land)
    return {key: float(shapely.area(shapely.intersection(land, reach[key]))) for key in reach}
