"""The sections after the verdicts: map, claimed against reconstructed, sources, reproduction."""

import math
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Any, Final

from kadesh.report.cartography import WIDTH, Drawing, path
from kadesh.report.markup import Child, Markup, element, link
from kadesh.report.tables import Row, data_table, table
from kadesh.report.wording import (
    NOTHING,
    SPACE,
    day,
    listed,
    number,
    percent,
    quantity_words,
)

_GRADES: Final = {
    "A": "the publisher's own page or table",
    "B": "a second hand or a reprint",
    "C": "a mirror or a weak copy",
}
_FACTORS: Final = {0.25: "quarter", 0.5: "half", 1.0: "equal", 2.0: "twice", 4.0: "4×"}
"""Ticks of the scale of claimed against reconstructed: claimed as a multiple."""
_LIMIT: Final = math.log(5)


def map_figure(drawing: Drawing, war: Mapping[str, Any]) -> Markup:
    """The map as SVG; colours and percentages are set by the slider."""
    homes = {sector["id"]: sector for sector in war["sectors"]}
    shapes, fills, hatches = [], [], []
    for position, unit in enumerate(drawing.units):
        name = f"unit-{position}"
        shapes.append(element("path", id=name, d=path(unit.rings), fill_rule="evenodd"))
        inside = unit.sector if unit.sector in homes else None
        hint = (
            f"{unit.name}: part of {homes[inside]['name']}"
            if inside
            else f"{unit.name}: not reckoned"
        )
        titled = element(
            "use", element("title", hint), href=f"#{name}", class_="unit", data_sector=inside
        )
        fills.append(titled)
        if inside:
            hatches.append(element("use", href=f"#{name}", class_="contested", data_sector=inside))
    borders = [
        element("path", d=data, class_=f"border {kind}") for kind, data in drawing.borders.items()
    ]
    return element(
        "svg",
        element(
            "title", "Share of each sector held by each side in the chosen week", id="map-title"
        ),
        element("defs", shapes),
        element("g", fills),
        element("g", hatches),
        element("g", borders),
        element("g", _map_labels(drawing, homes), class_="labels", aria_hidden="true"),
        class_="map",
        viewBox=f"0 0 {WIDTH} {drawing.height}",
        role="img",
        aria_labelledby="map-title",
        aria_describedby="map-readout",
    )


def _map_labels(drawing: Drawing, homes: Mapping[str, Any]) -> list[Markup]:
    labels = []
    for sector, (x, y) in drawing.labels.items():
        if sector in homes:
            labels.append(element("text", x=x, y=y, class_="share", data_sector=sector))
            lines = wrap(homes[sector]["name"], 20)
            for above, line in enumerate(reversed(lines)):
                height = y - 46 - 36 * above
                labels.append(element("text", line, x=x, y=height, class_="place"))
    return labels


def holdings(audit: Mapping[str, Any]) -> Markup:
    """Who holds how much of each sector, filled in for the chosen week."""
    items = []
    for sector in audit["war"]["sectors"]:
        bars = [
            element("rect", y="0", height="12", class_=part) for part in ("side-1", "mid", "side-2")
        ]
        items.append(
            element(
                "li",
                element("strong", sector["name"]),
                element("span", f" (home: {sector['home']})", class_="home"),
                element("svg", bars, class_="bar", width="100%", height="12", aria_hidden="true"),
                element("span", class_="words"),
                data_sector=sector["id"],
            )
        )
    return element("ul", items, class_="holdings", id="map-readout")


def claimed(audit: Mapping[str, Any]) -> Markup:
    """How far each source's figures lie from the reconstruction, and in whose favour."""
    rows: list[Row] = []
    for entry in audit["claimed"]:
        about = f"{quantity_words(entry['quantity']).capitalize()}" + (
            f", {entry['side']}" if entry["side"] else ""
        )
        name = [
            element("span", entry["name"], class_="source"),
            element(
                "span",
                f"aligned with {entry['aligned_with']}"
                if entry["aligned_with"] != "independent"
                else "independent",
                class_="facts",
            ),
        ]
        cells: list[Child] = [
            name,
            about,
            _dot(entry),
            f"{_signed(entry['bias_share'])} ({_signed(entry['low'])} to {_signed(entry['high'])})",
            favour(entry, audit["war"]["sides"]),
            f"{entry['rows']:,}",
        ]
        rows.append((cells, {}))
    heads = (
        "Source",
        "Reports",
        _scale(),
        "Off by (90 % interval)",
        "In whose favour",
        "Rows",
    )
    caption = "Published figures against the reconstruction"
    return table(caption, heads, rows, stacked=True, numbers=(5,))


def favour(entry: Mapping[str, Any], sides: Sequence[Mapping[str, str]]) -> str:
    """Which side looks better for the source's being off, as far as the interval can tell."""
    if entry["low"] <= 0 <= entry["high"]:
        return "no clear direction"
    ids = [side["id"] for side in sides]
    if entry["side"] not in ids:
        return NOTHING
    other = ids[1 - ids.index(entry["side"])]
    is_loss = entry["quantity"].startswith(("casualties", "deaths", "equipment_lost"))
    is_good = (entry["bias_share"] > 0) != is_loss
    return str(entry["side"] if is_good else other)


def _signed(share: float) -> str:
    return percent(share) if share < 0 or percent(share) == f"0{SPACE}%" else f"+{percent(share)}"


