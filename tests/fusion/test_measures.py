"""Quantities of claims on a reconstruction made by hand."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from kadesh.errors import InputErrors
from kadesh.fusion import (
    Reconstruction,
    first_below_km2,
    level_km2,
    losses_between_persons,
    losses_persons,
    net_change_km2,
    pace_km2_per_day,
    peak_km2,
    redrawn_sectors,
)
from kadesh.war import load_war

WEEK = pd.date_range("2001-03-11", periods=4, freq="7D", unit="s")


@pytest.fixture(scope="module")
def made() -> Reconstruction:
    held = np.zeros((2, 3, 4))
    held[:, 0] = [[70, 140, 140, 70], [70, 210, 140, 0]]
    held[:, 1] = [[10, 10, 10, 10], [20, 20, 20, 20]]
    held[:, 2] = 500
    ground = {
        "sector": ["a", "b", "home"],
        "holder": ("sector", ["East", "East", "West"]),
        "week": WEEK,
    }
    losses = np.zeros((2, 2, 2, 4))
    losses[0, 0, 0] = [700, 1400, 2100, 2800]
    people = {
        "side": ["East", "West"],
        "quantity": ["casualties_persons", "deaths_persons"],
        "week": WEEK,
    }
    table = xr.DataArray(held, dims=("draw", "sector", "week"), coords=ground)
    lost = xr.DataArray(losses, dims=("draw", "side", "quantity", "week"), coords=people)
    none = pd.DataFrame()
    return Reconstruction(date(2001, 4, 1), table, 0.1 * table, lost, lost, none, none, {}, {}, {})


def test_level_sums_a_sides_sectors_and_is_linear_between_sundays(made: Reconstruction) -> None:
    assert level_km2(made, date(2001, 3, 18), "East").tolist() == [150, 230]
    assert level_km2(made, date(2001, 3, 14), "East", sectors=["a"]).tolist() == [100, 130]
    assert level_km2(made, date(2001, 3, 8), "East", sectors=["a"]).tolist() == [40, 40]
    assert level_km2(made, date(2001, 3, 18), "West").tolist() == [500, 500]
    contested = level_km2(made, date(2001, 3, 18), "West", quantity="contested_km2")
    assert contested.tolist() == [50, 50]


def test_net_change_and_pace(made: Reconstruction) -> None:
    dates = date(2001, 3, 11), date(2001, 3, 18)
    assert net_change_km2(made, *dates, "East").tolist() == [70, 140]
    assert net_change_km2(made, *dates, "East", leave_out=["a"]).tolist() == [0, 0]
    assert pace_km2_per_day(made, *dates, "East").tolist() == [10, 20]


def test_peak_and_its_day(made: Reconstruction) -> None:
    value, day = peak_km2(made, "East", date(2001, 3, 11), date(2001, 4, 1), sectors=["a"])
    assert value.tolist() == [140, 210]
    assert day.astype("datetime64[D]").astype(str).tolist() == ["2001-03-18", "2001-03-18"]


def test_first_day_below_a_level_or_never(made: Reconstruction) -> None:
    days = first_below_km2(made, 60.0, "East", date(2001, 3, 12), date(2001, 4, 1), sectors=["a"])
    assert np.isnat(days[0])
    # Falling by 20 a day from 140 on 25 March: first under 60 on the fifth day.
    assert str(days[1].astype("datetime64[D]")) == "2001-03-30"


def test_losses(made: Reconstruction) -> None:
    assert losses_persons(made, date(2001, 3, 25), "East").tolist() == [2100, 0]
    found = losses_between_persons(made, date(2001, 3, 11), date(2001, 3, 25), "East")
    assert found.tolist() == [1400, 0]


def test_wrong_questions_are_refused(made: Reconstruction) -> None:
    with pytest.raises(InputErrors, match="a day from 2001-03-04 to 2001-04-01"):
        level_km2(made, date(2001, 4, 2), "East")
    with pytest.raises(InputErrors, match="not at home"):
        level_km2(made, date(2001, 3, 18), "East", sectors=["home"])
    with pytest.raises(InputErrors, match="sectors of the war"):
        level_km2(made, date(2001, 3, 18), "East", leave_out=["nowhere"])
    with pytest.raises(InputErrors, match="not at home"):
        level_km2(made, date(2001, 3, 18), "North")
    with pytest.raises(InputErrors, match="after the start"):
        net_change_km2(made, date(2001, 3, 18), date(2001, 3, 18), "East")
    with pytest.raises(InputErrors, match="East or West"):
        losses_persons(made, date(2001, 3, 18), "North")


def test_redrawn_sectors_are_those_of_the_war_folder() -> None:
    war = load_war("ukraine-2022")
    assert redrawn_sectors(war, date(2023, 6, 1), date(2023, 6, 30)) == {"kherson"}
    assert redrawn_sectors(war, date(2024, 1, 1), date(2024, 6, 1)) == frozenset()
