"""Is the fit of the campaign calibrated? Simulation-based calibration on a small war.

python benchmarks/campaign_calibration.py [replicates]

Assumptions are drawn from their prior, a campaign makes the record of two windows from them, and
the fit is given that record. The rank of the truth among the posterior's draws is uniform, for
every assumption, if draws and intervals mean what they say (Talts et al. 2018). The war is the one
that `kadesh new` writes; what was held is made up. The simulations of the fit are the same for all
replicates, as they would be for one record after another.

Also told: how far the posterior is narrower than the prior on average, by assumption. An assumption
that the record does not move is calibrated and useless.
"""

import json
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import numpy as np

from kadesh.dynamics.calibration.calibrate import KEPT, SIMULATIONS
from kadesh.dynamics.calibration.regression_abc import normal_scores, posterior_scores
from kadesh.dynamics.calibration.windows import WINDOW_WEEKS, Window, simulated
from kadesh.experiments.scoring import joint_limit, rank_distance
from kadesh.war import War, draw_assumptions, load_war, write_new_war

DRAWS = 63
"""Of the posterior's, that the truth is ranked among."""
HELD_KM2 = {"west-bank": 1500.0, "west-port": 400.0, "east-hills": 300.0}
SPREAD = 0.02


def windows_of(war: War) -> list[Window]:
    """Two windows with made-up levels, known to two percent."""
    stream = np.random.default_rng(1)
    held = np.array([HELD_KM2.get(name, 0.0) for name in war.sector_ids])[:, None]
    found = []
    for number in range(2):
        start = war.start + timedelta(weeks=4 + number * WINDOW_WEEKS)
        found.append(
            Window(
                start=start,
                end=start + timedelta(weeks=WINDOW_WEEKS),
                held_km2=held * (1 + SPREAD * stream.normal(size=(1, 64))),
                change_km2=SPREAD * held * stream.normal(size=(1, 64)),
                losses_persons=10_000.0 * (1 + SPREAD * stream.normal(size=(2, 64))),
            )
        )
    return found


def main() -> None:
    """Ranks of all assumptions that vary, and the joint envelope."""
    replicates = int(sys.argv[1]) if len(sys.argv) > 1 else 240
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        write_new_war(Path(folder) / "war")
        war = load_war(str(Path(folder) / "war"))
    draws = draw_assumptions(war, SIMULATIONS + replicates, 0)
    data = simulated(war, windows_of(war), draws, seed=0, workers=2)
    names = [name for name, values in draws.items() if np.ptp(values) > 0]
    scores = normal_scores(np.stack([draws[name] for name in names]))
    ranks = np.empty((len(names), replicates), dtype=np.int64)
    narrower = np.zeros(len(names))
    stream = np.random.default_rng(2)
    for number in range(replicates):
        truth = SIMULATIONS + number
        found = posterior_scores(
            scores[:, :SIMULATIONS], data[:, :SIMULATIONS], data[:, truth], KEPT
        )
        some = found[:, stream.choice(KEPT, DRAWS, replace=False)]
        ranks[:, number] = (some < scores[:, truth, None]).sum(axis=1)
        narrower += 1 - found.std(axis=1)
    distance = rank_distance(ranks, DRAWS)
    limit = joint_limit(*ranks.shape, DRAWS)
    worst = sorted(zip(distance.round(2).tolist(), names, strict=True), reverse=True)[:6]
    told = sorted(zip((narrower / replicates).round(2).tolist(), names, strict=True), reverse=True)
    print(
        json.dumps(
            {
                "replicates": replicates,
                "unknowns": len(names),
                "largest_distance": round(float(distance.max()), 2),
                "joint_99": round(limit, 2),
                "inside": bool(distance.max() <= limit),
                "furthest": worst,
                "most_narrowed": told[:8],
                "seconds": round(time.perf_counter() - began),
            }
        )
    )


if __name__ == "__main__":
    main()
