"""The numbers Kadesh knows, their units and axes, and conversion of units at the border.

`quantities.yaml` is the one table. A unit is a simple unit (`km2`, `thousand_persons`) or a rate of
two (`persons_per_month`). Inside Kadesh a number is always in the unit of its quantity; conversion
happens where a file or an argument is read, and nowhere else.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import yaml

_FAST_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

SQUARE_MILE_KM2: Final = 2.589988110336
MONTH_DAYS: Final = 365.2425 / 12

_SIMPLE: Final[dict[str, tuple[str, float]]] = {
    "km2": ("area", 1.0),
    "mi2": ("area", SQUARE_MILE_KM2),
    "ha": ("area", 0.01),
    "km": ("length", 1.0),
    "mi": ("length", 1.609344),
    "persons": ("persons", 1.0),
    "thousand_persons": ("persons", 1e3),
    "million_persons": ("persons", 1e6),
    "items": ("items", 1.0),
    "eur": ("eur", 1.0),
    "million_eur": ("eur", 1e6),
    "billion_eur": ("eur", 1e9),
    "usd": ("usd", 1.0),
    "million_usd": ("usd", 1e6),
    "billion_usd": ("usd", 1e9),
    "day": ("time", 1.0),
    "days": ("time", 1.0),
    "week": ("time", 7.0),
    "weeks": ("time", 7.0),
    "month": ("time", MONTH_DAYS),
    "months": ("time", MONTH_DAYS),
    "year": ("time", 365.2425),
    "years": ("time", 365.2425),
    "share": ("number", 1.0),
    "percent": ("number", 0.01),
    "number": ("number", 1.0),
}
_AMOUNT: Final = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([A-Za-z]\w*)\s*")


@dataclass(frozen=True)
class Quantity:
    """One row of the table: what a number is, in which unit, along which axes."""

    name: str
    unit: str
    axes: tuple[str, ...]
    meaning: str
    low: float
    high: float


@cache
def table() -> dict[str, Quantity]:
    """Every quantity by name, as `quantities.yaml` states it."""
    text = files("kadesh").joinpath("quantities.yaml").read_text(encoding="utf-8")
    rows: dict[str, dict[str, object]] = yaml.load(text, Loader=_FAST_LOADER)
    return {name: _quantity(name, row) for name, row in rows.items()}


def _quantity(name: str, row: dict[str, object]) -> Quantity:
    axes, limits = row["axes"], row["range"]
    if not isinstance(axes, list) or not isinstance(limits, list):
        raise TypeError(f"quantities.yaml: {name}: axes and range must be lists")
    unit = str(row["unit"])
    dimension(unit)
    low, high = map(float, limits)
    return Quantity(name, unit, tuple(map(str, axes)), str(row["meaning"]), low, high)


def dimension(unit: str) -> str:
    """What a unit measures, for example `area` or `persons / time`. KeyError if unknown."""
    return _parse(unit)[0]


def is_unit(unit: str) -> bool:
    """Whether `unit` is one that Kadesh knows."""
    try:
        _parse(unit)
    except KeyError:
        return False
    return True


def units() -> tuple[str, ...]:
    """The simple units; two of them make a rate such as `km2_per_day`."""
    return tuple(sorted(_SIMPLE))


@cache
def _parse(unit: str) -> tuple[str, float]:
    if unit.startswith("per_"):
        above, below = ("number", 1.0), _SIMPLE[unit.removeprefix("per_")]
    elif "_per_" in unit:
        first, second = unit.split("_per_", maxsplit=1)
        above, below = _SIMPLE[first], _SIMPLE[second]
    else:
        return _SIMPLE[unit]
    return f"{above[0]} / {below[0]}", above[1] / below[1]


def convert(value: float, unit: str, to: str) -> float:
    """`value` in `unit`, expressed in the unit `to`.

    Raises:
        ValueError: the two units measure different things.
        KeyError: a unit is unknown.
    """
    if unit == to:
        return value
    (dimension_from, factor_from), (dimension_to, factor_to) = _parse(unit), _parse(to)
    if dimension_from != dimension_to:
        raise ValueError(f"{unit} measures {dimension_from}, {to} measures {dimension_to}")
    return value * factor_from / factor_to


def parse_amount(text: str, to: str) -> float:
    """The number in a text such as `400 mi2`, in the unit `to`.

    Raises:
        ValueError: not a number and a unit, or a unit that cannot be converted.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None or not is_unit(match[2]):
        raise ValueError(f"{text!r} is not a number and a unit, such as '400 mi2'")
    return convert(float(match[1]), match[2], to)
