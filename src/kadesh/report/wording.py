"""Numbers, dates and probabilities as a newspaper would print them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

SPACE: Final = "\N{NO-BREAK SPACE}"
MINUS: Final = "\N{MINUS SIGN}"
OPENING: Final = "\N{LEFT DOUBLE QUOTATION MARK}"
CLOSING: Final = "\N{RIGHT DOUBLE QUOTATION MARK}"
NOTHING: Final = "\N{EN DASH}"
_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_UNITS: Final = {
    "km2": "km²",
    "mi2": "square miles",
    "persons": "people",
    "thousand_persons": "thousand people",
    "million_persons": "million people",
    "items": "",
    "number": "",
    "eur": "euros",
    "usd": "US dollars",
}
_PROBABLE: Final = (
    (0.99, "almost certain"),
    (0.9, "very likely"),
    (2 / 3, "likely"),
    (1 / 3, "about as likely as not"),
    (0.1, "unlikely"),
    (0.01, "very unlikely"),
    (0.0, "almost certainly not so"),
)
_PARTS: Final = (
    (0.1, "a tenth"),
    (0.2, "a fifth"),
    (0.25, "a quarter"),
    (1 / 3, "a third"),
    (0.5, "half"),
    (2 / 3, "two thirds"),
    (0.75, "three quarters"),
    (1.0, "the whole width"),
)
BASES: Final = {
    "record": "on the record",
    "model": "rests on the model",
    "statement": "on statements",
}
FRICTIONS: Final = {
    "differing_beliefs": "differing beliefs",
    "commitment": "a deal would not hold",
    "leader_stake": "leader's own stake",
    "conditional_subsidy": "aid that ends with the war",
    "no_channel": "no channel for talks",
    "channel": "no channel for talks",
}


def day(text: str | None) -> str:
    """An ISO date as `6 August 2024`."""
    if text is None:
        return NOTHING
    when = date.fromisoformat(text)
    return f"{when.day}{SPACE}{_MONTHS[when.month - 1]}{SPACE}{when.year}"


def number(value: float | None, digits: int = 3) -> str:
    """A number with thousands separated: whole from 100 on, else `digits` significant figures."""
    if value is None:
        return NOTHING
    size = abs(value)
    if size >= 100 or value == int(value):
        shown = f"{size:,.0f}"
    else:
        shown = f"{float(f'{size:.{digits}g}'):.10f}".rstrip("0").rstrip(".")
    return f"{MINUS}{shown}" if value < 0 and shown != "0" else shown


def percent(share: float | None) -> str:
    """A share as `62 %`, with one decimal below ten per cent."""
    if share is None:
        return NOTHING
    size = abs(share) * 100
    shown = f"{size:.1f}" if size < 9.95 else f"{size:.0f}"
    shown = shown.removesuffix(".0")
    return f"{MINUS if share < 0 and shown != '0' else ''}{shown}{SPACE}%"


def unit_words(unit: str | None) -> str:
    """A unit in words: `km2_per_day` is `km² a day`."""
    if unit is None:
        return ""
    if unit.startswith("per_"):
        return f"per {unit.removeprefix('per_')}"
    amount, _, time = unit.partition("_per_")
    words = _UNITS.get(amount, amount.replace("_", " "))
    return f"{words} a {time}".strip() if time else words


def amount(value: float | None, unit: str | None) -> str:
    """A number with its unit in words; shares as per cent."""
    if value is None:
        return NOTHING
    if unit == "percent":
        return percent(value / 100)
    if unit is not None and (unit == "share" or unit.startswith("share_per_")):
        return f"{percent(value)} {unit_words(unit).removeprefix('share').strip()}".strip()
    return f"{number(value)}{SPACE}{unit_words(unit)}".strip()


def interval(low: float | None, high: float | None, unit: str | None) -> str:
    """`low to high` with the unit once, or nothing where there is no interval."""
    if low is None or high is None:
        return ""
    ends = (percent(low), percent(high)) if unit == "share" else (number(low), number(high))
    words = "" if unit == "share" else unit_words(unit)
    return f"{ends[0]} to {ends[1]}{SPACE}{words}".strip()


def estimate(series: Mapping[str, Any], position: int, unit: str | None = None) -> str:
    """One point of a series: `median (low to high)`."""
    middle = series["median"][position]
    spread = interval(series["low"][position], series["high"][position], unit)
    shown = percent(middle) if unit == "share" else number(middle)
    return f"{shown} ({spread})" if spread else shown


def probable(p: float) -> str:
    """How probable `p` is, in words; the bounds .9 and .1 are those of the verdicts."""
    return next(words for bound, words in _PROBABLE if p >= bound)


def probability(p: float) -> str:
    """`p` in two decimals, never rounded up to 1 or down to 0."""
    if 0.995 <= p < 1:
        return "above 0.99"
    if 0 < p < 0.005:
        return "below 0.01"
    return "0" if p == 0 else "1" if p == 1 else f"{p:.2f}"


def distance_words(distance: float) -> str:
    """How far a flip lies, in parts of its range: `a quarter of its range away`."""
    if distance > 1.05:
        return f"{distance:.1f} times its range away"
    if distance < 0.07:
        return "a hair's breadth of its range away"
    _, words = min(_PARTS, key=lambda part: abs(part[0] - distance))
    return f"about {words} of its range away"


def quantity_words(quantity: str) -> str:
    """A quantity's name for people: `casualties_persons` is `casualties`."""
    for ending in ("_persons", "_km2", "_items", "_share"):
        quantity = quantity.removesuffix(ending)
    return quantity.replace("_", " ")


def friction_words(friction: str) -> str:
    """A friction's name for people."""
    return FRICTIONS.get(friction, friction.replace("_", " "))


def quoted(text: str) -> str:
    """`text` in quotation marks, without a full stop of its own."""
    return f"{OPENING}{text.rstrip('.')}{CLOSING}"


def listed(words: list[str]) -> str:
    """`a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
