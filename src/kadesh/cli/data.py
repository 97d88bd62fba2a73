"""Commands on data: list, check, new."""

from pathlib import Path
from typing import Annotated, Any

import typer

from kadesh.cli.options import Json, WarName
from kadesh.cli.output import counted, print_json, print_table, say
from kadesh.errors import InputErrors, Mistake


def list_wars(
    war: Annotated[
        str | None,
        typer.Argument(metavar="[WAR]", help="Show what this war holds: a name or a folder."),
    ] = None,
    as_json: Json = False,
) -> None:
    """The bundled wars and their claims files; or what one war holds.

    Example: kadesh list ukraine-2022
    """
    if war is not None:
        _list_one(war, as_json)
        return
    from kadesh.war import bundled_wars, load_yaml
    from kadesh.war.folder import find_war
    from kadesh.war.schema import WarFile

    entries: list[dict[str, Any]] = []
    for name in bundled_wars():
        folder = find_war(name)
        given, _ = load_yaml(folder / "war.yaml", WarFile)
        entries.append(
            {
                "name": name,
                "title": given.title,
                "start": given.start.isoformat(),
                "end": given.end.isoformat(),
                "claims": [path.stem for path in _claims_in(folder)],
            }
        )
    if as_json:
        print_json({"wars": entries})
        return
    rows = [
        [
            entry["name"],
            entry["title"],
            f"{entry['start']} to {entry['end']}",
            ", ".join(entry["claims"]),
        ]
        for entry in entries
    ]
    print_table("Bundled wars", ("war", "title", "data", "claims files"), rows)


def _list_one(name: str, as_json: bool) -> None:
    from kadesh.war import load_war

    war = load_war(name)
    holds: dict[str, dict[str, str]] = {
        "sides": {side.id: side.name for side in war.sides},
        "patrons": {patron.id: patron.name for patron in war.patrons},
        "sectors": {sector.id: sector.name for sector in war.sectors},
        "scenarios": {key: entry.meaning for key, entry in war.scenarios.items()},
        "sources": {key: entry.name for key, entry in war.sources.items()},
        "claims": {path.stem: str(path) for path in _claims_in(war.folder)},
    }
    if as_json:
        dates = {"start": war.start.isoformat(), "end": war.end.isoformat()}
        print_json({"name": war.name, "title": war.title, **dates, **holds})
        return
    print_table(
        f"{war.title}, {war.start} to {war.end}",
        ("what", "id", "name"),
        [[kind, key, name] for kind, entries in holds.items() for key, name in entries.items()],
    )


def check(
    war: WarName,
    claims: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[CLAIMS]...", help="Claims files to check besides the war's own."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Every mistake of a war folder and of its claims files, and what to know of its figures.

    Exit status 0: no mistakes (there may be warnings); 2: mistakes. Both are lines on stderr.

    Example: kadesh check ukraine-2022
    """
    from kadesh.war.folder import find_war

    folder = find_war(war)
    files = [*_claims_in(folder), *(claims or [])]
    counts, mistakes, warnings = _checked(folder, files)
    if as_json:
        print_json(
            {
                "war": war,
                "is_right": not mistakes,
                "mistakes": [vars(mistake) for mistake in mistakes],
                "warnings": [vars(warning) for warning in warnings],
                "counts": counts,
            }
        )
    for warning in warnings:
        say(f"warning: {warning}")
    if mistakes:
        raise InputErrors(mistakes)
    if not as_json:
        checked = ", ".join(f"{name} {number:,}" for name, number in counts.items())
        told = f", {counted(len(warnings), 'warning')}" if warnings else ""
        typer.echo(f"{war}: no mistakes{told}. Checked: {checked}.")


def _checked(
    folder: Path, files: list[Path]
) -> tuple[dict[str, int], list[Mistake], list[Mistake]]:
    """Counts, all mistakes, all warnings; claims of a wrong war by their form only."""
    from kadesh.audit.claims import ClaimsFile
    from kadesh.audit.claims.check import claims_warnings, load_claims
    from kadesh.war import load_war, load_yaml

    mistakes: list[Mistake] = []
    warnings: list[Mistake] = []
    counts: dict[str, int] = {}
    war = None
    try:
        war = load_war(folder)
        warnings += war.warnings
        counts = {
            "observations": len(war.observations),
            "statements": len(war.statements),
            "events": len(war.events),
            "sources": len(war.sources),
            "assumptions": len(war.assumptions),
        }
    except InputErrors as error:
        mistakes += error.mistakes
    count = 0
    for path in files:
        try:
            read = load_claims(path, war) if war else load_yaml(path, ClaimsFile)[0]
            count += len(read.claims)
            if war:
                warnings += claims_warnings(path, war)
        except InputErrors as error:
            mistakes += error.mistakes
    return counts | {"claims files": len(files), "claims": count}, mistakes, warnings


def _claims_in(folder: Path) -> list[Path]:
    return sorted((folder / "claims").glob("*.yaml"))


def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new or empty folder.")],
    as_json: Json = False,
) -> None:
    """A small complete war folder to start your own from (a fictional war, every kind of file).

    Example: kadesh new my-war
    """
    from kadesh.war import write_new_war

    written = write_new_war(folder)
    names = sorted(path.name for path in written.iterdir())
    if as_json:
        content: dict[str, Any] = {"folder": str(written), "files": names}
        print_json(content)
        return
    typer.echo(f"{written}: {', '.join(names)}")
    say(f"Replace the fictional contents, then: kadesh check {written}")
