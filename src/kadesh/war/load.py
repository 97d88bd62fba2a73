"""Load a war: read the folder, check it across files, fill the gaps, sort by name."""

from pathlib import Path

import pandas as pd

from kadesh.errors import InputErrors, Mistake
from kadesh.quantities import convert, table
from kadesh.war.check_figures import warnings_of
from kadesh.war.check_files import check_files, names_of
from kadesh.war.check_tables import check_tables, observation_ids
from kadesh.war.columns import TABLES
from kadesh.war.folder import Folder, data_hash, find_war, read_folder, shortened
from kadesh.war.model import War
from kadesh.war.schema import Source
from kadesh.war.tables import empty_table, rows_by


def load_war(name_or_path: str | Path) -> War:
    """The war of that name (bundled) or folder, checked.

    Raises:
        InputErrors: every mistake of every file at once; nothing is loaded half.
    """
    folder, mistakes = _read_and_check(find_war(name_or_path))
    if mistakes:
        raise InputErrors(mistakes)
    return _war(folder)


def check_war(name_or_path: str | Path) -> list[Mistake]:
    """Every mistake of a war folder; an empty list means that it loads."""
    try:
        _, mistakes = _read_and_check(find_war(name_or_path))
    except InputErrors as error:
        return list(error.mistakes)
    return mistakes


def _read_and_check(path: Path) -> tuple[Folder, list[Mistake]]:
    folder = read_folder(path)
    names = names_of(folder)
    found = [*folder.mistakes, *check_files(folder, names), *check_tables(folder, names)]
    return folder, shortened(found)


def _war(folder: Folder) -> War:
    if not (folder.war and folder.sources and folder.assumptions):
        raise AssertionError("required files are read before this")
    given = folder.war.contents
    sources = dict(sorted(folder.sources.contents.sources.items()))
    frames = {
        name: folder.tables[name].frame if name in folder.tables else empty_table(columns)
        for name, columns in TABLES.items()
    }
    units = {code: sector for code, sector in (folder.map_units or {}).items() if sector}
    return War(
        name=given.name,
        title=given.title,
        folder=folder.path,
        start=given.start,
        end=given.end,
        data_hash=data_hash(folder.path),
        sides=tuple(given.sides[key] for key in sorted(given.sides)),
        patrons=tuple(given.patrons[key] for key in sorted(given.patrons)),
        sectors=tuple(given.sectors[key] for key in sorted(given.sectors)),
        issues=tuple(given.issues[key] for key in sorted(given.issues)),
        periods=tuple(given.periods[key] for key in sorted(given.periods)),
        sources=sources,
        assumptions=dict(sorted(folder.assumptions.contents.assumptions.items())),
        moves=dict(sorted(folder.moves.contents.moves.items())) if folder.moves else {},
        scenarios=(
            dict(sorted(folder.scenarios.contents.scenarios.items())) if folder.scenarios else {}
        ),
        observations=_observations(frames["observations"], sources),
        statements=_sorted(frames["statements"], ["date", "id"]),
        events=_sorted(frames["events"], ["date", "id"]),
        polls=_sorted(frames["polls"], ["date", "id"]),
        redraws=_sorted(frames["redraws"], ["start", "source", "sector", "kind"]),
        map_units=dict(sorted(units.items())),
        warnings=tuple(warnings_of(folder)),
    )


def _sorted(frame: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    return frame.sort_values(by, kind="stable", ignore_index=True)


def _observations(frame: pd.DataFrame, sources: dict[str, Source]) -> pd.DataFrame:
    """The figures in their quantities' units; blank ids, grades and publication dates filled."""
    full = frame.copy()
    lag = pd.to_timedelta(full["source"].map({key: sources[key].lag_days for key in sources}), "D")
    full["published"] = full["published"].fillna((full["date"] + lag).astype("datetime64[s]"))
    grades = full["source"].map({key: str(sources[key].grade) for key in sources}).astype("str")
    full["grade"] = full["grade"].where(full["grade"] != "", grades)
    late = pd.Series([sources[key].revised_later for key in full["source"]], dtype="bool")
    full["flag"] = full["flag"].where((full["flag"] != "") | ~late, "revised later")
    units = full["unit"].to_numpy(object, copy=True)
    figures = {column: full[column].to_numpy(copy=True) for column in ("low", "value", "high")}
    for (quantity, unit), rows in rows_by(full, "quantity", "unit").items():
        wanted = table()[quantity].unit
        if unit != wanted:
            units[rows] = wanted
            for values in figures.values():
                values[rows] = [convert(value, unit, wanted) for value in values[rows].tolist()]
    full = full.assign(unit=pd.Series(units, full.index, dtype="str"), **figures)
    full["id"] = observation_ids(full)
    return _sorted(full, ["date", "id"])
