"""How far a long run is: a bar where stderr is a terminal, else one line per stage."""

import sys
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from rich.progress import Progress as Bars


class Progress:
    """A context in which stages tell how far they are. Called with (stage, done, of)."""

    def __init__(self) -> None:
        self._tasks: dict[str, int] = {}
        # Not a console's own idea of a terminal, which FORCE_COLOR makes true of a file.
        self._bars = _bars() if sys.stderr.isatty() else None

    def __enter__(self) -> Self:
        if self._bars is not None:
            self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, stage: str, done: int, of: int) -> None:
        """Stage `stage` has done `done` of `of`."""
        self._begin(stage)
        if self._bars is not None:
            self._bars.update(self._bars.task_ids[self._tasks[stage]], completed=done, total=of)

    def stage(self, name: str) -> Callable[[int, int], None]:
        """Begin a stage; what is given takes (done, of)."""
        self._begin(name)
        return lambda done, of: self(name, done, of)

    def _begin(self, stage: str) -> None:
        if stage in self._tasks:
            return
        self._tasks[stage] = len(self._tasks)
        if self._bars is not None:
            self._bars.add_task(stage, total=None)
        else:
            print(f"{stage} ...", file=sys.stderr, flush=True)


def _bars() -> "Bars | None":
    """Bars on stderr, or None where the terminal cannot move its cursor."""
    # Loaded for a terminal only: results that are piped on need none of it.
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if console.is_dumb_terminal:
        return None
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )
