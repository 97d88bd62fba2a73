"""Rows of many files, each thing once: what two rows say differently is a mistake of the later."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Protocol, TypeVar

from kadesh.errors import InputErrors, Mistake
from kadesh.importers.given import Found, Given
from kadesh.importers.sheets import MOST_SHOWN, Line, Sheet, rows_of


class Named(Protocol):
    """What has an id that is its own."""

    @property
    def id(self) -> str:
        """The id."""


Thing = TypeVar("Thing", bound=Named)
Clash = Callable[[Line, Thing, str], Mistake]
"""The mistake of a row that says something else than the row at that place did of the same id."""


def gather(
    given: Given,
    open_file: Callable[[Path], tuple[Sheet, Callable[[Line], Iterable[Thing]]]],
    clash: Clash[Thing],
) -> tuple[Found, list[Thing]]:
    """Every file's things in the order of the files; a file with a mistake is skipped as a whole.

    Args:
        given: The files, and whom to tell how far it is.
        open_file: A file's sheet, and how its rows are read.
        clash: Said of a row that contradicts an earlier one.
    """
    found = Found()
    things: dict[str, tuple[Thing, str]] = {}
    for done, path in enumerate(given.files):
        given.progress(done, len(given.files))
        try:
            things |= _of_file(*open_file(path), things, clash)
        except InputErrors as error:
            found.skipped += error.mistakes
            continue
        found.read += 1
    given.progress(len(given.files), len(given.files))
    return found, [thing for thing, _ in things.values()]


def _of_file(
    sheet: Sheet,
    of_line: Callable[[Line], Iterable[Thing]],
    before: Mapping[str, tuple[Thing, str]],
    clash: Clash[Thing],
) -> dict[str, tuple[Thing, str]]:
    """What a file adds, with its places; raises unless every row is right."""
    own: dict[str, tuple[Thing, str]] = {}
    mistakes: list[Mistake] = []
    for line in rows_of(sheet):
        try:
            for thing in of_line(line):
                there = own.get(thing.id) or before.get(thing.id)
                if there is not None and there[0] != thing:
                    raise InputErrors([clash(line, thing, there[1])])
                if there is None:
                    own[thing.id] = (thing, f"{sheet.path}:{line.number}")
        except InputErrors as error:
            mistakes += error.mistakes
            if len(mistakes) >= MOST_SHOWN:
                break
    if mistakes:
        raise InputErrors(mistakes)
    return own
