"""The command `import`: files a user downloaded, into a war folder of their own."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from kadesh.cli.options import Json, require
from kadesh.cli.output import counted, print_json, say
from kadesh.cli.progress import Progress
from kadesh.errors import argument_mistake


def import_(
    kind: Annotated[
        str,
        typer.Argument(metavar="KIND", help="deepstate, control, losses, ucdp-ged or acled."),
    ],
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILES...", help="Files, or folders with files of the kind."),
    ],
    war: Annotated[
        str, typer.Option("--war", metavar="DIR", help="War folder of your own to import into.")
    ],
    source: Annotated[
        str,
        typer.Option(
            "--source",
            metavar="ID",
            help="Source in sources.yaml of figures that name none.",
            show_default="deepstate, ucdp_ged, acled; else as the file says",
        ),
    ] = "",
    side: Annotated[
        str,
        typer.Option("--side", metavar="SIDE", help="Side of losses whose rows name no side."),
    ] = "",
    occupier: Annotated[
        str,
        typer.Option(
            "--occupier",
            metavar="SIDE",
            help="The side whose gains a map draws as held.",
            show_default="the one its makers are not aligned with",
        ),
    ] = "",
    actor: Annotated[
        list[str] | None,
        typer.Option(
            "--actor",
            metavar="NAME=SIDE",
            help="For which side an actor of UCDP GED fights; may be repeated.",
        ),
    ] = None,
    rename: Annotated[
        list[str] | None,
        typer.Option(
            "--rename",
            metavar="OLD=NEW",
            help="Read the CSV column OLD as NEW; may be repeated.",
        ),
    ] = None,
    every: Annotated[
        str,
        typer.Option(
            "--every",
            metavar="week|day",
            help="Of daily figures keep the one nearest to each Sunday, or all.",
        ),
    ] = "week",
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Put new figures in the place of those there that differ."),
    ] = False,
    jobs: Annotated[
        int,
        typer.Option(
            "--jobs", metavar="NUMBER", min=1, max=2, help="Processes that measure many maps."
        ),
    ] = 2,
    as_json: Json = False,
) -> None:
    """Figures from files you downloaded, as rows of a war folder's observations.csv.

    A broken file is named and left out whole; importing twice changes nothing.

    Example: kadesh import deepstate downloads/ --war my-war
    """
    from kadesh.importers import import_files

    require(
        lambda: _pairs("--actor", actor),
        lambda: _pairs("--rename", rename),
        lambda: _span(every),
    )
    with Progress() as progress:
        done = import_files(
            kind,
            files,
            war,
            source=source,
            side=side,
            occupier=occupier,
            actors=_pairs("--actor", actor),
            rename=_pairs("--rename", rename),
            every=_span(every),
            may_replace=replace,
            jobs=jobs,
            progress=progress.stage("import"),
        )
    for mistake in done.skipped:
        say(str(mistake))
    merged = done.merged
    if as_json:
        print_json(
            {
                "war": done.war,
                "kind": done.kind,
                "files_read": done.read,
                "files_skipped": len({mistake.file for mistake in done.skipped}),
                "mistakes": [vars(mistake) for mistake in done.skipped],
                "added": merged.added,
                "unchanged": merged.unchanged,
                "replaced": merged.replaced,
                "differing": list(merged.differing),
                "remarks": list(done.remarks),
            }
        )
        return
    for remark in done.remarks:
        say(f"note: {remark}.")
    left = len({mistake.file for mistake in done.skipped})
    out = f", {left:,} left out" if left else ""
    typer.echo(
        f"{done.war}: {counted(done.read, 'file')} read{out}; "
        f"{counted(merged.added, 'figure')} added, "
        f"{merged.replaced:,} replaced, {merged.unchanged:,} were there."
    )


def _pairs(option: str, texts: list[str] | None) -> dict[str, str]:
    pairs = {}
    for text in texts or []:
        name, sign, value = text.rpartition("=")
        if not (sign and name.strip() and value.strip()):
            remedy = "Put it in quotes where the name has spaces"
            raise argument_mistake(option, text, "NAME=VALUE", remedy)
        pairs[name.strip()] = value.strip()
    return pairs


def _span(text: str) -> Literal["week", "day"]:
    if text == "day":
        return "day"
    if text == "week":
        return "week"
    raise argument_mistake("--every", text, "week or day", "Use one of the two")
