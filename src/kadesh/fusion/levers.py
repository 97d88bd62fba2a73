"""What each published figure does to a reconstructed quantity, by first order.

Given the structural parameters (scales, mixture weights) the model is linear and normal in the
figures, so a linear functional of the levels has the posterior mean

    f = w'E[x | y],    df/dy = S^-1 u + S_c^-1 H M^-1 (f_b - H'S^-1 u),    u = cov(y, w'x),

with S the reports' covariance under the paths, H the regressors of the unknown biases b (for
losses also of the usual rate), M their posterior precision, and S_c the covariance under which they
are learnt: S for losses, for ground the one with a free level in every week
(`fusion.moves.contrasts`). Each is had from the filter, without a matrix of all reports, for some
draws of the parameters, and the mean over them is given. Rival: one linear model at the parameters'
means, which is no draw's where the posterior has two modes (a front that jumps, or one that has a
pace): it made three figures of a fast front weigh less than half of one together. A bound counts as
a report with the variance that its curvature gives.

A figure that moves far becomes an outlier, and its weight falls (Student's t noise). With u its
distance from what all others say, c the variance of that, and v(u) the noise variance that goes
with u, its part in f is k u / (v(u) + c), and k follows from df/dy. From this come the largest
moves of f that the figure can make within its interval. All else is held; `refit` holds nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd
from jaxtyping import Float

from kadesh.errors import argument_mistake
from kadesh.fusion.moves.population import Population
from kadesh.fusion.moves.workspace import Workspace
from kadesh.fusion.paths.kalman import BASE, Terms, filter_pass, inverse_diagonal, remember, solve
from kadesh.fusion.paths.layout import Layout, lay_out
from kadesh.fusion.reconstruct import inputs_of, settings_of
from kadesh.fusion.reconstruction import Reconstruction
from kadesh.fusion.record import Known, Record
from kadesh.fusion.settings import Settings
from kadesh.fusion.structure import LINEAR, block_of
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


def _block(
    layout: Layout,
    structure: Mapping[str, np.ndarray],
    weeks: pd.DatetimeIndex,
    points: Sequence[Point],
    settings: Settings,
) -> dict[str, _Lever]:
    """The levers of the reports of every group of sources that the functional touches."""
    weights, rows = _weights(layout, weeks, points), layout.rows
    held = {name: structure[f"linear/{name}"] for name in LINEAR}
    noise_variance = structure["linear/noise_variance"]
    size = held["step"].shape[-1]
    space = Workspace(layout, replace(settings, islands=1, island_particles=size))
    nothing, share = np.zeros((len(rows), size)), structure["share_mean"][..., None]
    population = Population(
        **held,
        noise=np.ones((len(layout.noises), len(layout.series), size)),
        share=np.broadcast_to(share, (*share.shape[:-1], size)),
        row_mix=nothing,
        reported=nothing,
        path=np.zeros((BASE + len(layout.components), layout.weeks + 1, *space.shape)),
    )
    terms = space.terms(population, noise_variance)
    reports = space.reports_all
    done = filter_pass(reports, terms, nothing)
    covered = terms.level * space.seen_level(_path_covariance(space, terms, weights.T), None)
    direct = solve(reports, terms, done, covered)
    alone = 1 / inverse_diagonal(reports, terms, done)
    others = np.maximum(alone - noise_variance, 0.0).mean(axis=-1)
    if not layout.is_losses:
        # The biases of maps are learnt without the bounds, under a level free in every week.
        reports = space.reports_about
        terms = replace(
            terms, step=np.broadcast_to(layout.capacity[:, None] ** 2, terms.step.shape)
        )
        done = filter_pass(reports, terms, nothing)
    seen = terms.level[:, 0] * structure["level_seen"]
    found: dict[str, _Lever] = {}
    for index, group in enumerate(layout.groups):
        if not weights[list(group.series)].any():
            continue
        columns = [seen * rows.chain[:, column] for column in range(len(group.sources))]
        precision = list(group.share_sd**-2.0)
        moved = np.zeros((size, len(columns)))
        if layout.is_losses:
            # The path is relative to the usual rate, so that this scales all of it, as a bias does;
            # what tells the two apart is their priors alone.
            columns.append(seen)
            precision.append(settings.usual_rate_log_sd**-2)
            level = (weights.T * structure["level_mean"])[:, list(group.series)].sum()
            moved = np.concatenate([moved, np.full((size, 1), level)], axis=1)
        mine = np.flatnonzero(space.group_rows == index)
        design = np.stack(columns, axis=1)[mine] if columns else np.zeros((len(mine), 0))
        learnt = np.zeros((len(mine), design.shape[1], size))
        for column, regressor in enumerate(design.T):
            values = np.zeros((len(rows), size))
            values[mine] = regressor[:, None]
            learnt[:, column] = solve(reports, terms, done, values)[mine]
        known = np.diag(precision) + np.einsum("ru,rvd->duv", design, learnt)
        moved = moved - np.einsum("ru,rd->du", design, direct[mine])
        lever = np.linalg.solve(known, moved[..., None])[..., 0]
        derivative = (direct[mine] + np.einsum("rud,du->rd", learnt, lever)).mean(axis=-1)
        for place, row in enumerate(mine.tolist()):
            noise = float(structure["noise_variance"][row])
            found[rows.id[row]] = _Lever(
                derivative=float(derivative[place]),
                noise=noise,
                plain=float(structure["plain_variance"][row]),
                others=float(others[row]),
                distance=float(structure["error_mean"][row]) * (noise + others[row]) / noise,
                is_bound=bool(rows.form[row] != 0),
            )
    return found


def _path_covariance(
    space: Workspace, terms: Terms, weights: Float[np.ndarray, "week series"]
) -> Float[np.ndarray, "state time series particle"]:
    """Covariance of level and rate, before anything is reported, with the sum of weighted levels.

    A shock to the level at week t moves the sum by the weights from t on; one to the rate also by
    what is left of it later.
    """
    memory = space.rate_memory
    by_level = weights[::-1].cumsum(axis=0)[::-1][..., None]
    by_rate = by_level.copy()
    for week in range(len(weights) - 2, -1, -1):
        by_rate[week] += memory * by_rate[week + 1]
    path = np.zeros((BASE, len(weights) + 1, *space.shape))
    path[1, 0] = terms.start[1] * memory * by_rate[0]
    path[1, 1:] = terms.turn * by_rate
    remember(path[1], memory)
    path[0, 1:] = (path[1, 1:] + terms.step * by_level).cumsum(axis=0)
    return path


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
