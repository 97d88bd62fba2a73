"""The command on published models: theory."""

import json
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from kadesh.cli.options import Json, require
from kadesh.cli.output import (
    csv_text,
    print_json,
    print_table,
    require_folder,
    say,
    write_files,
)
from kadesh.errors import InputErrors, Mistake, argument_mistake

if TYPE_CHECKING:
    from kadesh.theory.registry import Model

_BARE_NUMBER: Final = re.compile(
    r"(?<![\w.+-])[+-]?(?:\.\d+|\d+\.(?!\d)|\+\d[\d.]*)(?:[eE][+-]?\d+)?(?![\w.])"
)
"""Numbers that people write and JSON does not know."""
_LONGEST_LIST: Final = 8
"""Entries of a list that a table shows."""


def theory(
    name: Annotated[
        str | None,
        typer.Argument(metavar="[NAME]", help="A model (see `kadesh theory --list`)."),
    ] = None,
    list_all: Annotated[bool, typer.Option("--list", help="List all models and stop.")] = False,
    given: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="KEY=VALUE",
            help="An input: a number, a word, true, false, or a JSON list; may be repeated.",
        ),
    ] = None,
    swept: Annotated[
        list[str] | None,
        typer.Option(
            "--sweep",
            metavar="KEY=LO:HI:N",
            help="Vary an input over N values from LO to HI; several make a grid.",
        ),
    ] = None,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print the outputs as CSV instead of a table.")
    ] = False,
    plot: Annotated[
        Path | None,
        typer.Option(
            "--plot",
            metavar="FILE",
            help="Write the model's figure to this file, .svg, .png or .pdf.",
            show_default="no figure",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Published models of war as bargaining: what each says of numbers that you choose.

    With a NAME alone: the model in words, its inputs with their ranges, and an example.

    Example: kadesh theory costly-lottery --set win_prob=0.6 --set cost_a=0.1 --set cost_b=0.2
    """
    if list_all or (name is None and not (given or swept or plot or as_csv)):
        _list(as_json)
        return
    if name is None:
        raise argument_mistake("NAME", "", "a model", "See them: kadesh theory --list")
    from kadesh.theory.registry import load_model

    if as_json and as_csv:
        raise argument_mistake("--csv", True, "one of --csv and --json", "Leave one out")
    if plot is not None and swept:
        expected = "one set of inputs, as a figure shows no sweep"
        raise argument_mistake("--plot", str(plot), expected, "Leave out --sweep")
    model = load_model(name)
    if not (given or swept or plot or as_csv):
        _describe(model, as_json)
        return
    require(
        lambda: _settings(given or []),
        lambda: _axes(swept or []),
        lambda: _require_picture(plot),
    )
    settings, axes = _settings(given or []), _axes(swept or [])
    if not settings:
        settings = {key: value for key, value in model.example.items() if key not in axes}
        say(f"Inputs as in the example: {_as_options(settings)}")
    rows, notes = _sweep(model, axes, settings) if axes else _solve(model, settings, plot)
    if any(notes):
        _say_notes(name, notes)
    if as_csv:
        typer.echo(csv_text([_flat(row) for row in rows]), nl=False)
    elif as_json:
        print_json({"sweep": rows} if axes else rows[0])
    elif axes:
        headings = [*rows[0], *(["note"] if any(notes) else [])]
        told = [row | {"note": note} for row, note in zip(rows, notes, strict=True)]
        print_table(name, headings, [[_cell(row[key]) for key in headings] for row in told])
    else:
        _print_outputs(model, rows[0], notes[0])


def _list(as_json: bool) -> None:
    from kadesh.theory.registry import NAMES, summary

    if as_json:
        print_json({"models": [{"name": key, "summary": summary(key)} for key in NAMES]})
        return
    print_table("Theory models", ("model", "about"), [[key, summary(key)] for key in NAMES])
    say("See one: kadesh theory NAME")


def _describe(model: "Model", as_json: bool) -> None:
    """The model in words, its inputs and outputs, and an example."""
    from kadesh.theory.fields import defaults, outputs, specs
    from kadesh.theory.model import shown

    known, usual = specs(model.input_type), defaults(model.input_type)
    returned = outputs(model.result_type)
    if as_json:
        print_json(
            {
                "name": model.name,
                "about": model.doc,
                "inputs": {
                    key: {"meaning": spec.meaning, "unit": spec.unit, "range": spec.expected()}
                    | ({"default": usual[key]} if key in usual else {})
                    for key, spec in known.items()
                },
                "outputs": {key: vars(entry) for key, entry in returned.items()},
                "example": model.example,
            }
        )
        return
    typer.echo(f"{model.name}: {model.doc.strip()}\n")
    print_table(
        "Inputs",
        ("key", "range", "default", "meaning"),
        [
            [key, spec.expected(), shown(usual[key]) if key in usual else "", _meaning(spec)]
            for key, spec in known.items()
        ],
    )
    typer.echo()
    print_table(
        "Outputs",
        ("key", "meaning"),
        [
            [key, _meaning(entry) + (f", by {entry.by}" if entry.by else "")]
            for key, entry in returned.items()
        ],
    )
    typer.echo(f"\nExample: kadesh theory {model.name} {_as_options(model.example)}")


def _meaning(entry: Any) -> str:
    return f"{entry.meaning} [{entry.unit}]" if entry.unit else str(entry.meaning)


def _as_options(settings: dict[str, Any]) -> str:
    """`--set` options that a shell reads as these settings."""
    from kadesh.theory.model import shown

    parts = []
    for key, value in settings.items():
        text = f"{key}={shown(value)}"
        parts.append(f"--set '{text}'" if "[" in text else f"--set {text}")
    return " ".join(parts)


def _settings(texts: list[str]) -> dict[str, Any]:
    """The inputs of `--set KEY=VALUE`.

    Raises:
        InputErrors: every option that is not of this form, or gives an input again.
    """
    values: dict[str, Any] = {}
    mistakes: list[Mistake] = []
    for text in texts:
        key, _, value = (part.strip() for part in text.partition("="))
        if not (key and value):
            remedy = "Write it so: --set win_prob=0.6"
            mistakes += argument_mistake("--set", text, "KEY=VALUE", remedy).mistakes
        elif key in values:
            again = argument_mistake("--set", text, f"{key} only once", "Leave one out")
            mistakes += again.mistakes
        else:
            values[key] = _value(value)
    if mistakes:
        raise InputErrors(mistakes)
    return values


def _value(text: str) -> Any:
    """A number, a JSON value, or else a word."""
    try:
        return float(text) if not text.lstrip("+-").isdigit() else int(text)
    except ValueError:
        pass
    try:
        return json.loads(_BARE_NUMBER.sub(_as_json_number, text) if text[:1] == "[" else text)
    except (ValueError, RecursionError):
        return text


def _as_json_number(found: re.Match[str]) -> str:
    """`.3`, `3.` and `+3` as JSON writes them, with every digit that tells numbers apart."""
    return repr(float(found[0]))


def _axes(texts: list[str]) -> dict[str, list[float]]:
    """The axes of `--sweep KEY=LO:HI:N`.

    Raises:
        InputErrors: every option that is not of this form, or varies an input again.
    """
    axes: dict[str, list[float]] = {}
    mistakes: list[Mistake] = []
    for text in texts:
        key, _, span = (part.strip() for part in text.partition("="))
        try:
            low, high, count = (float(part) for part in span.split(":"))
        except ValueError:
            low = high = count = math.nan
        is_right = math.isfinite(low) and math.isfinite(high) and count in range(2, 1_000_001)
        if not (key and is_right):
            expected = "KEY=LO:HI:N with finite numbers and N from 2 to 1,000,000"
            remedy = "Write it so: --sweep win_prob=0.1:0.9:9"
            mistakes += argument_mistake("--sweep", text, expected, remedy).mistakes
            continue
        if key in axes:
            again = argument_mistake("--sweep", text, f"{key} only once", "Leave one out")
            mistakes += again.mistakes
            continue
        steps = int(count) - 1
        # The ends exactly, and tenths as people write them.
        axes[key] = [float(f"{low + (high - low) * i / steps:.15g}") for i in range(steps)] + [high]
    if mistakes:
        raise InputErrors(mistakes)
    return axes


def _require_picture(plot: Path | None) -> None:
    if plot is None:
        return
    from kadesh.theory.figures import require_suffix

    require_suffix(plot)
    require_folder(plot.parent, "--plot")


def _sweep(
    model: "Model", axes: dict[str, list[float]], fixed: dict[str, Any]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Inputs varied and outputs at each point, and what a reader must know of them."""
    from kadesh.theory.model import record
    from kadesh.theory.sweeps import solve_grid

    rows, notes = [], []
    for inputs, result in solve_grid(model.name, axes, fixed):
        rows.append({key: getattr(inputs, key) for key in axes} | record(result))
        notes.append(model.caveat(inputs, result))
    return rows, notes


def _say_notes(name: str, notes: list[str]) -> None:
    """What a reader must know of the outputs, where JSON and CSV have no place for it."""
    told = [note for note in notes if note]
    points = f" (the first of {len(told):,} such points of {len(notes):,})" if notes[1:] else ""
    say(f"kadesh: {name}: {told[0]}{points}.")


def _solve(
    model: "Model", settings: dict[str, Any], plot: Path | None
) -> tuple[list[dict[str, Any]], list[str]]:
    """The outputs and what a reader must know; the figure is written where one is asked for."""
    from kadesh.theory.model import record

    inputs = model.inputs(**settings)
    result = model.solve(inputs)
    solved = record(result)
    if plot is not None:
        from kadesh.theory.figures import write_figure

        def write(path: Path) -> None:
            write_figure(model, inputs, result, path)

        for path in write_files(plot.parent, {plot.name: write}, "--plot"):
            say(f"Written: {path}")
    return [solved], [model.caveat(inputs, result)]


def _print_outputs(model: "Model", solved: dict[str, Any], note: str) -> None:
    from kadesh.theory.fields import outputs

    print_table(
        model.name,
        ("output", "value", "meaning"),
        [
            [
                key,
                _cell(solved[key]),
                _meaning(entry) + (f", by {entry.by}" if entry.by else ""),
            ]
            for key, entry in outputs(model.result_type).items()
        ]
        + ([["note", "", note]] if note else []),
    )


def _cell(value: Any) -> str:
    """A value as a table shows it: six digits, long lists cut."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return f"{value:.6g}"
        case list():
            parts = [_cell(entry) for entry in value[:_LONGEST_LIST]]
            more = [f"... {len(value):,} in all"] if len(value) > _LONGEST_LIST else []
            return f"[{', '.join(parts + more)}]"
    return str(value)


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """A row for CSV: lists as JSON arrays, booleans as true and false, null as nothing."""
    return {
        key: json.dumps(value) if isinstance(value, list | bool) else value
        for key, value in row.items()
    }
