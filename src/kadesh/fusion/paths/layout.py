"""The known rows of a group of series, laid out as arrays for the filter and the sampler.

A block is all series of one kind: land held, land contested, or losses. Blocks share no unknown and
are fitted apart. Within a block, series of one quantity and side form a group: the proportional
bias of a source is one number for a group.

What a bias acts on. A report is  y = exp(b) x + a g + noise: the proportional bias b acts on the
truth, so that zero is legal, and the drifting bias a moves by g, the source's figure interval at
its *usual* figure in the series, the mean of its last ones (not at the figure itself: the density
of y would then have a Jacobian that depends on the state).
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

from kadesh.fusion.paths.reports import (
    Report,
    Series,
    reports_of,
    set_usual_figures,
    tells_of_noise,
    without_copies,
)
from kadesh.fusion.record import LOSSES, Record
from kadesh.fusion.settings import NINETY, Settings

KINDS: Final = ("contested_km2", "held_km2", "losses")


@dataclass(frozen=True, eq=False)
class Group:
    """Series of one quantity and side, with the sources that report on any of them."""

    name: str
    series: tuple[int, ...]
    sources: tuple[str, ...]
    share_sd: Float[np.ndarray, " source"]
    """Prior standard deviation of each source's own proportional bias."""
    is_root: Float[np.ndarray, " source"]
    """1 for sources that follow no other and are reported after "about", by themselves or by those
    who follow them; else 0."""


@dataclass(frozen=True, eq=False)
class Rows:
    """The reports, one an entry, by series, week and source."""

    id: tuple[str, ...]
    source: tuple[str, ...]
    series: Int[np.ndarray, " row"]
    week: Int[np.ndarray, " row"]
    form: Int[np.ndarray, " row"]
    """0 about, 1 at least, -1 up to."""
    value: Float[np.ndarray, " row"]
    width: Float[np.ndarray, " row"]
    """Standard deviation of the report's noise, before the learnt scale."""
    ago: Float[np.ndarray, " row"]
    component: Int[np.ndarray, " row"]
    load: Float[np.ndarray, " row"]
    learnt: Int[np.ndarray, " row"]
    """Which learnt noise scale applies; -1 takes the width as it stands."""
    chain: Float[np.ndarray, "row column"]
    """1 for each source of the group whose proportional bias the report has."""

    def __len__(self) -> int:
        return len(self.id)


@dataclass(frozen=True, eq=False)
class Layout:
    """A block: its series, reports and priors."""

    kind: str
    series: tuple[Series, ...]
    weeks: int
    first_sunday: date
    """The end of the first week."""
    groups: tuple[Group, ...]
    components: tuple[str, ...]
    """Sources with a drifting bias."""
    noises: tuple[str, ...]
    """Sources with a learnt scale of noise."""
    has_component: Bool[np.ndarray, "component series"]
    has_noise: Bool[np.ndarray, "noise series"]
    jump: Float[np.ndarray, "week component series"]
    """Extra variance of the biases where a map was redrawn, in squared figure intervals."""
    rows: Rows
    step_scale: Float[np.ndarray, " series"]
    """Prior scale of weekly changes: km2, or for losses the share of the usual rate."""
    turn_scale: Float[np.ndarray, " series"]
    """Prior scale of weekly changes of the pace of ground, km2 per week; 0 for losses."""
    usual_rate: Float[np.ndarray, " series"]
    """Centre of the prior of the usual weekly rate of losses; 1 for ground."""
    capacity: Float[np.ndarray, " series"]
    copies: int
    """Reports left out because the source that they follow reported in the same week."""

    @property
    def is_losses(self) -> bool:
        """Whether the series are losses."""
        return self.kind == "losses"

    @property
    def extent(self) -> Float[np.ndarray, " series"]:
        """What there is to take, km2; for losses 1, the usual rate."""
        return np.where(np.isfinite(self.capacity), self.capacity, 1.0)

    @property
    def columns(self) -> int:
        """Most sources of any group."""
        return int(self.rows.chain.shape[1])

    @property
    def group_of(self) -> Int[np.ndarray, " series"]:
        """Group of each series."""
        of = np.zeros(len(self.series), dtype=np.int64)
        for index, group in enumerate(self.groups):
            of[list(group.series)] = index
        return of


