"""What a new map would publish, from a reconstruction that has not seen it."""

from pathlib import Path

import numpy as np
import pytest

from kadesh.errors import InputErrors
from kadesh.fusion import Reconstruction, reconstruct
from kadesh.fusion.predictive import family_of, predict_reports
from kadesh.war import War, load_war
from kadesh.war.new import write_new_war


@pytest.fixture(scope="module")
def war(tmp_path_factory: pytest.TempPathFactory) -> War:
    folder: Path = tmp_path_factory.mktemp("war") / "river"
    write_new_war(folder)
    return load_war(folder)


def _map(war: War) -> str:
    held = war.observations[war.observations["quantity"] == "held_km2"]
    return str(held.groupby("source").size().idxmax())


@pytest.fixture(scope="module")
def made(war: War) -> Reconstruction:
    return reconstruct(war, war.end, leave_out=family_of(war, _map(war)), effective=0, draws=64)


def test_figures_of_a_left_out_map_get_an_interval_each(war: War, made: Reconstruction) -> None:
    table = predict_reports(war, made, family_of(war, _map(war)))
    assert len(table) > 5
    assert (table["low"] <= table["median"].clip(lower=0)).all()
    assert (table["median"] <= table["high"]).all()
    assert table["pit"].between(0, 1).all()
    inside = (table["value"] >= table["low"]) & (table["value"] <= table["high"])
    # The template's maps agree: an interval that knows of biases must cover most of them.
    assert inside.mean() > 0.6


def test_the_interval_of_a_new_map_is_wider_than_that_of_the_ground(
    war: War, made: Reconstruction
) -> None:
    table = predict_reports(war, made, family_of(war, _map(war)))
    row = table.iloc[table["value"].argmax()]
    path = made.held_km2.sel(sector=row["sector"])
    week = int(np.searchsorted(made.weeks, row["date"]))
    low, high = np.quantile(path.isel(week=min(week, len(made.weeks) - 1)), [0.05, 0.95])
    assert row["high"] - row["low"] > 0.8 * (high - low)


def test_what_was_seen_is_not_predicted(war: War, made: Reconstruction) -> None:
    seen = sorted(set(war.sources) - set(made.provenance["leave_out"]))[:1]
    with pytest.raises(InputErrors, match="left out"):
        predict_reports(war, made, seen)
    with pytest.raises(InputErrors, match="quantity"):
        predict_reports(war, made, family_of(war, _map(war)), "aid")
    with pytest.raises(InputErrors, match="source"):
        family_of(war, "nobody")


def test_a_family_draws_or_copies_one_map() -> None:
    war = load_war("ukraine-2022")
    assert family_of(war, "deepstate_cyterat") == family_of(war, "deepstate")
    assert {"deepstate", "deepstate_cyterat"} <= family_of(war, "deepstate")
    assert "liveuamap_nzz" not in family_of(war, "deepstate")
