"""What a claims file may contain: an article as sentences, each with the readings it allows.

A claim is a sentence; a *reading* is one exact question that the sentence may mean. Vague words
("quickly", "stalled") are thresholds: a low, central and high value marked `judgement`, drawn like
any other assumption, so that they can flip a verdict. Nothing here states an outcome: a reading
names a quantity, sides and dates, and what would make it true.
"""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from kadesh.bargaining.situation import FRICTIONS
from kadesh.war.fields import Day, Flag, Id, Keyed, Model, Number, Range, Text, Whole, field_mistake

RecordMeasure = Literal[
    "held_km2", "contested_km2", "held_or_contested_km2", "casualties_persons", "deaths_persons"
]
ModelMeasure = Literal["leverage_share", "floor_share", "range_width_share"]
KnownMeasure = Literal["assumption"]
Grade = Literal["A", "B", "C"]
Friction = Literal["differing_beliefs", "commitment", "leader_stake", "conditional_subsidy"]
assert Friction.__args__ == FRICTIONS  # type: ignore[attr-defined]

THRESHOLD_FIELDS: Final = (
    "threshold",
    "upper",
    "ratio",
    "tolerance",
    "share",
    "margin",
    "events",
    "months",
    "persons",
)
"""Fields of readings that name a threshold."""


class Threshold(Range):
    """What a vague word, or an exact figure of the article, means in numbers."""

    id: Id
    unit: Text
    """A unit of quantities.yaml."""
    meaning: Text
    """The word or figure, and how it is read."""
    source: Text
    """`judgement`, or where the figure stands."""


class Quantity(Model):
    """A number that the record or the model can give, without its date."""

    measure: RecordMeasure | ModelMeasure | KnownMeasure
    """What is measured: control or losses (record), a bargaining value (model), or an
    assumption's figures as they were known at the date."""
    side: Id
    """Who holds the land, suffered the losses, or bargains."""
    sectors: tuple[Id, ...] = ()
    """Where (control only); empty: all sectors of the other side's home."""
    source: Id | None = None
    """One map's own figures, unfused, instead of the reconstruction."""
    assumption: Id | None = None
    """The assumption (measure `assumption` only)."""
    per: Id | None = None
    """Divide by this assumption of the same side, e.g. its population: `per: population_persons`
    uses `population_persons.<side>`."""
    ground_as_of: Day | None = None
    """Hold the line of contact where it was on this date (bargaining values only)."""
    without_redraws: Flag = False
    """Leave out sectors in which a map was redrawn within the window."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.measure == "assumption") != (self.assumption is not None):
            expected = "given exactly where measure is 'assumption'"
            raise field_mistake("assumption", expected, "Name the assumption, or change measure")
        record = self.measure in RecordMeasure.__args__  # type: ignore[attr-defined]
        if self.sectors and not (record and self.measure.endswith("km2")):
            raise field_mistake("sectors", "only with measures of land", "Remove the sectors")
        if self.source and not (record and self.measure.endswith("km2")):
            raise field_mistake("source", "only with measures of land", "Remove the source")
        if self.ground_as_of and self.measure not in ModelMeasure.__args__:  # type: ignore[attr-defined]
            raise field_mistake("ground_as_of", "only with bargaining values", "Remove it")
        return self

    @property
    def is_record(self) -> bool:
        """Whether fusion alone gives it."""
        return self.measure in RecordMeasure.__args__  # type: ignore[attr-defined]

    @property
    def is_model(self) -> bool:
        """Whether it comes out of the bargaining model."""
        return self.measure in ModelMeasure.__args__  # type: ignore[attr-defined]


class Span(Model):
    """A quantity at a date, or over a window."""

    quantity: Quantity
    at: Day | None = None
    start: Day | None = None
    end: Day | None = None
    statistic: Literal["level", "change", "pace_per_day", "peak"] = "level"
    """Value at `at`; or over the window: difference of its ends, that per day, or its highest
    weekly value."""

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.statistic == "level":
            if self.at is None or self.start or self.end:
                raise field_mistake("at", "a date (and no start or end) with 'level'", "Add at")
        elif self.at or self.start is None or self.end is None:
            expected = f"start and end (and no at) with '{self.statistic}'"
            raise field_mistake("statistic", expected, "Give the window")
        elif self.end <= self.start:
            raise field_mistake("end", f"a date after the start, {self.start}", "Correct it")
        if self.statistic != "level" and not self.quantity.is_record:
            expected = "'level' for bargaining values and assumptions"
            raise field_mistake("statistic", expected, "Use a trend or comparison of two dates")
        return self


class Reading(Model):
    """Fields of every reading."""

    id: Id
    text: Text
    """The exact question, as a statement that can be true or false."""
    as_of: Day | None = None
    """Judge with what was published by this date (empty: by the end of the war folder)."""


class Measurement(Reading):
    """A quantity against a threshold."""

    kind: Literal["measurement"]
    span: Span
    relation: Literal["at_least", "at_most", "within"]
    """`within`: between the thresholds `threshold` and `upper`."""
    threshold: Id
    upper: Id | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if (self.relation == "within") != (self.upper is not None):
            raise field_mistake("upper", "given exactly with 'within'", "Add or remove it")
        return self


class Comparison(Reading):
    """One quantity against another."""

    kind: Literal["comparison"]
    first: Span
    second: Span
    relation: Literal["more_than", "less_than"]
    ratio: Id | None = None
    """first against `ratio` times second (empty: 1)."""


class Trend(Reading):
    """How a quantity moves over dates."""

    kind: Literal["trend"]
    quantity: Quantity
    dates: tuple[Day, ...] = Field(min_length=2)
    direction: Literal["rises", "falls", "flat"]
    form: Literal["net", "monotone"] = "net"
    """`net`: last against first date; `monotone`: every step."""
    tolerance: Id | None = None
    """How much a step against the direction (or any change, for `flat`) may be."""
    known_then: Flag = False
    """Judge each date with what was published by it, instead of with all that is known now."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if list(self.dates) != sorted(set(self.dates)):
            raise field_mistake("dates", "dates in order, each once", "Sort them")
        if self.direction == "flat" and self.tolerance is None:
            raise field_mistake("tolerance", "a threshold with 'flat'", "Name one")
        return self


