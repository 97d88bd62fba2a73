"""Reconstructions made by hand, for what takes one and does not care how it was fitted."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from kadesh.fusion import Reconstruction
from kadesh.war import War

DRAWS = 16


def made_by_hand(
    war: War, weeks: int, held: Mapping[str, np.ndarray], losses: Mapping[str, np.ndarray]
) -> Reconstruction:
    """From levels by sector and by side, longer than `weeks`, with a little spread over draws."""
    spread = 1 + 0.01 * np.random.default_rng(4).normal(size=(DRAWS, 1, 1))
    start = pd.Timestamp(war.start)
    first = start + pd.Timedelta(days=6 - start.weekday())
    when = pd.date_range(first, periods=weeks, freq="7D")
    ground = np.stack([held.get(name, np.zeros(weeks))[:weeks] for name in war.sector_ids])
    people = np.stack([losses[name][:weeks] for name in war.side_ids])
    place = {
        "sector": list(war.sector_ids),
        "holder": ("sector", [war.intruder(name) for name in war.sector_ids]),
        "week": when,
    }
    names = ["casualties_persons", "deaths_persons"]
    who = {"side": list(war.side_ids), "quantity": names, "week": when}
    lost = (spread * people)[:, :, None] * np.array([1.0, 0.25])[:, None]
    held_km2 = xr.DataArray(spread * ground, dims=("draw", "sector", "week"), coords=place)
    losses_persons = xr.DataArray(lost, dims=("draw", "side", "quantity", "week"), coords=who)
    return Reconstruction(
        as_of=when[-1].date(),
        held_km2=held_km2,
        contested_km2=0 * held_km2,
        losses=losses_persons,
        losses_per_week=losses_persons.diff("week").reindex(week=when, fill_value=0.0),
        source_bias=pd.DataFrame(),
        convergence=pd.DataFrame(),
        diagnostics={},
        provenance={},
        structure={},
    )