def _place(share: float) -> str:
    """Where a proportional error stands on the scale: equal ratios, equal distances."""
    ratio = math.log(max(1 + share, math.exp(-2 * _LIMIT)))
    return f"{50 + 50 * max(-1.0, min(1.0, ratio / _LIMIT)):.1f}%"


def _dot(entry: Mapping[str, Any]) -> Markup:
    grid = []
    for factor, words in _FACTORS.items():
        x = _place(factor - 1)
        style = "even" if factor == 1 else "tick"
        grid.append(element("line", x1=x, x2=x, y1="0", y2="24", class_=style))
        grid.append(element("text", words, x=x, y="36"))
    low, high, middle = (_place(entry[key]) for key in ("low", "high", "bias_share"))
    bar = element("line", x1=low, x2=high, y1="12", y2="12", class_="whisker")
    dot = element("circle", cx=middle, cy="12", r="5", class_="dot")
    return element(
        "svg", grid, bar, dot, class_="dots", width="100%", height="24", aria_hidden="true"
    )


def _scale() -> Markup:
    """The head of the column of dots: what the places mean."""
    texts = [element("text", words, x=_place(f - 1), y="14") for f, words in _FACTORS.items()]
    hidden = element("span", "Claimed against reconstructed", class_="aside")
    drawn = element("svg", texts, class_="scale", width="100%", height="18", aria_hidden="true")
    return Markup(hidden + drawn)


def sources_table(audit: Mapping[str, Any]) -> Markup:
    """Every source with its grade, stance, dependence and terms."""
    names = {source["id"]: source["name"] for source in audit["sources"]}
    rows: list[Row] = []
    for source in audit["sources"]:
        follows = listed([names.get(name, name) for name in source["depends_on"]])
        cells: list[Child] = [
            [link(source["url"], source["name"]), element("span", source["id"], class_="facts")],
            source["kind"],
            source["aligned_with"],
            source["grade"],
            follows or NOTHING,
            source["licence"],
            f"{source['rows_used']:,}",
        ]
        rows.append((cells, {}))
    heads = ("Source", "Kind", "Aligned with", "Grade", "Follows", "Terms", "Rows used")
    return table("Sources of the figures", heads, rows, stacked=True, numbers=(6,))


def grades() -> Markup:
    """What the grades mean."""
    words = [f"{grade}: {meaning}" for grade, meaning in _GRADES.items()]
    return element("p", f"Grades. {'; '.join(words)}. Alignment is by office, not by content.")


def limits(audit: Mapping[str, Any]) -> Markup:
    """Notes a reader must know, and how well the machinery did."""
    notes = element("ul", [element("li", note) for note in audit["notes"]])
    fusion = audit["diagnostics"]["fusion"]
    lines: list[Child] = []
    solver = audit["solver"]
    if solver is not None:
        exact = solver["exact_comparison"]
        lines.append(
            f"Bargaining solver against the exact one ({exact['chain']}): "
            f"largest error {number(exact['largest_share_error'])}, "
            f"mean {number(exact['mean_share_error'])} of the stake."
        )
        lines.extend(solver["notes"])
    if fusion["ess_min"] is not None:
        lines.append(f"Reconstruction: smallest effective sample size {number(fusion['ess_min'])}.")
    if fusion["r_hat_max"] is not None:
        lines.append(f"Largest R-hat {fusion['r_hat_max']:.3f} (1 is perfect agreement of chains).")
    rows: list[Row] = [
        ([day(v["as_of"]), number(v["ess"]), f"{v['draws']:,}", f"{v['rows']:,}"], {})
        for v in fusion["vantages"]
    ]
    heads = ("Known by", "Effective draws", "Draws", "Rows of data")
    quality = data_table(
        "Table: quality of the reconstruction by vantage date",
        table("Quality of the reconstruction by vantage date", heads, rows),
    )
    machinery = element("h3", "How well the machinery did")
    return Markup(
        notes + machinery + element("ul", [element("li", line) for line in lines]) + quality
    )


def reproduction(audit: Mapping[str, Any]) -> Markup:
    """What is needed to compute the same report again."""
    made = audit["provenance"]
    environment = ", ".join(
        f"{name} {value}" for name, value in sorted(made["environment"].items())
    )
    settings = ", ".join(f"{name} = {value}" for name, value in sorted(made["settings"].items()))
    facts = {
        "Kadesh": made["kadesh_version"],
        "War": audit["war"]["name"],
        "Data hash": made["data_hash"],
        "Claims hash": made["claims_hash"],
        "Code hash": made["code_hash"],
        "Seed": str(made["seed"]),
        "Settings": settings or NOTHING,
        "Environment": environment,
    }
    terms = [
        element("div", element("dt", name), element("dd", value)) for name, value in facts.items()
    ]
    return element(
        "div",
        element(
            "p",
            "The same command on the same data with the same seed gives the same figures, to the "
            "byte, on one machine and environment.",
        ),
        element("pre", element("code", made["command"], id="command"), tabindex="0"),
        element(
            "p",
            element(
                "button", "Copy the command", type="button", class_="copy", data_copy="command"
            ),
            element("output", class_="status", aria_live="polite"),
            class_="actions needs-js",
        ),
        element("dl", terms, class_="facts-list"),
    )