class BestMoment(Reading):
    """Whether a date was (near) the best for a side's bargaining position."""

    kind: Literal["best_moment"]
    side: Id
    moment: Day
    start: Day
    end: Day
    tolerance: Id
    """How far below the best the moment may lie and still count as near the best."""


class Marginal(Reading):
    """What one more percent of one factor does to leverage, against one more of the other."""

    kind: Literal["marginal"]
    side: Id
    date: Day
    weaker: Literal["manpower", "materiel"]
    stronger: Literal["manpower", "materiel"]
    share: Id
    """The weaker's effect is at most this share of the stronger's."""


class Operation(Model):
    """A surprise operation that a side opens in the first week."""

    side: Id
    sector: Id
    persons: Id
    """Threshold: how many people it commits."""


class Change(Model):
    """What is different in one of two courses."""

    scenario: Id | None = None
    """A scenario of the war folder."""
    factors: dict[Id, Annotated[Number, Field(gt=0)]] = Field(default_factory=dict)
    """Assumption id: what its draws are multiplied by."""
    operation: Operation | None = None


class Counterfactual(Reading):
    """Two courses of the war from one date, with common luck."""

    kind: Literal["counterfactual"]
    start: Day
    weeks: Annotated[Whole, Field(ge=1, le=520)]
    change: Change
    against: Change = Change()
    """Compared with this (empty: no change)."""
    side: Id
    """Whose held land is compared at the end, in `sectors`."""
    sectors: tuple[Id, ...] = ()
    relation: Literal["more_than", "less_than"]
    margin: Id
    """By at least this much land."""


class Waiting(Reading):
    """Whether waiting, with the right to settle on the way, beats settling now."""

    kind: Literal["waiting"]
    side: Id
    date: Day
    months: Annotated[Whole, Field(ge=1, le=12)]
    beliefs: Literal["own", "other", "analyst"]
    relation: Literal["helps", "harms"]


