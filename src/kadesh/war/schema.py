"""What the YAML files of a war folder may contain.

    war.yaml          WarFile          sides, patrons, sectors, issues, periods
    sources.yaml      SourcesFile      who publishes, with which stance, after which delay
    assumptions.yaml  AssumptionsFile  every number nobody knows exactly
    moves.yaml        MovesFile        decision points and the alternatives then open
    scenarios.yaml    ScenariosFile    named lists of overrides

Each collection is a mapping from id to entry, so that an id cannot be used twice. The tables (CSV)
are described in `kadesh.war.columns`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kadesh.war.fields import (
    Day,
    Flag,
    Id,
    Keyed,
    Model,
    NonNegative,
    Number,
    Range,
    Share,
    SourcedRange,
    Text,
    Whole,
    check_order,
    field_mistake,
)

Grade = Literal["A", "B", "C"]
"""A: the publisher's own page or table; B: a second hand or a reprint; C: a mirror or weak copy."""


class Side(Model):
    """One of the two sides of the war."""

    id: str
    name: Text
    """The name as the side calls its state, in English."""
    population_persons: SourcedRange | None = None
    """Inhabitants of the land the side governs."""
    mobilizable_persons: SourcedRange | None = None
    """People the side could still call up."""


class Patron(Model):
    """A state or group that backs a side without being one."""

    id: str
    name: Text
    backs: Id
    """The side it backs."""
    source: Text


class Sector(Model):
    """A part of the ground on which the war is reckoned."""

    id: str
    name: Text
    home: Id
    """The side to which the sector belongs by recognised borders."""
    area_km2: Annotated[Number, Field(gt=0)]
    held_before_km2: NonNegative
    """Land in the sector held by the other side on the day before the war starts."""
    stake_weight: Range
    """How much of the stake the sector is, relative to the others and the issues: `judgement`."""
    map_units: tuple[Text, ...] = ()
    """ISO 3166-2 codes of its units in `sectors.geojson`."""
    source: Text
    """Where area and earlier control come from."""

    @model_validator(mode="after")
    def _within_area(self) -> Self:
        if self.held_before_km2 > self.area_km2:
            expected = f"at most the sector's area, {self.area_km2:g} km2"
            raise field_mistake("held_before_km2", expected, "Correct the area or this figure")
        return self


class StatusQuo(Range):
    """Share of an issue that a side has while the fighting goes on."""

    side: Id
    low: Share
    central: Share
    high: Share


class Issue(Model):
    """A political term on the table beside the ground."""

    id: str
    name: Text
    meaning: Text
    weight: Range
    """How much of the stake the issue is, on the scale of the sectors' stake weights."""
    status_quo: StatusQuo
    source: Text


class Period(Model):
    """A span in which something politically relevant held."""

    id: str
    kind: Literal["talks", "indirect talks", "decree", "ceasefire", "aid pause"]
    start: Day
    end: Day
    side: Id | None = None
    """The side whose decree it is, or whose aid was paused."""
    note: Text
    source: Text

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end < self.start:
            expected = f"a date on or after the start, {self.start}"
            raise field_mistake("end", expected, "Swap or correct the dates")
        return self


class WarFile(Model):
    """war.yaml."""

    format: Literal[1]
    """Version of this file format."""
    name: Id
    title: Text
    start: Day
    """First day of the war."""
    end: Day
    """Last day for which the folder has data."""
    sides: Keyed[Side] = Field(min_length=2, max_length=2)
    patrons: Keyed[Patron] = Field(default_factory=dict)
    sectors: Keyed[Sector] = Field(min_length=1)
    issues: Keyed[Issue] = Field(default_factory=dict)
    periods: Keyed[Period] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end <= self.start:
            raise field_mistake("end", f"a date after the start, {self.start}", "Correct the dates")
        return self


class FigureInterval(Model):
    """Half-width of the interval around one published figure: share of it, plus an amount."""

    share: Share
    absolute: NonNegative
    """In the unit of the figure."""


