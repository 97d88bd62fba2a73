"""Fit a campaign's assumptions to the reconstruction of the weeks before a vantage date."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from kadesh.dynamics.calibration.regression_abc import (
    from_scores,
    normal_scores,
    posterior_scores,
)
from kadesh.dynamics.calibration.windows import Reconstructed, observed, simulated, windows_of
from kadesh.errors import argument_mistake
from kadesh.war import War, draw_assumptions

SIMULATIONS: Final = 8192
KEPT: Final = 1024
"""Simulations from the prior, and the nearest of them that become the posterior's draws."""


@dataclass(frozen=True)
class Calibration:
    """Draws of the assumptions before and after the weeks that they were fitted to."""

    prior: Mapping[str, Float[np.ndarray, " draw"]]
    posterior: Mapping[str, Float[np.ndarray, " draw"]]
    features: tuple[str, ...]
    observed: Float[np.ndarray, " feature"]
    before: Float[np.ndarray, "feature run"]
    """Simulated features under the prior,"""
    after: Float[np.ndarray, "feature draw"]
    """and under the posterior."""

    def moved(self) -> pd.DataFrame:
        """What the record taught of each assumption, most first.

        Returns:
            `assumption`; medians and 90 % intervals `prior`, `posterior` with `_low`, `_high`;
            `shrunk`: the part of the prior's standard deviation that is gone; `shift`: how far the
            mean has moved, in prior standard deviations.
        """
        rows = []
        for name, before in self.prior.items():
            after = self.posterior[name]
            spread = before.std()
            if spread == 0:
                continue
            row: dict[str, object] = {"assumption": name}
            for label, values in (("prior", before), ("posterior", after)):
                low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
                row |= {label: middle, f"{label}_low": low, f"{label}_high": high}
            row["shrunk"] = 1.0 - after.std() / spread
            row["shift"] = (after.mean() - before.mean()) / spread
            rows.append(row)
        table = pd.DataFrame(rows)
        return table.sort_values(
            ["shrunk", "assumption"], ascending=[False, True], ignore_index=True
        )


def calibrate(
    war: War,
    made: Reconstructed,
    *,
    seed: int = 0,
    simulations: int = SIMULATIONS,
    kept: int = KEPT,
    workers: int = 1,
) -> Calibration:
    """The posterior of a campaign's assumptions given up to four windows of twelve weeks.

    Assumptions are drawn as they stood at the reconstruction's vantage date, campaigns are run
    through every window, and the posterior follows by regression-adjusted approximate Bayesian
    computation (`dynamics.calibration.regression_abc`). Forces, stocks and stances enter every
    window as assumed for its first day from draws as of the vantage date: they are not carried
    from one window to the next.

    Args:
        war: The war.
        made: What is known at the vantage date.
        seed: Of assumptions and chance.
        simulations: Campaigns under the prior.
        kept: Draws of the posterior.
        workers: Blocks worked at a time; changes nothing but time.

    Raises:
        InputErrors: too early in the war, or fewer simulations than draws to keep.
    """
    if not 2 <= kept <= simulations:
        expected = f"2 to {simulations}, the number of simulations"
        raise argument_mistake("kept", kept, expected, "Keep fewer, or simulate more")
    windows = windows_of(war, made)
    draws = draw_assumptions(war, simulations, seed, made.as_of)
    data = simulated(war, windows, draws, seed=seed, workers=workers)
    seen = observed(windows)
    names = list(draws)
    values = np.stack([draws[name] for name in names])
    scores = posterior_scores(normal_scores(values), data, seen, kept)
    fitted = dict(zip(names, from_scores(scores, values), strict=True))
    after = simulated(war, windows, fitted, seed=seed, workers=workers)
    labels = [
        f"{kind} {window.start} to {window.end}"
        for window in windows
        for kind in (
            *(f"held_km2 {sector}" for sector in war.sector_ids),
            *(f"losses_persons {side}" for side in war.side_ids),
        )
    ]
    return Calibration(draws, fitted, tuple(labels), seen, data, after)
