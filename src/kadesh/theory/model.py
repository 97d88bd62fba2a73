"""What a theory module is: a page of text, checked inputs, named outputs, a solver and a figure.

A model is one file of this package, named after it (`costly-lottery` is `costly_lottery.py`), with

    __doc__    the model: a line, then paragraphs that begin with the words of `PARTS`
    Inputs     `@dataclass(frozen=True, kw_only=True) class Inputs(ModelInputs)`; every field is
               made by `number`, `whole`, `numbers`, `choice` or `flag`; what only fields together
               can break is yielded by `across`
    Result     `@dataclass(frozen=True) class Result`; every field is made by `output`, and the
               fields are the keys that `kadesh theory NAME --json` prints
    EXAMPLE    the inputs of the worked example, a mapping for `Inputs(**EXAMPLE)`
    solve      `solve(inputs) -> Result`
    draw       `draw(axes, inputs, result)`: the figure, on one matplotlib Axes, with labelled axes
    caveat     (may be left out) `caveat(inputs, result) -> str`: what a reader of the outputs must
               know of these, empty where there is nothing
    solve_many (may be left out) `solve_many(list of Inputs) -> list of Result`, where many at once
               are cheaper than one by one; `sweep` uses it

and a line in `kadesh.theory.registry.NAMES`. `tests/theory/test_contract.py` holds every model to
this. Models import no matplotlib: `kadesh.theory.figures` does.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from kadesh.errors import InputErrors, Mistake, NumericalError
from kadesh.suggest import closest, one_of, suggestion

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes
else:
    Axes = Any

PARTS: Final = ("Players:", "Timing:", "Method:", "Selection:", "Not modelled:", "Source:")
"""Paragraphs that the docstring of every model has, each at the start of a line.

Selection says which equilibrium is given where there is more than one, or that there is only one.
"""

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


@dataclass(frozen=True, kw_only=True)
class ModelInputs:
    """Base of every model's `Inputs`: all mistakes are collected and raised at once."""

    def __post_init__(self) -> None:
        values = {name: getattr(self, name) for name in specs(type(self))}
        read, mistakes = _read(type(self), values)
        for name, value in read.items():
            object.__setattr__(self, name, value)
        mistakes += _across(self, {name for name in values if name not in read})
        if mistakes:
            raise InputErrors(mistakes)

    def across(self) -> Iterator[Mistake]:
        """Mistakes that only several fields together can make; the ranges of those hold already."""
        yield from ()


class _UnreadError(Exception):
    """A field that has no value in its range was asked for."""


def _across(inputs: ModelInputs, unread: Set[str]) -> list[Mistake]:
    """The mistakes of fields together, as far as they need no field that has a mistake itself."""
    if not unread:
        return list(inputs.across())
    kind = type(inputs)

    class Partial(kind):  # type: ignore[misc, valid-type]
        def __getattribute__(self, name: str) -> Any:
            if name in unread:
                raise _UnreadError(name)
            return super().__getattribute__(name)

    partial = object.__new__(Partial)
    partial.__dict__.update({k: v for k, v in vars(inputs).items() if k not in unread})
    found: list[Mistake] = []
    try:
        # A check that asks for such a field ends the search: what comes after may rest on it.
        for entry in partial.across():
            found.append(entry)
    except _UnreadError:
        pass
    return found


_METADATA: Final[dict[type[Any], Mapping[str, Any]]] = {}


def _metadata(kind: type[Any]) -> Mapping[str, Any]:
    """What the fields of a dataclass mean; read once, because sweeps ask at every point."""
    if kind not in _METADATA:
        _METADATA[kind] = {
            entry.name: entry.metadata[_SPEC] for entry in fields(kind) if _SPEC in entry.metadata
        }
    return _METADATA[kind]


def specs(inputs: type[ModelInputs]) -> Mapping[str, Spec]:
    """The inputs of a model by name, in the order in which they are written."""
    return _metadata(inputs)


def defaults(inputs: type[ModelInputs]) -> dict[str, Any]:
    """The inputs that need not be given, with what they are then."""
    return {entry.name: entry.default for entry in fields(inputs) if entry.default is not MISSING}


