"""One reading judged: verdict, probability, sentence, figures, sources, flips."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from kadesh import cache
from kadesh.audit import claims as c
from kadesh.audit.certificates import (
    certificates,
    is_model,
    probability,
    undecidable,
    uses_bargaining,
)
from kadesh.audit.cited import record_rows, spans_of
from kadesh.audit.claims.rows import Row, matching_rows
from kadesh.audit.evidence import Evidence, Fixed, NotInRecordError
from kadesh.audit.figures import figures_of
from kadesh.audit.margins import judged_at, margin
from kadesh.audit.preparing import code_hash
from kadesh.audit.sentences import sentence_of
from kadesh.audit.verdicts import Basis, Verdict, chance, statement_verdict, verdict_of

NEEDS_OBJECTIVES = (
    "needs the inference of objectives from moves (payoffs of each candidate objective), "
    "which is not built yet"
)


def judge(
    reading: c.AnyReading, evidence: Evidence, *, with_flips: bool, left_out: frozenset[str]
) -> dict[str, Any]:
    """The reading's entry of audit.json (without its ablation).

    Args:
        reading: The reading.
        evidence: What it rests on.
        with_flips: Whether to search for flip certificates.
        left_out: Alignments whose rows and sources are left out.
    """
    if isinstance(reading, c.Untestable):
        return _entry(reading, evidence, "not testable", reading.basis, reason=reading.reason)
    if isinstance(reading, c.Objective):
        return _entry(reading, evidence, "not testable", "model", reason=NEEDS_OBJECTIVES)
    if isinstance(reading, c.Statement):
        return _judge_statement(reading, evidence, left_out)
    basis: Basis = "model" if is_model(reading) or isinstance(reading, c.BeliefUpdate) else "record"
    try:
        base = margin(reading, evidence)
    except NotInRecordError as missing:
        nothing = f"the record has no figure for it: {missing}"
        return _entry(reading, evidence, "not testable", basis, reason=nothing)
    reason = undecidable(reading, evidence)
    if reason is not None:
        return _entry(
            reading,
            evidence,
            "not testable",
            basis,
            reason=reason,
            figures=figures_of(reading, evidence),
        )
    p, error = probability(reading, evidence, base)
    verdict = verdict_of(p, error)
    figures = figures_of(reading, evidence)
    flips = _flips(reading, evidence, verdict, base) if with_flips else []
    by_power = None
    if uses_bargaining(reading):
        stated = evidence.war.assumptions["bargaining_power"]
        by_power = {
            f"{value:g}": chance(
                margin(reading, evidence, Fixed(assumptions={"bargaining_power": value})) >= 0
            )[0]
            for value in (stated.low, stated.high)
        }
    return _entry(
        reading,
        evidence,
        verdict,
        basis,
        p=p,
        error=error,
        by_power=by_power,
        figures=figures,
        sources=record_rows(reading, evidence),
        flips=flips,
    )


def _flips(
    reading: c.AnyReading, evidence: Evidence, verdict: Verdict, base: np.ndarray
) -> list[dict[str, Any]]:
    """Flip certificates, from the cache where the same search was made before."""
    made = evidence.reconstructed(judged_at(reading, evidence)).provenance
    thresholds = {k: v.model_dump() for k, v in evidence.claims.thresholds.items()}
    name = cache.address(
        "flips",
        {
            "reading": reading.model_dump_json(),
            "thresholds": thresholds,
            "data": evidence.war.data_hash,
            "code": code_hash("audit", "experiments", "bargaining", "dynamics", "fusion"),
            "seed": evidence.seed,
            "draws": evidence.draws,
            "rows": made,
            "margin": base.tobytes().hex()
            if base.size < 64
            else cache.address("m", {"b": base.tolist()}),
        },
    )
    stored = cache.load_arrays(name)
    if stored is not None:
        found: list[dict[str, Any]] = json.loads(str(stored["flips"]))
        return found
    flips = certificates(reading, evidence, verdict, base)
    cache.store_arrays(name, {"flips": np.array(json.dumps(flips))})
    return flips


def _judge_statement(
    reading: c.Statement, evidence: Evidence, left_out: frozenset[str]
) -> dict[str, Any]:
    until = pd.Timestamp(judged_at(reading, evidence))
    groups = [
        _kept(matching_rows(evidence.war, match, published_by=until), left_out)
        for match in reading.says
    ]
    contrary = _unique(
        [
            row
            for match in reading.contrary
            for row in _kept(matching_rows(evidence.war, match, published_by=until), left_out)
        ]
    )
    # A row that meets both conditions speaks against: the contrary condition is the narrower one.
    against = {row.id for row in contrary}
    groups = [[row for row in rows if row.id not in against] for rows in groups]
    says = _unique([row for rows in groups for row in rows])
    complete = all(groups) if reading.every else bool(says)
    verdict = statement_verdict(len(says) if complete else 0, len(contrary))
    reason = None
    if verdict == "not testable":
        reason = "no row of the record says so or the opposite"
        if reading.every and says:
            reason = "not all of the voices asked for are in the record"
    sources = [_row(row, "says") for row in says] + [_row(row, "contrary") for row in contrary]
    entry = _entry(reading, evidence, verdict, "statement", reason=reason, sources=sources)
    entry["sentence"] = sentence_of(reading, verdict, None, None, [], len(says), len(contrary))
    return entry


def _kept(rows: Sequence[Row], left_out: frozenset[str]) -> list[Row]:
    return [row for row in rows if row.aligned_with not in left_out]


def _unique(rows: Sequence[Row]) -> list[Row]:
    return list({row.id: row for row in rows}.values())


def _row(row: Row, stance: str) -> dict[str, Any]:
    return {
        "id": row.who or row.id,
        "row": row.id,
        "text": row.text,
        "url": row.url or None,
        "date": row.date,
        "grade": row.grade,
        "aligned_with": row.aligned_with,
        "stance": stance,
    }


def rows_behind(reading: c.AnyReading, evidence: Evidence, left_out: frozenset[str]) -> int:
    """Rows of the record that a reading can rest on."""
    war, until = evidence.war, pd.Timestamp(judged_at(reading, evidence))
    if isinstance(reading, c.Statement):
        matches = [*reading.says, *reading.contrary]
        rows = [r for m in matches for r in matching_rows(war, m, published_by=until)]
        return len(_unique(_kept(rows, left_out)))
    table = war.observations
    aligned = table["source"].map(lambda source: war.sources[source].aligned_with)
    known = table[(table["published"] <= until) & ~aligned.isin(sorted(left_out))]
    wanted = spans_of(reading)
    if not wanted:
        return len(known[known["quantity"].isin(["held_km2", "contested_km2"])])
    ids: set[str] = set()
    for quantity, _ in wanted:
        names = {quantity.measure}
        if quantity.measure == "held_or_contested_km2":
            names = {"held_km2", "contested_km2"}
        rows_ = known[known["quantity"].isin(names) & (known["side"] == quantity.side)]
        if quantity.sectors:
            rows_ = rows_[rows_["sector"].isin(quantity.sectors)]
        if quantity.source:
            rows_ = rows_[rows_["source"] == quantity.source]
        ids |= set(rows_["id"])
    return len(ids)


def _entry(
    reading: c.AnyReading,
    evidence: Evidence,
    verdict: Verdict,
    basis: Basis,
    *,
    p: float | None = None,
    error: float | None = None,
    by_power: dict[str, float] | None = None,
    reason: str | None = None,
    figures: list[dict[str, Any]] | None = None,
    sources: list[dict[str, Any]] | None = None,
    flips: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    sentence = ""
    if verdict != "not testable":
        sentence = sentence_of(reading, verdict, p, error, figures or [])
    return {
        "id": reading.id,
        "text": reading.text,
        "kind": reading.kind,
        "verdict": verdict,
        "p": None if p is None else round(p, 6),
        "p_error": None if error is None else round(error, 6),
        "p_by_power": by_power,
        "basis": basis,
        "as_of": judged_at(reading, evidence).isoformat(),
        "sentence": sentence or f"Not testable: {str(reason).rstrip('.')}.",
        "reason": reason,
        "figures": figures or [],
        "sources": sources or [],
        "flips": flips or [],
        "ablation": [],
    }
