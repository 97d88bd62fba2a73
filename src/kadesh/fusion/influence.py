"""What each published figure does to a reconstructed quantity, by first order.

At the posterior means of the structural parameters (scales, mixture weights) the model is linear
and normal in the figures, so a linear functional of the levels has the posterior mean

    f = w'E[x | y],    df/dy = S^-1 u + S_c^-1 H M^-1 (f_b - H'S^-1 u),    u = cov(y, w'x),

with S the reports' covariance under the paths, H the regressors of the unknown biases b (for
losses also of the usual rate), M their posterior precision, and S_c the covariance under which they
are learnt: S for losses, for ground the one with a free level in every week
(`fusion.moves.contrasts`). A bound counts as a report with the variance that its curvature gives.

A figure that moves far becomes an outlier, and its weight falls (Student's t noise). With u its
distance from what all others say, c the variance of that, and v(u) the noise variance that goes
with u, its part in f is k u / (v(u) + c), and k follows from df/dy. From this come the largest
moves of f that the figure can make within its interval. All else is held; `refit` holds nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from kadesh.errors import argument_mistake
from kadesh.fusion.paths.layout import Group, Layout, lay_out
from kadesh.fusion.reconstruct import inputs_of, settings_of
from kadesh.fusion.reconstruction import Reconstruction
from kadesh.fusion.record import Known, Record
from kadesh.fusion.settings import Settings
from kadesh.fusion.structure import block_of
from kadesh.war import War


@dataclass(frozen=True)
class Point:
    """One term of a functional: a weight on a level at the end of a day."""

    quantity: str
    """`held_km2`, `contested_km2`, `casualties_persons` or `deaths_persons`."""
    place: str
    """A sector for ground, a side for losses."""
    day: date
    weight: float = 1.0


def influence(war: War, made: Reconstruction, points: Sequence[Point]) -> pd.DataFrame:
    """How the posterior mean of a sum of levels moves with each figure.

    Args:
        war: The war that `made` was made from.
        made: The reconstruction.
        points: The functional, for instance a net change: weight 1 at its end, -1 at its start.

    Returns:
        One line per figure that counts: `id`, `source`, `date`, `quantity`, `side`, `sector`,
        `value`; `derivative`; `interval_low`, `interval_high`: the row's own bounds, else the
        source's figure interval; `shift_low`, `shift_high`: the largest change of the functional
        that the figure makes when it is moved down (up) within its interval; `at_low`, `at_high`:
        the value at which it does. The ones that can move the functional most come first.
    """
    record, rows = inputs_of(war, made)
    return influence_of(record, rows, made, points)


def influence_of(
    record: Record, known: Known, made: Reconstruction, points: Sequence[Point]
) -> pd.DataFrame:
    """`influence` from the record and rows that the reconstruction was made from."""
    weeks, settings = made.weeks, settings_of(made)
    found: dict[str, _Lever] = {}
    for kind in ("contested_km2", "held_km2", "losses"):
        wanted = [point for point in points if _kind(point.quantity) == kind]
        if wanted:
            layout = lay_out(record, known.rows, weeks, kind, settings)
            found |= _block(layout, block_of(made.structure, kind), weeks, wanted, settings)
    rows = known.rows[known.rows["id"].isin(found)]
    publishers = rows["source"].map(record.publishers)
    half = [
        publisher.interval_absolute + publisher.interval_share * abs(value)
        for publisher, value in zip(publishers, rows["value"], strict=True)
    ]
    value = rows["value"].to_numpy()
    low = np.maximum(rows["low"].fillna(rows["value"] - half).to_numpy(), 0.0)
    high = rows["high"].fillna(rows["value"] + half).to_numpy()
    levers = [found[key] for key in rows["id"]]
    shift_low, move_low = _reach(levers, low - value, settings.report_tail)
    shift_high, move_high = _reach(levers, high - value, settings.report_tail)
    table = pd.DataFrame(
        {
            "id": rows["id"],
            "source": rows["source"],
            "date": rows["date"],
            "quantity": rows["reported_as"],
            "side": rows["side"],
            "sector": rows["sector"],
            "value": value,
            "derivative": [lever.derivative for lever in levers],
            "interval_low": low,
            "interval_high": high,
            "shift_low": shift_low,
            "shift_high": shift_high,
            "at_low": value + move_low,
            "at_high": value + move_high,
        }
    )
    most = np.maximum(np.abs(shift_low), np.abs(shift_high))
    order = np.lexsort((rows["id"].to_numpy(), -most))
    return table.iloc[order].reset_index(drop=True)


@dataclass(frozen=True)
class _Lever:
    """What one figure does to the functional."""

    derivative: float
    noise: float
    """Variance of its noise with its mixture weight,"""
    plain: float
    """and without."""
    others: float
    """Variance of what all other figures say in its place."""
    distance: float
    """From what they say."""
    is_bound: bool


def _reach(
    levers: Sequence[_Lever], move: Float[np.ndarray, " row"], tail: float
) -> tuple[Float[np.ndarray, " row"], Float[np.ndarray, " row"]]:
    """The largest change of the functional for moves up to `move`, and the moves that make it."""
    names = ("derivative", "noise", "plain", "others", "distance")
    derivative, noise, plain, others, distance = (
        np.array([getattr(lever, name) for lever in levers])[:, None] for name in names
    )
    is_bound = np.array([lever.is_bound for lever in levers])[:, None]
    moves = move[:, None] * np.arange(0.0, 1.01, 0.05)
    away = distance + moves
    variance = np.broadcast_to(noise, away.shape)
    for _ in range(50):
        error = away * variance / (variance + others)
        variance = (tail * plain + error**2) / (tail + 1)
    pull = away / (variance + others)
    robust = derivative * (noise + others) * (pull - pull[:, :1])
    shifts = np.where(is_bound, derivative * moves, robust)
    best = np.abs(shifts).argmax(axis=1)
    rows = np.arange(len(levers))
    return shifts[rows, best], moves[rows, best]


def _kind(quantity: str) -> str:
    if quantity in {"held_km2", "contested_km2"}:
        return quantity
    if quantity in {"casualties_persons", "deaths_persons"}:
        return "losses"
    expected = "held_km2, contested_km2, casualties_persons or deaths_persons"
    raise argument_mistake("quantity", quantity, expected, "Use one of them")


@dataclass(frozen=True, eq=False)
class _Design:
    """One series as a linear map from independent normals to reports and to the functional."""

    rows: Int[np.ndarray, " row"]
    cause: Float[np.ndarray, "row shock"]
    variance: Float[np.ndarray, " shock"]
    free: Float[np.ndarray, " shock"]
    """The variance with a free level in every week."""
    noise: Float[np.ndarray, " row"]
    regressors: Float[np.ndarray, "row unknown"]
    target: Float[np.ndarray, " shock"]
    target_unknown: Float[np.ndarray, " unknown"]


def _block(
    layout: Layout,
    structure: Mapping[str, np.ndarray],
    weeks: pd.DatetimeIndex,
    points: Sequence[Point],
    settings: Settings,
) -> dict[str, _Lever]:
    weights = _weights(layout, weeks, points)
    found: dict[str, _Lever] = {}
    for index, group in enumerate(layout.groups):
        inside = [series for series in group.series if weights[series].any()]
        if not inside:
            continue
        designs = [
            _design(layout, structure, index, group, series, weights[series], settings)
            for series in group.series
        ]
        precision, target = _prior(layout, group, settings), np.zeros(_unknowns(layout, group))
        learning, direct, precise = [], [], []
        for design in designs:
            spread = (design.cause * design.variance) @ design.cause.T + np.diag(design.noise)
            free = (design.cause * design.free) @ design.cause.T + np.diag(design.noise)
            covered = design.cause @ (design.variance * design.target)
            inverse = np.linalg.inv(spread)
            direct.append(inverse @ covered)
            precise.append(np.diag(inverse))
            learning.append(np.linalg.solve(free, design.regressors))
            precision = precision + design.regressors.T @ learning[-1]
            target = target + design.target_unknown - design.regressors.T @ direct[-1]
        lever = np.linalg.solve(precision, target)
        for design, own, learnt, sure in zip(designs, direct, learning, precise, strict=True):
            derivative = own + learnt @ lever
            for place, row in enumerate(design.rows.tolist()):
                noise = float(design.noise[place])
                others = max(float(1 / sure[place]) - noise, 0.0)
                found[layout.rows.id[row]] = _Lever(
                    derivative=float(derivative[place]),
                    noise=noise,
                    plain=float(structure["plain_variance"][row]),
                    others=others,
                    distance=float(structure["error_mean"][row]) * (noise + others) / noise,
                    is_bound=bool(layout.rows.form[row] != 0),
                )
    return found


def _weights(
    layout: Layout, weeks: pd.DatetimeIndex, points: Sequence[Point]
) -> Float[np.ndarray, "series week"]:
    weights = np.zeros((len(layout.series), len(weeks)))
    for point in points:
        matches = [
            index
            for index, entry in enumerate(layout.series)
            if entry.quantity == point.quantity and point.place in (entry.sector or entry.side,)
        ]
        if not matches:
            known = sorted({entry.sector or entry.side for entry in layout.series})
            remedy = "Use one of " + ", ".join(known)
            raise argument_mistake("place", point.place, f"a place of {point.quantity}", remedy)
        time = (pd.Timestamp(point.day) - weeks[0]).days / 7
        if not -1 <= time <= len(weeks) - 1:
            expected = f"a day up to {weeks[-1].date()}"
            raise argument_mistake("day", str(point.day), expected, "Use a later vantage date")
        before, part = int(np.floor(time)), time - np.floor(time)
        for week, share in ((before, 1 - part), (before + 1, part)):
            if share > 0 and week >= 0:
                weights[matches[0], week] += share * point.weight
    return weights


def _unknowns(layout: Layout, group: Group) -> int:
    return len(group.sources) + (1 if layout.is_losses else 0)


def _prior(
    layout: Layout, group: Group, settings: Settings
) -> Float[np.ndarray, "unknown unknown"]:
    precision = list(group.share_sd**-2.0)
    if layout.is_losses:
        precision.append(settings.usual_rate_log_sd**-2)
    return np.diag(precision)


def _design(
    layout: Layout,
    structure: Mapping[str, np.ndarray],
    group_index: int,
    group: Group,
    series: int,
    weights: Float[np.ndarray, " week"],
    settings: Settings,
) -> _Design:
    """Shocks in the order: first rate, rate by week, level by week, then each component's."""
    rows, weeks = layout.rows, layout.weeks
    chosen = np.flatnonzero(rows.series == series)
    memory = settings.rate_memory if layout.is_losses else settings.trend_memory
    lag = np.subtract.outer(np.arange(weeks), np.arange(weeks))
    rate = np.where(lag >= 0, memory ** np.maximum(lag, 0), 0.0)
    first = memory ** np.arange(1.0, weeks + 1)
    to_rate = np.concatenate([first[:, None], rate, np.zeros((weeks, weeks))], axis=1)
    to_level = np.concatenate(
        [first.cumsum()[:, None], rate.cumsum(axis=0), np.tril(np.ones((weeks, weeks)))], axis=1
    )
    mixed = structure["mixed_variance"][:, series]
    turn = np.full(weeks, structure["turn_variance"][series])
    usual = structure["usual_mean"][series]
    start = (settings.rate_spread * usual) ** 2 if layout.is_losses else 0.0
    step, turn = (np.zeros(weeks), mixed) if layout.is_losses else (mixed, turn)
    variance = [np.array([start]), turn, step]
    week, ago = rows.week[chosen], rows.ago[chosen, None]
    size = len(group.sources)
    chain = rows.chain[chosen, :size]
    shown = np.exp(chain @ structure["share_mean"][group_index, :size])
    cause = [shown[:, None] * (to_level[week] - ago * to_rate[week])]
    target = [weights @ to_level]
    for place in np.flatnonzero(layout.has_component[:, series]):
        reaches = np.tril(np.ones((weeks, weeks + 1)), k=1)[week]
        mine = rows.component[chosen] == place
        cause.append(np.where(mine, rows.load[chosen], 0.0)[:, None] * reaches)
        drift = np.full(weeks, structure["drift_variance"][place, series])
        drift = drift + layout.jump[:, place, series]
        begin = settings.bias_start**2 * structure["spread_variance"][series]
        variance.append(np.concatenate([[begin], drift]))
        target.append(np.zeros(weeks + 1))
    regressors = (shown * structure["level_seen"][chosen])[:, None] * chain
    target_unknown = np.zeros(_unknowns(layout, group))
    if layout.is_losses:
        # The path is relative to the usual rate, so that this scales all of it, as a bias does;
        # what tells the two apart is their priors alone.
        seen = shown * structure["level_seen"][chosen]
        regressors = np.concatenate([regressors, seen[:, None]], axis=1)
        target_unknown[-1] = weights @ structure["level_mean"][:, series]
    variances = np.concatenate(variance)
    free = variances.copy()
    if not layout.is_losses:
        free[1 + weeks : 1 + 2 * weeks] = layout.capacity[series] ** 2
    return _Design(
        rows=chosen,
        cause=np.concatenate(cause, axis=1),
        variance=variances,
        free=free,
        noise=structure["noise_variance"][chosen],
        regressors=regressors,
        target=np.concatenate(target),
        target_unknown=target_unknown,
    )
