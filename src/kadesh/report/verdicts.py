"""The verdicts, readable without JavaScript: counts, table, and each claim with its readings."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kadesh.report.markup import Child, Markup, element, link
from kadesh.report.tables import Row, table
from kadesh.report.wording import (
    BASES,
    NOTHING,
    amount,
    day,
    distance_words,
    interval,
    listed,
    probability,
    probable,
    quoted,
)

VERDICTS: Final = ("supported", "contradicted", "depends", "not testable")
_STANCES: Final = {"says": "says so", "contrary": "says otherwise", "figure": "gives a figure"}


def slug(verdict: str) -> str:
    """A verdict as the name of a CSS class."""
    return verdict.replace(" ", "-")


def mark(verdict: str) -> Markup:
    """The shape that stands for a verdict beside its word."""
    use = element("use", href=f"#mark-{slug(verdict)}")
    return element(
        "svg", use, class_=f"mark {slug(verdict)}", viewBox="0 0 16 16", aria_hidden="true"
    )


def badge(verdict: str) -> Markup:
    """A verdict as shape and word."""
    return element("span", mark(verdict), verdict, class_=f"verdict {slug(verdict)}")


def tiles(claims: Sequence[Mapping[str, Any]]) -> Markup:
    """How many claims got which verdict; with JavaScript, buttons that filter."""
    items = []
    for verdict in VERDICTS:
        count = sum(claim["verdict"] == verdict for claim in claims)
        inner = [element("span", count, class_="count"), badge(verdict)]
        pressed = {"aria_pressed": "false", "data_filter": verdict, "type": "button"}
        items.append(element("li", element("button", inner, class_="tile", **pressed)))
    return element("ul", items, class_="tiles", aria_label="Claims by verdict")


def overview(claims: Sequence[Mapping[str, Any]]) -> Markup:
    """The table of all claims, each a link to its readings."""
    rows = []
    for claim in claims:
        several = len(claim["readings"]) > 1
        readings = [
            element(
                "li", element("span", f"{reading['id']} ", class_="key"), badge(reading["verdict"])
            )
            for reading in claim["readings"]
        ]
        bases = sorted({reading["basis"] for reading in claim["readings"]})
        cells: list[Child] = [
            element("a", claim["id"], href=f"#{claim['id']}"),
            claim["text"],
            badge(claim["verdict"]),
            element("ul", readings, class_="chips") if several else "one reading",
            [element("span", BASES[basis], class_=f"basis {basis}") for basis in bases],
        ]
        rows.append((cells, {"data_verdict": claim["verdict"]}))
    heads = ("Claim", "The article says", "Verdict", "Readings", "Rests")
    return table("All claims and their verdicts", heads, rows, stacked=True, numbers=())


def cards(audit: Mapping[str, Any]) -> Markup:
    """Every claim with its readings, evidence and flip certificates."""
    return Markup("".join(_card(audit, claim) for claim in audit["claims"]))


def citation(audit: Mapping[str, Any], claim: Mapping[str, Any]) -> str:
    """A claim's verdict as text to quote, with what is needed to compute it again."""
    article, made = audit["article"], audit["provenance"]
    findings = []
    for reading in claim["readings"]:
        p = "" if reading["p"] is None else f", p = {probability(reading['p'])}"
        said = reading["sentence"] or reading["reason"] or ""
        findings.append(f"({reading['id']}) {reading['verdict']}{p}: {said}")
    return (
        f"Claim {claim['id']} of {quoted(article['title'])} "
        f"({day(article['published'])}): {claim['text']} "
        f"Verdict: {claim['verdict']}. {' '.join(findings)} "
        f"Kadesh {audit['kadesh_version']}, war {audit['war']['name']}, "
        f"data {made['data_hash'][:12]}, claims {made['claims_hash'][:12]}, seed {made['seed']}."
    )