class Source(Model):
    """Who published figures, with which stance."""

    id: str
    name: Text
    kind: Literal["map", "tally", "estimate", "list", "statement", "aid", "poll", "record"]
    aligned_with: Text
    """A side's id, `<side id> backer`, or `independent`: by office, not by content."""
    depends_on: tuple[Id, ...] = ()
    """Sources whose figures this one follows; they share an error."""
    lag_days: Annotated[Whole, Field(ge=0)]
    """Days from the day described to publication, where a figure has no date of its own."""
    scope: Text
    """What its figures cover and leave out."""
    grade: Grade
    bias_share: SourcedRange
    """Standard deviation of its proportional bias."""
    figure_interval: FigureInterval
    """`judgement`: how far one figure may be off beyond the bias."""
    revised_later: Flag = False
    """Its past figures were changed after they were first published."""
    url: Text
    licence: Text


class SourcesFile(Model):
    """sources.yaml."""

    sources: Keyed[Source] = Field(min_length=1)


class Vintage(Range):
    """What was thought of an assumption from a later date on."""

    known_from: Day
    source: Text


@dataclass(frozen=True)
class Estimate:
    """An assumption as it stood at a date."""

    low: float
    central: float
    high: float
    source: str
    is_early: bool
    """Nothing was known yet at the date: the first figures, known later, stand in."""


class Assumption(Model):
    """A named number nobody knows exactly."""

    id: str
    meaning: Text
    unit: Text
    """A unit of `kadesh.quantities`, for example `share`, `weeks`, `persons_per_month`."""
    quantity: Text | None = None
    """The quantity of quantities.yaml it is, if it is one: its unit must then agree."""
    side: Id | None = None
    sector: Id | None = None
    low: Number
    central: Number
    high: Number
    distribution: Literal["triangular", "uniform", "fixed"] = "triangular"
    source: Text
    """A source id, a citation, a link, or the word `judgement`."""
    known_from: Day | None = None
    """When this could first be known; empty: before the war."""
    vintages: tuple[Vintage, ...] = ()
    """Later figures, oldest first."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        check_order(self.low, self.central, self.high)
        before = self.known_from or date.min
        for position, vintage in enumerate(self.vintages):
            if vintage.known_from <= before:
                where = f"vintages.{position}.known_from"
                expected = f"a date after the vintage before it, {before}"
                raise field_mistake(where, expected, "Put the vintages in order of time")
            before = vintage.known_from
        return self

    def as_of(self, vantage: date | None) -> Estimate:
        """The newest figures known at `vantage` (None: the newest of all)."""
        known = self.known_from or date.min
        is_early = vantage is not None and known > vantage
        newest = Estimate(self.low, self.central, self.high, self.source, is_early)
        for vintage in self.vintages:
            if vantage is None or vintage.known_from <= vantage:
                figures = (vintage.low, vintage.central, vintage.high)
                newest = Estimate(*figures, vintage.source, is_early=False)
        return newest


class AssumptionsFile(Model):
    """assumptions.yaml."""

    assumptions: Keyed[Assumption] = Field(default_factory=dict)


class Alternative(Model):
    """Something a side could have done at a decision point."""

    id: str
    meaning: Text
    source: Text


class Conduct(Model):
    """Something the side did, or left undone, after the move."""

    date: Day
    what: Text
    source: Text


class Move(Model):
    """A decision point: what was open, what was done, what followed."""

    id: str
    date: Day
    side: Id
    title: Text
    done: Id
    """The alternative that was taken."""
    alternatives: Keyed[Alternative] = Field(min_length=2)
    conduct: tuple[Conduct, ...] = ()
    source: Text

    @model_validator(mode="after")
    def _done_is_open(self) -> Self:
        if self.done not in self.alternatives:
            expected = "one of " + ", ".join(sorted(self.alternatives))
            raise field_mistake("done", expected, "Name one of this move's alternatives")
        return self


class MovesFile(Model):
    """moves.yaml."""

    moves: Keyed[Move] = Field(default_factory=dict)


class Scenario(Model):
    """A counterfactual: a named list of overrides."""

    id: str
    meaning: Text
    overrides: dict[Id, Number] = Field(default_factory=dict)
    """Assumption id: the value it is set to, in the assumption's unit."""
    switched_off: tuple[Id, ...] = ()
    """Mechanisms of the campaign that are left out."""
    source: Text


class ScenariosFile(Model):
    """scenarios.yaml."""

    scenarios: Keyed[Scenario] = Field(default_factory=dict)
