"""Fit a record at vantage dates in time order: what a reconstruction takes that is not kept."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any, Final

from kadesh.fusion.assemble import assemble
from kadesh.fusion.fit.ladder import Fit, advance, begin, rungs
from kadesh.fusion.paths.layout import KINDS, lay_out
from kadesh.fusion.reconstruction import Reconstruction
from kadesh.fusion.record import Known, Record, known
from kadesh.fusion.settings import Settings

SWEEPING_ON: Final = 100
"""Steps of the progress that sweeping on at a date counts for, in dates of the quick fit."""


def fit_dates(
    record: Record,
    dates: Sequence[date],
    *,
    seed: int,
    draws: int,
    effective: Mapping[date, int],
    leave_out: frozenset[str],
    replace: Mapping[str, float],
    settings: Settings,
    provenances: Mapping[date, Mapping[str, Any]],
    progress: Callable[[int, int], None] | None,
) -> Iterator[Reconstruction]:
    """The reconstructions at these dates, one after the other in time order.

    `kadesh.fusion.reconstruct.reconstruct_record` says what the arguments are.
    """
    steps = rungs(record.start, max(dates))
    plan = sorted({*steps, *dates})
    last: dict[str, Fit] = {}
    told = _Told(progress, len(plan) + SWEEPING_ON * sum(bool(effective.get(day)) for day in dates))
    for day in plan:
        rows = known(record, day, leave_out, replace)
        fits = _fit(record, rows, day, last, settings, seed)
        if day in dates:
            goal = effective.get(day, 0)
            yield assemble(
                record, rows, fits, day, draws, seed, provenances[day], goal, tell=told.part
            )
            told.step(SWEEPING_ON if goal else 0)
        if day in steps:
            last = fits
        told.step(1)


class _Told:
    """Steps done, for whoever wants to know."""

    def __init__(self, progress: Callable[[int, int], None] | None, total: int) -> None:
        self.progress, self.total, self.done = progress, total, 0

    def step(self, steps: int) -> None:
        self.done += steps
        self.part(0.0)

    def part(self, share: float) -> None:
        """A share of the steps that sweeping on counts for."""
        if self.progress is not None:
            self.progress(self.done + int(share * SWEEPING_ON), self.total)


def _fit(
    record: Record,
    rows: Known,
    day: date,
    last: Mapping[str, Fit],
    settings: Settings,
    seed: int,
) -> dict[str, Fit]:
    weeks = record.weeks(day)

    def fit(kind: str) -> Fit:
        layout = lay_out(record, rows.rows, weeks, kind, settings)
        return (
            advance(last[kind], layout, seed, day) if last else begin(layout, settings, seed, day)
        )

    # Kinds share no unknown, and their streams are their own: side by side is as one by one.
    with ThreadPoolExecutor(max_workers=min(len(KINDS), os.cpu_count() or 1)) as pool:
        return dict(zip(KINDS, pool.map(fit, KINDS), strict=True))
