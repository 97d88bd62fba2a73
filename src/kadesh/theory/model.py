"""What a theory module is: a page of text, checked inputs, named outputs, a solver and a figure.

A model is one file of `kadesh.theory.models`, named after it (`costly-lottery` is
`costly_lottery.py`), with

    __doc__    the model: a line, then paragraphs that begin with the words of `PARTS`
    Inputs     `@dataclass(frozen=True, kw_only=True) class Inputs(ModelInputs)`; every field is
               made by `number`, `whole`, `numbers`, `choice` or `flag` of `kadesh.theory.fields`;
               what only fields together can break is yielded by `across`
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
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kadesh.errors import InputErrors, Mistake, NumericalError
from kadesh.suggest import closest, one_of, suggestion
from kadesh.theory.fields import defaults, outputs, specs

if TYPE_CHECKING:
    from matplotlib.axes import Axes as Axes
else:
    Axes = Any

PARTS: Final = ("Players:", "Timing:", "Method:", "Selection:", "Not modelled:", "Source:")
"""Paragraphs that the docstring of every model has, each at the start of a line.

Selection says which equilibrium is given where there is more than one, or that there is only one.
"""


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
