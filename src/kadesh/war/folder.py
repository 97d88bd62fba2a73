"""Find a war folder and read its files, each on its own; what is wrong is collected, not raised."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Generic, ParamSpec, TypeVar

import pandas as pd

from kadesh.errors import InputErrors, Mistake, argument_mistake
from kadesh.suggest import one_of, suggestion
from kadesh.war.columns import NOT_BUNDLED, TABLES
from kadesh.war.fields import Model
from kadesh.war.files import mistake, read_text
from kadesh.war.load_yaml import load_yaml
from kadesh.war.schema import AssumptionsFile, MovesFile, ScenariosFile, SourcesFile, WarFile
from kadesh.war.tables import MAX_MISTAKES, Table, read_table
from kadesh.war.yaml_marks import Marks

MAP_FILE: Final = "sectors.geojson"
MAX_MAP_MEGABYTES: Final = 5
REQUIRED: Final = ("assumptions.yaml", "observations.csv", "sources.yaml", "war.yaml")
OPTIONAL: Final = (
    "events.csv",
    "moves.yaml",
    "polls.csv",
    "redraws.csv",
    "scenarios.yaml",
    MAP_FILE,
    "sources.csv",
    "statements.csv",
)
_MOST_SHOWN: Final = 50

Read = TypeVar("Read")
Arguments = ParamSpec("Arguments")
Contents = TypeVar("Contents", bound=Model)


@dataclass(frozen=True)
class Parsed(Generic[Contents]):
    """One YAML file: its contents and where each value stands."""

    contents: Contents
    marks: Marks


@dataclass
class Folder:
    """What could be read of a war folder; None where a file is absent or wrong."""

    path: Path
    mistakes: list[Mistake] = field(default_factory=list)
    war: Parsed[WarFile] | None = None
    sources: Parsed[SourcesFile] | None = None
    assumptions: Parsed[AssumptionsFile] | None = None
    moves: Parsed[MovesFile] | None = None
    scenarios: Parsed[ScenariosFile] | None = None
    tables: dict[str, Table] = field(default_factory=dict)
    map_units: dict[str, str | None] | None = None
    """ISO code of each map unit: its sector, or None for the backdrop."""

    def keep(
        self,
        read: Callable[Arguments, Read],
        *arguments: Arguments.args,
        **options: Arguments.kwargs,
    ) -> Read | None:
        """What `read` gives, or None with its mistakes kept."""
        try:
            return read(*arguments, **options)
        except InputErrors as error:
            self.mistakes += error.mistakes
            return None


def bundled_wars() -> tuple[str, ...]:
    """Names of the wars that come with Kadesh."""
    root = Path(str(files("kadesh"))) / "wars"
    return tuple(sorted(entry.parent.name for entry in root.glob("*/war.yaml")))


def find_war(name_or_path: str | Path) -> Path:
    """The folder of a bundled war's name, or of a path.

    Raises:
        InputErrors: neither a bundled war nor a folder.
    """
    name = str(name_or_path)
    if name in bundled_wars():
        return Path(str(files("kadesh"))) / "wars" / name
    path = Path(name_or_path)
    if path.is_dir():
        return path
    if path.exists():
        raise mistake(path, 0, 0, "a war folder, found a file", "Give the folder it lies in")
    expected = f"a folder, or {one_of(bundled_wars())}"
    remedy = suggestion(name, bundled_wars()) or "`kadesh new DIR` writes a war to start from"
    raise argument_mistake("war", name, expected, remedy)


def read_folder(path: Path) -> Folder:
    """Every file of the folder that can be read, and the mistakes of those that cannot."""
    folder = Folder(path)
    folder.mistakes += _unknown_files(path)
    folder.war = _yaml(folder, "war.yaml", WarFile)
    folder.sources = _yaml(folder, "sources.yaml", SourcesFile)
    folder.assumptions = _yaml(folder, "assumptions.yaml", AssumptionsFile)
    folder.moves = _yaml(folder, "moves.yaml", MovesFile)
    folder.scenarios = _yaml(folder, "scenarios.yaml", ScenariosFile)
    for name, columns in {**TABLES, "sources": NOT_BUNDLED}.items():
        if _wanted(path, f"{name}.csv"):
            table = folder.keep(read_table, path / f"{name}.csv", columns)
            if table is not None:
                folder.tables[name] = table
    if _wanted(path, MAP_FILE):
        folder.map_units = folder.keep(read_map, path / MAP_FILE)
    return folder


def _wanted(path: Path, name: str) -> bool:
    return name in REQUIRED or (path / name).exists()


def _yaml(folder: Folder, name: str, model: type[Contents]) -> Parsed[Contents] | None:
    if not _wanted(folder.path, name):
        return None
    loaded = folder.keep(load_yaml, folder.path / name, model)
    return None if loaded is None else Parsed(*loaded)


def _unknown_files(path: Path) -> list[Mistake]:
    known = (*REQUIRED, *OPTIONAL)
    mistakes = []
    try:
        entries = sorted(path.iterdir())
    except OSError as error:
        expected = f"a folder that can be read ({error.strerror})"
        raise mistake(path, 0, 0, expected, "Check its permissions") from error
    for entry in entries:
        if entry.suffix in {".csv", ".yaml", ".yml", ".geojson"} and entry.name not in known:
            remedy = suggestion(entry.name, known) or "Move it out of the war folder"
            mistakes.append(Mistake(str(entry), 0, 0, "file", "", one_of(known), remedy))
    return mistakes


def read_map(path: Path) -> dict[str, str | None]:
    """The sector of each unit of a GeoJSON file by its `iso` property (None: backdrop).

    Raises:
        InputErrors: not GeoJSON, a feature without `iso`, or one code twice.
    """
    text = read_text(path, MAX_MAP_MEGABYTES)
    remedy = "Write a FeatureCollection whose features have the properties iso and sector"
    try:
        tree: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise mistake(
            path, error.lineno, error.colno, f"valid JSON ({error.msg})", remedy
        ) from None
    except RecursionError:
        raise mistake(path, 1, 1, "JSON of modest nesting", remedy) from None
    features = tree.get("features") if isinstance(tree, dict) else None
    if not isinstance(features, list):
        raise mistake(path, 1, 1, "a GeoJSON FeatureCollection", remedy)
    units: dict[str, str | None] = {}
    mistakes = []
    for position, feature in enumerate(features):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        code = properties.get("iso") if isinstance(properties, dict) else None
        sector = properties.get("sector") if isinstance(properties, dict) else None
        name = f"features[{position}].properties.iso"
        if not isinstance(code, str) or code in units:
            expected = "an ISO 3166-2 code that no other feature has"
            mistakes.append(Mistake(str(path), 1, 1, name, repr(code), expected, remedy))
        else:
            units[code] = sector if isinstance(sector, str) else None
    if mistakes:
        raise InputErrors(mistakes)
    return units


def data_hash(path: Path) -> str:
    """SHA-256 over names and bytes of the folder's data files, in the order of their names."""
    digest = hashlib.sha256()
    for name in sorted((*REQUIRED, *OPTIONAL)):
        if (path / name).is_file():
            content = (path / name).read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def shortened(mistakes: list[Mistake]) -> list[Mistake]:
    """The mistakes in order, at most fifty a file; a last line counts the others."""
    shown: list[Mistake] = []
    files_seen = pd.Series([entry.file for entry in mistakes], dtype="str").unique()
    for file in sorted(files_seen):
        own = sorted({entry for entry in mistakes if entry.file == file})
        shown += own[:_MOST_SHOWN]
        if len(own) > _MOST_SHOWN:
            others = f"{len(own) - _MOST_SHOWN}{' or' if len(own) >= MAX_MISTAKES else ''} more"
            name = f"and {others} mistakes"
            last = own[_MOST_SHOWN - 1].line
            expected, remedy = f"at most {_MOST_SHOWN} shown a file", "Mend those above first"
            # The largest column keeps this line after all others of its place.
            shown.append(Mistake(file, last, 10**6, name, "", expected, remedy))
    return shown
