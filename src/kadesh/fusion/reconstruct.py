"""Observations to posterior draws of control and losses, as of any date."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any, Final, overload

import numpy as np
import pandas as pd

from kadesh import __version__, cache, streams
from kadesh.errors import InputErrors, Mistake, argument_mistake
from kadesh.fusion.reconstruction import Reconstruction, Reconstructions, from_arrays, to_arrays
from kadesh.fusion.record import Known, Record, known, record_of
from kadesh.fusion.settings import DEFAULT, Settings
from kadesh.war import War

PRECISE: Final = 400
"""Effective draws of every unknown at a single date, if not told otherwise."""
PRECISE_DRAWS: Final = 512
QUICK_DRAWS: Final = 192
MOST_EFFECTIVE: Final = 5000

Progress = Callable[[int, int], None]
"""Called with the steps done so far and the steps there are."""


@overload
def reconstruct(
    war: War,
    as_of: date,
    *,
    seed: int = 0,
    draws: int | None = None,
    effective: int | Mapping[date, int] | None = None,
    leave_out: frozenset[str] = frozenset(),
    replace: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> Reconstruction: ...
@overload
def reconstruct(
    war: War,
    as_of: Sequence[date],
    *,
    seed: int = 0,
    draws: int | None = None,
    effective: int | Mapping[date, int] | None = None,
    leave_out: frozenset[str] = frozenset(),
    replace: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> Reconstructions: ...
def reconstruct(
    war: War,
    as_of: date | Sequence[date],
    *,
    seed: int = 0,
    draws: int | None = None,
    effective: int | Mapping[date, int] | None = None,
    leave_out: frozenset[str] = frozenset(),
    replace: Mapping[str, float] | None = None,
    progress: Progress | None = None,
) -> Reconstruction | Reconstructions:
    """What happened, with only what was published by each vantage date.

    All dates share one fit in time order (`fusion.fit.ladder`), so many cost little more than
    the last of them. A date's result does not depend on which others are asked for. Results are
    kept in the cache under the hash of everything that goes in.

    Args:
        war: The war.
        as_of: A vantage date, or several.
        seed: Of all random numbers.
        draws: Posterior draws to give; 512, or 192 of a quick fit.
        effective: Effective draws that every unknown must have, with an R-hat below 1.01, before
            the sweeps at a date end; 0 is the quick fit, of a fixed few sweeps at every date. 400
            for a single date, 0 for several; or by date, 0 for those not named. Whether they were
            reached is in `convergence`.
        leave_out: Ids of sources to ignore.
        replace: Values to put in the place of published ones, by observation id. Fits everything
            anew; `refit` is the quick way to change one figure at one date.
        progress: Told how far the fit is.

    Returns:
        One reconstruction, or for several dates a dict of them in time order.

    Raises:
        InputErrors: a date outside the war, an unknown source or observation, no draws.
        NumericalError: a state that is not finite; names the quantity, side, sector and week.
    """
    dates = [as_of] if isinstance(as_of, date) else sorted(set(as_of))
    record = record_of(war)
    if effective is None:
        effective = PRECISE if isinstance(as_of, date) else 0
    wanted = effective if isinstance(effective, Mapping) else dict.fromkeys(dates, effective)
    if draws is None:
        draws = PRECISE_DRAWS if any(wanted.values()) else QUICK_DRAWS
    _check(record, dates, draws, wanted, leave_out, replace or {})
    made = reconstruct_record(
        record,
        dates,
        seed=seed,
        draws=draws,
        effective=wanted,
        leave_out=leave_out,
        replace=replace or {},
        progress=progress,
        about={"war": war.name, "war_hash": war.data_hash},
    )
    return made[as_of] if isinstance(as_of, date) else made


def reconstruct_record(
    record: Record,
    dates: Sequence[date],
    *,
    seed: int,
    draws: int,
    effective: Mapping[date, int] | None = None,
    leave_out: frozenset[str] = frozenset(),
    replace: Mapping[str, float] | None = None,
    progress: Progress | None = None,
    settings: Settings = DEFAULT,
    about: Mapping[str, str] | None = None,
) -> Reconstructions:
    """`reconstruct` on a record, with settings of one's own."""
    changed, goals = dict(sorted((replace or {}).items())), effective or {}
    provenance = {
        "version": __version__,
        **(about or {}),
        "seed": seed,
        "draws": draws,
        "leave_out": sorted(leave_out),
        "replace": changed,
        "settings": asdict(settings),
    }
    facts = _facts(record) | provenance
    hashes = pd.util.hash_pandas_object(record.rows, index=False).to_numpy()
    published = record.rows["published"].to_numpy()
    names, provenances, found = {}, {}, {}
    for day in dates:
        seen = hashes[published <= np.datetime64(day)]
        rows_hash = _digest(seen.tobytes())
        own = {"as_of": day.isoformat(), "effective": goals.get(day, 0), "rows_hash": rows_hash}
        names[day] = cache.address("reconstruction", facts | own)
        provenances[day] = provenance | own
        if (arrays := cache.load_arrays(names[day])) is not None:
            found[day] = from_arrays(day, arrays)
    missing = [day for day in dates if day not in found]
    if missing:
        # Loaded on demand: what is in the cache needs neither the sampler nor its compiler.
        fitting = import_module("kadesh.fusion.fitting")
        fits: Iterator[Reconstruction] = fitting.fit_dates(
            record,
            missing,
            seed=seed,
            draws=draws,
            effective=goals,
            leave_out=leave_out,
            replace=changed,
            settings=settings,
            provenances=provenances,
            progress=progress,
        )
        for made in fits:
            arrays = to_arrays(made)
            cache.store_arrays(names[made.as_of], arrays)
            found[made.as_of] = from_arrays(made.as_of, arrays)
    return {day: found[day] for day in dates}


