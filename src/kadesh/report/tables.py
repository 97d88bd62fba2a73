"""Tables that can be read on a narrow screen, and the tables behind the charts."""

from collections.abc import Mapping, Sequence
from typing import Any

from kadesh.report.markup import Child, Markup, element
from kadesh.report.wording import (
    NOTHING,
    day,
    estimate,
    friction_words,
    listed,
    percent,
    quantity_words,
)

Row = tuple[Sequence[Child], Mapping[str, str]]


def table(
    caption: str,
    heads: Sequence[str],
    rows: Sequence[Row],
    *,
    stacked: bool = False,
    numbers: Sequence[int] | None = None,
) -> Markup:
    """A table with a caption; each row gives its cells and its attributes.

    Stacked tables become one block per row on a narrow screen, others scroll sideways in a frame
    that the keyboard reaches. `numbers` names the columns aligned as numbers (None: all but the
    first).
    """
    aligned = range(1, len(heads)) if numbers is None else numbers
    styles = ["number" if column in aligned else "text" for column in range(len(heads))]
    top = [
        element("th", head, scope="col", class_=style)
        for head, style in zip(heads, styles, strict=True)
    ]
    body = []
    for cells, attributes in rows:
        first = element("th", cells[0], scope="row", class_="text")
        rest = [
            element(
                "td",
                cell,
                class_=style,
                data_head=None if not stacked or isinstance(head, Markup) else head,
            )
            for cell, style, head in zip(cells[1:], styles[1:], heads[1:], strict=True)
        ]
        body.append(element("tr", first, rest, **attributes))
    inner = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", top)),
        element("tbody", body),
        class_="stacked" if stacked else None,
    )
    if stacked:
        return inner
    return element("div", inner, class_="scroller", role="region", tabindex="0", aria_label=caption)


def data_table(summary: str, inner: Markup, *, long: bool = False) -> Markup:
    """The numbers behind a chart, folded away; a long one stays folded on paper."""
    return element(
        "details", element("summary", summary), inner, class_="data long" if long else "data"
    )


def leverage_table(audit: Mapping[str, Any]) -> Markup:
    """Shares, least shares, range and channel at each date."""
    leverage = audit["leverage"]
    sides = audit["war"]["sides"]
    heads = [
        "Date",
        *(f"Share of {side['name']}" for side in sides),
        *(f"Least for {side['name']}" for side in sides),
        "Width of the range",
        "A range exists",
        "A deal is possible",
        "Channel",
        *(
            f"Share of {sides[0]['name']} at bargaining power {power}"
            for power in sorted(leverage["bargaining_power"])
        ),
        "Solver error",
    ]
    rows: list[Row] = []
    for position, when in enumerate(leverage["dates"]):
        powers = leverage["bargaining_power"]
        cells: list[Child] = [
            day(when),
            *(estimate(leverage["share"][side["id"]], position, "share") for side in sides),
            *(estimate(leverage["floor"][side["id"]], position, "share") for side in sides),
            estimate(leverage["width"], position, "share"),
            percent(leverage["range_exists_probability"][position]),
            percent(leverage["deal_probability"][position]),
            leverage["channel"][position],
            *(percent(powers[power][position]) for power in sorted(powers)),
            percent(leverage["solver_error_share"][position]),
        ]
        rows.append((cells, {}))
    caption = "Leverage and settlement range by date; 90 % intervals in brackets"
    return data_table("Table: shares, least shares and range by date", table(caption, heads, rows))


def blocking_table(audit: Mapping[str, Any]) -> Markup:
    """What blocks a deal at each date: the smallest sets of frictions, most probable first."""
    leverage = audit["leverage"]
    rows: list[Row] = []
    for when, sets in zip(leverage["dates"], leverage["blocking"], strict=True):
        shown = [
            f"{listed([friction_words(name) for name in entry['frictions']])}"
            f" ({percent(entry['probability'])})"
            for entry in sets
        ]
        rows.append(([day(when), "; ".join(shown) or NOTHING], {}))
    caption = "Smallest sets of frictions whose removal would permit a deal, with their probability"
    heads = ("Date", "Removing these would permit a deal")
    inner = table(caption, heads, rows, stacked=True, numbers=())
    return data_table("Table: what blocks a deal, by date", inner)


def control_table(audit: Mapping[str, Any]) -> Markup:
    """Land held by the side not at home, and contested, per sector and week."""
    control, sectors = audit["control"], audit["war"]["sectors"]
    parts = []
    for part, caption in (
        ("held", "Land held by the side not at home beyond what it held before the war, km²"),
        ("contested", "Contested land, km²"),
    ):
        heads = ["Week to", *(sector["name"] for sector in sectors)]
        rows: list[Row] = [
            (
                [day(when), *(estimate(control["sectors"][s["id"]][part], week) for s in sectors)],
                {},
            )
            for week, when in enumerate(control["weeks"])
        ]
        parts.append(table(f"{caption}; 90 % intervals in brackets", heads, rows))
    return data_table("Tables: land held and contested by week", Markup("".join(parts)), long=True)


def losses_table(audit: Mapping[str, Any]) -> Markup:
    """Cumulative losses per side and week."""
    losses, sides = audit["losses"], audit["war"]["sides"]
    columns = [
        (f"{side['name']}: {quantity_words(quantity)}", series)
        for side in sides
        for quantity, series in sorted(losses["sides"][side["id"]].items())
    ]
    rows: list[Row] = [
        ([day(when), *(estimate(series, week) for _, series in columns)], {})
        for week, when in enumerate(losses["weeks"])
    ]
    caption = "Losses since the start of the war, persons; 90 % intervals in brackets"
    inner = table(caption, ["Week to", *(name for name, _ in columns)], rows)
    return data_table("Table: losses by week", inner, long=True)
