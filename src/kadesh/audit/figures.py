"""Figures behind a reading: what was found, with its interval, and which rows it came from."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np

from kadesh.audit import claims as c
from kadesh.audit.courses import held_at_end
from kadesh.audit.evidence import NOTHING, Draws, Evidence
from kadesh.audit.margins import (
    chip_terms,
    effects,
    margin,
    quiet_months,
    span_value,
    trend_values,
)

Figure = dict[str, Any]
UNITS: Final = {
    "held_km2": "km2",
    "contested_km2": "km2",
    "held_or_contested_km2": "km2",
    "casualties_persons": "persons",
    "deaths_persons": "persons",
    "leverage_share": "share",
    "floor_share": "share",
    "range_width_share": "share",
}
MEASURES: Final = {
    "held_km2": "land taken since the war began and held by {side}",
    "contested_km2": "land contested by {side}",
    "held_or_contested_km2": "land taken since the war began and held or contested by {side}",
    "casualties_persons": "casualties of {side}",
    "deaths_persons": "military deaths of {side}",
    "leverage_share": "{side}'s share at the table",
    "floor_share": "what fighting on is worth to {side}",
    "range_width_share": "width of the settlement range",
}


@dataclass(frozen=True)
class Spread:
    """Median and 90 % interval of draws."""

    median: float
    low: float
    high: float


def spread_of(draws: Draws) -> Spread:
    """Median and central 90 % of draws."""
    low, median, high = np.quantile(draws, [0.05, 0.5, 0.95])
    return Spread(float(median), float(low), float(high))


def figure(name: str, draws: Draws, unit: str, when: date | None, source: str) -> Figure:
    """One line of a reading's figures."""
    spread = spread_of(draws)
    return {
        "name": name,
        "value": rounded(spread.median),
        "low": rounded(spread.low),
        "high": rounded(spread.high),
        "unit": unit,
        "date": when.isoformat() if when else None,
        "source": source,
    }


def rounded(value: float) -> float:
    """Five significant digits: more would be noise."""
    return float(f"{value:.5g}")


def quantity_name(quantity: c.Quantity, evidence: Evidence) -> str:
    """A quantity in plain words."""
    war = evidence.war
    side = war.side(quantity.side).id
    if quantity.measure == "assumption":
        assert quantity.assumption is not None
        meaning = war.assumptions[quantity.assumption].meaning.split(",")[0].rstrip(".")
        return f"{meaning[0].lower()}{meaning[1:]} ({side})"
    words = MEASURES[quantity.measure].format(side=side)
    if quantity.sectors:
        words += " in " + ", ".join(war.sector(s).name for s in quantity.sectors)
    if quantity.source:
        words += f" ({evidence.war.sources[quantity.source].name})"
    if quantity.per:
        words += " per " + quantity.per.replace("_", " ").replace(" persons", "")
    if quantity.ground_as_of:
        words += f" with the front as on {quantity.ground_as_of}"
    return words


def _unit(quantity: c.Quantity, evidence: Evidence) -> str:
    if quantity.per is not None:
        return "share"
    if quantity.measure == "assumption":
        assert quantity.assumption is not None
        return evidence.war.assumptions[quantity.assumption].unit
    return UNITS[quantity.measure]


def _origin(quantity: c.Quantity) -> str:
    if quantity.source:
        return quantity.source
    if quantity.is_record:
        return "reconstruction"
    return "model" if quantity.is_model else "assumptions"


def span_figure(span: c.Span, reading: c.Reading, evidence: Evidence) -> Figure:
    """The figure of a span."""
    value = span_value(span, reading, evidence, NOTHING, None)
    name, unit = quantity_name(span.quantity, evidence), _unit(span.quantity, evidence)
    if span.statistic == "change":
        name = f"change of {name} from {span.start}"
    elif span.statistic == "pace_per_day":
        name, unit = f"pace of {name} from {span.start}", f"{unit}_per_day"
    elif span.statistic == "peak":
        name = f"highest {name} from {span.start}"
    return figure(name, value, unit, span.at or span.end, _origin(span.quantity))


def figures_of(reading: c.AnyReading, evidence: Evidence) -> list[Figure]:
    """All figures of a reading."""
    match reading:
        case c.Measurement():
            found = [span_figure(reading.span, reading, evidence)]
            names = [reading.threshold] + ([reading.upper] if reading.upper else [])
            return found + [_threshold_figure(name, evidence) for name in names]
        case c.Comparison():
            found = [span_figure(s, reading, evidence) for s in (reading.first, reading.second)]
            if reading.ratio:
                found.append(_threshold_figure(reading.ratio, evidence))
            return found
        case c.Trend():
            values = trend_values(reading, evidence, NOTHING, None)
            name, unit = (
                quantity_name(reading.quantity, evidence),
                _unit(reading.quantity, evidence),
            )
            found = [
                figure(name, value, unit, when, _origin(reading.quantity))
                for when, value in zip(reading.dates, values, strict=True)
            ]
            change = figure(
                f"change of {name}",
                values[-1] - values[0],
                unit,
                reading.dates[-1],
                _origin(reading.quantity),
            )
            extra = [_threshold_figure(reading.tolerance, evidence)] if reading.tolerance else []
            return [*found, change, *extra]
        case c.BestMoment():
            return _best_moment_figures(reading, evidence)
        case c.Marginal():
            effect = effects(reading, evidence, NOTHING, None)
            return [
                figure(
                    f"leverage gained by one percent more {k}", v, "share", reading.date, "model"
                )
                for k, v in sorted(effect.items())
            ] + [_threshold_figure(reading.share, evidence)]
        case c.Waiting():
            from_margin = _sign(reading) * _waiting_value(reading, evidence)
            words = f"value of waiting {reading.months} months, {reading.beliefs} beliefs"
            return [figure(words, from_margin, "share", reading.date, "model")]
        case c.Deal():
            return _deal_figures(reading, evidence)
        case c.Subsidy():
            return _subsidy_figures(reading, evidence)
        case c.Chip():
            return _chip_figures(reading, evidence)
        case c.Counterfactual():
            return _counterfactual_figures(reading, evidence)
        case c.BeliefUpdate():
            months = evidence.threshold(reading.months) + quiet_months(reading)
            hazard = evidence.hazard(evidence.threshold(reading.events), months)
            return [
                figure(
                    "monthly hazard after the quiet", hazard, "per_month", reading.quiet_to, "model"
                ),
                _threshold_figure(reading.threshold, evidence),
            ]
    return []


