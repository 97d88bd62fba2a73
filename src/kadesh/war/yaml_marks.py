"""YAML with the line and column of every value, and none of YAML's surprises.

The tree is built from PyYAML's parser events, so that each mistake can be shown where it stands.
Refused: anchors and aliases (with them the "billion laughs" file), tags, duplicate keys, several
documents, nesting deeper than 50, more than 200,000 values, files over 2 MB.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from kadesh.errors import InputErrors, Mistake
from kadesh.war.files import read_text

MAX_DEPTH: Final = 50
MAX_VALUES: Final = 200_000
MAX_MEGABYTES: Final = 2
MAX_MISTAKES: Final = 1_000

_WHOLE: Final = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER: Final = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_WORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None, "~": None}
# Python refuses to read whole numbers of more than 4,300 digits; no figure needs a hundred.
_MAX_DIGITS: Final = 100

_FAST_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Location = tuple[str | int, ...]


def field_name(location: Location) -> str:
    """A location as people write it: `sectors.north.stake_weight.low`, `sides[1].name`."""
    name = ""
    for step in location:
        name += f"[{step}]" if isinstance(step, int) else f".{step}" if name else step
    return name


@dataclass(frozen=True)
class Marks:
    """Where every value and key of one YAML file stands, and how its value was written."""

    file: str
    values: dict[Location, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Location, tuple[int, int]] = field(default_factory=dict)
    written: dict[Location, str] = field(default_factory=dict)

    def at(self, location: Location) -> tuple[int, int]:
        """Line and column, from 1, of the value at `location`, or of the nearest thing above."""
        while location and location not in self.values:
            location = location[:-1]
        return self.values.get(location, (1, 1))

    def mistake(self, location: Location, expected: str, remedy: str) -> Mistake:
        """A mistake in the value at `location`, shown where it is written."""
        line, column = self.at(location)
        value = self.written.get(location, "")
        name = field_name(location) or "file"
        return Mistake(self.file, line, column, name, value, expected, remedy)

    def key_mistake(self, location: Location, expected: str, remedy: str) -> Mistake:
        """A mistake in the key at `location`."""
        line, column = self.keys.get(location) or self.at(location)
        name, key = field_name(location[:-1]) or "key", repr(location[-1])
        return Mistake(self.file, line, column, name, key, expected, remedy)


def load_tree(path: Path) -> tuple[Any, Marks]:
    """The values of a YAML file as dicts, lists and scalars, and where each stands.

    Raises:
        InputErrors: not a readable text file, not YAML, or YAML that Kadesh refuses.
    """
    text = read_text(path, MAX_MEGABYTES)
    try:
        return _build(str(path), text, _FAST_LOADER)
    except yaml.YAMLError:
        pass
    # The wording of a syntax error differs between the C and the Python parser: the message must
    # not depend on which one is installed.
    try:
        return _build(str(path), text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise InputErrors([_syntax_mistake(str(path), text, error)]) from None


def _build(file: str, text: str, loader: Any) -> tuple[Any, Marks]:
    builder = _Builder(Marks(file))
    tree = builder.build(yaml.parse(text, Loader=loader))
    if builder.mistakes:
        raise InputErrors(builder.mistakes)
    return tree, builder.marks


def _syntax_mistake(file: str, text: str, error: yaml.YAMLError) -> Mistake:
    remedy = "Correct the YAML at this place (often an indent, a colon or a quote before it)"
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark, problem = error.problem_mark, error.problem or error.context or "syntax error"
        expected = f"valid YAML ({problem})"
        return Mistake(file, mark.line + 1, mark.column + 1, "file", "", expected, remedy)
    before = text[: getattr(error, "position", 0)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    expected = f"valid YAML ({getattr(error, 'reason', 'syntax error')})"
    return Mistake(file, line, column, "file", "", expected, remedy)


class _Builder:
    """Turns parser events into a tree, noting marks and mistakes on the way."""

    def __init__(self, marks: Marks) -> None:
        self.marks = marks
        self.mistakes: list[Mistake] = []
        self.count = 0

    def build(self, events: Iterator[Any]) -> Any:
        """The first document's tree; a second document is a mistake."""
        tree: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, (), "a single document", "Remove the second '---'")
                    break
            elif isinstance(event, yaml.NodeEvent):
                tree = self._node(event, events, (), 1)
        return tree

    def _refuse(self, event: Any, location: Location, expected: str, remedy: str) -> None:
        mark = event.start_mark
        self.mistakes.append(
            Mistake(
                self.marks.file,
                mark.line + 1,
                mark.column + 1,
                field_name(location) or "file",
                self.marks.written.get(location, "") if location else "",
                expected,
                remedy,
            )
        )
        if len(self.mistakes) >= MAX_MISTAKES:
            raise InputErrors(self.mistakes)

    def _node(self, event: Any, events: Iterator[Any], location: Location, depth: int) -> Any:
        self.count += 1
        if self.count > MAX_VALUES:
            self._refuse(event, (), f"at most {MAX_VALUES:,} values", "Split the file")
            raise InputErrors(self.mistakes)
        if depth > MAX_DEPTH:
            # The field's name would be as deep as the nesting: the position must do.
            self._refuse(event, (), f"nesting of at most {MAX_DEPTH} levels", "Flatten the file")
            raise InputErrors(self.mistakes)
        self.marks.values[location] = (event.start_mark.line + 1, event.start_mark.column + 1)
        if isinstance(event, yaml.AliasEvent):
            self.marks.written[location] = f"*{event.anchor}"
            self._refuse(event, location, "no aliases", "Write the value out")
            return None
        if event.anchor is not None:
            self._refuse(event, location, "no anchors", f"Remove '&{event.anchor}'")
        if event.tag is not None:
            self._refuse(event, location, "no tags", f"Remove '{event.tag}'; write a plain value")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, location, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, location, depth)
        return self._scalar(event, location)

    def _mapping(self, events: Iterator[Any], location: Location, depth: int) -> dict[str, Any]:
        self.marks.written[location] = "a mapping"
        entries: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, events, location, depth)
            place = (*location, key)
            if key in entries:
                self._refuse(event, place, "each key once", "Remove one of the two")
                self._node(next(events), events, (*location, f"{key} (second)"), depth + 1)
                continue
            self.marks.keys[place] = (event.start_mark.line + 1, event.start_mark.column + 1)
            entries[key] = self._node(next(events), events, place, depth + 1)
        return entries

    def _key(self, event: Any, events: Iterator[Any], location: Location, depth: int) -> str:
        place = (*location, "(key)")
        self._node(event, events, place, depth + 1)
        if isinstance(event, yaml.ScalarEvent):
            return str(event.value)
        if not isinstance(event, yaml.AliasEvent):
            self._refuse(event, place, "text as a key", "Use a plain word as the key")
        return "(key)"

    def _sequence(self, events: Iterator[Any], location: Location, depth: int) -> list[Any]:
        self.marks.written[location] = "a list"
        items: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._node(event, events, (*location, len(items)), depth + 1))
        return items

    def _scalar(self, event: Any, location: Location) -> str | int | float | bool | None:
        value: str = event.value
        # The C parser says "" where the Python parser says None.
        plain = not event.style
        self.marks.written[location] = value if plain else repr(value)
        return _plain_value(value) if plain else value


def _plain_value(text: str) -> str | int | float | bool | None:
    """What an unquoted scalar means; dates, `NO` and `yes` stay text."""
    if text == "" or text in _WORDS:
        return _WORDS.get(text)
    if len(text) <= _MAX_DIGITS:
        if _WHOLE.fullmatch(text):
            return int(text)
        if _NUMBER.fullmatch(text):
            return float(text)
    return text
