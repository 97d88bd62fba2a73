"""The bundled war has everything the campaign needs, for both sides alike."""

from datetime import date

import numpy as np
import pytest

from kadesh.dynamics import simulate
from kadesh.dynamics.geography import neighbour_matrix
from kadesh.war import War, load_war

LEVELS = {"donetsk": 7000.0, "kherson": 19_500.0, "luhansk": 17_900.0, "zaporizhzhia": 19_700.0}


@pytest.fixture(scope="module")
def bundled() -> War:
    return load_war("ukraine-2022")


def test_neighbours_are_those_of_the_map(bundled: War) -> None:
    beside = neighbour_matrix(bundled)
    place = {name: i for i, name in enumerate(bundled.sector_ids)}
    np.testing.assert_array_equal(beside, beside.T)
    assert beside[place["crimea"], place["kherson"]] == 1
    assert beside[place["kursk-belgorod"], place["north"]] == 1
    assert beside[place["crimea"], place["donetsk"]] == 0
    assert beside[place["kursk-belgorod"], place["zaporizhzhia"]] == 0


def test_assumptions_of_the_two_sides_come_in_pairs_with_one_meaning(bundled: War) -> None:
    first, second = bundled.side_ids
    for name, assumption in bundled.assumptions.items():
        stem, _, side = name.partition(".")
        if not side:
            continue
        other = bundled.assumptions[f"{stem}.{bundled.other(side)}"]
        assert assumption.side == side
        assert (assumption.unit, assumption.meaning) == (other.unit, other.meaning)
        if assumption.source.endswith("the same for both sides"):
            pair = [(a.low, a.central, a.high) for a in (assumption, other)]
            assert pair[0] == pair[1], name
    assert {first, second} == {a.side for a in bundled.assumptions.values() if a.side}


@pytest.mark.parametrize("when", [date(2022, 4, 3), date(2023, 6, 4), date(2024, 8, 4)])
def test_the_prior_moves_hundreds_of_km2_a_month_either_way(bundled: War, when: date) -> None:
    runs = simulate(bundled, LEVELS, weeks=12, runs=512, seed=1, as_of=when)
    held = runs["held_km2"].sum("sector").to_numpy()
    months = (held[:, 4::4] - held[:, :-4:4]).ravel()
    assert 50 < np.median(np.abs(months)) < 3000
    assert np.quantile(np.abs(months), 0.95) < 20_000
    assert 0.05 < (months > 0).mean() < 0.95
    losses = runs["weekly_losses_persons"].sum("sector").isel(week=slice(1, None)).mean("week")
    low, high = np.quantile(losses, [0.05, 0.95])
    assert 300 < low < high < 12_000


def test_every_scenario_of_the_war_runs(bundled: War) -> None:
    for name in bundled.scenarios:
        runs = simulate(bundled, LEVELS, weeks=4, runs=4, scenario=name)
        assert runs.attrs["scenario"] == name
        assert np.isfinite(runs["held_km2"]).all()
