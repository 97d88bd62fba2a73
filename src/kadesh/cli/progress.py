"""How far a long run is: a bar where stderr is a terminal, else one line per stage."""

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Progress:
    """A context in which stages tell how far they are. Called with (stage, done, of)."""

    def __init__(self) -> None:
        self._console = Console(stderr=True)
        # Not the console's own idea of a terminal, which FORCE_COLOR makes true of a file.
        self._has_bars = sys.stderr.isatty() and not self._console.is_dumb_terminal
        self._tasks: dict[str, int] = {}
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._has_bars,
        )

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def __call__(self, stage: str, done: int, of: int) -> None:
        """Stage `stage` has done `done` of `of`."""
        self._begin(stage)
        if self._has_bars:
            self._bars.update(self._bars.task_ids[self._tasks[stage]], completed=done, total=of)

    def stage(self, name: str) -> Callable[[int, int], None]:
        """Begin a stage; what is given takes (done, of)."""
        self._begin(name)
        return lambda done, of: self(name, done, of)

    def _begin(self, stage: str) -> None:
        if stage in self._tasks:
            return
        self._tasks[stage] = len(self._tasks)
        if self._has_bars:
            self._bars.add_task(stage, total=None)
        else:
            print(f"{stage} ...", file=sys.stderr, flush=True)
