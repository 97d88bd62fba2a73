"""One self-contained HTML file: markup, style, scripts and data, and nothing fetched.

What a reader must be able to read stands in the markup: verdicts, tables, sources. The scripts
draw the charts and move the map. The page's own policy forbids every request, and runs only the
script whose hash it states, so that no text of a claims file can become code.
"""

import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any, Final

from kadesh.report import sections, tables, verdicts
from kadesh.report.cartography import draw
from kadesh.report.markup import Markup, element, escape
from kadesh.report.wording import FRICTIONS, day, friction_words, quoted
from kadesh.war import War

SCRIPTS: Final = ("svg.js", "timechart.js", "leverage.js", "map.js", "claims.js", "main.js")
"""Joined in this order into one script, each using only what stands before it."""


def render(audit: Mapping[str, Any], sectors_geojson: Mapping[str, Any]) -> str:
    """The report on `audit` as one HTML document; the same bytes for the same input.

    `audit` fulfils the schema of `kadesh.report.audit_schema`; `sectors_geojson` is the map of
    its war (properties iso, name, sector, recognised, also_claimed_by), or one without features.
    """
    script = "\n".join(["(() => {", '"use strict";', *map(_asset, SCRIPTS), "})();", ""])
    sides = [side["name"] for side in audit["war"]["sides"]]
    article = audit["article"]
    return Template(_asset("index.html")).substitute(
        policy=_policy(script),
        style=_asset("style.css"),
        script=script,
        data=_embedded(_payload(audit)),
        title=escape(article["title"]),
        article_about=escape(article["about"]),
        article_date=escape(day(article["published"])),
        article_file=escape(article["file"]),
        war_title=escape(audit["war"]["title"]),
        data_end=escape(day(audit["war"]["end"])),
        version=escape(audit["kadesh_version"]),
        first_side=escape(sides[0]),
        second_side=escape(sides[1]),
        claim_count=len(audit["claims"]),
        reading_count=sum(len(claim["readings"]) for claim in audit["claims"]),
        tiles=verdicts.tiles(audit["claims"]),
        overview=verdicts.overview(audit["claims"]),
        cards=verdicts.cards(audit),
        leverage=_leverage(audit),
        map=_map(audit, sectors_geojson),
        losses_table=tables.losses_table(audit),
        claimed=sections.claimed(audit),
        grades=sections.grades(),
        sources=sections.sources_table(audit),
        limits=sections.limits(audit),
        reproduction=sections.reproduction(audit),
    )


def write_report(audit: Mapping[str, Any], war: War, path: str | Path) -> Path:
    """Render `audit` with the map of `war` and write it to `path`, whole or not at all."""
    place = Path(path)
    map_file = war.folder / "sectors.geojson"
    empty: dict[str, Any] = {"type": "FeatureCollection", "features": []}
    geojson = json.loads(map_file.read_text(encoding="utf-8")) if map_file.is_file() else empty
    page = render(audit, geojson).encode("utf-8", errors="replace")
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".report-", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(page)
        Path(name).chmod(0o644)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return place


def _asset(name: str) -> str:
    return files("kadesh.report").joinpath("assets", name).read_text(encoding="utf-8")