class Deal(Reading):
    """Whether both sides could have preferred a settlement, and what stood in the way."""

    kind: Literal["deal"]
    date: Day
    question: Literal["range_exists", "feasible", "blocked_by"]
    """`range_exists`: both prefer some share to fighting on, commitment and talks aside;
    `feasible`: and it would be kept; `blocked_by`: it is not feasible, and without the named
    frictions it would be."""
    frictions: tuple[Friction, ...] = ()
    channel: Flag = False
    """Also ask that talks were open on the date by the war's own periods."""

    @model_validator(mode="after")
    def _named(self) -> Self:
        if (self.question == "blocked_by") != bool(self.frictions):
            raise field_mistake("frictions", "given exactly with 'blocked_by'", "Correct it")
        return self


class Chip(Reading):
    """Whether land held inside the other side's home moves the other side's terms."""

    kind: Literal["chip"]
    side: Id
    date: Day
    weeks: Annotated[Whole, Field(ge=4, le=260)]
    """Expected holding time is simulated over this long."""
    question: Literal["pays", "costs_less", "decays"]
    """`pays`: the other side's cost of retaking it over the holding time exceeds what the land is
    worth in a settlement (`costs_less`: it does not); `decays`: the land held falls below half of
    its starting value within the window."""


class Subsidy(Reading):
    """The conditional-aid test: does aid that would end at a settlement close the range?"""

    kind: Literal["subsidy"]
    side: Id
    """The side that receives it."""
    date: Day
    question: Literal["exceeds_costs", "tying_widens"]
    """`exceeds_costs`: the aid is worth more than a month of war costs both sides;
    `tying_widens`: without conditional aid the settlement range is wider by `margin`."""
    margin: Id | None = None

    @model_validator(mode="after")
    def _margin(self) -> Self:
        if (self.question == "tying_widens") != (self.margin is not None):
            raise field_mistake("margin", "given exactly with 'tying_widens'", "Correct it")
        return self


class BeliefUpdate(Reading):
    """What quiet months teach about a hazard."""

    kind: Literal["belief_update"]
    events: Id
    """Prior: as if so many events had been seen ..."""
    months: Id
    """... in so many months."""
    quiet_from: Day
    quiet_to: Day
    threshold: Id
    """The monthly hazard after the quiet is at most this."""


class Objective(Reading):
    """What a side wanted from a move."""

    kind: Literal["objective"]
    move: Id
    objective: Id


class Match(Model):
    """Which rows of a table count: all given conditions together."""

    table: Literal["statements", "events", "polls", "observations"]
    words: tuple[Text, ...] = ()
    """Regular expressions, each to be found in the row's text, case ignored."""
    topic: Text | None = None
    speaker: Text | None = None
    """Regular expression on the speaker or source."""
    aligned_with: tuple[Text, ...] = ()
    about: Text | None = None
    quantity: Text | None = None
    sector: Id | None = None
    start: Day | None = None
    end: Day | None = None
    """Rows dated (said, or happened) from `start` to `end`."""
    value_at_least: Number | None = None
    value_at_most: Number | None = None
    grades: tuple[Grade, ...] = ("A", "B", "C")


class Statement(Reading):
    """Whether rows of the record say so; not whether what they say is true."""

    kind: Literal["statement"]
    says: tuple[Match, ...] = Field(min_length=1)
    """Rows that match any of these say it."""
    contrary: tuple[Match, ...] = ()
    """Rows that match any of these say the opposite."""
    every: Flag = False
    """Each entry of `says` must be matched, not just one."""


class Untestable(Reading):
    """A reading that no figure can decide."""

    kind: Literal["untestable"]
    reason: Text
    basis: Literal["record", "model", "statement"] = "statement"
    """What it would have to rest on."""


AnyReading = Annotated[
    Measurement
    | Comparison
    | Trend
    | BestMoment
    | Marginal
    | Counterfactual
    | Waiting
    | Deal
    | Chip
    | Subsidy
    | BeliefUpdate
    | Objective
    | Statement
    | Untestable,
    Field(discriminator="kind"),
]


class Claim(Model):
    """A sentence of the article."""

    id: Id
    text: Text
    """In our words, close to the article's."""
    readings: Keyed[AnyReading] = Field(min_length=1)


class ClaimsFile(Model):
    """claims/*.yaml."""

    format: Literal[1]
    title: Text
    war: Id
    published: Day
    """Date of the article."""
    about: Text
    """Where the text comes from and how it was put into claims."""
    thresholds: Keyed[Threshold] = Field(default_factory=dict)
    claims: Keyed[Claim] = Field(min_length=1)
