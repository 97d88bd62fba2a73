"""By how much a reading holds, draw by draw: it is true in a draw where its margin is not negative.

One function per kind of reading. Each can hold an assumption or a threshold fixed (for flip
certificates) and can look with one half of the bargaining's sample (for its error).
"""

from datetime import date, timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from kadesh.audit import claims as c
from kadesh.audit.courses import held_at_end, holding
from kadesh.audit.evidence import NOTHING, Draws, Evidence, Fixed
from kadesh.bargaining.leverage import range_exists
from kadesh.bargaining.moments import PERIODS_PER_MONTH

NEVER: Final = -1.0
ALWAYS: Final = 1.0
STEP: Final = 1.05
"""Five percent more of a factor: large against rounding, small against its range."""
TINY: Final = 1e-12


def judged_at(reading: c.Reading, evidence: Evidence) -> date:
    """The date by which figures must have been published for a reading."""
    return reading.as_of or evidence.war.end


def span_value(
    span: c.Span, reading: c.Reading, evidence: Evidence, fixed: Fixed, half: int | None
) -> Draws:
    """Draws of a span's number, from record, model or assumptions."""
    quantity = span.quantity
    if quantity.is_record:
        return evidence.record_value(span, judged_at(reading, evidence), fixed)
    assert span.at is not None
    if quantity.is_model:
        return evidence.model_value(quantity, span.at, fixed, half)
    assert quantity.assumption is not None
    value = evidence.assumption(quantity.assumption, span.at, fixed)
    if quantity.per is not None:
        value = value / evidence.assumption(f"{quantity.per}.{quantity.side}", span.at, fixed)
    return value


def margin(
    reading: c.AnyReading, evidence: Evidence, fixed: Fixed = NOTHING, half: int | None = None
) -> Draws:
    """Margin of any reading that has a probability."""
    match reading:
        case c.Measurement():
            return _measurement(reading, evidence, fixed, half)
        case c.Comparison():
            return _comparison(reading, evidence, fixed, half)
        case c.Trend():
            return _trend(reading, evidence, fixed, half)
        case c.BestMoment():
            return _best_moment(reading, evidence, fixed, half)
        case c.Marginal():
            return _marginal(reading, evidence, fixed, half)
        case c.Waiting():
            return _waiting(reading, evidence, fixed, half)
        case c.Deal():
            return _deal(reading, evidence, fixed, half)
        case c.Subsidy():
            return _subsidy(reading, evidence, fixed, half)
        case c.Chip():
            return _chip(reading, evidence, fixed, half)
        case c.Counterfactual():
            return _counterfactual(reading, evidence, fixed)
        case c.BeliefUpdate():
            return _belief_update(reading, evidence, fixed)
    raise TypeError(f"{reading.kind} readings have no margin")


def _measurement(r: c.Measurement, e: Evidence, fixed: Fixed, half: int | None) -> Draws:
    value = span_value(r.span, r, e, fixed, half)
    limit = e.threshold(r.threshold, fixed)
    if r.relation == "at_least":
        return np.asarray(value - limit)
    if r.relation == "at_most":
        return np.asarray(limit - value)
    assert r.upper is not None
    return np.asarray(np.minimum(value - limit, e.threshold(r.upper, fixed) - value))


def _comparison(r: c.Comparison, e: Evidence, fixed: Fixed, half: int | None) -> Draws:
    first = span_value(r.first, r, e, fixed, half)
    second = span_value(r.second, r, e, fixed, half)
    ratio = e.threshold(r.ratio, fixed) if r.ratio is not None else np.ones(e.draws)
    gap = first - ratio * second
    return np.asarray(gap if r.relation == "more_than" else -gap)


def trend_values(r: c.Trend, e: Evidence, fixed: Fixed, half: int | None) -> list[Draws]:
    """The quantity at each date of a trend."""
    values = []
    for when in r.dates:
        at = r.model_copy(update={"as_of": when}) if r.known_then else r
        # A map redrawn anywhere between the first and last date is left out at all dates alike.
        if r.quantity.is_record:
            values.append(_record_at(r, at, when, e, fixed))
        else:
            values.append(span_value(c.Span(quantity=r.quantity, at=when), at, e, fixed, half))
    return values


def _record_at(r: c.Trend, at: c.Reading, when: date, e: Evidence, fixed: Fixed) -> Draws:
    if not r.quantity.without_redraws:
        return e.record_value(c.Span(quantity=r.quantity, at=when), judged_at(at, e), fixed)
    kept = e.sectors_without_redraws(r.quantity, r.dates[0], r.dates[-1])
    quantity = r.quantity.model_copy(update={"sectors": kept, "without_redraws": False})
    return e.record_value(c.Span(quantity=quantity, at=when), judged_at(at, e), fixed)


def _trend(r: c.Trend, e: Evidence, fixed: Fixed, half: int | None) -> Draws:
    values = trend_values(r, e, fixed, half)
    slack = e.threshold(r.tolerance, fixed) if r.tolerance is not None else np.zeros(e.draws)
    if r.form == "net":
        values = [values[0], values[-1]]
    steps = [later - earlier for earlier, later in pairwise(values)]
    if r.direction == "flat":
        return np.asarray(np.minimum.reduce([slack - np.abs(step) for step in steps]))
    sign = 1.0 if r.direction == "rises" else -1.0
    if r.form == "net":
        return np.asarray(sign * steps[0] - TINY)
    return np.asarray(np.minimum.reduce([sign * step + slack for step in steps]))


