"""The kinds of reading: exact questions that a sentence may mean, by what decides them."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from kadesh.audit.claims.measures import Quantity, Span
from kadesh.bargaining.situation import FRICTIONS
from kadesh.war.fields import Day, Flag, Id, Model, Number, Text, Whole, field_mistake

Grade = Literal["A", "B", "C"]
Friction = Literal["differing_beliefs", "commitment", "leader_stake", "conditional_subsidy"]
assert Friction.__args__ == FRICTIONS  # type: ignore[attr-defined]


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
