"""A reconstruction: draws of what happened, as far as it was known at one date."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

_DRAWS: Final = ("held_km2", "contested_km2", "losses", "losses_per_week")
_TABLES: Final = ("source_bias", "convergence")


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """Posterior draws of control and losses by week, from what was published by one date.

    Weeks are named by the Sunday that ends them; the last is the week of the vantage date. The
    coordinate `holder` of `sector` is the side that is not at home there: what is held is held by
    it, beyond what it held before the war. Draws of land are clipped to what there is in the
    sector, draws of losses to paths that never fall; `diagnostics` says how much that changed.
    """

    as_of: date
    held_km2: xr.DataArray
    """(draw, sector, week)."""
    contested_km2: xr.DataArray
    """(draw, sector, week)."""
    losses: xr.DataArray
    """(draw, side, quantity, week): cumulative persons."""
    losses_per_week: xr.DataArray
    """(draw, side, quantity, week): persons lost in the week."""
    source_bias: pd.DataFrame
    """Claimed against reconstructed, by source (`kadesh.fusion.claimed`)."""
    convergence: pd.DataFrame
    """R-hat and effective draws by unknown (`kadesh.fusion.fit.diagnostics`)."""
    diagnostics: Mapping[str, Any]
    """Rows used and not used, reweighting, convergence in short, clipping."""
    provenance: Mapping[str, Any]
    """Version, war, hash of the data that went in, seed and settings."""
    structure: Mapping[str, np.ndarray]
    """Posterior of the structural parameters, for `influence` and `refit`."""

    @property
    def weeks(self) -> pd.DatetimeIndex:
        """The Sundays."""
        return pd.DatetimeIndex(self.held_km2["week"].to_numpy(), name="week")

    @property
    def draws(self) -> int:
        """Number of draws."""
        return int(self.held_km2.sizes["draw"])

    @property
    def convergence_in_words(self) -> str:
        """How far the sampler has come, in a sentence or two, with what came least far."""
        lines = self.convergence.to_dict("records")
        if not lines:
            return "Nothing was fitted: there are no figures."
        least = min(lines, key=lambda line: float(line["effective_draws"]))
        most = max(lines, key=lambda line: float(line["r_hat"]))
        goal = int(self.provenance.get("effective", 0))
        text = (
            f"{len(lines)} unknowns: at least {least['effective_draws']:.0f} effective draws"
            f" ({least['name']}), R-hat at most {most['r_hat']:.3f} ({most['name']})."
        )
        if goal == 0:
            return f"Quick fit, not swept until it converged. {text}"
        short = [
            line for line in lines if line["effective_draws"] < goal or line["r_hat"] >= R_HAT_LIMIT
        ]
        if short:
            return f"{len(short)} unknowns have not reached {goal} effective draws. {text}"
        return f"Converged. {text}"


R_HAT_LIMIT: Final = 1.01
"""R-hat above which an unknown has not converged (Vehtari et al. 2021)."""

Reconstructions = dict[date, Reconstruction]
"""Reconstructions by vantage date, in time order."""


def to_arrays(made: Reconstruction) -> dict[str, np.ndarray]:
    """A reconstruction as plain arrays, for the cache."""
    arrays: dict[str, np.ndarray] = {}
    for name in _DRAWS:
        arrays[name] = getattr(made, name).to_numpy().astype(np.float32)
    sector = made.held_km2["sector"]
    arrays["sector"] = sector.to_numpy().astype(str)
    arrays["holder"] = made.held_km2["holder"].to_numpy().astype(str)
    arrays["side"] = made.losses["side"].to_numpy().astype(str)
    arrays["quantity"] = made.losses["quantity"].to_numpy().astype(str)
    arrays["week"] = made.weeks.to_numpy().astype("datetime64[s]")
    for name in _TABLES:
        table: pd.DataFrame = getattr(made, name)
        for column in table.columns:
            values = table[column].to_numpy()
            is_text = values.dtype.kind not in "fiubM"
            arrays[f"{name}/{column}"] = values.astype(str) if is_text else values
    texts = {"diagnostics": made.diagnostics, "provenance": made.provenance}
    arrays["texts"] = np.array(json.dumps(texts))
    arrays |= {f"structure/{name}": part for name, part in made.structure.items()}
    return arrays


def from_arrays(as_of: date, arrays: Mapping[str, np.ndarray]) -> Reconstruction:
    """The reconstruction that `to_arrays` was given."""
    ground = {
        "sector": arrays["sector"],
        "holder": ("sector", arrays["holder"]),
        "week": arrays["week"],
    }
    people = {name: arrays[name] for name in ("side", "quantity", "week")}

    def label(name: str) -> xr.DataArray:
        is_ground = name.endswith("_km2")
        dims = ("draw", "sector", "week") if is_ground else ("draw", "side", "quantity", "week")
        values = arrays[name].astype(np.float64)
        return xr.DataArray(values, dims=dims, coords=ground if is_ground else people, name=name)

    def table(name: str) -> pd.DataFrame:
        start = f"{name}/"
        return pd.DataFrame(
            {key[len(start) :]: part for key, part in arrays.items() if key.startswith(start)}
        )

    texts = json.loads(str(arrays["texts"]))
    start = "structure/"
    return Reconstruction(
        as_of=as_of,
        held_km2=label("held_km2"),
        contested_km2=label("contested_km2"),
        losses=label("losses"),
        losses_per_week=label("losses_per_week"),
        source_bias=table("source_bias"),
        convergence=table("convergence"),
        diagnostics=texts["diagnostics"],
        provenance=texts["provenance"],
        structure={k[len(start) :]: v for k, v in arrays.items() if k.startswith(start)},
    )