def _card(audit: Mapping[str, Any], claim: Mapping[str, Any]) -> Markup:
    name = claim["id"]
    anchor = element("a", name, href=f"#{name}", class_="id", aria_label=f"Link to claim {name}")
    head = element(
        "header",
        element("h3", anchor, " ", element("span", claim["text"], id=f"{name}-text")),
        element("p", badge(claim["verdict"]), _agreement(claim), class_="finding"),
    )
    copy = element(
        "div",
        element(
            "button", "Copy as citation", type="button", class_="copy", data_copy=f"{name}-citation"
        ),
        element("output", class_="status", aria_live="polite"),
        element("p", citation(audit, claim), id=f"{name}-citation", class_="citation", hidden=True),
        class_="actions needs-js",
    )
    first_side = audit["war"]["sides"][0]["name"]
    names = {source["id"]: source["name"] for source in audit["sources"]}
    several = len(claim["readings"]) > 1
    readings = [_reading(reading, first_side, names, several) for reading in claim["readings"]]
    attributes = {"data_verdict": claim["verdict"], "class_": f"claim {slug(claim['verdict'])}"}
    labelled = {"aria_labelledby": f"{name}-text"}
    return element(
        "article",
        head,
        element("ol", readings, class_="readings"),
        copy,
        id=name,
        **attributes,
        **labelled,
    )


def _agreement(claim: Mapping[str, Any]) -> str | None:
    """Why a claim of several readings has the verdict it has."""
    readings = claim["readings"]
    if len(readings) == 1:
        return None
    groups = {
        verdict: [reading["id"] for reading in readings if reading["verdict"] == verdict]
        for verdict in VERDICTS
    }
    parts = [f"{listed(ids)} {verdict}" for verdict, ids in groups.items() if ids]
    if len(parts) == 1:
        return (
            "Both readings agree." if len(readings) == 2 else f"All {len(readings)} readings agree."
        )
    testable = [verdict for verdict in VERDICTS[:3] if groups[verdict]]
    opening = "Its readings differ" if len(testable) > 1 else "Not every reading can be tested"
    return f"{opening}: {'; '.join(parts)}."


def _reading(
    reading: Mapping[str, Any], first_side: str, names: Mapping[str, str], several: bool
) -> Markup:
    basis = reading["basis"]
    labels = element(
        "p",
        badge(reading["verdict"]),
        element("span", BASES[basis], class_=f"basis {basis}"),
        element("span", f"known by {day(reading['as_of'])}", class_="vantage")
        if reading["as_of"]
        else None,
        class_="labels",
    )
    key = element("span", f"Reading {reading['id']}", class_="key") if several else None
    return element(
        "li",
        element("p", key, " " if several else None, reading["text"], class_="question"),
        labels,
        element("p", reading["sentence"], class_="sentence") if reading["sentence"] else None,
        _reason(reading),
        _probability(reading, first_side),
        _flip_summary(reading),
        _evidence(reading, names),
        class_="reading",
    )


def _reason(reading: Mapping[str, Any]) -> Markup | None:
    if not reading["reason"]:
        return None
    opening = "Why it cannot be tested: " if reading["verdict"] == "not testable" else "Note: "
    return element("p", element("strong", opening), reading["reason"], class_="reason")


def _probability(reading: Mapping[str, Any], first_side: str) -> Markup | None:
    p, error = reading["p"], reading["p_error"]
    if p is None:
        return None
    words = f"{probable(p).capitalize()}: p = {probability(p)}"
    if error is not None:
        words += f", sampling error {probability(error) if error else 'none'}"
    powers = reading["p_by_power"] or {}
    known = [(power, value) for power, value in sorted(powers.items()) if value is not None]
    if known:
        ends = listed([f"{probability(value)} at {power}" for power, value in known])
        words += f". By the bargaining power of {first_side}: {ends}"
    return element(
        "div",
        _gauge(p, [value for _, value in known]),
        element("p", f"{words}."),
        class_="probability",
    )


def _gauge(p: float, others: list[float]) -> Markup:
    """A line from 0 to 1 with the zones of the verdicts, and p on it."""
    zones = [
        element("rect", x="0%", width="10%", y="5", height="6", class_="zone contradicted"),
        element("rect", x="10%", width="80%", y="5", height="6", class_="zone depends"),
        element("rect", x="90%", width="10%", y="5", height="6", class_="zone supported"),
    ]
    ticks = [
        element("line", x1=f"{value:.1%}", x2=f"{value:.1%}", y1="2", y2="14", class_="power")
        for value in others
    ]
    dot = element("circle", cx=f"{p:.1%}", cy="8", r="5", class_="dot")
    return element(
        "svg", zones, ticks, dot, class_="gauge", width="100%", height="16", aria_hidden="true"
    )


_ID_DOT: Final = re.compile(r"(?<=\w)\.(?=\w)")


