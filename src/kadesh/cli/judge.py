"""The command that judges an article: audit."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kadesh.cli.options import Blocks, Draws, Json, Seed, WarName, loaded, require
from kadesh.cli.output import (
    canonical_json,
    print_json,
    print_table,
    require_folder,
    say,
    text_writer,
    write_files,
)
from kadesh.cli.progress import Progress
from kadesh.errors import argument_mistake


def audit(
    war: WarName,
    claims: Annotated[
        str, typer.Argument(metavar="CLAIMS", help="A claims file of the war, or a path to one.")
    ],
    without_aligned: Annotated[
        str | None,
        typer.Option(
            "--without-aligned",
            metavar="SIDE",
            help="Also show each verdict without the sources aligned with this side.",
            show_default="not asked",
        ),
    ] = None,
    draws: Draws = 192,
    seed: Seed = 0,
    blocks: Blocks = 1,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            help="Folder for audit.json and report.html.",
            show_default="out/CLAIMS",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Whether an article is right: a verdict for each claim, and a report to read and pass on.

    Example: kadesh audit ukraine-2022 kursk-incursion-2024
    """
    from kadesh.audit.audit import audit as audit_claims
    from kadesh.audit.audit import claims_of
    from kadesh.audit.claims.check import load_claims
    from kadesh.report import write_report

    given = loaded(war)
    folder = output or Path("out") / Path(claims).stem
    require(
        lambda: load_claims(claims_of(given, claims), given),
        lambda: _require_side(without_aligned, given.side_ids),
        lambda: require_folder(folder),
    )
    with Progress() as progress:
        content = audit_claims(
            given,
            claims_of(given, claims),
            seed=seed,
            draws=draws,
            without_aligned=without_aligned,
            workers=blocks,
            progress=progress,
        )
    audit_file, report_file = write_files(
        folder,
        {
            "audit.json": text_writer(canonical_json(content)),
            "report.html": lambda path: write_report(content, given, path),
        },
    )
    if as_json:
        print_json(content)
    else:
        _print_verdicts(content)
        typer.echo(f"Report: {report_file}")
    say(f"Data of the report: {audit_file}")


def _require_side(side: str | None, sides: tuple[str, str]) -> None:
    if side is not None and side not in sides:
        expected, remedy = "a side of the war", f"Use {sides[0]} or {sides[1]}"
        raise argument_mistake("--without-aligned", side, expected, remedy)


def _print_verdicts(content: dict[str, Any]) -> None:
    print_table(
        content["article"]["title"],
        ("claim", "verdict", "readings"),
        [
            [claim["id"], claim["verdict"], "; ".join(map(_reading, claim["readings"]))]
            for claim in content["claims"]
        ],
    )


def _reading(reading: dict[str, Any]) -> str:
    """A reading in a few words: its name, its verdict, its probability where it has one."""
    words = f"{reading['id']} {reading['verdict']}"
    if reading["p"] is None:
        return words
    moved = "".join(f", {row['verdict']} without {row['without']}" for row in reading["ablation"])
    return f"{words} (p {reading['p']:.2f}{moved})"
