"""The fields of a model's inputs and outputs: meaning, unit and range, and how a value is read."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, Final, Literal

import numpy as np

from kadesh.suggest import one_of

SHARE: Final = "share of the stake"
PROBABILITY: Final = "probability"

_SPEC: Final = "kadesh"


@dataclass(frozen=True)
class Spec:
    """What one input means and may be: its kind, unit and range."""

    kind: Literal["number", "whole", "numbers", "choice", "flag"]
    meaning: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    is_low_open: bool = False
    is_high_open: bool = False
    shortest: int = 1
    longest: int = 1
    choices: tuple[str, ...] = ()

    def expected(self) -> str:
        """The range in words, as mistakes and help give it."""
        match self.kind:
            case "flag":
                return "true or false"
            case "choice":
                return one_of(self.choices)
            case "number":
                return f"a number {self._interval()}"
            case "whole":
                return f"a whole number {self._interval()}"
        count = f"{self.shortest}"
        if self.longest > self.shortest:
            count += f" to {self.longest:,}"
        return f"a list of {count} numbers, each {self._interval()}"

    def _interval(self) -> str:
        def end(value: float) -> str:
            return f"{value:,.12g}"

        if math.isinf(self.high) and math.isinf(self.low):
            return "that is finite"
        if math.isinf(self.high):
            return f"{'above' if self.is_low_open else 'of at least'} {end(self.low)}"
        if math.isinf(self.low):
            return f"{'below' if self.is_high_open else 'of at most'} {end(self.high)}"
        left, right = "(" if self.is_low_open else "[", ")" if self.is_high_open else "]"
        return f"in {left}{end(self.low)}, {end(self.high)}{right}"

    def read(self, value: Any) -> Any:
        """The value in the field's own type.

        Raises:
            ValueError: It is none of the values allowed.
        """
        match self.kind:
            case "flag":
                if isinstance(value, bool | np.bool_):
                    return bool(value)
            case "choice":
                if isinstance(value, str) and value in self.choices:
                    return value
            case "number":
                return self._number(value)
            case "whole":
                number = self._number(value)
                if number.is_integer():
                    return int(number)
            case "numbers":
                is_list = isinstance(value, Sequence | np.ndarray) and not isinstance(value, str)
                if is_list and self.shortest <= len(value) <= self.longest:
                    return tuple(self._number(entry) for entry in value)
        raise ValueError(value)

    def _number(self, value: Any) -> float:
        if isinstance(value, bool | np.bool_) or not isinstance(
            value, int | float | np.integer | np.floating
        ):
            raise ValueError(value)
        try:
            number = float(value)
        except OverflowError:
            raise ValueError(value) from None
        above = number > self.low if self.is_low_open else number >= self.low
        below = number < self.high if self.is_high_open else number <= self.high
        if not (math.isfinite(number) and above and below):
            raise ValueError(value)
        return number


def _field(spec: Spec, default: Any) -> Any:
    return field(default=default, metadata={_SPEC: spec})


def number(
    meaning: str,
    *,
    unit: str = SHARE,
    low: float = 0.0,
    high: float = math.inf,
    is_low_open: bool = False,
    is_high_open: bool = False,
    default: Any = MISSING,
) -> Any:
    """An input that is a finite number in a range; its ends belong to it unless said."""
    return _field(Spec("number", meaning, unit, low, high, is_low_open, is_high_open), default)


def whole(
    meaning: str, *, unit: str = "number", low: int, high: int, default: Any = MISSING
) -> Any:
    """An input that is a whole number from `low` to `high`."""
    return _field(Spec("whole", meaning, unit, float(low), float(high)), default)


def numbers(
    meaning: str,
    *,
    unit: str = SHARE,
    low: float = 0.0,
    high: float = math.inf,
    is_low_open: bool = False,
    is_high_open: bool = False,
    shortest: int = 1,
    longest: int,
    default: Any = MISSING,
) -> Any:
    """An input that is a list of numbers; the field is a tuple of floats."""
    spec = Spec(
        "numbers", meaning, unit, low, high, is_low_open, is_high_open, shortest, longest
    )  # fmt: skip
    return _field(spec, default)


def choice(meaning: str, choices: Iterable[str], *, default: Any = MISSING) -> Any:
    """An input that is one of a few words."""
    return _field(Spec("choice", meaning, choices=tuple(choices)), default)


def flag(meaning: str, *, default: Any = MISSING) -> Any:
    """An input that is true or false."""
    return _field(Spec("flag", meaning), default)


def probability(meaning: str, *, is_open: bool = False, default: Any = MISSING) -> Any:
    """An input that is a probability; with `is_open`, neither 0 nor 1."""
    return number(
        meaning, unit=PROBABILITY, high=1.0, is_low_open=is_open, is_high_open=is_open,
        default=default,
    )  # fmt: skip


def positive(meaning: str, *, unit: str, default: Any = MISSING) -> Any:
    """An input above 0 of any size that means something: from a billionth to a billion."""
    return number(meaning, unit=unit, low=1e-9, high=1e9, default=default)


def output(meaning: str, *, unit: str = SHARE, by: str = "") -> Any:
    """A field of a Result; `by` says what a list runs over, for example `k = 1..forts-1`."""
    return field(metadata={_SPEC: Output(meaning, unit, by)})


@dataclass(frozen=True)
class Output:
    """What one output means."""

    meaning: str
    unit: str
    by: str


_METADATA: Final[dict[type[Any], Mapping[str, Any]]] = {}


def _metadata(kind: type[Any]) -> Mapping[str, Any]:
    """What the fields of a dataclass mean; read once, because sweeps ask at every point."""
    if kind not in _METADATA:
        _METADATA[kind] = {
            entry.name: entry.metadata[_SPEC] for entry in fields(kind) if _SPEC in entry.metadata
        }
    return _METADATA[kind]


def specs(inputs: type[Any]) -> Mapping[str, Spec]:
    """The inputs of a model by name, in the order in which they are written."""
    return _metadata(inputs)


def defaults(inputs: type[Any]) -> dict[str, Any]:
    """The inputs that need not be given, with what they are then."""
    return {entry.name: entry.default for entry in fields(inputs) if entry.default is not MISSING}


def outputs(result: type[Any]) -> Mapping[str, Output]:
    """The outputs of a model by name, in the order in which they are printed."""
    return _metadata(result)