def lay_out(
    record: Record, rows: pd.DataFrame, weeks: pd.DatetimeIndex, kind: str, settings: Settings
) -> Layout:
    """Lay out the rows of one kind.

    Args:
        record: The record the rows are from.
        rows: Usable rows (`kadesh.fusion.record.known`).
        weeks: The Sundays up to the vantage week.
        kind: `held_km2`, `contested_km2` or `losses`.
        settings: Constants.
    """
    series = _series(record, kind)
    reports = reports_of(rows, weeks, series, kind)
    kept = without_copies(record, reports)
    set_usual_figures(kept, settings)
    regular = Counter((r.source, r.series) for r in kept if tells_of_noise(record, r))
    noisy = {key for key, count in regular.items() if count >= settings.regular_rows}
    lasting = Counter((record.root(report.source), report.series) for report in kept)
    drifting = {key for key, count in lasting.items() if count >= settings.lasting_rows}
    components = tuple(sorted({source for source, _ in drifting}))
    noises = tuple(sorted({source for source, _ in noisy}))
    groups = _groups(record, series, kept, settings)
    arrays = _rows(record, kept, groups, drifting, noisy, components, noises, settings)
    places, losses = {ground.id: ground for ground in record.sectors}, kind == "losses"
    area = np.array([1.0 if losses else places[entry.sector].area_km2 for entry in series])
    return Layout(
        kind=kind,
        series=series,
        weeks=len(weeks),
        first_sunday=weeks[0].date(),
        groups=groups,
        components=components,
        noises=noises,
        has_component=_table(components, series, drifting),
        has_noise=_table(noises, series, noisy),
        jump=_jumps(record, weeks, series, components, kind, settings),
        rows=arrays,
        step_scale=np.where(losses, settings.rate_step_share, settings.ground_step_share * area),
        turn_scale=np.where(losses, 0.0, settings.turn_share * area),
        usual_rate=(
            np.array([_usual_rate(rows, record, entry.quantity, settings) for entry in series])
            if losses
            else np.ones(len(series))
        ),
        capacity=np.array(
            [np.inf if losses else places[entry.sector].capacity_km2 for entry in series]
        ),
        copies=len(reports) - len(kept),
    )


def _series(record: Record, kind: str) -> tuple[Series, ...]:
    if kind == "losses":
        return tuple(Series(quantity, side, "") for quantity in LOSSES for side in record.sides)
    places = [ground for ground in record.sectors if ground.capacity_km2 > 0]
    return tuple(Series(kind, ground.intruder, ground.id) for ground in places)


def _groups(
    record: Record, series: tuple[Series, ...], reports: list[Report], settings: Settings
) -> tuple[Group, ...]:
    members: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, entry in enumerate(series):
        members[entry.quantity, entry.side].append(index)
    groups = []
    for (quantity, side), inside in sorted(members.items()):
        mine = [report for report in reports if report.series in inside]
        linked = {link for report in mine for link in record.chain(report.source)}
        sources = tuple(sorted(linked))
        sd = [_own_share_sd(record, source, settings) for source in sources]
        shares = np.array(sd, dtype=np.float64)
        heads = {record.root(report.source) for report in mine if not report.form}
        is_root = np.array([float(source in heads) for source in sources], dtype=np.float64)
        groups.append(Group(f"{quantity} {side}", tuple(inside), sources, shares, is_root))
    return tuple(groups)


def _own_share_sd(record: Record, source: str, settings: Settings) -> float:
    """What a source's proportional bias adds to that of the source it follows.

    `bias_share` is the whole: own variance = whole - what is shared, and not less than a copy's.
    """
    whole = record.publishers[source].bias_share
    shared = sum(_own_share_sd(record, link, settings) ** 2 for link in record.chain(source)[1:])
    least = (settings.copy_share if shared else 1.0) * whole
    # No source is exact: a share of zero would leave the precision of the bias infinite.
    return max(float(np.sqrt(max(whole**2 - shared, least**2))), settings.least_share)


