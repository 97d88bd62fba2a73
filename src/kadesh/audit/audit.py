"""Audit an article: every claim a verdict, with its evidence and what would flip it."""

import hashlib
import platform
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np
import xarray as xr

from kadesh import __version__
from kadesh.audit import claims as c
from kadesh.audit.certificates import MOST_SIMULATED, MOST_TRIED, is_model
from kadesh.audit.claims.check import load_claims
from kadesh.audit.evidence import Evidence
from kadesh.audit.judge import judge, rows_behind
from kadesh.audit.preparing import (
    Progress,
    code_hash,
    compared_with_exact,
    leverage_table,
    model_dates,
    monthly_dates,
    prepared_bargaining,
    record_dates,
    solved_game,
    vantages,
)
from kadesh.audit.summaries import (
    claimed_table,
    control_of,
    fusion_diagnostics,
    leverage_of,
    losses_of,
    sources_of,
)
from kadesh.audit.verdicts import claim_verdict
from kadesh.bargaining.leverage import Bargaining
from kadesh.errors import InputErrors, Mistake, argument_mistake
from kadesh.fusion.reconstruction import Reconstruction
from kadesh.suggest import suggestion
from kadesh.war import War

DRAWS: Final = 192
"""Draws of an audit unless others are asked for."""
NOTES: Final = (
    "A verdict says what the bundled record and this model support, not what is true beyond them.",
    "Flip certificates change one number at a time; joint changes of two are not ruled out.",
    f"For readings on the model only the {MOST_TRIED} assumptions whose draws go most with the "
    f"outcome are searched for flips ({MOST_SIMULATED} where each trial is slow), and what "
    "the sides had learnt from the field is kept; for readings on the record, thresholds and "
    "single published figures.",
    "A share at the table is notional where no deal was possible: a number to compare, never what "
    "a side would have got.",
    "The campaign is not fitted to this war: its parameters are ranges of judgement and early "
    "figures, so model verdicts rest on those ranges.",
    "The error of p counts draws and, where the bargaining enters, half the difference between "
    "two independent halves of its sample; errors of the model itself are not in it.",
)


def claims_of(war: War, name_or_path: str | Path) -> Path:
    """The file of a bundled claims name, or of a path.

    Raises:
        InputErrors: there is no such file; suggests a bundled one.
    """
    bundled = {p.stem: p for p in sorted((war.folder / "claims").glob("*.yaml"))}
    if str(name_or_path) in bundled:
        return bundled[str(name_or_path)]
    path = Path(name_or_path)
    if path.exists():
        return path
    remedy = suggestion(str(name_or_path), bundled) or (
        "Bundled with this war: " + (", ".join(bundled) or "none")
    )
    raise InputErrors(
        [Mistake(str(path), 0, 0, "claims", "", "a claims file or a bundled claims name", remedy)]
    )


