"""Flip certificates of a reading: which assumption, threshold or published figure would turn it."""

from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from kadesh.audit import claims as c
from kadesh.audit.cited import spans_of
from kadesh.audit.evidence import NOTHING, Draws, Evidence, Fixed
from kadesh.audit.figures import rounded
from kadesh.audit.margins import chip_terms, effects, judged_at, margin
from kadesh.audit.verdicts import ERRORS, Verdict, chance, verdict_of
from kadesh.experiments.flips import Candidate, Flip, find_flip, most_telling
from kadesh.fusion.levers import Point, influence
from kadesh.fusion.replaced import refit

FAR: Final = 1e18
NEAREST_TO_NOTHING: Final = 0.05
"""Of the low end: some assumptions divide, so that nothing itself is never tried."""
MOST_TRIED: Final = 4
MOST_SIMULATED: Final = 2
"""Assumptions searched for flips: where a trial is quick, and where it is slow (simulations, and
the best of many months)."""
MODEL_KINDS: Final = (
    c.BestMoment,
    c.Marginal,
    c.Counterfactual,
    c.Waiting,
    c.Deal,
    c.Chip,
    c.Subsidy,
)


def is_model(reading: c.AnyReading) -> bool:
    """Whether the reading's answer rests on campaign or bargaining."""
    if isinstance(reading, MODEL_KINDS):
        return True
    return any(not quantity.is_record for quantity in quantities_of(reading))


def quantities_of(reading: c.AnyReading) -> list[c.Quantity]:
    """All quantities a reading names."""
    match reading:
        case c.Measurement():
            return [reading.span.quantity]
        case c.Comparison():
            return [reading.first.quantity, reading.second.quantity]
        case c.Trend():
            return [reading.quantity]
    return []


def certificates(
    reading: c.AnyReading, evidence: Evidence, verdict: Verdict, base: Draws
) -> list[dict[str, Any]]:
    """Flips of a reading by threshold, assumption and figure, the nearest first."""
    flips = [_entry(flip, kind) for kind, flip in _by_number(reading, evidence, verdict, base)]
    figure = _by_figure(reading, evidence, verdict, base)
    if figure is not None:
        flips.append(figure)
    return sorted(flips, key=lambda f: (f["distance"], f["what"]))


def _by_number(
    reading: c.AnyReading, evidence: Evidence, verdict: Verdict, base: Draws
) -> list[tuple[str, Flip]]:
    found: list[tuple[str, Flip]] = []
    error = _extra_error(reading, evidence, base)
    base_p, base_error = probability(reading, evidence, base)

    def judged(fixed: Fixed) -> tuple[float, str]:
        values = margin(reading, evidence, fixed)
        p, monte_carlo = chance(values >= 0)
        there = float(np.hypot(monte_carlo, error))
        # A label that changes while p moves within its error is no change.
        moved = abs(p - base_p) > ERRORS * float(np.hypot(there, base_error))
        return p, verdict_of(p, there) if moved else verdict

    def by_threshold(name: str, value: float) -> tuple[float, str]:
        return judged(Fixed(thresholds={name: value}))

    def by_assumption(name: str, value: float) -> tuple[float, str]:
        return judged(Fixed(assumptions={name: value}))

    for name in sorted(thresholds_of(reading)):
        stated = evidence.claims.thresholds[name]
        least, most = _bounds(stated.low, stated.high, stated.unit)
        candidate = Candidate(
            name, stated.low, stated.central, stated.high, stated.unit, least, most
        )
        flip = find_flip(candidate, verdict, by_threshold)
        if flip is not None:
            found.append(("threshold", flip))
    for candidate in _assumptions(reading, evidence, base):
        flip = find_flip(candidate, verdict, by_assumption)
        if flip is not None:
            found.append(("assumption", flip))
    return found


def thresholds_of(reading: c.AnyReading) -> set[str]:
    """Thresholds that a reading uses."""
    dumped = reading.model_dump()
    names = {dumped.get(field) for field in c.THRESHOLD_FIELDS}
    if isinstance(reading, c.Counterfactual):
        for change in (reading.change, reading.against):
            if change.operation is not None:
                names.add(change.operation.persons)
    return {name for name in names if isinstance(name, str)}


def _when(reading: c.AnyReading) -> date | None:
    dumped = reading.model_dump()
    for field in ("date", "moment", "start"):
        value = dumped.get(field)
        if isinstance(value, date):
            return value
    match reading:
        case c.Trend():
            return reading.dates[-1]
        case c.Measurement():
            return reading.span.at
        case c.Comparison():
            return reading.first.at or reading.first.end
    return None


