"""Hindcasts: what is forecast from what, and how it is judged."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
import pytest

from kadesh.errors import InputErrors
from kadesh.experiments.forecasts import BASELINES, HORIZONS, Hindcast
from kadesh.experiments.hindcast import CAMPAIGN, PRIOR, forecast, vantage_dates
from kadesh.fusion import Reconstruction
from kadesh.war import War
from reconstructions import made_by_hand
from wars_in_memory import HELD, toy_war

DRAWS, LENGTH = 64, 80
WEEKS = np.arange(LENGTH, dtype=float)


def record(war: War, after: float) -> dict[date, Reconstruction]:
    """Two vantage dates and the end of a war in which Boria gains 20 km2 a week in the east.

    What comes after the second date is `after` a week instead.
    """
    wobble = np.random.default_rng(11).normal(size=LENGTH)
    side = dict.fromkeys(war.side_ids, 3000.0 * WEEKS + 40.0 * wobble)
    held = {name: np.full(LENGTH, level) for name, level in HELD.items()}
    pace = np.where(WEEKS < 40, 20.0, after)
    held["east"] = held["east"] + np.cumsum(pace) - pace[0] + 2.0 * wobble
    made = [made_by_hand(war, weeks, held, side) for weeks in (32, 40, LENGTH)]
    return {entry.as_of: entry for entry in made}


def judged(war: War, made: dict[date, Reconstruction]) -> Hindcast:
    return forecast(
        war,
        made,
        max(made),
        seed=0,
        draws=DRAWS,
        simulations=256,
        workers=1,
        progress=lambda stage, done, total: None,
    )


@pytest.fixture(scope="module")
def war() -> War:
    return toy_war()


@pytest.fixture(scope="module")
def found(war: War) -> Hindcast:
    return judged(war, record(war, 20.0))


def test_every_method_forecasts_everything(found: Hindcast, war: War) -> None:
    assert set(found.forecasts) == {CAMPAIGN, PRIOR, *BASELINES}
    shape = (2, len(HORIZONS), 1 + len(war.sectors) + 2)
    assert found.outcome.shape == shape
    for draws in found.forecasts.values():
        assert draws.shape == (*shape, DRAWS)
        assert np.isfinite(draws).all()


def test_what_came_is_the_change_in_the_last_reconstruction(found: Hindcast) -> None:
    names = [target.name for target in found.targets]
    for h, weeks in enumerate(HORIZONS):
        assert found.outcome[:, h, names.index("land held in east")] == pytest.approx(
            20.0 * weeks, rel=0.01, abs=4.0
        )
        # Boria gains it: the first side, Ardia, loses as much.
        assert found.outcome[:, h, 0] == pytest.approx(-20.0 * weeks, rel=0.01, abs=4.0)
        lost = names.index("losses of Ardia")
        assert found.outcome[:, h, lost] == pytest.approx(3000.0 * weeks, rel=0.01, abs=80.0)


def test_no_forecast_knows_what_came(found: Hindcast, war: War) -> None:
    other = judged(war, record(war, -200.0))
    for name, draws in found.forecasts.items():
        assert (other.forecasts[name] == draws).all(), name
    assert not np.allclose(other.outcome, found.outcome)


def test_land_cannot_leave_its_sector_and_nobody_comes_back(found: Hindcast, war: War) -> None:
    made = record(war, 20.0)
    for at, day in enumerate(found.dates):
        held = made[day].held_km2.mean("draw").isel(week=-1)
        for place, target in enumerate(found.targets):
            for name in BASELINES:
                draws = found.forecasts[name][at, :, place]
                if target.group == "losses":
                    assert (draws >= 0).all()
                elif target.group == "sectors":
                    sector = target.place
                    level = float(held.sel(sector=sector))
                    area = next(s for s in war.sectors if s.id == sector)
                    assert (level + draws >= -1e-6).all()
                    assert (level + draws <= area.area_km2 - area.held_before_km2 + 1e-6).all()


def test_a_straight_line_is_forecast_by_drift_and_the_best_baseline_is_the_measure(
    found: Hindcast,
) -> None:
    table = found.table()
    for weeks in HORIZONS:
        part = table[(table["group"] == "net") & (table["weeks"] == weeks)].set_index("method")
        best = part["against"].iloc[0]
        assert part.loc[best, "crps"] == part.loc[list(BASELINES), "crps"].min()
        assert part.loc[best, "skill"] == 0.0
        assert part.loc["drift", "crps"] < 20.0 * weeks / 10


def test_scores_have_a_row_for_each_forecast(found: Hindcast) -> None:
    scores = found.scores()
    assert len(scores) == len(found.forecasts) * found.outcome.size
    assert (scores["low"] <= scores["median"]).all()
    assert (scores["median"] <= scores["high"]).all()
    assert scores["pit"].between(0, 1).all()
    inside = (scores["low"] <= scores["outcome"]) & (scores["outcome"] <= scores["high"])
    assert (inside == scores["covered"]).all()
    assert (found.scores()["pit"] == scores["pit"]).all()


def test_a_forecast_of_what_came_is_perfect(found: Hindcast) -> None:
    sure = np.repeat(found.outcome[..., None], DRAWS, axis=-1)
    made = replace(found, forecasts={**found.forecasts, CAMPAIGN: sure})
    table = made.table()
    own = table[table["method"] == CAMPAIGN]
    assert own["crps"].to_numpy() == pytest.approx(0.0, abs=1e-6)
    # Where even the best baseline misses by more than rounding.
    missed = table[table["method"] == table["against"]]["crps"].to_numpy() > 1e-3
    assert missed.any()
    assert own["skill"].to_numpy()[missed] == pytest.approx(1.0, abs=1e-6)
    assert (own["coverage"] == 1.0).all()


def test_exchanging_the_sides_data_turns_the_baselines_round(war: War, found: Hindcast) -> None:
    # The sides keep their names and places in lists, everything else changes hands.
    swapped = toy_war(swapped=True)
    other = judged(swapped, record(swapped, 20.0))
    assert other.outcome[..., 0] == pytest.approx(-found.outcome[..., 0], rel=1e-9)
    assert other.outcome[..., 1:-2] == pytest.approx(found.outcome[..., 1:-2], rel=1e-9)
    for name in ("no change", "drift", "pooled"):
        mine, theirs = found.forecasts[name], other.forecasts[name]
        assert theirs[..., 1:-2, :] == pytest.approx(mine[..., 1:-2, :], rel=1e-9, abs=1e-6)


def test_a_part_of_the_dates_is_judged_on_its_own(found: Hindcast) -> None:
    last = found.table(since=found.dates[-1])
    scores = found.scores()
    own = scores[(scores["date"] == found.dates[-1]) & (scores["method"] == CAMPAIGN)]
    for group, part in own.groupby(["group", "weeks"]):
        line = last[(last["method"] == CAMPAIGN) & (last["group"] == group[0])]
        line = line[line["weeks"] == group[1]].iloc[0]
        assert line["crps"] == pytest.approx(part["crps"].mean())
        assert line["skill_low"] == line["skill"] == line["skill_high"]
    with pytest.raises(InputErrors, match="since"):
        found.table(since=found.dates[-1] + timedelta(days=1))


def test_dates_are_every_eighth_week(war: War) -> None:
    dates = vantage_dates(war)
    assert dates[0] == war.start + timedelta(weeks=18)
    assert {(b - a).days for a, b in pairwise(dates)} == {56}
    assert war.end - dates[-1] >= timedelta(weeks=26)
    assert war.end - dates[-1] < timedelta(weeks=34)


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"first": date(2022, 3, 1)}, "first"),
        ({"until": date(2030, 1, 1)}, "until"),
        ({"first": date(2024, 1, 1)}, "first"),
    ],
)
def test_dates_outside_the_war_are_refused(war: War, given: dict[str, date], word: str) -> None:
    with pytest.raises(InputErrors, match=word):
        vantage_dates(war, **given)
