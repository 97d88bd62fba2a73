"""What every importer is told, and what it hands back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kadesh.errors import Mistake
from kadesh.importers.figures import Figure
from kadesh.war import War

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Given:
    """The war, the files, and what the user says of them."""

    war: War
    files: tuple[Path, ...]
    source: str = ""
    """Source of figures that name none."""
    side: str = ""
    """Side of figures that name none."""
    occupier: str = ""
    """The side whose gains a map draws as held."""
    actors: Mapping[str, str] = field(default_factory=dict)
    """Actor of an event data set: the side it fights for."""
    rename: Mapping[str, str] = field(default_factory=dict)
    """Column as the file names it: the name it is known by here."""
    jobs: int = 1
    progress: Progress = lambda done, of: None


@dataclass
class Found:
    """What the files hold."""

    figures: list[Figure] = field(default_factory=list)
    skipped: list[Mistake] = field(default_factory=list)
    """What is wrong with the files that were left out."""
    remarks: list[str] = field(default_factory=list)
    """What the user should know of the files that were read, a line each."""
    read: int = 0
    """Files that were read."""