def _assumptions(reading: c.AnyReading, evidence: Evidence, base: Draws) -> list[Candidate]:
    """Assumptions worth trying: those whose draws go most with the margin."""
    scaled = [q for q in quantities_of(reading) if q.per is not None]
    if not is_model(reading) and not scaled:
        return []
    when = _when(reading)
    if when is None:
        return []
    war = evidence.war
    if is_model(reading):
        draws = {name: evidence.assumption_all(when)[name] for name in war.assumptions}
        costly = isinstance(reading, c.Counterfactual | c.Chip | c.BestMoment)
        names = most_telling(base, draws, MOST_SIMULATED if costly else MOST_TRIED)
    else:
        names = sorted({f"{q.per}.{q.side}" for q in scaled})
    candidates = []
    for name in names:
        stated = war.assumptions[name]
        at = stated.as_of(when)
        least, most = _bounds(at.low, at.high, stated.unit)
        candidates.append(Candidate(name, at.low, at.central, at.high, stated.unit, least, most))
    return candidates


def _bounds(low: float, high: float, unit: str) -> tuple[float, float]:
    """How far beyond its range a number may be tried: not below nothing, a share not above all."""
    least = -FAR if low < 0 else NEAREST_TO_NOTHING * low
    return least, 1.0 if unit == "share" and high <= 1 else FAR


def _extra_error(reading: c.AnyReading, evidence: Evidence, base: Draws) -> float:
    """Error of p beyond Monte Carlo: half the difference of the sample's two halves."""
    if not uses_bargaining(reading):
        return 0.0
    halves = [chance(margin(reading, evidence, half=h) >= 0)[0] for h in (0, 1)]
    return abs(halves[0] - halves[1]) / 2.0


def uses_bargaining(reading: c.AnyReading) -> bool:
    """Whether the solved bargaining enters."""
    if isinstance(reading, c.BestMoment | c.Marginal | c.Waiting | c.Deal):
        return True
    if isinstance(reading, c.Chip):
        return reading.question != "decays"
    if isinstance(reading, c.Subsidy):
        return reading.question == "tying_widens"
    return any(quantity.is_model for quantity in quantities_of(reading))


def probability(reading: c.AnyReading, evidence: Evidence, base: Draws) -> tuple[float, float]:
    """p of a reading and its error: Monte Carlo and, for bargaining, the solver's."""
    p, monte_carlo = chance(base >= 0)
    return p, float(np.hypot(monte_carlo, _extra_error(reading, evidence, base)))


def undecidable(reading: c.AnyReading, evidence: Evidence) -> str | None:
    """Why the solver cannot decide a reading whose effect is smaller than its own error."""
    if isinstance(reading, c.Marginal):
        effect = effects(reading, evidence, NOTHING, None)[reading.stronger]
        halves = [effects(reading, evidence, NOTHING, h)[reading.stronger] for h in (0, 1)]
        what = f"the effect of one percent more {reading.stronger}"
    elif isinstance(reading, c.Chip) and reading.question != "decays":
        effect = chip_terms(reading, evidence, NOTHING, None)[0]
        halves = [chip_terms(reading, evidence, NOTHING, h)[0] for h in (0, 1)]
        what = "what the land adds at the table"
    else:
        return None
    size = float(np.median(np.abs(effect)))
    error = float(np.mean(np.abs(halves[0] - halves[1]))) / 2.0
    if size > ERRORS * error:
        return None
    return (
        f"{what}, {100 * size:.2g} % of the stake, is not larger than the solver's own error "
        f"({100 * error:.2g} %), so that no comparison with it means anything"
    )


def _entry(flip: Flip, kind: str) -> dict[str, Any]:
    return {
        "what": flip.name,
        "kind": kind,
        "from": rounded(flip.central),
        "to": rounded(flip.value),
        "distance": rounded(flip.distance),
        "inside": flip.is_inside,
        "p_low": flip.p_low,
        "p_high": flip.p_high,
        "unit": flip.unit,
        "verdict_after": flip.verdict_after,
    }


