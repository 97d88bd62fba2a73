"""Commands on the model: reconstruct, simulate, leverage."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kadesh.cli.options import (
    AsOf,
    Blocks,
    Draws,
    Effective,
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
from kadesh.errors import argument_mistake

if TYPE_CHECKING:
    from kadesh.war import War


def reconstruct(
    war: WarName,
    as_of: AsOf = None,
    leave_out: Annotated[
        list[str] | None,
        typer.Option("--leave-out", metavar="SOURCE", help="Ignore this source; may be repeated."),
    ] = None,
    draws: Draws = 512,
    effective: Effective = 400,
    seed: Seed = 0,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """What happened: land held and losses by week, with 90 % intervals, from all sources at once.

    Example: kadesh reconstruct ukraine-2022 --as-of 2024-08-31
    """
    from kadesh.cli.series import interval, plain, rows, summarised
    from kadesh.fusion import reconstruct as reconstruct_war

    given = loaded(war)
    require(lambda: day_within(given.start, given.end, as_of), *folder_checks(output))
    day = day_within(given.start, given.end, as_of)
    with Progress() as progress:
        made = reconstruct_war(
            given,
            day,
            seed=seed,
            draws=draws,
            effective=effective,
            leave_out=frozenset(leave_out or ()),
            progress=progress.stage("Reconstruct what happened"),
        )
    holder = {sector: given.intruder(sector) for sector in given.sector_ids}
    ground = [
        {**entry, "side": holder[entry["sector"]]}
        for values in (made.held_km2, made.contested_km2)
        for entry in summarised(values, over="draw", along="week")
    ]
    losses = summarised(made.losses, over="draw", along="week")
    weeks = plain(list(made.weeks))
    content = {
        "format": 1,
        "war": given.name,
        "as_of": day.isoformat(),
        "weeks": weeks,
        "series": [*ground, *losses],
        "claimed": plain(made.source_bias.to_dict("records")),
        "convergence": plain(made.convergence.to_dict("records")),
        "diagnostics": plain(made.diagnostics),
        "provenance": plain(made.provenance),
    }
    _write(output, "reconstruction", content, rows([*ground, *losses], "week", weeks))
    if as_json:
        print_json(content)
        return
    held = [entry for entry in ground if entry["quantity"] == "held_km2"]
    print_table(
        f"Land held on {weeks[-1]} by the side not at home, beyond what it held before, km2",
        ("sector", "held by", "median", "90 % interval"),
        [[entry["sector"], entry["side"], *interval(entry)] for entry in held],
    )
    print_table(
        f"Losses from {given.start} to {weeks[-1]}, persons",
        ("side", "quantity", "median", "90 % interval"),
        [[entry["side"], entry["quantity"], *interval(entry)] for entry in losses],
    )
    say(made.convergence_in_words)


def simulate(
    war: WarName,
    as_of: AsOf = None,
    weeks: Annotated[
        int, typer.Option("--weeks", metavar="NUMBER", min=1, max=520, help="Length, in weeks.")
    ] = 26,
    runs: Annotated[
        int, typer.Option("--runs", metavar="NUMBER", min=1, help="Campaigns, a number.")
    ] = 256,
    scenario: Annotated[
        str | None,
        typer.Option(
            "--scenario",
            metavar="NAME",
            help="A counterfactual of the war (see `kadesh list WAR`).",
            show_default="none",
        ),
    ] = None,
    assume: Annotated[
        list[str] | None,
        typer.Option(
            "--assume",
            metavar="NAME=VALUE",
            help="Hold an assumption at a value, in its own unit; may be repeated.",
        ),
    ] = None,
    effective: Effective = 0,
    blocks: Blocks = 1,
    seed: Seed = 0,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """What could happen: simulated weeks from a reconstruction on, under chance and assumptions.

    Example: kadesh simulate ukraine-2022 --as-of 2024-08-31 --weeks 26 --scenario no-aid
    """
    from kadesh.cli.series import QUANTILES, interval, plain, quantiled, rows
    from kadesh.dynamics import simulate as simulate_war
    from kadesh.fusion import reconstruct as reconstruct_war

    given = loaded(war)
    require(
        lambda: day_within(given.start, given.end, as_of),
        lambda: _require_known("--scenario", scenario, given.scenarios, "a scenario of the war"),
        lambda: _assumed(given, assume or []),
        *folder_checks(output),
    )
    day = day_within(given.start, given.end, as_of)
    with Progress() as progress:
        start = reconstruct_war(
            given,
            day,
            seed=seed,
            effective=effective,
            progress=progress.stage("Reconstruct what happened"),
        )
        courses = simulate_war(
            given,
            start,
            weeks=weeks,
            runs=runs,
            seed=seed,
            assumptions=_assumed(given, assume or []),
            scenario=scenario,
            quantiles=list(QUANTILES.values()),
            workers=blocks,
            progress=progress.stage("Simulate campaigns"),
        )
    names = ("losses_persons", "reserve_persons", "pool_persons", "materiel_eur", "support_share")
    held = [
        {**entry, "side": given.intruder(entry["sector"])}
        for entry in quantiled(courses["held_km2"], along="week")
    ]
    others = [entry for name in names for entry in quantiled(courses[name], along="week")]
    when = plain(list(courses["week"].to_numpy()))
    content = {
        "format": 1,
        "war": given.name,
        "weeks": when,
        "runs": runs,
        "series": [*held, *others],
        "settings": plain(courses.attrs),
    }
    _write(output, "simulation", content, rows([*held, *others], "week", when))
    if as_json:
        print_json(content)
        return
    print_table(
        f"Land held by the side not at home, beyond what it held before, km2, {runs:,} runs",
        ("sector", "held by", when[0], f"{when[-1]}, median", "90 % interval"),
        [[e["sector"], e["side"], interval(e, 0)[0], *interval(e)] for e in held],
    )
    print_table(
        f"Losses in these {weeks} weeks, persons",
        ("side", "median", "90 % interval"),
        [[e["side"], *interval(e)] for e in others if e["quantity"] == "losses_persons"],
    )


def leverage(
    war: WarName,
    draws: Draws = 192,
    seed: Seed = 0,
    blocks: Blocks = 1,
    output: Output = None,
    as_json: Json = False,
) -> None:
    """What each side could get: leverage and settlement range over time, with 90 % intervals.

    Example: kadesh leverage ukraine-2022 -o out/leverage
    """
    from kadesh.audit.audit import leverage_path
    from kadesh.cli.series import interval, plain, rows, summarised

    given = loaded(war)
    require(*folder_checks(output))
    with Progress() as progress:
        path = leverage_path(given, seed=seed, draws=draws, workers=blocks, progress=progress)
    when = plain(list(path["date"].to_numpy()))
    series = [
        entry
        for name in sorted(map(str, path.data_vars))
        for entry in summarised(path[name], over="draw", along="date")
    ]
    content = {
        "format": 1,
        "war": given.name,
        "dates": when,
        "series": series,
        "settings": plain(path.attrs),
    }
    _write(output, "leverage", content, rows(series, "date", when))
    if as_json:
        print_json(content)
        return
    share = {e["side"]: e for e in series if e["quantity"] == "leverage_share"}
    possible = next(e["probability"] for e in series if e["quantity"] == "is_feasible")
    print_table(
        "Share of the stake at the table (notional where a deal is improbable)",
        ("date", *(part for side in share for part in (side, "90 % interval")), "deal possible"),
        [
            [
                day,
                *(part for entry in share.values() for part in interval(entry, at, 2)),
                f"{possible[at]:.2f}",
            ]
            for at, day in enumerate(when)
        ],
    )


def _write(
    output: Path | None, name: str, content: dict[str, Any], table: list[dict[str, Any]]
) -> None:
    if output is None:
        return
    texts = {f"{name}.json": canonical_json(content), f"{name}.csv": csv_text(table)}
    for path in write_files(output, {key: text_writer(text) for key, text in texts.items()}):
        say(f"Written: {path}")


def _require_known(option: str, name: str | None, known: Iterable[str], what: str) -> None:
    """Raise InputErrors unless `name` is one of `known` (or none is given)."""
    from kadesh.suggest import suggestion_or_nearest

    names = list(known)
    if name is not None and name not in names:
        remedy = suggestion_or_nearest(name, names, "the war folder")
        raise argument_mistake(option, name, what, remedy)


def _assumed(war: "War", texts: list[str]) -> dict[str, float]:
    """The values of `--assume NAME=VALUE`."""
    values = {}
    for text in texts:
        name, _, number = text.partition("=")
        _require_known("--assume", name.strip(), war.assumptions, "an assumption of the war")
        try:
            value = float(number)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            remedy = f"Write it so: {name}=0.5"
            raise argument_mistake("--assume", text, "NAME=VALUE with a finite number", remedy)
        values[name.strip()] = value
    return values
