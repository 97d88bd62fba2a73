"""Labelled draws as medians and 90 % intervals: what JSON, CSV and the tables show."""

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import product
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

QUANTILES: Final = {"low": 0.05, "median": 0.5, "high": 0.95}

Series = dict[str, Any]


def plain(value: Any) -> Any:
    """A value as JSON knows it: NaN and missing as null, dates as ISO text."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(inner) for inner in value]
    if value is None or value is pd.NaT:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, pd.Timestamp | np.datetime64 | datetime | date):
        return pd.Timestamp(value).date().isoformat()
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if np.isfinite(value) else None
    return str(value)


def days(values: xr.DataArray) -> list[str]:
    """Dates of a coordinate as ISO text."""
    return [day.date().isoformat() for day in pd.DatetimeIndex(values.to_numpy())]


def summarised(
    values: xr.DataArray, *, over: str, along: str, name: str | None = None
) -> list[Series]:
    """One entry for each series of `values`: its labels, and its figures along `along`.

    A yes or no becomes its share of the draws, `probability`; else low, median and high are the
    5th, 50th and 95th percentile of the draws. Six digits are kept.

    Args:
        values: Draws with dimensions `over`, `along` and any others, whose labels name the series.
        over: The dimension of draws.
        along: The dimension of time.
        name: The quantity, where it is not the name of `values` or one of the dimensions.
    """
    others = [str(dim) for dim in values.dims if dim not in {over, along}]
    made = []
    for chosen in product(*(values[dim].to_numpy() for dim in others)):
        labels = dict(zip(others, map(str, chosen), strict=True))
        one = values.sel(dict(zip(others, chosen, strict=True))).transpose(over, along).to_numpy()
        label = {"quantity": name or str(values.name), **labels}
        if one.dtype == bool or label["quantity"].startswith("is_"):
            made.append(label | {"probability": _figures(one.mean(axis=0))})
        else:
            # A copy of our own, sorted in place: all three at once, and the draws side by side.
            found = np.quantile(
                one.astype(float), list(QUANTILES.values()), axis=0, overwrite_input=True
            )
            parts = zip(QUANTILES, found, strict=True)
            made.append(label | {part: _figures(figures) for part, figures in parts})
    return made


def quantiled(values: xr.DataArray, *, along: str) -> list[Series]:
    """Entries as `summarised` makes them, of values that are quantiles already (`QUANTILES`)."""
    others = [str(dim) for dim in values.dims if dim not in {"quantile", along}]
    made = []
    for chosen in product(*(values[dim].to_numpy() for dim in others)):
        one = values.sel(dict(zip(others, chosen, strict=True))).transpose("quantile", along)
        parts = zip(QUANTILES, map(_figures, one.to_numpy()), strict=True)
        labels = dict(zip(others, map(str, chosen), strict=True))
        made.append({"quantity": str(values.name), **labels, **dict(parts)})
    return made


def _figures(values: np.ndarray) -> list[float | None]:
    return [float(f"{value:.6g}") if math.isfinite(value) else None for value in values.tolist()]


def rows(series: Sequence[Series], along: str, when: Sequence[str]) -> list[dict[str, Any]]:
    """Series as tidy rows, one for each date."""
    made = []
    for entry in series:
        labels = {key: value for key, value in entry.items() if not isinstance(value, list)}
        figures = {key: value for key, value in entry.items() if isinstance(value, list)}
        for position, day in enumerate(when):
            found = {key: values[position] for key, values in figures.items()}
            made.append({**labels, along: day, **found})
    return made


def interval(entry: Series, position: int = -1, digits: int = 0) -> tuple[str, str]:
    """Median, and the 90 % interval, of a series at one date as text."""
    low, middle, high = (entry[part][position] for part in ("low", "median", "high"))
    if middle is None:
        return "-", ""
    return f"{middle:,.{digits}f}", f"{low:,.{digits}f} to {high:,.{digits}f}"
