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

import yaml

from battles.ardennes import law_table, read_days
from battles.contest import BASELINES, GIVEN_LENGTH, POOLED, Resampled, difference, held_out
from battles.summary import summary_of
from battles.table import OUTCOMES, Battles, read_battles

SUMMARY = Path(__file__).resolve().parents[1] / "src" / "kadesh" / "dynamics" / "combat.yaml"
HEAD = """\
# A fit to battles of 1600-1982 (CAA Data Base of Battles 1990, jrnold/CDB90, patched source): no
# data, only what was fitted. tools/fit_battles.py writes it; kadesh.dynamics.combat reads it, and
# docs/combat.md says what it means. Coefficients are mean and standard deviation of the posterior
# by unit of the column; between and within wars are standard deviations; what is implied is the
# 5, 50 and 95 % points for a war that was not fitted.
"""


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
    head = "| model | score | less the best baseline, 95 % by war |"
    return "\n".join([head, "|---|---|---|", *lines])


def main() -> None:
    """Fit, write the summary and, where asked, the contest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, default=SUMMARY)
    parser.add_argument("--contest", type=Path)
    given = parser.parse_args()
    battles = read_battles(given.data / "battles_cdb90.csv")
    told = yaml.safe_dump(summary_of(battles), sort_keys=False, default_flow_style=None, width=100)
    given.out.write_text(HEAD + told, encoding="utf-8")
    if given.contest:
        laws = law_table(read_days(given.data / "lanchester_days.csv"))
        given.contest.write_text(f"{score_table(battles)}\n\n{laws}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
