"""Simulated courses as labelled data: every run of every week, or only quantiles over runs."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from kadesh.dynamics.state import CampaignParams, CampaignState

RECORDED: Final[dict[str, tuple[tuple[str, ...], str, str]]] = {
    "held_km2": (
        ("sector",),
        "km2",
        "land held by the side not at home, beyond what it held before the war",
    ),
    "deployed_persons": (("side", "sector"), "persons", "people in the sector"),
    "weekly_losses_persons": (("side", "sector"), "persons", "killed and wounded in the week"),
    "committed_persons": (("side", "sector"), "persons", "people opening an operation"),
    "reserve_persons": (("side",), "persons", "people in reserve in the theatre"),
    "pool_persons": (("side",), "persons", "people who could still be called up"),
    "losses_persons": (("side",), "persons", "killed and wounded since the start"),
    "materiel_eur": (("side",), "eur", "stock of equipment and ammunition"),
    "support_share": (("side",), "share", "share of the public that would fight on"),
    "aid_regime": (("side",), "number", "0 interrupted, 1 sustained, 2 surge"),
}
"""What a simulation records each week: dimensions beside run and week, unit, meaning."""


class Courses:
    """The recorded quantities, filled as weeks come in; the run or the quantile axis last.

    With `quantiles` the runs of a week are let go once its quantiles are taken, exactly and over
    all of them: memory then grows with runs, and not with runs times weeks.
    """

    def __init__(
        self,
        state: CampaignState,
        params: CampaignParams,
        weeks: int,
        quantiles: Sequence[float] | None,
    ) -> None:
        self._before = np.asarray(params.geography.held_before_km2, np.float32)[:, None]
        self._geography = params.geography
        self._quantiles = quantiles
        self._weeks = weeks
        self._values: dict[str, np.ndarray] = {}
        for name in RECORDED:
            values = getattr(state, name, np.zeros_like(state.deployed_persons))
            kept = self._kept(name, values[None])
            self._values[name] = np.empty((weeks + 1, *kept.shape[1:]), kept.dtype)
            self._values[name][:1] = kept

    def keep(self, first_week: int, kept: dict[str, np.ndarray]) -> None:
        """Take what was kept of some weeks."""
        for name, values in self._values.items():
            for week, of_runs in enumerate(kept[name], start=1 + first_week):
                values[week] = self._kept(name, of_runs.astype(np.float32)[None])[0]

    def _kept(
        self, name: str, of_runs: Float[np.ndarray, "week ... run"]
    ) -> Float[np.ndarray, "week ... kept"]:
        values = of_runs - self._before if name == "held_km2" else of_runs
        if self._quantiles is None:
            return values
        found = np.quantile(
            values.astype(float), list(self._quantiles), axis=-1, overwrite_input=True
        )
        return np.moveaxis(found, 0, -1)

    def labelled(self, first: pd.Timestamp) -> xr.Dataset:
        """Everything with its labels, the run or the quantile first."""
        kind = "run" if self._quantiles is None else "quantile"
        count = self._values["held_km2"].shape[-1]
        return xr.Dataset(
            {
                name: (
                    (kind, "week", *dimensions),
                    np.moveaxis(self._values[name], -1, 0),
                    {"units": unit, "long_name": meaning},
                )
                for name, (dimensions, unit, meaning) in RECORDED.items()
            },
            coords={
                kind: np.arange(count) if self._quantiles is None else list(self._quantiles),
                "week": pd.date_range(first, periods=self._weeks + 1, freq="7D", unit="s"),
                "side": list(self._geography.side_ids),
                "sector": list(self._geography.sector_ids),
            },
        )