def _policy(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _embedded(data: Mapping[str, Any]) -> str:
    """JSON that cannot end the script element it stands in, nor break a line of script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _payload(audit: Mapping[str, Any]) -> dict[str, Any]:
    """What the scripts draw: series only, rounded to what a chart can show."""
    leverage = audit["leverage"]
    names = sorted(
        {
            name
            for sets in (leverage or {}).get("blocking", [])
            for entry in sets
            for name in entry["frictions"]
        }
    )
    order = [name for name in FRICTIONS if name in names]
    order += [name for name in names if name not in order]
    return {
        "sides": audit["war"]["sides"],
        "sectors": [
            {key: sector[key] for key in ("id", "name", "home", "area_km2", "held_before_km2")}
            for sector in audit["war"]["sectors"]
        ],
        "frictions": [{"id": name, "name": friction_words(name)} for name in order],
        "leverage": _rounded(leverage, 4),
        "control": _rounded(audit["control"], 1),
        "losses": _rounded(audit["losses"], 0),
    }


def _rounded(value: Any, digits: int) -> Any:
    if isinstance(value, float):
        return round(value, digits or None)
    if isinstance(value, Mapping):
        return {key: _rounded(inner, digits) for key, inner in value.items()}
    if isinstance(value, list):
        return [_rounded(inner, digits) for inner in value]
    return value


def _leverage(audit: Mapping[str, Any]) -> Markup:
    if audit["leverage"] is None or not audit["leverage"]["dates"]:
        text = "No reading of this article needs a bargaining value, so none was computed."
        return element("p", text)
    first, second = (side["name"] for side in audit["war"]["sides"])
    parts = [
        element("h3", "What each side would get"),
        element(
            "p",
            "Share of the stake (land and political terms; 100\N{NO-BREAK SPACE}% is a side's own "
            "stated maximum) that each side would get in a settlement at the date, on what was "
            "known then. Bands hold 90\N{NO-BREAK SPACE}% of the draws. Where the line is dashed "
            "and the ground hatched, a deal was less likely possible than not: the share is "
            "notional, a point between what the two sides would demand, not something either would "
            "have got.",
        ),
        _chart("chart-share"),
        tables.leverage_table(audit),
        element("h3", "The settlement range"),
        element(
            "p",
            f"The least that {first} would take (what fighting on is worth to it, raised to what "
            "its leaders need and to what it would later rather keep than break) against what "
            f"{second} could "
            "grant without falling below its own. Where the second lies above the first "
            "there is a range; where it lies below, each would rather fight on. Dotted lines: the "
            f"settlement if {first} has weak (0.3) or strong (0.7) bargaining power, which no "
            "figure tells.",
        ),
        _chart("chart-range"),
        element("h3", "What stands in the way"),
        element(
            "p",
            "For each date: how probable it is that a range exists and that a deal is possible, "
            "whether the sides were talking, and which frictions would have to go for a deal to be "
            "possible. "
            f"{quoted('No range')} and {quoted('a range but no deal')} are different answers.",
        ),
        _chart("chart-blocking"),
        tables.blocking_table(audit),
    ]
    return Markup("".join(parts))


def _chart(name: str) -> Markup:
    return element("div", _without_script(), id=name, class_="chart")


def _without_script() -> Markup:
    return element(
        "p", "The chart needs JavaScript; the table below has its figures.", class_="no-script"
    )


def _map(audit: Mapping[str, Any], geojson: Mapping[str, Any]) -> Markup:
    drawing = draw(geojson.get("features", []))
    readout = sections.holdings(audit)
    last = max(len(audit["control"]["weeks"]) - 1, 0)
    slider = element(
        "div",
        element("label", "Week", for_="week"),
        element(
            "button",
            "\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK}",
            type="button",
            id="week-before",
            aria_label="Week before",
        ),
        element("input", type="range", id="week", min="0", max=last, step="1", value=last),
        element(
            "button",
            "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}",
            type="button",
            id="week-after",
            aria_label="Week after",
        ),
        element("button", "Play", type="button", id="play", aria_pressed="false"),
        class_="slider needs-js",
    )
    drawn = (
        sections.map_figure(drawing, audit["war"])
        if drawing
        else element("p", "This war folder has no map.")
    )
    figure = element("div", drawn, element("div", class_="map-key"), class_="map-frame")
    return element(
        "div",
        slider,
        element("output", class_="week", id="week-words", for_="week"),
        element(
            "div", figure, element("div", readout, class_="readout-frame"), class_="map-columns"
        ),
        element("h3", "Land of the other side held, with what was held before the war"),
        element(
            "div",
            element("div", _without_script(), id="chart-total-0", class_="chart"),
            element("div", _without_script(), id="chart-total-1", class_="chart"),
            class_="pair",
        ),
        tables.control_table(audit),
        id="map-view",
    )
