"""The kinds of value that a YAML file of Kadesh may hold, and how a field states its mistake.

YAML's own guesses are not used: text is text, `NO` and `yes` too, a number is a finite number and
a date is YYYY-MM-DD.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final, Self, TypeVar

from pydantic import (
    AllowInfNan,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    model_validator,
)
from pydantic_core import PydanticCustomError

_ISO_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


def field_mistake(field: str, expected: str, remedy: str) -> PydanticCustomError:
    """The error a validator raises for one field of its model (`""`: the value itself)."""
    # pydantic reads braces in a message as fields of the context; the context carries the text.
    context = {"field": field, "expected": expected, "remedy": remedy}
    return PydanticCustomError("field_mistake", "{expected}. {remedy}", context)


def _as_date(value: object) -> object:
    if isinstance(value, str):
        if not _ISO_DATE.fullmatch(value):
            raise field_mistake("", "a date as YYYY-MM-DD", "Write it so, for example 2022-03-29")
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise field_mistake("", "a day of the calendar", "Correct the date") from error
    if not isinstance(value, date):
        raise field_mistake("", "a date as YYYY-MM-DD", "Write it so, for example 2022-03-29")
    return value


def _with_ids(value: object) -> object:
    """Give each entry of a mapping its key as `id`."""
    if not isinstance(value, Mapping):
        return value
    return {
        key: {**entry, "id": key} if isinstance(entry, dict) and "id" not in entry else entry
        for key, entry in value.items()
    }


Entry = TypeVar("Entry")

Text = Annotated[str, Field(min_length=1)]
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,79}$")]
Day = Annotated[date, BeforeValidator(_as_date)]
Number = Annotated[float, Strict(), AllowInfNan(False)]
Share = Annotated[Number, Field(ge=0, le=1)]
NonNegative = Annotated[Number, Field(ge=0)]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Keyed = Annotated[dict[Id, Entry], BeforeValidator(_with_ids)]
"""A mapping from id to entry; each entry's `id` field is filled from its key."""


class Model(BaseModel):
    """Base of everything read from YAML: frozen, and a key it does not know is a mistake."""

    # Deferred: a model within another is not built for itself. Docstrings of fields are for who
    # reads the source; taking them over reads each class's source again and doubles the import.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


def check_order(low: float, central: float, high: float) -> None:
    """Raise the mistake of `low` or `high` unless low <= central <= high."""
    expected = f"low <= central <= high, central is {central:g}"
    if low > central:
        raise field_mistake("low", expected, "Put the figures in order")
    if central > high:
        raise field_mistake("high", expected, "Put the figures in order")


class Range(Model):
    """A number nobody knows exactly."""

    low: Number
    """Lowest plausible value."""
    central: Number
    """Best single value."""
    high: Number
    """Highest plausible value."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_order(self.low, self.central, self.high)
        return self


class SourcedRange(Range):
    """A number nobody knows exactly, and who says so."""

    source: Text
    """A source id, a citation, a link, or the word `judgement`."""