def _points(reading: c.AnyReading, evidence: Evidence) -> list[Point] | None:
    """The reading's margin as a sum of levels, up to its sign; None where it is no such sum."""
    signs: list[tuple[c.Span, float]] = []
    match reading:
        case c.Measurement():
            signs = [(reading.span, 1.0)]
        case c.Comparison():
            ratio = 1.0
            if reading.ratio is not None:
                ratio = evidence.claims.thresholds[reading.ratio].central
            signs = [(reading.first, 1.0), (reading.second, -ratio)]
        case c.Trend():
            if reading.form != "net" or reading.known_then:
                return None
            first = c.Span(quantity=reading.quantity, at=reading.dates[0])
            last = c.Span(quantity=reading.quantity, at=reading.dates[-1])
            signs = [(last, 1.0), (first, -1.0)]
        case _:
            return None
    points: list[Point] = []
    for span, sign in signs:
        quantity = span.quantity
        if not quantity.is_record or quantity.per or quantity.source or span.statistic == "peak":
            return None
        measures = [quantity.measure]
        if quantity.measure == "held_or_contested_km2":
            measures = ["held_km2", "contested_km2"]
        places = list(quantity.sectors) or [
            s.id for s in evidence.war.sectors if s.home == evidence.war.other(quantity.side)
        ]
        if quantity.without_redraws:
            dates = spans_of(reading)[0][1]
            places = list(evidence.sectors_without_redraws(quantity, min(dates), max(dates)))
        if quantity.measure.endswith("persons"):
            places = [quantity.side]
        # A sector wholly held before the war leaves nothing to reconstruct: no figure counts there.
        full = {s.id for s in evidence.war.sectors if s.held_before_km2 >= s.area_km2}
        for measure in measures:
            for place in places:
                if place in full:
                    continue
                if span.statistic == "level":
                    assert span.at is not None
                    points.append(Point(measure, place, span.at, sign))
                    continue
                assert span.start is not None
                assert span.end is not None
                scale = (span.end - span.start).days if span.statistic == "pace_per_day" else 1
                points.append(Point(measure, place, span.end, sign / scale))
                points.append(Point(measure, place, span.start, -sign / scale))
    return points


def _by_figure(
    reading: c.AnyReading, evidence: Evidence, verdict: Verdict, base: Draws
) -> dict[str, Any] | None:
    """The single published figure that, moved within its interval, turns the verdict.

    The search is linear at the posterior's structure; the winner is verified by one refit.
    """
    points = _points(reading, evidence)
    if points is None:
        return None
    made = evidence.reconstructed(judged_at(reading, evidence))
    table = influence(evidence.war, made, points)
    sign = _direction(reading, base, evidence)
    best: tuple[float, pd.Series[Any], float, float] | None = None
    for _, row in table.head(25).iterrows():
        for end in ("interval_low", "interval_high"):
            moved = float(row[end.replace("interval", "shift")]) * sign
            reach = float(row[end.replace("interval", "at")]) - float(row["value"])
            after = verdict_of(*chance(base + moved >= 0))
            if after == verdict or reach == 0:
                continue
            inner, outer = 0.0, 1.0
            for _ in range(5):
                middle = 0.5 * (inner + outer)
                there = verdict_of(*chance(base + middle * moved >= 0))
                inner, outer = (middle, outer) if there == verdict else (inner, middle)
            width = float(row["interval_high"]) - float(row["interval_low"])
            distance = abs(outer * reach) / width if width > 0 else 0.0
            if best is None or distance < best[0]:
                best = (distance, row, float(row["value"]) + outer * reach, moved)
    if best is None:
        return None
    distance, row, value, _ = best
    again = refit(evidence.war, made, {str(row["id"]): value})
    refitted = evidence.with_reconstruction(judged_at(reading, evidence), again)
    p, error = chance(margin(reading, refitted) >= 0)
    after = verdict_of(p, error)
    if after == verdict:
        return None
    ends = [chance(base + float(row[e]) * sign >= 0)[0] for e in ("shift_low", "shift_high")]
    return {
        "what": str(row["id"]),
        "kind": "figure",
        "from": rounded(float(row["value"])),
        "to": rounded(value),
        "distance": rounded(distance),
        "inside": True,
        "p_low": ends[0],
        "p_high": ends[1],
        "unit": "km2" if str(row["quantity"]).endswith("km2") else "persons",
        "verdict_after": after,
    }


def _direction(reading: c.AnyReading, base: Draws, evidence: Evidence) -> float:
    """Sign with which the sum of levels enters the margin near its draws."""
    match reading:
        case c.Measurement():
            if reading.relation == "at_least":
                return 1.0
            if reading.relation == "at_most":
                return -1.0
            value = evidence.record_value(reading.span, judged_at(reading, evidence))
            near_low = np.median(value - evidence.threshold(reading.threshold))
            assert reading.upper is not None
            near_high = np.median(evidence.threshold(reading.upper) - value)
            return 1.0 if near_low < near_high else -1.0
        case c.Comparison():
            return 1.0 if reading.relation == "more_than" else -1.0
        case c.Trend():
            if reading.direction != "flat":
                return 1.0 if reading.direction == "rises" else -1.0
            ends = [
                evidence.record_value(
                    c.Span(quantity=reading.quantity, at=d), judged_at(reading, evidence)
                )
                for d in (reading.dates[0], reading.dates[-1])
            ]
            return -1.0 if float(np.median(ends[1] - ends[0])) > 0 else 1.0
    raise TypeError(reading.kind)
