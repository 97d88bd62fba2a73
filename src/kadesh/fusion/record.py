"""What has been published about control and losses, as the reconstruction sees it.

A Record is the part of a war that matters here, and nothing else; `known` picks the rows that may
be used from a vantage date, and says why the others may not.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
import pandas as pd

from kadesh.war import War

GROUND: Final = ("contested_km2", "held_km2")
LOSSES: Final = ("casualties_persons", "deaths_persons")
CLAIMED: Final = ("claimed_held_km2", "claimed_limit_km2")
"""What a side is said, by the sides, to hold; and the limit of what is claimed."""

_COLUMNS: Final = [
    "id", "date", "published", "source", "quantity", "side", "sector", "form", "low", "value",
    "high", "flag",
]  # fmt: skip


@dataclass(frozen=True)
class Ground:
    """A sector: who may intrude, and how much there is to take."""

    id: str
    intruder: str
    area_km2: float
    capacity_km2: float
    """Area that was not the intruder's before the war."""


@dataclass(frozen=True)
class Publisher:
    """What is said of a source's errors before seeing its figures."""

    id: str
    aligned_with: str
    parent: str
    """The source it follows (the first by id, where there are several), or nothing."""
    bias_share: float
    interval_share: float
    interval_absolute: float


@dataclass(frozen=True, eq=False)
class Record:
    """Everything published, with the few facts about sides, sectors and sources that are needed."""

    name: str
    start: date
    end: date
    sides: tuple[str, ...]
    sectors: tuple[Ground, ...]
    publishers: Mapping[str, Publisher]
    rows: pd.DataFrame
    redraws: pd.DataFrame

    @property
    def first_week(self) -> pd.Timestamp:
        """The Sunday that ends the first week."""
        start = pd.Timestamp(self.start)
        return start + pd.Timedelta(days=6 - start.weekday())

    def weeks(self, vantage: date) -> pd.DatetimeIndex:
        """Sundays from the first week to the week of the vantage date, inclusive."""
        days = (pd.Timestamp(vantage) - self.first_week).days
        count = max(-(-days // 7), 0) + 1
        return pd.date_range(self.first_week, periods=count, freq="7D", unit="s")

    def root(self, source: str) -> str:
        """The source at the head of the chain that `source` follows."""
        return self.chain(source)[-1]

    def chain(self, source: str) -> tuple[str, ...]:
        """`source`, the source it follows, the one that follows, and so on."""
        links = [source]
        while (parent := self.publishers[links[-1]].parent) and parent not in links:
            links.append(parent)
        return tuple(links)


def record_of(war: War) -> Record:
    """The record of a war."""
    sectors = tuple(
        Ground(
            sector.id,
            war.intruder(sector.id),
            sector.area_km2,
            sector.area_km2 - sector.held_before_km2,
        )
        for sector in war.sectors
    )
    publishers = {
        key: Publisher(
            key,
            source.aligned_with,
            min(source.depends_on, default=""),
            source.bias_share.central,
            source.figure_interval.share,
            source.figure_interval.absolute,
        )
        for key, source in sorted(war.sources.items())
    }
    wanted = war.observations["quantity"].isin([*GROUND, *LOSSES, *CLAIMED])
    rows = war.observations.loc[wanted, _COLUMNS]
    rows = rows.sort_values(["date", "id"], kind="stable", ignore_index=True)
    sides = tuple(sorted(war.side_ids))
    return Record(war.name, war.start, war.end, sides, sectors, publishers, rows, war.redraws)


@dataclass(frozen=True, eq=False)
class Known:
    """The rows used from a vantage date."""

    rows: pd.DataFrame
    """As in the war, but for claims turned into bounds; `reported_as` is the quantity as given."""
    dropped: Mapping[str, int]
    """Reason: how many rows published by then are not used."""


def known(
    record: Record,
    vantage: date,
    leave_out: frozenset[str] = frozenset(),
    replace: Mapping[str, float] | None = None,
) -> Known:
    """The rows published by `vantage` that may be used, ready to be laid out.

    Not used: retrospective estimates; rows of sources left out; rows of a map under construction;
    zeros of a map that had not drawn anything yet; land held or contested by a side at home (the
    intruder's figures say the same) or in a sector that was wholly the intruder's before the war;
    rows before the war, and areas larger than the sector (a figure in the wrong unit).

    Claims become bounds of what is held: confirmed <= held <= claimed. What a side (or its backer)
    claims to hold itself is an upper limit; what it grants that the other side holds, a floor. A
    claim that only bounds the figure in the claimant's favour bounds nothing, and is not used.

    Args:
        record: The record.
        vantage: Nothing published later is used.
        leave_out: Ids of sources to ignore.
        replace: New values by observation id; the row's stated bounds move along with it.
    """
    screened = _screened(record, leave_out, tuple(sorted((replace or {}).items())))
    rows = screened[(screened["published"] <= pd.Timestamp(vantage)).to_numpy()]
    reason = rows["reason"].to_numpy().copy()
    late = (rows["date"] > record.weeks(vantage)[-1]).to_numpy()
    reason[late & (reason == "")] = "outside the war"
    dropped = Counter(str(text) for text in reason if text)
    used = rows[reason == ""].drop(columns="reason").reset_index(drop=True)
    return Known(used, dict(sorted(dropped.items())))


@lru_cache(maxsize=4)
def _screened(
    record: Record, leave_out: frozenset[str], replace: tuple[tuple[str, float], ...]
) -> pd.DataFrame:
    """All rows, whatever the vantage date, with why they may not be used (`reason`)."""
    rows = record.rows.copy()
    for key, value in replace:
        chosen = rows["id"] == key
        rows.loc[chosen, ["low", "high"]] += (value - rows.loc[chosen, "value"]).to_numpy()[:, None]
        rows.loc[chosen, "value"] = value
    reason = np.full(len(rows), "", dtype=object)
    full = [ground.id for ground in record.sectors if ground.capacity_km2 <= 0]
    reason[rows["sector"].isin(full)] = "nothing to take in the sector"
    reason[_wrong_side(record, rows)] = "not the intruder's"
    area = rows["sector"].map({ground.id: ground.area_km2 for ground in record.sectors})
    reason[rows["value"] > area] = "more than the sector"
    reason[rows["date"] < pd.Timestamp(record.start)] = "outside the war"
    for span in record.redraws.to_dict("records"):
        if span["kind"] == "redraw":
            continue
        inside = (rows["source"] == span["source"]) & (rows["sector"] == span["sector"])
        inside &= (rows["date"] >= span["start"]) & (rows["date"] <= span["end"])
        if span["kind"] == "missing":
            inside &= rows["value"] == 0
        reason[inside] = str(span["kind"])
    rows["reported_as"] = rows["quantity"]
    form = rows["form"].where(rows["quantity"] != "claimed_held_km2", _claim_form(record, rows))
    reason[form == ""] = "claim without a bound"
    reason[rows["source"].isin(leave_out)] = "left out"
    reason[rows["flag"] == "retrospective"] = "retrospective"
    rows["form"] = form
    rows["quantity"] = rows["quantity"].where(~rows["quantity"].isin(CLAIMED), "held_km2")
    rows["reason"] = reason
    return rows


def _wrong_side(record: Record, rows: pd.DataFrame) -> "pd.Series[bool]":
    intruders = {ground.id: ground.intruder for ground in record.sectors}
    losses = rows["quantity"].isin(LOSSES)
    return ~losses & (rows["sector"].map(intruders) != rows["side"])


def _claim_form(record: Record, rows: pd.DataFrame) -> "pd.Series[str]":
    """The form in which a claim of land held bounds it; nothing where it does not."""
    aligned = rows["source"].map({key: p.aligned_with for key, p in record.publishers.items()})
    stance = aligned.str.removesuffix(" backer")
    own, interested = stance == rows["side"], stance.isin(record.sides)
    rows["reported_as"] = rows["quantity"]
    form = rows["form"].where(~interested, "")
    form = form.mask(own & rows["form"].isin(["about", "up_to"]), "up_to")
    return form.mask(interested & ~own & rows["form"].isin(["about", "at_least"]), "at_least")