def _best_moment(r: c.BestMoment, e: Evidence, fixed: Fixed, half: int | None) -> Draws:
    dates = e.vantages_between(r.start, r.end)
    together = tuple(sorted({*dates, r.moment}))
    positions = e.moments(together, fixed)
    share = positions.valuation(half=half).terms.share[e.war.side_ids.index(r.side)]
    then = share[positions.part(r.moment)]
    best = np.maximum.reduce([share[positions.part(d)] for d in dates])
    return np.asarray(e.threshold(r.tolerance, fixed) - (best - then))


def effects(r: c.Marginal, e: Evidence, fixed: Fixed, half: int | None) -> dict[str, Draws]:
    """Change of the side's leverage for one percent more of each factor, the other held."""
    force = f"force_in_theatre_persons.{r.side}"
    stock = f"materiel_start_ratio.{r.side}"
    # The stock is stated per person: with more people the ratio falls, so that only people grow.
    factors = {"manpower": {force: STEP, stock: 1.0 / STEP}, "materiel": {stock: STEP}}
    side = e.war.side_ids.index(r.side)
    base = e.moments((r.date,), fixed)
    before = base.valuation(half=half).terms.share[side, base.part(r.date)]
    percent = 100.0 * (STEP - 1.0)
    result: dict[str, Draws] = {}
    for name, change in factors.items():
        more = e.moments((r.date,), fixed, factors=change)
        after = more.valuation(half=half).terms.share[side, more.part(r.date)]
        result[name] = (after - before) / percent
    return result


def _marginal(r: c.Marginal, e: Evidence, fixed: Fixed, half: int | None) -> Draws:
    effect = effects(r, e, fixed, half)
    return np.asarray(e.threshold(r.share, fixed) * effect[r.stronger] - effect[r.weaker])


def _waiting(r: c.Waiting, e: Evidence, fixed: Fixed, half: int | None) -> Draws:
    positions = e.moments((r.date,), fixed)
    periods = max(round(r.months * PERIODS_PER_MONTH), 1)
    side = e.war.side_ids.index(r.side)
    value = positions.waiting(side, periods, r.beliefs, half)[positions.part(r.date)]
    return value if r.relation == "helps" else -value


def _deal(r: c.Deal, e: Evidence, fixed: Fixed, half: int | None) -> Draws:
    positions = e.moments((r.date,), fixed)
    part = positions.part(r.date)
    valued = positions.valuation(half=half)
    costs = positions.situation.switching_cost.sum(axis=0)
    if r.question == "range_exists":
        holds = range_exists(positions.situation, valued)[part]
        return np.where(holds, ALWAYS, NEVER)
    surplus = (valued.terms.width - costs)[part]
    if r.channel:
        assert e.bargaining is not None
        if e.bargaining.channel(r.date) == "none":
            return np.full(e.draws, NEVER)
    if r.question == "feasible":
        return np.asarray(surplus)
    without = positions.valuation(frozenset(r.frictions), half)
    freed = (without.terms.width - costs)[part]
    return np.asarray(np.minimum(-surplus - TINY, freed))


def _subsidy(r: c.Subsidy, e: Evidence, fixed: Fixed, half: int | None) -> Draws:
    positions = e.moments((r.date,), fixed)
    part = positions.part(r.date)
    if r.question == "exceeds_costs":
        side = e.war.side_ids.index(r.side)
        situation = positions.situation
        return np.asarray((situation.subsidy[side] - situation.cost.sum(axis=0))[part])
    assert r.margin is not None
    wide = positions.valuation(frozenset({"conditional_subsidy"}), half).terms.width
    gain = (wide - positions.valuation(half=half).terms.width)[part]
    return np.asarray(gain - e.threshold(r.margin, fixed))


def chip_terms(r: c.Chip, e: Evidence, fixed: Fixed, half: int | None) -> tuple[Draws, Draws]:
    """What the land is worth at the table, and what retaking it costs, in shares of the stake."""
    other = e.war.other(r.side)
    sectors = tuple(s.id for s in e.war.sectors if s.home == other)
    side = e.war.side_ids.index(r.side)
    positions = e.moments((r.date,), fixed)
    with_chip = positions.valuation(half=half).terms.share[side, positions.part(r.date)]
    empty = e.moments((r.date,), fixed, emptied=sectors)
    without = empty.valuation(half=half).terms.share[side, empty.part(r.date)]
    months, effort = holding(e, r, sectors, fixed)
    rate = e.assumption(f"cost_of_war_share_per_month.{other}", r.date, fixed)
    return with_chip - without, months * effort * rate


def _chip(r: c.Chip, e: Evidence, fixed: Fixed, half: int | None) -> Draws:
    if r.question == "decays":
        other = e.war.other(r.side)
        sectors = tuple(s.id for s in e.war.sectors if s.home == other)
        start, end = held_at_end(e, r, sectors, fixed)
        return np.asarray(0.5 * start - end)
    worth, cost = chip_terms(r, e, fixed, half)
    return np.asarray(cost - worth if r.question == "pays" else worth - cost)


def _counterfactual(r: c.Counterfactual, e: Evidence, fixed: Fixed) -> Draws:
    sectors = r.sectors or tuple(s.id for s in e.war.sectors if s.home == e.war.other(r.side))
    changed, compared = e.courses(r, sectors, fixed)
    gap = changed - compared
    limit = e.threshold(r.margin, fixed)
    return np.asarray(gap - limit if r.relation == "more_than" else -gap - limit)


def quiet_months(r: c.BeliefUpdate) -> float:
    """Calendar months of quiet."""
    return (r.quiet_to - r.quiet_from) / timedelta(days=365.2425 / 12)


def _belief_update(r: c.BeliefUpdate, e: Evidence, fixed: Fixed) -> Draws:
    from_prior = e.threshold(r.events, fixed)
    months = e.threshold(r.months, fixed) + quiet_months(r)
    limit = e.threshold(r.threshold, fixed)
    return np.asarray(limit - e.hazard(from_prior, months))
