"""Write `docs/hindcast.md` and its figures from a run of `kadesh hindcast` on a bundled war.

python tools/hindcast_page.py [WAR]     takes some five minutes on two cores
"""

import sys
from datetime import date
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from kadesh import load_war
from kadesh.experiments.forecasts import HORIZONS, TITLES, Hindcast
from kadesh.experiments.hindcast import CAMPAIGN, hindcast
from kadesh.theory.colours import RULE, SIDE_A, SIDE_B

DOCS = Path(__file__).parents[1] / "docs"
FOLDER = DOCS / "hindcast"
QUIET: Final = date(2023, 7, 1)
"""From here on a front of the bundled war that moved little."""
STYLE: Final[dict[Any, Any]] = {
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": 10,
    "font.size": 9,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "kadesh",
}


def save(figure: Figure, name: str) -> None:
    """Write a figure; the same figure gives the same bytes."""
    with mpl.rc_context(STYLE):
        figure.savefig(FOLDER / f"{name}.svg", format="svg", metadata={"Date": None})


def forecasts(made: Hindcast, scores: pd.DataFrame, table: pd.DataFrame, side: str) -> Figure:
    """Net change of land: forecast at every date by campaign and best baseline, and what came."""
    figure = Figure(figsize=(7.5, 7.0), layout="constrained")
    for axes, weeks in zip(figure.subplots(len(HORIZONS), sharex=True), HORIZONS, strict=True):
        judged = table[(table["group"] == "net") & (table["weeks"] == weeks)]
        best = str(judged["against"].iloc[0])
        part = scores[(scores["group"] == "net") & (scores["weeks"] == weeks)]
        for method, colour, shift in ((CAMPAIGN, SIDE_A, -1.2), (best, SIDE_B, 1.2)):
            own = part[part["method"] == method]
            when = pd.to_datetime(own["date"]) + pd.to_timedelta(4 * shift, unit="D")
            axes.vlines(when, own["low"] / 1e3, own["high"] / 1e3, color=colour, lw=3, alpha=0.35)
            axes.plot(when, own["median"] / 1e3, "o", ms=4, color=colour, label=method)
        came = part[part["method"] == CAMPAIGN]
        axes.plot(pd.to_datetime(came["date"]), came["outcome"] / 1e3, "kx", ms=6, label="came")
        axes.axhline(0, color=RULE, lw=0.8)
        spread = np.abs(came["outcome"]).max() / 1e3
        axes.set_ylim(-1.6 * spread, 1.6 * spread)
        axes.set_ylabel("1,000 km²")
        axes.set_title(f"{weeks} weeks ahead, in favour of {side}; bars 90 %", loc="left")
        axes.legend(ncols=3, loc="lower right")
    return figure


def ranks(scores: pd.DataFrame) -> Figure:
    """Where outcomes fell among the campaign's draws."""
    own = scores[scores["method"] == CAMPAIGN]
    figure = Figure(figsize=(7.5, 4.6), layout="constrained")
    grid = figure.subplots(len(TITLES), len(HORIZONS), sharex=True)
    for row, group in zip(grid, TITLES, strict=True):
        for axes, weeks in zip(row, HORIZONS, strict=True):
            values = own[(own["group"] == group) & (own["weeks"] == weeks)]["pit"]
            axes.hist(values, np.linspace(0, 1, 11), color=SIDE_A, alpha=0.7)
            axes.axhline(len(values) / 10, color=RULE, lw=0.8)
            axes.set_title(f"{group}, {weeks} weeks", loc="left")
            axes.set_yticks([])
    for axes in grid[-1]:
        axes.set_xlabel("share of draws below what came")
    return figure


def predictive(made: Hindcast) -> Figure:
    """What the fit at the last date was given, and what campaigns make of it before and after."""
    fit = made.fits[-1]
    figure = Figure(figsize=(7.5, 5.4), layout="constrained")
    land = [i for i, name in enumerate(fit.features) if name.startswith("held_km2")]
    lost = [i for i, name in enumerate(fit.features) if name.startswith("losses")]
    for axes, chosen, unit in zip(
        figure.subplots(2, 1, height_ratios=(3, 1)),
        (land, lost),
        ("arsinh(km² / 50)", "ln persons"),
        strict=True,
    ):
        place = np.arange(len(chosen))
        bars(axes, place - 0.2, fit.before[chosen], SIDE_B, "before the fit, 90 %")
        bars(axes, place + 0.2, fit.after[chosen], SIDE_A, "after the fit, 90 %")
        axes.plot(place, fit.observed[chosen], "kx", ms=5, label="reconstructed")
        axes.set_ylabel(unit)
        axes.set_xticks([])
    figure.axes[0].set_title(
        f"Change of land by window and sector, as known on {made.dates[-1]}", loc="left"
    )
    figure.axes[0].legend(ncols=3, loc="lower right")
    figure.axes[1].set_title("Losses by window and side", loc="left")
    return figure


def bars(axes: Axes, place: np.ndarray, values: np.ndarray, colour: str, label: str) -> None:
    """A 90 % bar for each feature."""
    low, high = np.quantile(values, (0.05, 0.95), axis=1)
    axes.vlines(place, low, high, color=colour, lw=3, alpha=0.6, label=label)


def tables(table: pd.DataFrame, side: str) -> str:
    """The scores as Markdown."""
    parts = []
    for group, title in TITLES.items():
        parts.append(f"**{title.format(side=side)}**\n")
        parts.append("| weeks | method | CRPS | log score | skill (90 %) | within 90 % (90 %) |")
        parts.append("|---|---|---|---|---|---|")
        for line in table[table["group"] == group].to_dict("records"):
            gain = f"{line['skill']:+.2f} ({line['skill_low']:+.2f} to {line['skill_high']:+.2f})"
            own = line["method"] == line["against"]
            inside = f"{line['coverage']:.2f} ({line['coverage_low']:.2f} to "
            parts.append(
                f"| {line['weeks']} | {line['method']} | {line['crps']:,.0f} | "
                f"{line['log_score']:.2f} | {'0, the best baseline' if own else gain} | "
                f"{inside}{line['coverage_high']:.2f}) |"
            )
        parts.append("")
    return "\n".join(parts)


def main() -> None:
    """Run, and write everything between the marks of the page anew."""
    war = load_war(sys.argv[1] if len(sys.argv) > 1 else "ukraine-2022")
    made = hindcast(war, workers=2, progress=lambda *stage: print(*stage, file=sys.stderr))
    scores, table, side = made.scores(), made.table(), war.side_ids[0]
    FOLDER.mkdir(exist_ok=True)
    with mpl.rc_context(STYLE):
        save(forecasts(made, scores, table, side), "forecasts")
        save(ranks(scores), "ranks")
        save(predictive(made), "predictive")
    learnt = made.learnt().head(8)
    taught = "\n".join(
        f"| `{line['assumption']}` | {line['shrunk']:.2f} | {line['shift']:+.2f} |"
        for line in learnt.to_dict("records")
    )
    page = DOCS / "hindcast.md"
    text = page.read_text(encoding="utf-8")
    late = made.table(since=QUIET)
    for mark, body in (
        ("scores", tables(table, side)),
        ("late", tables(late[late["weeks"] > HORIZONS[0]], side)),
        ("learnt", f"| assumption | narrower by | mean moved by |\n|---|---|---|\n{taught}\n"),
    ):
        start, end = f"<!-- {mark} -->\n", f"<!-- /{mark} -->"
        head, _, rest = text.partition(start)
        text = f"{head}{start}{body}{end}{rest.partition(end)[2]}"
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