def outputs(result: type[Any]) -> Mapping[str, Output]:
    """The outputs of a model by name, in the order in which they are printed."""
    return _metadata(result)


def mistake(name: str, value: object, expected: str, remedy: str) -> Mistake:
    """A mistake in one input, for `across` and for what `solve` finds."""
    return Mistake("argument", 0, 0, name, shown(value), expected, remedy)


def _read(
    inputs: type[ModelInputs], given: Mapping[str, Any], names: Iterable[str] | None = None
) -> tuple[dict[str, Any], list[Mistake]]:
    """The values in their fields' types, and the mistakes of those that are out of range."""
    read, mistakes = {}, []
    known = specs(inputs)
    for name in known if names is None else names:
        spec = known[name]
        if name in given:
            try:
                read[name] = spec.read(given[name])
            except ValueError:
                remedy = f"Meaning: {spec.meaning}"
                mistakes.append(mistake(name, given[name], spec.expected(), remedy))
    return read, mistakes


def make_inputs(inputs: type[ModelInputs], given: Mapping[str, Any]) -> ModelInputs:
    """Checked inputs from names and values.

    Raises:
        InputErrors: Names that the model does not have, inputs that are missing, values out of
            range: all at once.
    """
    known = specs(inputs)
    mistakes, meant = [], set()
    for name, value in given.items():
        if name not in known:
            remedy = suggestion(name, known) or f"Use {one_of(known, limit=20)}"
            mistakes.append(mistake(name, value, "an input of the model", remedy))
            meant.add(closest(name, known))
    mistakes += [
        mistake(name, "", spec.expected(), f"Give it. Meaning: {spec.meaning}")
        for name, spec in known.items()
        if name not in {*given, *defaults(inputs), *meant}
    ]
    read, wrong = _read(inputs, given)
    if mistakes or wrong:
        whole: ModelInputs = object.__new__(inputs)
        whole.__dict__.update(defaults(inputs), **read)
        together = _across(whole, {name for name in known if name not in vars(whole)})
        raise InputErrors(mistakes + wrong + together)
    return inputs(**read)


def read_values(
    inputs: type[ModelInputs], name: str, values: Iterable[Any]
) -> tuple[list[Any], list[Mistake]]:
    """Values of one input in its field's type, and the mistakes of those that are out of range."""
    good: list[Any] = []
    wrong: list[Mistake] = []
    for value in values:
        read, mistakes = _read(inputs, {name: value}, (name,))
        good += read.values()
        wrong += mistakes
    return good, wrong


def vary(inputs: ModelInputs, values: Mapping[str, Any]) -> ModelInputs:
    """These inputs with other values in some fields, which `read_values` has read.

    Raises:
        InputErrors: What only fields together can break.
    """
    varied: ModelInputs = object.__new__(type(inputs))
    varied.__dict__.update(inputs.__dict__, **values)
    if mistakes := list(varied.across()):
        raise InputErrors(mistakes)
    return varied


def shown(value: object) -> str:
    """A value as a user would write it: lists as JSON arrays, booleans as true and false."""
    match value:
        case bool():
            return "true" if value else "false"
        case tuple() | list():
            return f"[{', '.join(map(shown, value))}]"
        case float():
            return f"{value:.12g}"
    return str(value)


def record(result: Any) -> dict[str, Any]:
    """The outputs as plain values for JSON: numbers, lists, true, false, null.

    Raises:
        NumericalError: An output is infinite or not a number.
    """
    return {name: _plain(getattr(result, name), name) for name in outputs(type(result))}


def _plain(value: Any, name: str) -> Any:
    match value:
        case None | bool() | str():
            return value
        case np.bool_():
            return bool(value)
        case int() | np.integer():
            return int(value)
        case float() | np.floating():
            if not math.isfinite(value):
                raise NumericalError(f"theory: the output {name} is {value}")
            return float(value)
    if {float}.issuperset(map(type, value)):
        # Long lists of plain numbers, which is what sweeps of many points are made of.
        if not all(map(math.isfinite, value)):
            raise NumericalError(f"theory: the output {name} holds a number that is not finite")
        return list(value)
    return [_plain(entry, name) for entry in value]
