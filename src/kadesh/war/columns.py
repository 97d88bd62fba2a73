"""The tables of a war folder, column by column."""

from typing import Final

from kadesh.war.tables import Column

_GRADES: Final = ("A", "B", "C")
_PRECISIONS: Final = ("day", "week", "month", "approx")

OBSERVATIONS: Final = (
    Column("id", "id", optional=True),
    Column("date", "date"),
    Column("published", "date", optional=True),
    Column("source", "id"),
    Column("quantity", "text"),
    Column("side", "id"),
    Column("sector", "id", optional=True),
    Column("form", "text", choices=("about", "at_least", "up_to")),
    Column("low", "number", optional=True),
    Column("value", "number"),
    Column("high", "number", optional=True),
    Column("unit", "text"),
    Column("grade", "text", choices=_GRADES, optional=True),
    Column("flag", "text", choices=("revised later", "retrospective"), optional=True),
    Column("note", "text", optional=True),
)
"""One published figure a row. `id`, `published` and `grade` may be blank: the loader fills them."""

STATEMENTS: Final = (
    Column("id", "id"),
    Column("date", "date"),
    Column("precision", "text", choices=_PRECISIONS),
    Column("speaker", "text"),
    Column("role", "text", optional=True),
    Column("aligned_with", "text"),
    Column("about", "text", optional=True),
    Column("topic", "text", optional=True),
    Column("summary", "text"),
    Column("low", "number", optional=True),
    Column("value", "number", optional=True),
    Column("high", "number", optional=True),
    Column("unit", "text", optional=True),
    Column("start", "date", optional=True),
    Column("end", "date", optional=True),
    Column("location", "text", optional=True),
    Column("url", "text"),
    Column("publisher", "text", optional=True),
    Column("grade", "text", choices=_GRADES),
    Column("published", "date"),
)
"""Who said what, when. A row says that it was said, never that it is true."""

EVENTS: Final = (
    Column("id", "id"),
    Column("date", "date"),
    Column("precision", "text", choices=_PRECISIONS),
    Column("type", "text"),
    Column("title", "text"),
    Column("actors", "text", optional=True),
    Column("detail", "text", optional=True),
    Column("evidence", "text", optional=True),
    Column("url", "text", optional=True),
    Column("published", "date"),
)
"""What happened on a day, as far as it is not disputed."""

POLLS: Final = (
    Column("id", "id"),
    Column("date", "date"),
    Column("pollster", "text"),
    Column("side", "id"),
    Column("field_start", "date", optional=True),
    Column("field_end", "date", optional=True),
    Column("question", "text"),
    Column("option", "text"),
    Column("percent", "number", minimum=0.0, maximum=100.0),
    Column("n", "number", optional=True, minimum=0.0),
    Column("url", "text"),
    Column("published", "date"),
    Column("note", "text", optional=True),
)
"""One answer of one poll a row; `date` is the last day of fieldwork."""

REDRAWS: Final = (
    Column("source", "id"),
    Column("start", "date"),
    Column("end", "date"),
    Column("sector", "id"),
    Column("kind", "text", choices=("construction", "redraw", "missing")),
    Column("note", "text"),
)
"""Spans in which a map's jump is drawing and not fighting.

`construction`: ignore the source's rows in the sector; `redraw`: its additive bias may jump;
`missing`: its zeros mean "not drawn", drop them.
"""

TABLES: Final = {
    "observations": OBSERVATIONS,
    "statements": STATEMENTS,
    "events": EVENTS,
    "polls": POLLS,
    "redraws": REDRAWS,
}

NOT_BUNDLED: Final = (
    Column("source", "id"),
    Column("title", "text"),
    Column("licence", "text"),
    Column("bundled", "text", choices=("figures", "no")),
    Column("url", "text"),
    Column("note", "text", optional=True),
)
"""sources.csv: where the raw figures come from, and what may not be bundled."""
