"""Mistakes in what a user gave, one line each, all at once.

KadeshError
├── InputErrors        a file or argument is wrong: exit 2, nothing written
└── NumericalError     a solver or a campaign failed its own check: names the check
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final


class KadeshError(Exception):
    """Base of every error that Kadesh raises on purpose."""


@dataclass(frozen=True, order=True)
class Mistake:
    """One mistake, printed as `file:line:column: field = value: expectation. remedy`."""

    file: str
    line: int
    column: int
    field: str
    value: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        shown = self.value if len(self.value) <= 60 else self.value[:57] + "..."
        what = f"{self.field} = {shown}" if shown else self.field
        where = f"{self.file}:{self.line}:{self.column}"
        told = f"expected {self.expected.rstrip('.')}. {self.remedy.rstrip('.')}."
        return one_line(f"{where}: {what}: {told}")


_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories that break a line, steer a terminal or turn its direction."""


def one_line(text: str) -> str:
    """The text with every character escaped that would break the line or steer a terminal."""
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in _UNSEEN
        else character
        for character in text
    )


class InputErrors(KadeshError):
    """Everything that is wrong with the files or arguments given, collected before raising."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes)))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def argument_mistake(name: str, value: object, expected: str, remedy: str) -> InputErrors:
    """An InputErrors with one mistake in a command-line or function argument."""
    return InputErrors([Mistake("argument", 0, 0, name, repr(value), expected, remedy)])


class NumericalError(KadeshError):
    """A computation failed its own check; the message names the check and where it failed."""


def require_file(path: Path, expected: str, remedy: str) -> None:
    """Raise InputErrors unless `path` is a readable file."""
    if not path.is_file():
        raise InputErrors([Mistake(str(path), 0, 0, "file", "", expected, remedy)])
