"""Which map unit lies in which sector, under which name; areas on the sphere; the map file."""

import itertools
import json
import math
from pathlib import Path
from typing import Any

SECTORS: dict[str, tuple[str, ...]] = {
    "crimea": ("UA-40", "UA-43"),
    "dnipropetrovsk": ("UA-12", "UA-53"),
    "donetsk": ("UA-14",),
    "kharkiv": ("UA-63",),
    "kherson": ("UA-48", "UA-51", "UA-65"),
    "kursk-belgorod": ("RU-BEL", "RU-KRS"),
    "luhansk": ("UA-09",),
    "north": ("UA-18", "UA-30", "UA-32", "UA-59", "UA-74"),
    "zaporizhzhia": ("UA-23",),
}
HOME_RUSSIA = frozenset({"kursk-belgorod"})
SECTOR_OF = {unit: sector for sector, units in SECTORS.items() for unit in units}

# Areas as the statistical offices of the two states publish them (years differ by up to 0.2%).
# The map units are simplified and 1% to 8% smaller along the coast; the control maps are not.
OFFICIAL_KM2 = {
    "RU-BEL": 27_134,
    "RU-KRS": 29_997,
    "UA-09": 26_684,
    "UA-12": 31_914,
    "UA-14": 26_517,
    "UA-18": 29_832,
    "UA-23": 27_183,
    "UA-30": 839,
    "UA-32": 28_131,
    "UA-40": 864,
    "UA-43": 26_081,
    "UA-48": 24_598,
    "UA-51": 33_310,
    "UA-53": 28_748,
    "UA-59": 23_834,
    "UA-63": 31_415,
    "UA-65": 28_461,
    "UA-74": 31_865,
}

# Own names: those of the map are old transliterations.
NAMES = {
    "BY-BR": "Brest",
    "BY-HM": "Minsk City",
    "BY-HO": "Homyel",
    "BY-HR": "Hrodna",
    "BY-MA": "Mahilyow",
    "BY-MI": "Minsk",
    "MD": "Moldova",
    "RU-AD": "Adygea",
    "RU-BEL": "Belgorod",
    "RU-BRY": "Bryansk",
    "RU-KDA": "Krasnodar",
    "RU-KLU": "Kaluga",
    "RU-KRS": "Kursk",
    "RU-LIP": "Lipetsk",
    "RU-ORL": "Oryol",
    "RU-ROS": "Rostov",
    "RU-SMO": "Smolensk",
    "RU-VGG": "Volgograd",
    "RU-VOR": "Voronezh",
    "UA-05": "Vinnytsia",
    "UA-07": "Volyn",
    "UA-09": "Luhansk",
    "UA-12": "Dnipropetrovsk",
    "UA-14": "Donetsk",
    "UA-18": "Zhytomyr",
    "UA-21": "Zakarpattia",
    "UA-23": "Zaporizhzhia",
    "UA-26": "Ivano-Frankivsk",
    "UA-30": "Kyiv City",
    "UA-32": "Kyiv",
    "UA-35": "Kirovohrad",
    "UA-40": "Sevastopol",
    "UA-43": "Crimea",
    "UA-46": "Lviv",
    "UA-48": "Mykolaiv",
    "UA-51": "Odesa",
    "UA-53": "Poltava",
    "UA-56": "Rivne",
    "UA-59": "Sumy",
    "UA-61": "Ternopil",
    "UA-63": "Kharkiv",
    "UA-65": "Kherson",
    "UA-68": "Khmelnytskyi",
    "UA-71": "Cherkasy",
    "UA-74": "Chernihiv",
    "UA-77": "Chernivtsi",
}
# Russian regions that lie behind the border regions would only widen the picture.
MAP_NAME = "sectors.geojson"
LEFT_OUT = frozenset({"BY-VI", "RU-MOS", "RU-MOW", "RU-RYA", "RU-TAM", "RU-TUL"})

# Radius of the sphere with the Earth's surface.
_RADIUS_KM = 6371.0072


def _ring_km2(ring: list[list[float]]) -> float:
    """Area of a ring on the sphere, by the trapezoid rule in the sine of latitude."""
    total = 0.0
    for (east, north), (next_east, next_north) in itertools.pairwise(ring):
        sines = 2 + math.sin(math.radians(north)) + math.sin(math.radians(next_north))
        total += math.radians(next_east - east) * sines
    return abs(total) * _RADIUS_KM**2 / 2


def unit_areas_km2(features: list[dict[str, Any]]) -> dict[str, float]:
    """Area of each map unit on the sphere."""
    areas = {}
    for feature in features:
        geometry = feature["geometry"]
        parts = geometry["coordinates"]
        polygons = parts if geometry["type"] == "MultiPolygon" else [parts]
        areas[feature["id"]] = sum(
            _ring_km2(outer) - sum(map(_ring_km2, holes)) for outer, *holes in polygons
        )
    return areas


def read_map(folder: Path) -> list[dict[str, Any]]:
    """The features of the public-domain map units."""
    tree = json.loads((folder / "ua_border_admin1.geojson").read_text(encoding="utf-8"))
    features: list[dict[str, Any]] = tree["features"]
    return features


def write_map(features: list[dict[str, Any]], path: Path) -> None:
    """sectors.geojson: one unit a line, with our names and both claims, and nothing else."""
    lines = []
    for feature in sorted(features, key=lambda entry: str(entry["id"])):
        code = feature["id"]
        if code in LEFT_OUT:
            continue
        given = feature["properties"]
        properties = {
            "iso": code,
            "name": NAMES[code],
            "sector": SECTOR_OF.get(code),
            "recognised": given["recognised"],
            "also_claimed_by": given["also_claimed_by"],
        }
        entry = {"type": "Feature", "properties": properties, "geometry": feature["geometry"]}
        lines.append(json.dumps(entry, separators=(",", ":"), ensure_ascii=False))
    text = '{"type":"FeatureCollection","features":[\n' + ",\n".join(lines) + "\n]}\n"
    path.write_text(text, encoding="utf-8", newline="\n")
