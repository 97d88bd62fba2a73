"""What a claim measures: a quantity of the record or the model, at a date or over a window."""

from typing import Literal, Self

from pydantic import model_validator

from kadesh.war.fields import Day, Flag, Id, Model, field_mistake

RecordMeasure = Literal[
    "held_km2", "contested_km2", "held_or_contested_km2", "casualties_persons", "deaths_persons"
]
ModelMeasure = Literal["leverage_share", "floor_share", "range_width_share"]
KnownMeasure = Literal["assumption"]


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
