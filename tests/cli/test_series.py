"""Draws become medians and intervals under their own labels."""

from datetime import date

import numpy as np
import pandas as pd
import xarray as xr

from kadesh.cli.series import interval, plain, rows, summarised

WEEKS = pd.date_range("2024-01-07", periods=2, freq="7D")


def levels(values: np.ndarray, name: str = "held_km2") -> xr.DataArray:
    return xr.DataArray(
        values,
        dims=("draw", "sector", "week"),
        coords={"sector": ["east", "west"], "week": WEEKS},
        name=name,
    )


def test_quantiles_go_over_draws_in_any_order_of_dimensions() -> None:
    values = levels(np.arange(101.0)[:, None, None] * np.array([[1.0], [2.0]]) * np.ones(2))
    east, west = summarised(values, over="draw", along="week")
    assert east == {
        "quantity": "held_km2",
        "sector": "east",
        "low": [5.0, 5.0],
        "median": [50.0, 50.0],
        "high": [95.0, 95.0],
    }
    assert west["median"] == [100.0, 100.0]
    turned = values.transpose("week", "sector", "draw")
    assert summarised(turned, over="draw", along="week") == [east, west]


def test_a_yes_or_no_becomes_a_probability() -> None:
    values = levels(np.arange(4)[:, None, None] < np.array([[1], [3]]) * np.ones(2), "is_feasible")
    east, west = summarised(values, over="draw", along="week")
    assert east["probability"] == [0.25, 0.25]
    assert west["probability"] == [0.75, 0.75]


def test_rows_are_tidy() -> None:
    series = [{"quantity": "q", "side": "A", "low": [1, 2], "median": [3, 4], "high": [5, 6]}]
    first, second = rows(series, "week", ["2024-01-07", "2024-01-14"])
    assert first == {
        "quantity": "q",
        "side": "A",
        "week": "2024-01-07",
        "low": 1,
        "median": 3,
        "high": 5,
    }
    assert second["high"] == 6


def test_json_values_are_plain() -> None:
    given = {"day": pd.Timestamp("2024-01-07"), "none": np.nan, "n": np.int64(3), "t": (True, "x")}
    assert plain(given) == {"day": "2024-01-07", "none": None, "n": 3, "t": [True, "x"]}
    assert plain([date(2024, 1, 7), np.float32(0.5)]) == ["2024-01-07", 0.5]


def test_an_interval_reads_as_words() -> None:
    entry = {"low": [1000.0], "median": [2000.0], "high": [3000.4]}
    assert interval(entry) == ("2,000", "1,000 to 3,000")
    assert interval({"low": [None], "median": [None], "high": [None]}) == ("-", "")
