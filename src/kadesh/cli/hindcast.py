"""The command that forecasts from past dates and judges the forecasts: hindcast."""

from datetime import date
from typing import Annotated, Any

import typer

from kadesh.cli.options import (
    Blocks,
    Json,
    Output,
    Seed,
    WarName,
    day_within,
    folder_checks,
    loaded,
    require,
)
from kadesh.cli.output import (
    canonical_json,
    csv_text,
    print_json,
    print_table,
    say,
    text_writer,
    write_files,
)
from kadesh.cli.progress import Progress


def hindcast(
    war: WarName,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="DATE",
            help="Read what came from what was published by this day, YYYY-MM-DD.",
            show_default="the war's last day",
        ),
    ] = None,
    first: Annotated[
        str | None,
        typer.Option(
            "--first",
            metavar="DATE",
            help="First date to forecast from, YYYY-MM-DD; every eighth week follows.",
            show_default="18 weeks into the war",
        ),
    ] = None,
    draws: Annotated[
        int,
        typer.Option(
            "--draws", metavar="NUMBER", min=16, max=8192, help="Draws of a forecast, a number."
        ),
    ] = 1024,
    blocks: Blocks = 1,
    seed: Seed = 0,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """How good the forecasts would have been: from past dates, against what anybody could forecast.

    Example: kadesh hindcast ukraine-2022 -o out/hindcast
    """
    from kadesh.cli.series import plain
    from kadesh.experiments.forecasts import TITLES
    from kadesh.experiments.hindcast import hindcast as hindcast_war
    from kadesh.experiments.hindcast import vantage_dates

    given = loaded(war)
    last = given.end

    def day(option: str, text: str | None) -> date | None:
        return None if text is None else day_within(given.start, last, text, option)

    checks = [lambda: day("--until", until), lambda: day("--first", first)]
    require(*checks, *folder_checks(output))
    end, begin = day("--until", until), day("--first", first)
    vantage_dates(given, begin, end)
    with Progress() as progress:
        made = hindcast_war(
            given,
            first=begin,
            until=end,
            seed=seed,
            draws=draws,
            workers=blocks,
            progress=progress,
        )
    table, scores = made.table(), made.scores()
    content: dict[str, Any] = {
        "format": 1,
        "war": given.name,
        "until": made.until.isoformat(),
        "dates": plain(list(made.dates)),
        "seed": seed,
        "draws": draws,
        "table": plain(table.to_dict("records")),
        "scores": plain(scores.to_dict("records")),
        "learnt": plain(made.learnt().to_dict("records")),
    }
    if output is not None:
        texts = {
            "hindcast.json": canonical_json(content),
            "scores.csv": csv_text(content["scores"]),
            "table.csv": csv_text(content["table"]),
        }
        for path in write_files(output, {key: text_writer(text) for key, text in texts.items()}):
            say(f"Written: {path}")
    if as_json:
        print_json(content)
        return
    for group, title in TITLES.items():
        print_table(
            title.format(side=given.side_ids[0]),
            ("weeks", "method", "CRPS", "log score", "skill, 90 %", "within 90 %, 90 %"),
            [_row(line) for line in content["table"] if line["group"] == group],
        )
    say(
        f"{len(made.dates)} dates, {made.dates[0]} to {made.dates[-1]}; what came as known by "
        f"{made.until}. CRPS and log score: less is better. Skill: part of the best baseline's "
        "CRPS that is saved, the baseline itself 0; below 0 is worse than it."
    )


def _row(line: dict[str, Any]) -> list[str]:
    own = line["method"] == line["against"]
    gain = "0, the best baseline" if own else _span(line, "skill", "+.2f")
    scale = ",.0f" if line["crps"] >= 10 else ".2f"
    return [
        str(line["weeks"]),
        line["method"],
        f"{line['crps']:{scale}}",
        f"{line['log_score']:.2f}",
        gain,
        _span(line, "coverage", ".2f"),
    ]


def _span(line: dict[str, Any], name: str, form: str) -> str:
    low, high = line[f"{name}_low"], line[f"{name}_high"]
    return f"{line[name]:{form}} ({low:{form}} to {high:{form}})"