def audit(
    war: War,
    claims_path: Path,
    *,
    seed: int = 0,
    draws: int = DRAWS,
    without_aligned: str | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Judge every claim of an article.

    Args:
        war: The war it is about.
        claims_path: The claims file.
        seed: Seed of all chance.
        draws: Draws of reconstruction, assumptions and thresholds.
        without_aligned: Also judge without all sources and voices aligned with this side or its
            backers, and show how far each verdict moves.
        workers: Blocks of campaigns worked at a time; changes nothing but time and memory.
        progress: Called with stage, steps done and steps in all.

    Returns:
        The content of audit.json (see `audit.schema.json`).

    Raises:
        InputErrors: mistakes in the claims file, or an unknown side.
    """
    claims = load_claims(claims_path, war)
    if without_aligned is not None and without_aligned not in war.side_ids:
        expected = "one of " + ", ".join(war.side_ids)
        raise argument_mistake("without_aligned", without_aligned, expected, "Name a side")
    readings = [r for claim in claims.claims.values() for r in claim.readings.values()]
    needs_model = any(is_model(r) for r in readings)
    dates = record_dates(claims, war)
    if needs_model:
        dates |= set(monthly_dates(war)) | model_dates(claims)
    made = vantages(war, dates, seed=seed, draws=draws, leave_out=frozenset(), progress=progress)
    bargaining = None
    if needs_model:
        game = solved_game(war, made, seed=seed, workers=workers, progress=progress)
        first = monthly_dates(war)[0]
        usable = {d: m for d, m in made.items() if d >= first}
        bargaining = Bargaining(war, game, usable, seed, draws)
    evidence = Evidence(war, claims, partial(_found, made), bargaining, seed, draws, workers)
    entries: dict[tuple[str, str], dict[str, Any]] = {}
    for count, (claim_id, reading) in enumerate(_readings(claims)):
        if progress is not None:
            progress("judging", count, len(readings))
        entries[claim_id, reading.id] = judge(
            reading, evidence, with_flips=True, left_out=frozenset()
        )
        evidence.forget_variants()
    if progress is not None:
        progress("judging", len(readings), len(readings))
    if without_aligned is not None:
        _ablate(evidence, without_aligned, dates, entries, progress)
    return _assembled(war, claims, claims_path, evidence, made, entries, without_aligned)


def leverage_path(
    war: War,
    *,
    seed: int = 0,
    draws: int = DRAWS,
    workers: int = 1,
    progress: Progress | None = None,
) -> xr.Dataset:
    """Leverage of both sides at monthly dates and at those the war's bundled claims name."""
    extra: set[date] = set()
    for path in sorted((war.folder / "claims").glob("*.yaml")):
        extra |= model_dates(load_claims(path, war))
    first = monthly_dates(war)[0]
    extra = {d for d in extra if d >= first}
    return leverage_table(
        prepared_bargaining(war, extra, seed=seed, draws=draws, workers=workers, progress=progress)
    )


def _found(made: Mapping[date, Reconstruction], day: date) -> Reconstruction:
    return made[day]


def _readings(claims: c.ClaimsFile) -> list[tuple[str, c.AnyReading]]:
    return [
        (claim.id, reading)
        for claim in claims.claims.values()
        for reading in claim.readings.values()
    ]


def _ablate(
    evidence: Evidence,
    side: str,
    dates: set[date],
    entries: dict[tuple[str, str], dict[str, Any]],
    progress: Progress | None,
) -> None:
    """Judge again without the sources aligned with a side, and note what moves."""
    war = evidence.war
    aligned = frozenset({side, f"{side} backer"})
    sources = frozenset(s.id for s in war.sources.values() if s.aligned_with in aligned)
    made = vantages(
        war, dates, seed=evidence.seed, draws=evidence.draws, leave_out=sources, progress=progress
    )
    bargaining = evidence.bargaining
    if bargaining is not None:
        usable = {d: made[d] for d in bargaining.vantages}
        bargaining = Bargaining(war, bargaining.game, usable, evidence.seed, evidence.draws)
    reduced = replace(
        evidence,
        reconstructed=partial(_found, made),
        bargaining=bargaining,
        _positions={},
        _courses={},
    )
    for claim_id, reading in _readings(evidence.claims):
        if isinstance(reading, c.Untestable | c.Objective):
            continue
        left = rows_behind(reading, reduced, aligned)
        entry: dict[str, Any] = {"verdict": "not testable", "p": None}
        if left:
            entry = judge(reading, reduced, with_flips=False, left_out=aligned)
        entries[claim_id, reading.id]["ablation"] = [
            {
                "without": side,
                "verdict": entry["verdict"],
                "p": entry["p"],
                "rows_left": left,
                "rows_all": rows_behind(reading, evidence, frozenset()),
            }
        ]


def _assembled(
    war: War,
    claims: c.ClaimsFile,
    path: Path,
    evidence: Evidence,
    made: Mapping[date, Reconstruction],
    entries: Mapping[tuple[str, str], dict[str, Any]],
    without_aligned: str | None,
) -> dict[str, Any]:
    judged = []
    for claim in claims.claims.values():
        readings = [entries[claim.id, reading.id] for reading in claim.readings.values()]
        judged.append(
            {
                "id": claim.id,
                "text": claim.text,
                "verdict": claim_verdict([r["verdict"] for r in readings]),
                "readings": readings,
            }
        )
    leverage, solver = None, None
    if evidence.bargaining is not None:
        leverage = leverage_of(evidence)
        compared = compared_with_exact(evidence.seed)
        solver = {
            "exact_comparison": {
                "largest_share_error": compared.largest_share_error,
                "mean_share_error": compared.mean_share_error,
                "chain": "lazy walk over 20 forts, parameters drawn widely, surrender allowed",
            },
            "notes": [
                "Fixed point: the last round of policy iteration moved the first side's share by "
                f"{evidence.bargaining.game.solved.solution.last_change:.4f} of the stake on "
                "average."
            ],
        }
    last = made[war.end]
    return {
        "format": 1,
        "kadesh_version": __version__,
        "war": {
            "name": war.name,
            "title": war.title,
            "start": war.start.isoformat(),
            "end": war.end.isoformat(),
            "sides": [{"id": side.id, "name": side.name} for side in war.sides],
            "sectors": [
                {
                    "id": s.id,
                    "name": s.name,
                    "home": s.home,
                    "area_km2": s.area_km2,
                    "held_before_km2": s.held_before_km2,
                    "map_units": list(s.map_units),
                }
                for s in war.sectors
            ],
        },
        "article": {
            "file": path.name,
            "title": claims.title,
            "published": claims.published.isoformat(),
            "about": claims.about,
        },
        "provenance": {
            "kadesh_version": __version__,
            "data_hash": war.data_hash,
            "claims_hash": hashlib.sha256(path.read_bytes()).hexdigest(),
            "code_hash": code_hash(),
            "seed": evidence.seed,
            "settings": {"draws": evidence.draws, "without_aligned": without_aligned},
            "environment": {
                "python": ".".join(map(str, sys.version_info[:3])),
                "numpy": np.__version__,
                "numba": metadata.version("numba"),
                "platform": f"{platform.system()} {platform.machine()}",
            },
            "command": _command(war, path, evidence, without_aligned),
        },
        "claims": judged,
        "leverage": leverage,
        "solver": solver,
        "control": control_of(war, last),
        "losses": losses_of(war, last),
        "claimed": claimed_table(war, last),
        "sources": sources_of(war, last),
        "diagnostics": {"fusion": fusion_diagnostics(made)},
        "notes": [*NOTES, *_one_sided_maps(war)],
    }


def _one_sided_maps(war: War) -> list[str]:
    """A warning where every control map is aligned with one side or its backers."""
    maps = [source.aligned_with for source in war.sources.values() if source.kind == "map"]
    return [
        f"Every control map comes from a publisher aligned with {side} or its backers."
        for side in war.side_ids
        if maps and all(aligned in {side, f"{side} backer"} for aligned in maps)
    ]


def _command(war: War, path: Path, evidence: Evidence, without_aligned: str | None) -> str:
    bundled = path.parent == war.folder / "claims"
    words = ["kadesh audit", war.name, path.stem if bundled else path.name]
    if evidence.seed:
        words.append(f"--seed {evidence.seed}")
    if evidence.draws != DRAWS:
        words.append(f"--draws {evidence.draws}")
    if without_aligned:
        words.append(f"--without-aligned {without_aligned}")
    return " ".join(words)
