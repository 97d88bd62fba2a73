"""Arguments and options that several commands share, and their reading."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kadesh.cli.output import counted, require_folder, say
from kadesh.errors import InputErrors, Mistake, argument_mistake

if TYPE_CHECKING:
    from kadesh.war import War

LARGEST_SEED: Final = 2**32 - 1

WarName = Annotated[
    str, typer.Argument(metavar="WAR", help="A bundled war (see `kadesh list`) or a war folder.")
]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        help="Use only what was published by this day, YYYY-MM-DD.",
        show_default="the war's last day",
    ),
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed",
        metavar="NUMBER",
        min=0,
        max=LARGEST_SEED,
        help="Seed of all chance; the same seed gives the same result.",
    ),
]
Draws = Annotated[
    int,
    typer.Option(
        "--draws", metavar="NUMBER", min=2, max=100_000, help="Draws of what happened, a number."
    ),
]
Effective = Annotated[
    int,
    typer.Option(
        "--effective",
        help="Effective draws of every unknown of what happened to sweep on for (minutes); 0 for "
        "a quick fit.",
    ),
]
Json = Annotated[
    bool, typer.Option("--json", help="Print the result as JSON instead of a summary.")
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="DIR",
        help="Folder to write the full result to, JSON and CSV.",
        show_default="nothing is written",
    ),
]


def loaded(name: str) -> "War":
    """The war of that name or folder; one line says if there are warnings about its figures.

    Raises:
        InputErrors: every mistake of every file.
    """
    from kadesh.war import load_war

    war = load_war(name)
    if war.warnings:
        say(
            f"kadesh: {name} has {counted(len(war.warnings), 'warning')} about its figures: "
            f"`kadesh check {name}` lists them."
        )
    return war


def day_within(start: date, end: date, text: str | None, option: str = "--as-of") -> date:
    """The date written as `text`, from `start` to `end`; `end` where none is given.

    Raises:
        InputErrors: not a date, or outside the war.
    """
    if text is None:
        return end
    remedy = f"Write it so, for example {end}"
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise argument_mistake(option, text, "a date as YYYY-MM-DD", remedy) from None
    if not start <= day <= end:
        expected = f"a date of the war, {start} to {end}"
        raise argument_mistake(option, text, expected, "Choose a date within the war")
    return day


def require(*checks: Callable[[], object]) -> None:
    """Run all checks and raise the mistakes of all that fail at once."""
    mistakes: list[Mistake] = []
    for check in checks:
        try:
            check()
        except InputErrors as error:
            mistakes += error.mistakes
    if mistakes:
        raise InputErrors(mistakes)


def folder_checks(output: Path | None) -> list[Callable[[], object]]:
    """For `require`: the check of an output folder, where one is asked for."""
    return [] if output is None else [lambda: require_folder(output)]


Blocks = Annotated[
    int,
    typer.Option(
        "--blocks",
        metavar="NUMBER",
        min=1,
        max=1024,
        help="Tasks worked at a time, one on each core; changes time, no figure.",
    ),
]