def inputs_of(war: War, made: Reconstruction) -> tuple[Record, Known]:
    """The record and rows that a reconstruction was made from.

    Raises:
        InputErrors: the war is not the one it was made from.
    """
    if made.provenance.get("war_hash") != war.data_hash:
        raise argument_mistake(
            "war", war.name, "the war that the reconstruction was made from", "Reconstruct anew"
        )
    record = record_of(war)
    left_out = frozenset(made.provenance["leave_out"])
    return record, known(record, made.as_of, left_out, made.provenance["replace"])


def settings_of(made: Reconstruction) -> Settings:
    """The constants that a reconstruction was made with."""
    return Settings(**made.provenance["settings"])


def _facts(record: Record) -> dict[str, Any]:
    """Everything but the rows that a fit depends on."""
    code = cache.source_hash(Path(__file__).parent, Path(streams.__file__))
    return {
        "code": code,
        "numpy": np.__version__,
        "start": record.start.isoformat(),
        "sides": record.sides,
        "sectors": [asdict(ground) for ground in record.sectors],
        "publishers": {key: asdict(entry) for key, entry in record.publishers.items()},
        "redraws": _digest(record.redraws.to_csv(index=False).encode()),
    }


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _check(
    record: Record,
    dates: Sequence[date],
    draws: int,
    effective: Mapping[date, int],
    leave_out: frozenset[str],
    replace: Mapping[str, float],
) -> None:
    mistakes: list[Mistake] = []

    def expect(is_right: bool, name: str, value: object, expected: str, remedy: str) -> None:
        if not is_right:
            mistakes.extend(argument_mistake(name, value, expected, remedy).mistakes)

    expect(bool(dates), "as_of", [], "at least one date", "Give a date")
    span = f"a date from {record.start} to {record.end}"
    for day in dates:
        inside = record.start <= day <= record.end
        expect(inside, "as_of", str(day), span, "Choose a date within the war")
    expect(draws >= 1, "draws", draws, "a whole number from 1 on", "Ask for at least one draw")
    whole = f"a whole number from 0 to {MOST_EFFECTIVE}"
    remedy = "Ask for fewer; 400 is enough for intervals"
    for goal in sorted(set(effective.values())):
        expect(0 <= goal <= MOST_EFFECTIVE, "effective", goal, whole, remedy)
    for source in sorted(leave_out - set(record.publishers)):
        expect(False, "leave_out", source, "a source of the war", "See sources.yaml for the ids")
    ids = set(record.rows["id"])
    for key, value in sorted(replace.items()):
        remedy = "See the column id of the observations"
        expect(key in ids, "replace", key, "an observation of control or losses", remedy)
        expect(bool(np.isfinite(value)), "replace", value, "a finite number", "Give a number")
    if mistakes:
        raise InputErrors(mistakes)