def _rows(
    record: Record,
    reports: list[Report],
    groups: tuple[Group, ...],
    drifting: set[tuple[str, int]],
    noisy: set[tuple[str, int]],
    components: tuple[str, ...],
    noises: tuple[str, ...],
    settings: Settings,
) -> Rows:
    of = {index: group for group in groups for index in group.series}
    count = len(reports)
    component, learnt = np.full(count, -1), np.full(count, -1)
    width, load = np.zeros(count), np.zeros(count)
    chain = np.zeros((count, max((len(group.sources) for group in groups), default=0)))
    for index, report in enumerate(reports):
        source = record.publishers[report.source]
        interval = source.interval_absolute + source.interval_share * abs(report.value)
        width[index] = max(report.stated or interval / NINETY, settings.least_width)
        known = (report.source, report.series) in noisy
        if known and tells_of_noise(record, report):
            learnt[index] = noises.index(report.source)
        root = record.publishers[record.root(report.source)]
        if (root.id, report.series) in drifting:
            component[index] = components.index(root.id)
            lasting = root.interval_absolute + root.interval_share * report.usual
            load[index] = max(lasting / NINETY, settings.least_width)
            if learnt[index] < 0 and tells_of_noise(record, report):
                width[index] = max(width[index] * settings.usual_noise, settings.least_width)
        for link in record.chain(report.source):
            column = of[report.series].sources.index(link)
            chain[index, column] = 1.0
    return Rows(
        id=tuple(report.id for report in reports),
        source=tuple(report.source for report in reports),
        series=np.array([report.series for report in reports], dtype=np.int64),
        week=np.array([report.week for report in reports], dtype=np.int64),
        form=np.array([report.form for report in reports], dtype=np.int64),
        value=np.array([report.value for report in reports], dtype=np.float64),
        width=width,
        ago=np.array([report.ago for report in reports], dtype=np.float64),
        component=component,
        load=load,
        learnt=learnt,
        chain=chain,
    )


def _table(
    sources: tuple[str, ...], series: tuple[Series, ...], pairs: set[tuple[str, int]]
) -> Bool[np.ndarray, "source series"]:
    cells = [[(source, index) in pairs for index in range(len(series))] for source in sources]
    return np.array(cells, dtype=bool).reshape(len(sources), len(series))


def _jumps(
    record: Record,
    weeks: pd.DatetimeIndex,
    series: tuple[Series, ...],
    components: tuple[str, ...],
    kind: str,
    settings: Settings,
) -> Float[np.ndarray, "week component series"]:
    jump = np.zeros((len(weeks), len(components), len(series)))
    if kind == "losses":
        return jump
    sectors = [entry.sector for entry in series]
    spans = record.redraws[record.redraws["kind"] == "redraw"]
    for span in spans.itertuples():
        if span.source not in components or span.sector not in sectors:
            continue
        # The jump may show in the week of the redraw or, by the map's date, in the week after.
        first, last = pd.Timestamp(str(span.start)), pd.Timestamp(str(span.end))
        inside = (weeks >= first) & (weeks <= last + pd.Timedelta(days=7))
        place = components.index(str(span.source)), sectors.index(str(span.sector))
        jump[inside, place[0], place[1]] = settings.redraw_jump**2
    return jump


def _usual_rate(rows: pd.DataFrame, record: Record, quantity: str, settings: Settings) -> float:
    """Median over all figures about either side of the weekly rate that they imply."""
    start = pd.Timestamp(record.start)

    def median(of: str) -> float:
        chosen = rows[rows["quantity"] == of]
        weeks = (chosen["date"] - start).dt.days / 7 + 1
        rates = chosen["value"] / weeks
        return float(rates[rates > 0].median()) if (rates > 0).any() else 0.0

    ratio = settings.deaths_per_casualty
    deaths = quantity == "deaths_persons"
    other = "casualties_persons" if deaths else "deaths_persons"
    fallback = settings.fallback_casualties_per_week * (ratio if deaths else 1.0)
    return median(quantity) or median(other) * (ratio if deaths else 1 / ratio) or fallback
