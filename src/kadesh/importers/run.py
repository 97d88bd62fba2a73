"""Import files that a user downloaded into the tables of a war folder."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Final, Literal

from kadesh.errors import InputErrors, Mistake, argument_mistake
from kadesh.importers.event_files import read_acled, read_ged
from kadesh.importers.figures import Figure, one_a_week
from kadesh.importers.given import Found, Given, Progress
from kadesh.importers.maps import read_maps
from kadesh.importers.proposals import DEFAULT_SOURCE, missing_source
from kadesh.importers.tabular import read_control, read_losses
from kadesh.importers.writing import Merged, merge
from kadesh.suggest import one_of, suggestion
from kadesh.war import War, load_war
from kadesh.war.folder import find_war

READERS: Final[dict[str, Callable[[Given], Found]]] = {
    "acled": read_acled,
    "control": read_control,
    "deepstate": read_maps,
    "losses": read_losses,
    "ucdp-ged": read_ged,
}
_SUFFIXES: Final = {"deepstate": (".geojson", ".json")}
_BY_WEEK: Final = ("acled", "ucdp-ged")


@dataclass(frozen=True)
class Imported:
    """What an import did."""

    war: str
    kind: str
    read: int
    """Files that were read."""
    merged: Merged
    skipped: tuple[Mistake, ...]
    """What is wrong with the files that were left out."""
    remarks: tuple[str, ...]


def import_files(
    kind: str,
    paths: Sequence[str | Path],
    war: str | Path,
    *,
    source: str = "",
    side: str = "",
    occupier: str = "",
    actors: Mapping[str, str] | None = None,
    rename: Mapping[str, str] | None = None,
    every: Literal["week", "day"] = "week",
    may_replace: bool = False,
    jobs: int = 1,
    progress: Progress = lambda done, of: None,
) -> Imported:
    """Bring the figures of files into the observations of a war folder.

    A file with a mistake is left out whole. The table is written once, at the end, in one step;
    whatever stops the import before that leaves the folder as it was.

    Args:
        kind: `deepstate`, `control`, `losses`, `ucdp-ged` or `acled`.
        paths: The files; of a folder, the files of the kind in it.
        war: The war folder, which must load.
        source: Id in sources.yaml of figures that name no source.
        side: Side of figures that name none.
        occupier: The side whose gains a map draws as held (else the one its makers are against).
        actors: Actor of an event data set: the side it fights for.
        rename: Column as the file names it: the name it is known by here.
        every: Of daily figures, keep the one nearest to each Sunday, or all.
        may_replace: Put new figures in the place of differing ones with the same id.
        jobs: Processes that measure maps, at most two.
        progress: Called with how many files are done, of how many.

    Raises:
        InputErrors: an argument is wrong, no file could be read, or the folder would not load.
    """
    if kind not in READERS:
        remedy = suggestion(kind, READERS) or "Use one of them"
        raise argument_mistake("kind", kind, one_of(READERS), remedy)
    folder = find_war(war)
    _require_own(folder)
    given_war = load_war(folder)
    source = source or DEFAULT_SOURCE.get(kind, "")
    _require_names(given_war, kind, source, side, occupier, actors or {})
    given = Given(
        given_war,
        _files(kind, paths),
        source,
        side,
        occupier,
        actors or {},
        rename or {},
        jobs,
        progress,
    )
    found = READERS[kind](given)
    if not found.read:
        raise InputErrors(found.skipped)
    figures, remarks = _within(found.figures, given_war)
    if every == "week" and kind not in _BY_WEEK:
        chosen = one_a_week(figures)
        if len(chosen) < len(figures):
            less = len(figures) - len(chosen)
            remarks.append(
                f"{less:,} figures of other days than Sundays left out, one a week is kept: "
                "`--every day` keeps all"
            )
        figures = chosen
    merged = merge(folder, figures, may_replace=may_replace)
    if merged.differing:
        remarks.append(
            f"{len(merged.differing):,} figures are there with other contents and stay as they "
            f"are, the first is {merged.differing[0]}: `--replace` takes the new ones"
        )
    skipped = tuple(sorted(set(found.skipped)))
    return Imported(str(folder), kind, found.read, merged, skipped, (*found.remarks, *remarks))


def _require_own(folder: Path) -> None:
    bundled = Path(str(files("kadesh"))).resolve() / "wars"
    if bundled in folder.resolve().parents:
        expected = "a war folder of your own, this one comes with Kadesh"
        raise argument_mistake("--war", str(folder), expected, f"Copy it: cp -r {folder} my-war")


def _require_names(
    war: War, kind: str, source: str, side: str, occupier: str, actors: Mapping[str, str]
) -> None:
    mistakes: list[Mistake] = []
    given = [("--side", side), ("--occupier", occupier)]
    given += [("--actor", name) for name in actors.values()]
    for option, name in given:
        if name and name not in war.side_ids:
            remedy = suggestion(name, war.side_ids) or "Use one of them"
            error = argument_mistake(option, name, f"a side, {one_of(war.side_ids)}", remedy)
            mistakes += error.mistakes
    if source and source not in war.sources:
        mistakes += missing_source(war, kind, source, occupier).mistakes
    if mistakes:
        raise InputErrors(mistakes)


def _files(kind: str, paths: Iterable[str | Path]) -> tuple[Path, ...]:
    suffixes = _SUFFIXES.get(kind, (".csv", ".tsv", ".txt"))
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in suffixes)
            if not inside:
                expected = f"files ending in {' or '.join(suffixes)} in this folder"
                raise argument_mistake("FILES", str(path), expected, "Correct its name")
            found.update(dict.fromkeys(inside))
        else:
            found[path] = None
    if not found:
        raise argument_mistake("FILES", "", "at least one file", "Name the files to import")
    return tuple(found)


def _within(figures: Iterable[Figure], war: War) -> tuple[list[Figure], list[str]]:
    """The figures of the war's time; those outside it would keep the folder from loading."""
    kept, days = [], []
    for figure in figures:
        if war.start <= figure.day <= war.end:
            kept.append(figure)
        else:
            days.append(figure.day)
    remarks = []
    if days:
        remarks.append(
            f"{len(days):,} figures from {min(days)} to {max(days)} lie outside the war, "
            f"{war.start} to {war.end}, and are left out: change `start` or `end` in war.yaml"
        )
    late = sum(1 for figure in kept if _public(figure, war) > war.end)
    if late:
        remarks.append(
            f"{late:,} figures were published after {war.end}, the war's last day: "
            "they enter no reconstruction until `end` is later"
        )
    return kept, remarks


def _public(figure: Figure, war: War) -> date:
    lag = timedelta(days=war.sources[figure.source].lag_days)
    return figure.published or figure.day + lag