def _threshold_figure(name: str, evidence: Evidence) -> Figure:
    stated = evidence.claims.thresholds[name]
    exact = stated.low == stated.high
    return {
        "name": f"threshold: {stated.meaning}",
        "value": stated.central,
        "low": None if exact else stated.low,
        "high": None if exact else stated.high,
        "unit": stated.unit,
        "date": None,
        "source": stated.source,
    }


def _best_moment_figures(reading: c.BestMoment, evidence: Evidence) -> list[Figure]:
    quantity = c.Quantity(measure="leverage_share", side=reading.side)
    dates = evidence.vantages_between(reading.start, reading.end)
    values = np.stack([evidence.model_value(quantity, d) for d in dates])
    best = dates[int(np.median(values, axis=1).argmax())]
    then = evidence.model_value(quantity, reading.moment)
    name = quantity_name(quantity, evidence)
    return [
        figure(name, then, "share", reading.moment, "model"),
        figure(
            f"{name} in the month with the highest median",
            values[dates.index(best)],
            "share",
            best,
            "model",
        ),
        figure(
            "distance from each draw's best month",
            values.max(axis=0) - then,
            "share",
            reading.moment,
            "model",
        ),
        _threshold_figure(reading.tolerance, evidence),
    ]


def _sign(reading: c.Waiting) -> float:
    return 1.0 if reading.relation == "helps" else -1.0


def _waiting_value(reading: c.Waiting, evidence: Evidence) -> Draws:
    return margin(reading, evidence)


def _deal_figures(reading: c.Deal, evidence: Evidence) -> list[Figure]:
    positions = evidence.positions()
    part = positions.part(reading.date)
    valued = positions.valuation()
    first, second = evidence.war.side_ids
    return [
        figure(
            f"what fighting on is worth to {first}",
            valued.floor[0, part],
            "share",
            reading.date,
            "model",
        ),
        figure(
            f"what fighting on is worth to {second}",
            valued.floor[1, part],
            "share",
            reading.date,
            "model",
        ),
        figure(
            "width of the range that both would also keep",
            valued.terms.width[part],
            "share",
            reading.date,
            "model",
        ),
    ]


def _subsidy_figures(reading: c.Subsidy, evidence: Evidence) -> list[Figure]:
    positions = evidence.positions()
    part = positions.part(reading.date)
    side = evidence.war.side_ids.index(reading.side)
    situation = positions.situation
    wide = positions.valuation(frozenset({"conditional_subsidy"})).terms.width[part]
    return [
        figure(
            f"worth of conditional aid to {reading.side} per four weeks",
            situation.subsidy[side, part],
            "share",
            reading.date,
            "assumptions",
        ),
        figure(
            "cost of four weeks of war to both sides",
            situation.cost.sum(axis=0)[part],
            "share",
            reading.date,
            "assumptions",
        ),
        figure(
            "widening of the range without conditional aid",
            wide - positions.valuation().terms.width[part],
            "share",
            reading.date,
            "model",
        ),
    ]


def _chip_figures(reading: c.Chip, evidence: Evidence) -> list[Figure]:
    other = evidence.war.other(reading.side)
    if reading.question == "decays":
        sectors = tuple(s.id for s in evidence.war.sectors if s.home == other)
        start, end = held_at_end(evidence, reading, sectors, NOTHING)
        return [
            figure(
                f"land held by {reading.side} at the start",
                start,
                "km2",
                reading.date,
                "reconstruction",
            ),
            figure(
                f"land held by {reading.side} after {reading.weeks} weeks",
                end,
                "km2",
                None,
                "model",
            ),
        ]
    worth, cost = chip_terms(reading, evidence, NOTHING, None)
    return [
        figure(
            f"what the land adds to {reading.side}'s share at the table",
            worth,
            "share",
            reading.date,
            "model",
        ),
        figure(f"what retaking it costs {other}", cost, "share", reading.date, "model"),
    ]


def _counterfactual_figures(reading: c.Counterfactual, evidence: Evidence) -> list[Figure]:
    sectors = reading.sectors or tuple(
        s.id for s in evidence.war.sectors if s.home == evidence.war.other(reading.side)
    )
    changed, compared = evidence.courses(reading, sectors)
    words = f"land held by {reading.side} after {reading.weeks} weeks"
    return [
        figure(f"{words}, with the change", changed, "km2", None, "model"),
        figure(f"{words}, compared with", compared, "km2", None, "model"),
        figure("difference", changed - compared, "km2", None, "model"),
        _threshold_figure(reading.margin, evidence),
    ]
