"""Many map files at once: measured by up to two processes, the last version of each day kept."""

import multiprocessing
import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from kadesh.errors import Mistake, argument_mistake
from kadesh.importers.deepstate import Ground, Measured, measure_file
from kadesh.importers.figures import Figure
from kadesh.importers.given import Found, Given
from kadesh.importers.places import places_of
from kadesh.suggest import one_of
from kadesh.war import War

FEW: Final = 24
"""Fewer files than this are measured in the process itself: starting others takes longer."""
_CHUNK: Final = 4
_DIGITS: Final = 1
_TOLERANCE: Final = 1.05
"""A map's sector may be this much larger than the war's, as `kadesh check` allows."""


def read_maps(given: Given) -> Found:
    """Areas held, contested and retaken by sector and day.

    Raises:
        InputErrors: the war has no map, or it is not known whose gains the files draw as held.
    """
    war, found = given.war, Found()
    occupier = given.occupier or _occupier(war, given.source)
    ground = _ground(war, occupier)
    maps: dict[date, Measured] = {}
    repaired, elsewhere = 0, 0.0
    for done, (measured, mistakes) in enumerate(_measured(given, ground), start=1):
        given.progress(done, len(given.files))
        wrong = mistakes or [
            entry for one in measured for entry in (*_too_large(one, ground), *_rival(one, maps))
        ]
        if wrong:
            found.skipped += wrong
            continue
        found.read += 1
        for one in measured:
            before = maps.get(one.day)
            if before is None or one.stamp > before.stamp:
                maps[one.day] = one
            repaired += one.repaired
            elsewhere = max(elsewhere, one.elsewhere_km2)
    for day in sorted(maps):
        found.figures += _figures(maps[day], war, occupier, given.source)
    if repaired:
        found.remarks.append(f"{repaired:,} polygons crossed themselves and were repaired")
    if elsewhere >= 1:
        found.remarks.append(f"up to {elsewhere:,.0f} km2 of a map lie in no sector: not counted")
    return found


def _occupier(war: War, source: str) -> str:
    """The other side than the one that the map's makers are aligned with."""
    stance = war.sources[source].aligned_with.removesuffix(" backer")
    if stance in war.side_ids:
        return war.other(stance)
    expected = f"the side whose gains the map draws as held, {one_of(war.side_ids)}"
    remedy = f"Name it: {source} is {stance} in sources.yaml"
    raise argument_mistake("--occupier", "", expected, remedy)


def _ground(war: War, occupier: str) -> Ground:
    before = {s.id: s.held_before_km2 for s in war.sectors if s.home != occupier}
    counter = tuple(s.id for s in war.sectors if s.home == occupier)
    return Ground(places_of(war), before, counter, {s.id: s.area_km2 for s in war.sectors})


def _measured(given: Given, ground: Ground) -> Iterator[tuple[list[Measured], list[Mistake]]]:
    """What each file holds, in the order of the files."""
    if given.jobs < 2 or len(given.files) < FEW:
        yield from map(partial(measure_file, ground=ground), given.files)
        return
    # Not forked: the progress bar has a thread of its own, which a fork would leave half alive.
    pool = ProcessPoolExecutor(
        min(given.jobs, 2), multiprocessing.get_context("spawn"), _begin, (ground,)
    )
    try:
        yield from pool.map(_in_process, given.files, chunksize=_CHUNK)
    finally:
        pool.shutdown(cancel_futures=True)


_GROUND: list[Ground] = []
"""The ground of this process, where it was started to measure maps."""


def _begin(ground: Ground) -> None:
    # Ctrl-C goes to every process of a terminal; the first of them decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _GROUND[:] = [ground]


def _in_process(path: Path) -> tuple[list[Measured], list[Mistake]]:
    return measure_file(path, _GROUND[0])


def _too_large(one: Measured, ground: Ground) -> Iterator[Mistake]:
    parts: tuple[Mapping[str, float], ...] = (
        one.held, one.contested, one.retaken, one.counter_held,
    )  # fmt: skip
    for sector, area in ground.area_km2.items():
        most = max(part.get(sector, 0.0) for part in parts)
        if most > area * _TOLERANCE:
            expected = f"at most the area of {sector}, {area:g} km2, on {one.day}"
            remedy = "Check the map, or the area in war.yaml"
            yield Mistake(one.path, 1, 1, "polygons", f"{most:.0f}", expected, remedy)


def _rival(one: Measured, maps: Mapping[date, Measured]) -> Iterator[Mistake]:
    """Two maps of one day, of which neither is the later one, must say the same."""
    there = maps.get(one.day)
    if there is None or there.stamp != one.stamp:
        return
    if (there.held, there.contested, there.retaken, there.counter_held) != (
        one.held, one.contested, one.retaken, one.counter_held,
    ):  # fmt: skip
        expected = f"one map of {one.day}, {there.path} is another"
        yield Mistake(one.path, 1, 1, "file", "", expected, "Leave one of the two out")


def _figures(one: Measured, war: War, occupier: str, source: str) -> Iterator[Figure]:
    def figure(quantity: str, side: str, sector: str, area: float) -> Figure:
        value = round(area, _DIGITS)
        return Figure(
            one.day, source, quantity, side, value, "km2", sector=sector, published=one.published
        )

    for sector, area in one.held.items():
        yield figure("held_km2", occupier, sector, area)
    for sector, area in one.counter_held.items():
        yield figure("held_km2", war.other(occupier), sector, area)
    for sector, area in one.contested.items():
        yield figure("contested_km2", war.intruder(sector), sector, area)
    for sector, area in one.retaken.items():
        # Cumulative: a zero says only that nothing was lost there before.
        if round(area, _DIGITS) > 0:
            yield figure("retaken_km2", war.other(occupier), sector, area)
