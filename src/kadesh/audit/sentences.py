"""One plain sentence per reading, for a reader who does not program."""

from typing import Any, Final

from kadesh.audit import claims as c

_UNITS: Final = {
    "km2": "square kilometres",
    "km2_per_day": "square kilometres a day",
    "persons": "people",
    "share": "of the stake",
    "per_month": "a month",
}


def amount(value: float | None, unit: str) -> str:
    """A number with its unit, as people write it."""
    if value is None:
        return "unknown"
    if unit == "share":
        percent = 100 * value
        return f"{percent:.1f} %" if abs(percent) >= 1 else f"{percent:.2g} %"
    if abs(value) >= 100:
        text = f"{value:,.0f}"
    elif abs(value) >= 1:
        text = f"{value:.1f}"
    else:
        text = f"{value:.3g}"
    return f"{text} {_UNITS.get(unit, unit.replace('_', ' '))}"


def chance_words(p: float, error: float) -> str:
    """A probability in words and numbers."""
    if p >= 0.995:
        return f"in all but a few draws (probability {p:.2f} ± {error:.2f})"
    if p <= 0.005:
        return f"in hardly any draw (probability {p:.2f} ± {error:.2f})"
    return f"with probability {p:.2f} ± {error:.2f}"


def sentence_of(
    reading: c.AnyReading,
    verdict: str,
    p: float | None,
    error: float | None,
    figures: list[dict[str, Any]],
    says: int = 0,
    contrary: int = 0,
) -> str:
    """What was found, in one sentence."""
    if isinstance(reading, c.Statement):
        rows = (
            f"{says} row{'s' if says != 1 else ''} of the record say{'s' if says == 1 else ''} so"
        )
        against = f"{contrary} say{'s' if contrary == 1 else ''} the opposite"
        if verdict == "supported":
            return (
                f"{rows[0].upper()}{rows[1:]} and none the opposite; this is about what was said."
            )
        if verdict == "contradicted":
            return f"No row of the record says so and {against}."
        if verdict == "not testable":
            return "No row of the record says so or the opposite."
        return f"{rows[0].upper()}{rows[1:]} and {against}."
    if p is None or error is None:
        return "No figure decides this."
    head = {
        "supported": "The figures bear this out",
        "contradicted": "The figures speak against this",
    }.get(verdict, "The figures leave this open")
    shown = [f for f in figures if not f["name"].startswith("threshold")][:3]
    parts = []
    for f in shown:
        text = (
            f"{f['name']}{' on ' + f['date'] if f['date'] else ''}: {amount(f['value'], f['unit'])}"
        )
        if f["low"] is not None:
            low, high = amount(f["low"], f["unit"]), amount(f["high"], f["unit"])
            text += f" (90 % interval {low.split(' ')[0]} to {high})"
        parts.append(text)
    tail = "; ".join(parts)
    return (
        f"{head}: it holds {chance_words(p, error)}. {tail[0].upper()}{tail[1:]}."
        if tail
        else f"{head}: it holds {chance_words(p, error)}."
    )
