"""What the readings of one audit rest on: reconstructions, bargaining, thresholds, all by draw.

Draw r pairs one reconstruction, one value of every assumption and one of every threshold. Fixing an
assumption or a threshold leaves everything else equal to the bit.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from jaxtyping import Float

from kadesh.audit.claims import Change, ClaimsFile, Counterfactual, Quantity, Span
from kadesh.bargaining.leverage import Bargaining, Positions
from kadesh.dynamics.campaign import Order, simulate
from kadesh.fusion.measures import (
    level_km2,
    losses_persons,
    net_change_km2,
    pace_km2_per_day,
    peak_km2,
    redrawn_sectors,
)
from kadesh.fusion.reconstruction import Reconstruction
from kadesh.hypotheses.quiet import hazard_after_quiet
from kadesh.streams import generator
from kadesh.war import War, draw_assumptions
from kadesh.war.assumptions import quantile
from kadesh.war.schema import Estimate

Draws = Float[np.ndarray, " draw"]
NORMAL_90: Final = 1.645
"""Half-width of a 90 % interval in standard deviations."""


class NotInRecordError(Exception):
    """The record has no figure for what a reading asks; the message says which."""


@dataclass(frozen=True)
class Fixed:
    """What is held at a value instead of drawn: assumptions and thresholds by id."""

    assumptions: Mapping[str, float] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def key(self) -> tuple[tuple[str, float], ...]:
        """A hashable form."""
        return tuple(sorted({**self.assumptions}.items()))


NOTHING: Final = Fixed()


def sorted_fixed(fixed: Fixed) -> list[tuple[str, float]]:
    """What is fixed, in order."""
    return sorted({**fixed.assumptions, **fixed.thresholds}.items())


@dataclass(eq=False)
class Evidence:
    """Everything an audit can look at."""

    war: War
    claims: ClaimsFile
    reconstructed: Callable[[date], Reconstruction]
    bargaining: Bargaining | None
    seed: int
    draws: int
    workers: int = 1
    _positions: dict[object, Positions] = field(default_factory=dict)
    _courses: dict[object, xr.Dataset] = field(default_factory=dict)

    def threshold(self, name: str, fixed: Fixed = NOTHING) -> Draws:
        """Draws of a threshold, triangular on its range."""
        if name in fixed.thresholds:
            return np.full(self.draws, float(fixed.thresholds[name]))
        stated = self.claims.thresholds[name]
        uniform = generator(self.seed, "threshold", name).random(self.draws)
        estimate = Estimate(stated.low, stated.central, stated.high, stated.source, is_early=False)
        return quantile(uniform, estimate, "triangular")

    def assumption(self, name: str, when: date, fixed: Fixed = NOTHING) -> Draws:
        """Draws of an assumption as known at a date."""
        known = draw_assumptions(self.war, self.draws, self.seed, when, dict(fixed.assumptions))
        return known[name]

    def assumption_all(self, when: date) -> dict[str, Draws]:
        """Draws of all assumptions as known at a date."""
        return draw_assumptions(self.war, self.draws, self.seed, when)

    def with_reconstruction(self, as_of: date, made: Reconstruction) -> "Evidence":
        """The same evidence with another reconstruction for one date."""
        usual = self.reconstructed
        return replace(
            self,
            reconstructed=lambda day: made if day == as_of else usual(day),
            _positions={},
            _courses={},
        )

    def positions(self) -> Positions:
        """Bargaining moments at every vantage date, nothing held fixed."""
        assert self.bargaining is not None
        if "all" not in self._positions:
            self._positions["all"] = self.bargaining.positions()
        return self._positions["all"]

    def moments(
        self,
        dates: tuple[date, ...],
        fixed: Fixed = NOTHING,
        *,
        factors: Mapping[str, float] | None = None,
        ground_as_of: date | None = None,
        emptied: tuple[str, ...] = (),
    ) -> Positions:
        """Bargaining moments at some dates, with something held fixed or changed.

        What results in the field had taught by then stays as it was (at another learning rate, in
        proportion).
        """
        assert self.bargaining is not None
        base = self.positions()
        changed = tuple(sorted((factors or {}).items()))
        if not fixed.assumptions and not changed and ground_as_of is None and not emptied:
            return base
        key = (dates, fixed.key(), changed, ground_as_of, emptied)
        if key not in self._positions:
            self._positions[key] = self.bargaining.positions(
                dates,
                fixed=fixed.assumptions,
                factors=factors,
                ground_as_of=ground_as_of,
                emptied=emptied,
                learnt_at=base,
            )
        return self._positions[key]

    def simulated(
        self,
        start: date,
        weeks: int,
        change: Change,
        fixed: Fixed = NOTHING,
    ) -> xr.Dataset:
        """Courses of the war from a date, one a draw, with something changed."""
        key = ("courses", start, weeks, change.model_dump_json(), repr(sorted_fixed(fixed)))
        if key not in self._courses:
            orders = []
            if change.operation is not None:
                operation = change.operation
                persons = fixed.thresholds.get(
                    operation.persons, self.claims.thresholds[operation.persons].central
                )
                orders.append(Order(operation.side, operation.sector, 0, float(persons)))
            self._courses[key] = simulate(
                self.war,
                self.reconstructed(start),
                weeks=weeks,
                runs=self.draws,
                seed=self.seed,
                as_of=start,
                assumptions=fixed.assumptions,
                factors=change.factors,
                scenario=change.scenario,
                orders=orders,
                workers=self.workers,
            )
        return self._courses[key]

    def courses(
        self, reading: Counterfactual, sectors: tuple[str, ...], fixed: Fixed = NOTHING
    ) -> tuple[Draws, Draws]:
        """Land in the sectors held by the side not at home, at the end of both courses."""
        ends = []
        for change in (reading.change, reading.against):
            made = self.simulated(reading.start, reading.weeks, change, fixed)
            last = made["held_km2"].isel(week=-1).sel(sector=list(sectors)).sum("sector")
            ends.append(np.asarray(last.to_numpy(), dtype=float))
        return ends[0], ends[1]

    def vantages_between(self, start: date, end: date) -> tuple[date, ...]:
        """Vantage dates of the audit within a span."""
        assert self.bargaining is not None
        return tuple(d for d in self.bargaining.dates if start <= d <= end)

    def sectors_without_redraws(
        self, quantity: Quantity, start: date, end: date
    ) -> tuple[str, ...]:
        """The quantity's sectors that no map redrew between two dates."""
        wanted = quantity.sectors or tuple(
            s.id for s in self.war.sectors if s.home == self.war.other(quantity.side)
        )
        redrawn = redrawn_sectors(self.war, start, end)
        return tuple(sector for sector in wanted if sector not in redrawn)

    def hazard(self, events: Draws, months: Draws) -> Draws:
        """Draws of a monthly hazard after quiet months."""
        uniform = generator(self.seed, "hazard").random(self.draws)
        return hazard_after_quiet(events, months, uniform)

    def forget_variants(self) -> None:
        """Drop what was computed for fixed assumptions."""
        self._positions = {k: v for k, v in self._positions.items() if k == "all"}
        self._courses = {}

    def model_value(
        self, quantity: Quantity, when: date, fixed: Fixed = NOTHING, half: int | None = None
    ) -> Draws:
        """A bargaining value of a side at a vantage date."""
        positions = self.moments((when,), fixed, ground_as_of=quantity.ground_as_of)
        part = positions.part(when)
        valued = positions.valuation(half=half)
        side = self.war.side_ids.index(quantity.side)
        if quantity.measure == "leverage_share":
            return np.asarray(valued.terms.share[side, part])
        if quantity.measure == "floor_share":
            return np.asarray(valued.floor[side, part])
        return np.asarray(valued.terms.width[part])

    def record_value(self, span: Span, as_of: date, fixed: Fixed = NOTHING) -> Draws:
        """A quantity of the record, as reconstructed at `as_of` (or on one map alone)."""
        quantity = span.quantity
        if quantity.source is not None:
            return self._scaled(span, self._single_map(span, as_of), fixed)
        made = self.reconstructed(as_of)
        value = self._of_reconstruction(span, made)
        return self._scaled(span, value[np.arange(self.draws) % value.shape[0]], fixed)

    def _of_reconstruction(self, span: Span, made: Reconstruction) -> Draws:
        quantity = span.quantity
        if quantity.measure in {"casualties_persons", "deaths_persons"}:
            return self._losses(span, made)
        names = ["held_km2"] if quantity.measure == "held_km2" else ["contested_km2"]
        if quantity.measure == "held_or_contested_km2":
            names = ["held_km2", "contested_km2"]
        where = set(quantity.sectors) or None
        out = self._left_out(span)
        total = np.zeros(made.draws)
        for name in names:
            total = total + self._land(span, made, name, where, out)
        return total

    def _land(
        self,
        span: Span,
        made: Reconstruction,
        name: str,
        where: set[str] | None,
        out: frozenset[str],
    ) -> Draws:
        side = span.quantity.side
        if span.statistic == "level":
            assert span.at is not None
            return level_km2(made, span.at, side, sectors=where, leave_out=out, quantity=name)
        assert span.start is not None
        assert span.end is not None
        window = (span.start, span.end)
        if span.statistic == "peak":
            highest, _ = peak_km2(made, side, *window, sectors=where, leave_out=out, quantity=name)
            return highest
        measure = net_change_km2 if span.statistic == "change" else pace_km2_per_day
        return measure(made, *window, side, sectors=where, leave_out=out, quantity=name)

    def _losses(self, span: Span, made: Reconstruction) -> Draws:
        quantity = span.quantity
        if span.statistic == "level":
            assert span.at is not None
            return losses_persons(made, span.at, quantity.side, quantity.measure)
        assert span.start is not None
        assert span.end is not None
        first = losses_persons(made, span.start, quantity.side, quantity.measure)
        last = losses_persons(made, span.end, quantity.side, quantity.measure)
        if span.statistic == "peak":
            return last
        days = (span.end - span.start).days
        return np.asarray((last - first) / (days if span.statistic == "pace_per_day" else 1))

    def _left_out(self, span: Span) -> frozenset[str]:
        if not span.quantity.without_redraws:
            return frozenset()
        start, end = span.start or span.at, span.end or span.at
        assert start is not None
        assert end is not None
        return redrawn_sectors(self.war, start, end)

    def _single_map(self, span: Span, as_of: date) -> Draws:
        """One map's own figures with their stated interval, between its rows linear in time."""
        if span.statistic == "level":
            assert span.at is not None
            return self._map_total(span, span.at, as_of)
        assert span.start is not None
        assert span.end is not None
        change = self._map_total(span, span.end, as_of) - self._map_total(span, span.start, as_of)
        if span.statistic == "pace_per_day":
            return np.asarray(change / (span.end - span.start).days)
        if span.statistic == "peak":
            raise NotInRecordError(
                "the peak of a single map is not offered; use the reconstruction"
            )
        return np.asarray(change)

    def _map_total(self, span: Span, when: date, as_of: date) -> Draws:
        quantity = span.quantity
        assert quantity.source is not None
        names = ("held_km2", "contested_km2") if "or" in quantity.measure else (quantity.measure,)
        table = self.war.observations
        rows = table[
            (table["source"] == quantity.source)
            & table["quantity"].isin(names)
            & (table["side"] == quantity.side)
            & (table["published"] <= pd.Timestamp(as_of))
        ]
        wanted = set(quantity.sectors) or set(rows["sector"].dropna())
        wanted -= self._left_out(span)
        interval = self.war.sources[quantity.source].figure_interval
        total = np.zeros(self.draws)
        for sector in sorted(wanted):
            for name in names:
                part = rows[(rows["sector"] == sector) & (rows["quantity"] == name)]
                days = part["date"].to_numpy().astype("datetime64[D]").astype(float)
                day = float(np.datetime64(when).astype("datetime64[D]").astype(float))
                if not len(days) or not days.min() - 7 <= day <= days.max() + 7:
                    raise NotInRecordError(
                        f"{quantity.source} has no {name} of {sector} around {when}"
                    )
                value = float(np.interp(day, days, part["value"].to_numpy(dtype=float)))
                # A map's error in proportion is its way of drawing and stays with it from date to
                # date; the absolute part (a village, a day's delay) is new at every date.
                names_of = ("map", quantity.source, sector, name)
                drawing = generator(self.seed, *names_of).standard_normal(self.draws)
                slip = generator(self.seed, *names_of, when.isoformat())
                error = interval.share * value * drawing
                error = error + interval.absolute * slip.standard_normal(self.draws)
                total = total + value + error / NORMAL_90
        return total

    def _scaled(self, span: Span, value: Draws, fixed: Fixed) -> Draws:
        per = span.quantity.per
        if per is None:
            return value
        when = span.at or span.end
        assert when is not None
        return np.asarray(value / self.assumption(f"{per}.{span.quantity.side}", when, fixed))
