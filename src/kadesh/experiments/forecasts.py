"""Forecasts of several methods beside what came: scored, compared, and what the fits had learnt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from kadesh.dynamics.calibration import Calibration
from kadesh.errors import argument_mistake
from kadesh.experiments.scoring import (
    block_resamples,
    central,
    covered,
    crps,
    log_score,
    rank,
    skill,
)
from kadesh.streams import generator

HORIZONS: Final = (4, 13, 26)
"""Weeks."""
EVERY_WEEKS: Final = 8
"""Between two dates to forecast from."""
BASELINES: Final = ("no change", "drift", "trend", "pooled")
TITLES: Final = {
    "net": "Land that changed hands in favour of {side}, over all sectors, km2",
    "sectors": "Land held in each sector, km2, mean over sectors",
    "losses": "Killed and wounded, persons, mean over sides",
}
"""What is forecast, group by group; `side` is the first."""
LEAST: Final = {"net": 5.0, "sectors": 1.0, "losses": 100.0}
"""Units in which outcomes are known, km2 and persons: no density is narrower."""


@dataclass(frozen=True)
class Target:
    """One thing that is forecast, of a sector or a side."""

    group: str
    place: str
    name: str


@dataclass(frozen=True)
class Hindcast:
    """Forecasts and outcomes; `scores` and `table` judge them."""

    war: str
    until: date
    dates: tuple[date, ...]
    targets: tuple[Target, ...]
    forecasts: Mapping[str, Float[np.ndarray, "date horizon target draw"]]
    """Changes by method."""
    outcome: Float[np.ndarray, "date horizon target"]
    fits: tuple[Calibration, ...]
    seed: int

    def scores(self) -> pd.DataFrame:
        """A row per method, date, horizon and target.

        Returns:
            `method`, `date`, `weeks`, `group`, `target`, `outcome`; the forecast's `median`, `low`
            and `high` (90 %); `crps` in the outcome's unit, `log_score` in nats, `pit`, `covered`.
        """
        shape = self.outcome.shape
        least = np.array([LEAST[target.group] for target in self.targets])
        least = np.broadcast_to(least, shape)
        at = np.indices(shape).reshape(3, -1)
        parts = []
        for method, draws in self.forecasts.items():
            stream = generator(self.seed, "hindcast", "rank", method)
            low, middle, high = np.quantile(draws, (0.05, 0.5, 0.95), axis=-1)
            columns = {
                "outcome": self.outcome,
                "median": middle,
                "low": low,
                "high": high,
                "crps": crps(draws, self.outcome),
                "log_score": log_score(draws, self.outcome, least),
                "pit": rank(draws, self.outcome, stream),
                "covered": covered(draws, self.outcome),
            }
            labels = {
                "method": method,
                "date": np.array(self.dates)[at[0]],
                "weeks": np.array(HORIZONS)[at[1]],
                "group": np.array([t.group for t in self.targets])[at[2]],
                "target": np.array([t.name for t in self.targets])[at[2]],
            }
            parts.append(pd.DataFrame(labels | {k: v.ravel() for k, v in columns.items()}))
        return pd.concat(parts, ignore_index=True)

    def table(self, since: date | None = None) -> pd.DataFrame:
        """How good every method is, by group and horizon.

        Args:
            since: Judge only forecasts from this date on; all if not given.

        Returns:
            `group`, `weeks`, `method`, mean `crps` and `log_score`; `skill` in CRPS over the best
            baseline (the one of least mean CRPS there, `against`) with `skill_low`, `skill_high`;
            `coverage` of the 90 % interval with `coverage_low`, `coverage_high`. Intervals are
            90 %, by moving blocks of dates whose weeks overlap.
        """
        scores = self.scores()
        if since is not None:
            scores = scores[scores["date"] >= since]
        if scores.empty:
            expected = f"up to the last date, {self.dates[-1]}"
            raise argument_mistake("since", str(since), expected, "Start earlier")
        rows: list[dict[str, object]] = []
        for group in LEAST:
            for weeks in HORIZONS:
                here = (scores["group"] == group) & (scores["weeks"] == weeks)
                rows += self._judged(scores[here], group, weeks)
        return pd.DataFrame(rows)

    def learnt(self) -> pd.DataFrame:
        """What the fits taught of each assumption: mean over dates of `shrunk` and `shift`."""
        tables = pd.concat([fit.moved() for fit in self.fits])
        mean = tables.groupby("assumption")[["shrunk", "shift"]].mean().reset_index()
        return mean.sort_values("shrunk", ascending=False, ignore_index=True)

    def _judged(self, scores: pd.DataFrame, group: str, weeks: int) -> list[dict[str, object]]:
        """The rows of `table` for one group and horizon."""
        by_date = scores.groupby(["method", "date"])[["crps", "log_score", "covered"]].mean()
        mean = by_date.groupby("method").mean()
        best = str(mean.loc[list(BASELINES), "crps"].idxmin())
        rival = by_date.xs(best)["crps"].to_numpy(dtype=float)
        block = -(-weeks // EVERY_WEEKS)
        index = block_resamples(len(rival), block, self.seed)
        rows: list[dict[str, object]] = []
        for method in self.forecasts:
            own = by_date.xs(method)
            gain = skill(own["crps"].to_numpy(dtype=float), rival, index)
            inside = own["covered"].to_numpy(dtype=float)
            span = central(inside[index].mean(axis=1))
            rows.append(
                {
                    "group": group,
                    "weeks": weeks,
                    "method": method,
                    "crps": mean.loc[method, "crps"],
                    "log_score": mean.loc[method, "log_score"],
                    "against": best,
                    **dict(zip(("skill", "skill_low", "skill_high"), gain, strict=True)),
                    "coverage": inside.mean(),
                    "coverage_low": span[0],
                    "coverage_high": span[1],
                }
            )
        return rows
