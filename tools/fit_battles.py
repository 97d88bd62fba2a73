"""Fit combat to records of battles and write what the fit says, without the data.

    python tools/fit_battles.py DATA_FOLDER [--out FILE] [--contest FILE]

DATA_FOLDER holds `battles_cdb90.csv` and `lanchester_days.csv`. The summary goes to
`src/kadesh/dynamics/combat.yaml`; `--contest` also leaves out every war group in turn (some
minutes) and writes the tables of `docs/combat.md`.
"""

import os
import sys

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import argparse
from pathlib import Path

from battles.contest import BASELINES, GIVEN_LENGTH, POOLED, Resampled, difference, held_out
from battles.table import OUTCOMES, Battles, read_battles


def score_table(battles: Battles) -> str:
    """Scores of all models on left-out wars, and of each difference to the best baseline."""
    lines = []
    for outcome in OUTCOMES:
        known = battles.known(outcome)
        values = battles.outcomes[outcome].to_numpy()[known]
        resampled = Resampled(battles.war[known])
        scores = {"log-loss": resampled.log_loss, "AUC": resampled.auc}
        if outcome != "win":
            scores = {"R2": resampled.r2}
        models = BASELINES | POOLED | (GIVEN_LENGTH if outcome != "win" else {})
        predicted = {
            name: held_out(battles, outcome, shape, name.startswith("pooled"))[known]
            for name, shape in models.items()
        }
        for score, of in scores.items():
            sign = -1.0 if score == "log-loss" else 1.0
            samples = {name: sign * of(values, p) for name, p in predicted.items()}
            best = max(BASELINES, key=lambda name: samples[name][0])
            lines.append(f"| {OUTCOMES[outcome]} ({known.sum()}), {score} | | |")
            for name, sample in samples.items():
                gap = difference(sample, samples[best])
                told = f"{gap.value:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]"
                if name == best:
                    told = "best baseline"
                lines.append(f"| {name} | {sign * sample[0]:.3f} | {told} |")
            print("\n".join(lines[-len(samples) - 1 :]), file=sys.stderr, flush=True)
    return "\n".join(["| model | score | less the best baseline, 95 % by war |", "|---|---|---|", *lines])


def main() -> None:
    """Fit, write the summary and, where asked, the contest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--contest", type=Path)
    given = parser.parse_args()
    battles = read_battles(given.data / "battles_cdb90.csv")
    if given.contest:
        given.contest.write_text(score_table(battles) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