def flip_sentence(flip: Mapping[str, Any]) -> str:
    """A flip certificate in plain words."""
    unit = flip["unit"]
    kind = {"figure": "the figure ", "threshold": "the mark for "}.get(flip["kind"], "")
    # Ids of assumptions are words joined by underscores, with the side after a dot.
    name = str(flip["what"])
    words = name if flip["kind"] == "figure" else _ID_DOT.sub(", ", name.replace("_", " "))
    subject = f"{kind}{quoted(words)}"
    if flip["to"] is None or flip["from"] is None:
        return f"No value of {subject} within its range changes the verdict."
    after = f" (then: {flip['verdict_after']})" if flip["verdict_after"] else ""
    if flip["distance"] == 0:
        return (
            f"Already changes with {subject} fixed at its central value, "
            f"{amount(flip['from'], unit)}{after}: the verdict rests on averaging over its range."
        )
    away = f": {distance_words(flip['distance'])}" if flip["distance"] is not None else ""
    beyond = "" if flip["inside"] else ", outside the range thought possible"
    return (
        f"Would change if {subject} were {amount(flip['to'], unit)} "
        f"instead of {amount(flip['from'], unit)}{away}{beyond}{after}."
    )


def _flip_summary(reading: Mapping[str, Any]) -> Markup | None:
    if not reading["flips"]:
        return None
    heading = element("strong", "What would change it: ")
    return element("p", heading, flip_sentence(reading["flips"][0]), class_="flip")


def _evidence(reading: Mapping[str, Any], names: Mapping[str, str]) -> Markup | None:
    parts = {
        "figures": _figures(reading["figures"], names),
        "sources": _sources(reading["sources"], names),
        "what would change it": _flips(reading["flips"]),
        "without one side's sources": _ablation(reading["ablation"]),
    }
    present = [name for name, part in parts.items() if part]
    if not present:
        return None
    summary = element("summary", f"Evidence: {listed(present)}")
    return element("details", summary, [part for part in parts.values() if part], class_="evidence")


def _figures(figures: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Markup | None:
    if not figures:
        return None
    rows: list[Row] = [
        (
            [
                figure["name"],
                amount(figure["value"], figure["unit"]),
                interval(figure["low"], figure["high"], figure["unit"]) or NOTHING,
                day(figure["date"]),
                names.get(figure["source"], figure["source"] or "Kadesh"),
            ],
            {},
        )
        for figure in figures
    ]
    heads = ("Figure", "Value", "90 % interval", "Date", "From")
    return table("Figures", heads, rows, stacked=True, numbers=(1, 2))


def _sources(sources: Sequence[Mapping[str, Any]], names: Mapping[str, str]) -> Markup | None:
    if not sources:
        return None
    items = []
    for source in sources:
        facts = [
            _STANCES[source["stance"]],
            day(source["date"]) if source["date"] else None,
            f"grade {source['grade']}" if source["grade"] else None,
            f"aligned with {source['aligned_with']}"
            if source["aligned_with"] not in {None, "independent"}
            else source["aligned_with"],
            f"row {source['row']}" if source["row"] else None,
        ]
        line = " · ".join(fact for fact in facts if fact)
        items.append(
            element(
                "li",
                element(
                    "span",
                    link(source["url"], names.get(source["id"], source["id"])),
                    class_="source",
                ),
                f" {source['text']}",
                element("span", line, class_="facts"),
                class_=f"stance-{source['stance']}",
            )
        )
    return Markup(element("h4", "Sources") + element("ul", items, class_="sources"))


def _flips(flips: Sequence[Mapping[str, Any]]) -> Markup | None:
    if not flips:
        return None
    items = []
    for flip in flips:
        ends = None
        if flip["p_low"] is not None and flip["p_high"] is not None:
            ends = (
                f" With it at the low end of its range p is {probability(flip['p_low'])}, "
                f"at the high end {probability(flip['p_high'])}."
            )
        items.append(element("li", flip_sentence(flip), ends))
    return Markup(element("h4", "What would change it") + element("ul", items))


def _ablation(rows: Sequence[Mapping[str, Any]]) -> Markup | None:
    if not rows:
        return None
    items = [
        element(
            "li",
            f"Without sources aligned with {row['without']}: ",
            badge(row["verdict"]),
            f" (p = {probability(row['p'])})" if row["p"] is not None else None,
            f", on {row['rows_left']:,} of {row['rows_all']:,} rows.",
        )
        for row in rows
    ]
    return Markup(element("h4", "Without one side's sources") + element("ul", items))
