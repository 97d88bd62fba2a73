"""What a figure does to a reconstructed quantity."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from fusion_wars import record, small_war

from kadesh.errors import InputErrors
from kadesh.fusion import Point, Reconstruction
from kadesh.fusion.levers import influence_of
from kadesh.fusion.paths.kalman import BASE, Reports, Terms, filter_pass, smooth
from kadesh.fusion.paths.layout import Layout, lay_out
from kadesh.fusion.reconstruct import reconstruct_record
from kadesh.fusion.record import Record, known
from kadesh.fusion.settings import Settings
from kadesh.fusion.structure import LINEAR, block_of

DAY = date(2001, 7, 10)
SMALL = Settings(islands=4, island_particles=8, first_sweeps=24)


@pytest.fixture(scope="module")
def given() -> Record:
    # Without proportional biases to speak of, influence is what the smoother alone makes of it.
    plain = record(small_war())
    exact = {key: replace(p, bias_share=1e-4) for key, p in plain.publishers.items()}
    return replace(plain, publishers=exact)


@pytest.fixture(scope="module")
def made(given: Record) -> Reconstruction:
    # Swept until it has converged: the sum of the weights tells of the scales of weekly changes.
    goal = {DAY: 100}
    return reconstruct_record(given, [DAY], seed=0, draws=96, effective=goal, settings=SMALL)[DAY]


def _ask(given: Record, made: Reconstruction, points: Sequence[Point]) -> pd.DataFrame:
    return influence_of(given, known(given, DAY), made, points)


def _smoothed(layout: Layout, made: Reconstruction, series: int, values: np.ndarray) -> np.ndarray:
    """Path of a series under the draws that influence holds, by the filter and smoother."""
    parts, rows, settings = block_of(made.structure, layout.kind), layout.rows, SMALL
    held = {name: parts[f"linear/{name}"] for name in LINEAR}
    mine = rows.series == series
    has = layout.has_component[:, [series]]
    reports = Reports(
        layout.weeks, settings.trend_memory, has, np.zeros(mine.sum(), dtype=np.int64),
        rows.week[mine], rows.component[mine], rows.ago[mine], rows.load[mine],
        np.ones(mine.sum(), dtype=bool),
    )  # fmt: skip
    draws = held["step"].shape[-1]
    start = np.zeros((BASE + len(layout.components), 1, draws))
    spread = held["spread"][[series]] ** 2
    start[BASE:] = settings.bias_start**2 * spread * has[..., None]
    terms = Terms(
        step=(held["step"][series] ** 2 / held["week_mix"][:, series])[:, None],
        turn=np.repeat(held["turn"][None, [series]] ** 2, layout.weeks, axis=0),
        drift=held["drift"][:, [series]] ** 2 * has[..., None],
        jump=layout.jump[:, :, [series]] * has,
        noise=parts["linear/noise_variance"][mine],
        start=start,
        level=np.ones((mine.sum(), draws)),
        expected=np.zeros((mine.sum(), draws)),
    )
    figures = np.repeat(values[mine, None], draws, axis=1)
    done = filter_pass(reports, terms, figures)
    return smooth(reports, terms, done, figures)[0, :, 0].mean(axis=-1)


def test_influence_is_the_smoothers_own_response(given: Record, made: Reconstruction) -> None:
    end, begin = date(2001, 6, 17), date(2001, 5, 6)
    points = [Point("held_km2", "west-bank", end), Point("held_km2", "west-bank", begin, -1.0)]
    table = _ask(given, made, points).set_index("id")
    rows = known(given, DAY).rows
    layout = lay_out(given, rows, given.weeks(DAY), "held_km2", SMALL)
    series = [entry.sector for entry in layout.series].index("west-bank")
    week = {day: made.weeks.get_loc(pd.Timestamp(day)) + 1 for day in (begin, end)}
    for index in np.flatnonzero(layout.rows.series == series)[::7]:
        bump = np.zeros(len(layout.rows))
        bump[index] = 1.0
        path = _smoothed(layout, made, series, bump)
        expected = path[week[end]] - path[week[begin]]
        found = table.loc[layout.rows.id[index], "derivative"]
        assert found == pytest.approx(expected, abs=2e-3)


def test_figures_of_a_level_weigh_one_together(given: Record, made: Reconstruction) -> None:
    day = date(2001, 6, 17)
    table = _ask(given, made, [Point("held_km2", "west-bank", day)])
    assert set(table["sector"]) == {"west-bank"}
    near = table[(table["date"] - pd.Timestamp(day)).abs() <= pd.Timedelta(days=100)]
    # The front had moved for weeks: what is drawn towards the start, nothing held, is little.
    assert near["derivative"].sum() == pytest.approx(1.0, abs=0.05)
    most = table[["shift_low", "shift_high"]].abs().max(axis=1)
    assert (most.diff().dropna() <= 1e-9).all(), "the one that can move most comes first"


def test_a_figure_that_moves_far_becomes_an_outlier(given: Record, made: Reconstruction) -> None:
    day = date(2001, 6, 17)
    table = _ask(given, made, [Point("held_km2", "west-bank", day)])
    first = table.iloc[0]
    linear = abs(first["derivative"] * (first["interval_high"] - first["value"]))
    assert 0 < abs(first["shift_high"]) < linear
    assert first["value"] <= first["at_high"] <= first["interval_high"]
    assert first["interval_low"] <= first["at_low"] <= first["value"]


def test_a_lone_figure_of_losses_moves_its_side_only(given: Record, made: Reconstruction) -> None:
    day = date(2001, 5, 20)
    table = _ask(given, made, [Point("deaths_persons", "Eastmark", day)])
    assert table["id"].tolist() == ["survey:deaths_persons:Eastmark::2001-05-20:about"]
    assert 0.2 < table["derivative"].iloc[0] < 1.0


def test_wrong_points_are_refused(given: Record, made: Reconstruction) -> None:
    for point, word in (
        (Point("aid", "west-bank", DAY), "quantity"),
        (Point("held_km2", "nowhere", DAY), "place"),
        (Point("held_km2", "west-bank", date(2001, 12, 1)), "day"),
    ):
        with pytest.raises(InputErrors, match=word):
            _ask(given, made, [point])
