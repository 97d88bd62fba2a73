"""What a claims file may contain: an article as sentences, each with the readings it allows.

A claim is a sentence; a *reading* is one exact question that the sentence may mean. Vague words
("quickly", "stalled") are thresholds: a low, central and high value marked `judgement`, drawn like
any other assumption, so that they can flip a verdict. Nothing here states an outcome: a reading
names a quantity, sides and dates, and what would make it true.
"""

from typing import Final, Literal

from pydantic import Field

from kadesh.audit.claims.readings import AnyReading
from kadesh.war.fields import Day, Id, Keyed, Model, Range, Text

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
