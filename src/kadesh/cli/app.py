"""The command itself: its panels, and what becomes of errors and of Ctrl-C."""

import gc
import os
import sys
from typing import Annotated, Final

import typer

from kadesh import __version__
from kadesh.cli import data, hindcast, importing, judge, model, theory
from kadesh.errors import InputErrors, NumericalError

INTERRUPTED: Final = 130
OBJECTS_BETWEEN_SEARCHES: Final = 100_000
"""New objects after which the garbage collector looks for unreachable ones; Python's own is 700."""

app = typer.Typer(
    name="kadesh",
    help="A laboratory for war as bargaining: from published figures and an article to verdicts.",
    epilog="Example: kadesh audit ukraine-2022 kursk-incursion-2024",
    rich_markup_mode="rich",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def _top(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        typer.echo(f"kadesh {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


app.command("list", rich_help_panel="Data")(data.list_wars)
app.command("check", rich_help_panel="Data")(data.check)
app.command("new", rich_help_panel="Data")(data.new)
app.command("import", rich_help_panel="Data")(importing.import_)
app.command("reconstruct", rich_help_panel="Model")(model.reconstruct)
app.command("simulate", rich_help_panel="Model")(model.simulate)
app.command("leverage", rich_help_panel="Model")(model.leverage)
app.command("theory", rich_help_panel="Model")(theory.theory)
app.command("hindcast", rich_help_panel="Judge")(hindcast.hindcast)
app.command("audit", rich_help_panel="Judge")(judge.audit)


def main() -> None:
    """Run the command: exit 0 done, 1 the computation failed, 2 bad input, 130 interrupted."""
    # The libraries are some hundred thousand objects that stay; looking through them for garbage
    # every 700 new ones is a tenth of a short command, and finds nothing.
    gc.set_threshold(OBJECTS_BETWEEN_SEARCHES)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """The exit status of one run. Results are on stdout; mistakes, a line each, on stderr."""
    try:
        status = app(arguments, prog_name="kadesh", standalone_mode=False)
        sys.stdout.flush()
    except InputErrors as error:
        return _fail(str(error), 2)
    except NumericalError as error:
        return _fail(f"kadesh: {_one_line(str(error))}", 1)
    except typer.TyperException as error:
        help_command = "kadesh --help"
        if (context := getattr(error, "ctx", None)) is not None:
            help_command = f"{context.command_path} --help"
        message = _one_line(error.format_message())
        stop = "" if message.endswith((".", "?", ")")) else "."
        return _fail(f"kadesh: {message}{stop} See `{help_command}`.", error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        status = INTERRUPTED
    except BrokenPipeError:
        # The reader of stdout (`| head`) has seen enough; Python must not flush to it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    if status == INTERRUPTED:
        return _fail(
            "kadesh: interrupted. Finished work is kept; the same command goes on from it.",
            INTERRUPTED,
        )
    return status if isinstance(status, int) else 0


def _one_line(message: str) -> str:
    return " ".join(message.split())


def _fail(message: str, status: int) -> int:
    print(message, file=sys.stderr)
    return status
