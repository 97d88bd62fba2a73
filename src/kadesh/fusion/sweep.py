"""One sweep of the sampler over a block: a Markov move that leaves the posterior as it is.

    scales   random-walk Metropolis on the log scales of each series, states integrated out, several
             times, since it costs little beside a path and moves what else moves slowest
    shares   the sources' proportional biases of each group, states integrated out
    path     states given the rest, by the simulation smoother
    limits   one-sided reports: values with their error, given the path
    mixes    weights of the Student-t mixtures given the path
    scales   again, given the path (conjugate), and along ridges (`kadesh.fusion.rescale`)

Every second proposal of scales is along the difference of two particles drawn from an archive, the
particles as they were when proposals were tuned, and so knows which scales make up for each other
(ter Braak & Vrugt 2008, with a fixed archive, which leaves the proposal symmetric).

One-sided reports are used in two ways by turns. A *free* sweep leaves them out, proposes the path
(for losses shares and path) from the rest, and accepts by the reports' probability; far from the
bounds this nearly always accepts. A *pinned* sweep takes them at the values last drawn; near a
bound it moves well, far from it the drawn value pins the path. Each is exact, together they mix.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import log_ndtr

from kadesh.fusion.censored import log_chance
from kadesh.fusion.contrasts import draw_contrasts
from kadesh.fusion.given_path import Streams, move_given_path
from kadesh.fusion.kalman import Reports
from kadesh.fusion.population import Population
from kadesh.fusion.rescale import keep_groups
from kadesh.fusion.row_kernels import lean_rows
from kadesh.fusion.shares import ShareTuning, propose_shares, tune_shares
from kadesh.fusion.workspace import PathNormals, Workspace
from kadesh.streams import generator

SCALES: Final = ("step", "turn", "noise", "drift", "usual")
REACH: Final = 1.7
"""Length of a proposal in standard deviations of the particles; about two scales move at a time."""
SHORT: Final = 0.25
"""Length of the short proposals of scales."""
LENGTHS: Final = 0.5
"""Standard deviation of the log of the length of proposals along differences."""


class Move(Enum):
    """What a sweep does before it goes on from the path."""

    FREE = "shares, then a path without the one-sided reports"
    PINNED = "shares (for ground), scales and a path with the one-sided reports as last drawn"
    PINNED_SHARES = "shares and a path with the one-sided reports as last drawn"


GROUND_ORDER: Final = (Move.FREE, Move.PINNED, Move.PINNED, Move.PINNED, Move.PINNED)
LOSSES_ORDER: Final = (Move.FREE, Move.PINNED, Move.PINNED_SHARES, Move.PINNED)
"""In which sweeps follow each other."""


@dataclass(frozen=True, eq=False)
class Tuning:
    """How far proposals reach; fixed in the sweeps that are kept."""

    step: Float[np.ndarray, " series"]
    """Standard deviations of the proposals on the log scales."""
    turn: Float[np.ndarray, " series"]
    noise: Float[np.ndarray, "noise series"]
    drift: Float[np.ndarray, "component series"]
    usual: Float[np.ndarray, " series"]
    archive: Mapping[str, Float[np.ndarray, "*axes series particle"]]
    """Log scales of the particles as they were; 0 where there is no such scale."""
    row_lean: Float[np.ndarray, " row"]
    week_lean: Float[np.ndarray, "week series"]
    """How far each mixture weight goes with its scale, from 0 to 1."""
    shares: ShareTuning


def tune(
    space: Workspace, population: Population, seed: int, names: tuple[str | int, ...]
) -> Tuning:
    """Proposals of the particles' own spread, scaled for the number of scales of each series."""
    layout = space.layout

    def spread(scales: Float[np.ndarray, "*axes particle"]) -> Float[np.ndarray, "*axes"]:
        return np.asarray(REACH * np.clip(np.log(scales).std(axis=-1), 0.05, 2.0))

    streams = [generator(seed, "fusion", "tune", *names, str(entry)) for entry in layout.series]
    normals = path_normals(space, streams)
    rows, settings = layout.rows, space.settings
    error = (population.reported - space.signal(population)) / rows.width[:, None]
    error = (error / space.noise_scale(population)) ** 2
    change = (space.changes(population) / population.step) ** 2
    tail = settings.rate_tail if layout.is_losses else settings.ground_tail
    return Tuning(
        row_lean=(error / (settings.report_tail + error)).mean(axis=-1),
        week_lean=(change / (tail + change)).mean(axis=-1),
        step=spread(population.step),
        turn=spread(np.maximum(population.turn, 1e-12)) * (not layout.is_losses),
        noise=spread(population.noise),
        drift=spread(population.drift),
        usual=spread(population.usual) * layout.is_losses,
        archive={
            "step": np.log(population.step),
            "turn": np.log(np.maximum(population.turn, 1e-12)) * (not layout.is_losses),
            "usual": np.log(population.usual) * layout.is_losses,
            "noise": np.log(population.noise) * layout.has_noise[..., None],
            "drift": np.log(population.drift) * layout.has_component[..., None],
        },
        shares=tune_shares(space, space.reports_about, population, normals),
    )


def count_scales(space: Workspace) -> Float[np.ndarray, " series"]:
    """Scales that each series has."""
    layout = space.layout
    sources = layout.has_noise.sum(axis=0) + layout.has_component.sum(axis=0)
    return np.asarray(2.0 + sources)


def sweep(
    space: Workspace,
    population: Population,
    tuning: Tuning,
    *,
    move: Move,
    seed: int,
    names: tuple[str | int, ...],
) -> tuple[Population, Population]:
    """Move every particle once.

    Args:
        space: The block.
        population: Where the particles are.
        tuning: How far proposals reach.
        move: Which of the sweeps.
        seed: Of all streams.
        names: Of this sweep: its streams are addressed by them, the series and the group.

    Returns:
        The population with its new path and the scales it was drawn with (to keep as a draw), and
        the population at the end of the sweep (to go on from).
    """
    layout = space.layout
    streams = [generator(seed, "fusion", "sweep", *names, str(entry)) for entry in layout.series]
    group_streams = [
        generator(seed, "fusion", "shares", *names, group.name) for group in layout.groups
    ]
    if not layout.is_losses:
        population = draw_contrasts(space, population, tuning.shares, group_streams)
        if move is Move.FREE and space.one_sided.any():
            drawn = _free_path(space, population, streams)
        else:
            drawn = _pinned_scales(space, population, tuning, streams)
    elif move is Move.PINNED:
        drawn = _pinned_scales(space, population, tuning, streams)
    else:
        take = _free_shares if move is Move.FREE else _pinned_shares
        drawn = take(space, population, tuning, streams, group_streams)
    return drawn, move_given_path(space, drawn, streams, group_streams)


def _pinned_scales(
    space: Workspace, population: Population, tuning: Tuning, streams: Streams
) -> Population:
    """Several moves of the scales, each accepted by the likelihood, and a path.

    Together they are reversible without `log_possible`, so that this alone decides on the whole.
    """
    reports, moved = space.reports_all, population
    now = space.log_likelihood(reports, moved) + _log_prior(space, moved)
    for _ in range(space.settings.scale_moves):
        proposal, lean = _lean(space, tuning, moved, _proposal(space, moved, tuning, streams))
        then = space.log_likelihood(reports, proposal) + _log_prior(space, proposal)
        accept = np.log(_uniform(space, streams)) < then - now + lean
        moved, now = _keep(space, accept, proposal, moved), np.where(accept, then, now)
    moved = _with_path(space, reports, moved, streams)
    gain = log_possible(space, moved) - log_possible(space, population)
    return _keep(space, np.log(_uniform(space, streams)) < gain, moved, population)


def _with_path(
    space: Workspace, reports: Reports, population: Population, streams: Streams
) -> Population:
    terms, done = space.filter(reports, population)
    normals = path_normals(space, streams)
    path = space.draw_path(reports, terms, done, population, normals)
    return replace(population, path=path)


def _pinned_shares(
    space: Workspace,
    population: Population,
    tuning: Tuning,
    streams: Streams,
    group_streams: Streams,
) -> Population:
    reports = space.reports_all
    proposed = propose_shares(space, reports, population, tuning.shares, group_streams)
    accept = proposed.log_uniform < proposed.log_gain
    share = np.where(accept[:, None], proposed.population.share, population.share)
    moved = replace(population, share=share)
    moved = _with_path(space, reports, moved, streams)
    possible = log_possible(space, moved) - log_possible(space, population)
    gain = np.zeros_like(proposed.log_gain)
    np.add.at(gain, space.layout.group_of, possible)
    uniform = np.stack([stream.random(space.particles) for stream in group_streams])
    return keep_groups(space, np.log(uniform) < gain, moved, population)


def _free_shares(
    space: Workspace,
    population: Population,
    tuning: Tuning,
    streams: Streams,
    group_streams: Streams,
) -> Population:
    reports = space.reports_about
    proposed = propose_shares(space, reports, population, tuning.shares, group_streams)
    proposal = _with_path(space, reports, proposed.population, streams)
    gain = proposed.log_gain.copy()
    np.add.at(gain, space.layout.group_of, _limits_gain(space, proposal, population))
    return keep_groups(space, proposed.log_uniform < gain, proposal, population)


def _free_path(space: Workspace, population: Population, streams: Streams) -> Population:
    proposal = _with_path(space, space.reports_about, population, streams)
    gain = _limits_gain(space, proposal, population)
    return _keep(space, np.log(_uniform(space, streams)) < gain, proposal, population)


def _uniform(space: Workspace, streams: Streams) -> Float[np.ndarray, "series particle"]:
    return np.stack([stream.random(space.particles) for stream in streams])


def _keep(
    space: Workspace,
    accept: Bool[np.ndarray, "series particle"],
    moved: Population,
    population: Population,
) -> Population:
    """Scales, mixes and paths of the move where it was accepted, else as they were."""
    names = (*SCALES, "week_mix", "path")
    kept = {
        n: np.where(accept, getattr(moved, n), getattr(population, n))
        for n in names
        if getattr(moved, n) is not getattr(population, n)
    }
    if moved.row_mix is not population.row_mix:
        by_row = accept[space.layout.rows.series]
        kept["row_mix"] = np.where(by_row, moved.row_mix, population.row_mix)
    return replace(population, **kept)


def _lean(
    space: Workspace, tuning: Tuning, population: Population, proposal: Population
) -> tuple[Population, Float[np.ndarray, "series particle"]]:
    """Let mixture weights go with a proposal of their scale, each as far as it leans on it.

    An outlier's weight is what its error and the scale make it, so that error and not scale is what
    stays: its weight goes with the squared scale. An ordinary weight hardly does. A weight leans by
    a share a between the two, fixed when proposals are tuned, and is multiplied by f^(2a) where
    its scale is by f; returned is the log of its prior's ratio and of the Jacobian.
    """
    layout, settings = space.layout, space.settings
    tail = settings.rate_tail if layout.is_losses else settings.ground_tail
    size = population.noise.shape[-1]
    shift = np.log(proposal.noise / population.noise).reshape(-1, size)
    row_mix, gain = lean_rows(
        population.row_mix, tuning.row_lean, space.noise_place, layout.rows.series, shift,
        settings.report_tail, len(layout.series),
    )  # fmt: skip
    shift = np.log(proposal.step * proposal.usual / (population.step * population.usual))
    power = 2 * tuning.week_lean[..., None] * shift
    week_mix = population.week_mix * np.exp(power)
    gain += tail / 2 * (power - (week_mix - population.week_mix)).sum(axis=0)
    return replace(proposal, row_mix=row_mix, week_mix=week_mix), gain


def log_possible(space: Workspace, population: Population) -> Float[np.ndarray, "series particle"]:
    """Log of how possible a path is: nobody holds less than nothing, nobody comes back to life.

    The probability that the least level (for losses, the least weekly rate) is not below zero by
    more than an error: one factor for the whole path, so that a long time at zero is not pushed up.
    """
    layout, settings = space.layout, space.settings
    if layout.is_losses:
        least = population.path[1].min(axis=0) / population.usual + 1
        return np.asarray(log_ndtr(least / settings.least_rate_error))
    error = settings.least_level_share * layout.extent[:, None]
    return np.asarray(log_ndtr(population.path[0].min(axis=0) / error))


def _proposal(
    space: Workspace, population: Population, tuning: Tuning, streams: Streams
) -> Population:
    layout = space.layout

    def jump(sources: int) -> Float[np.ndarray, "source series particle"]:
        draws = [stream.standard_normal((sources, space.particles)) for stream in streams]
        return np.stack(draws, axis=1)

    # Half the proposals that follow are short: where the particles sit in separate modes, their
    # spread is far more than the width of any mode.
    half = np.stack([stream.random(space.particles) < 0.5 for stream in streams])
    short = np.where(half, SHORT, 1.0)
    few = 2 / count_scales(space)

    def some(sources: int) -> Float[np.ndarray, "source series particle"]:
        moved = np.stack([s.random((sources, space.particles)) for s in streams], axis=1)
        return np.asarray(short * jump(sources) * (moved < few[:, None]))

    step, turn, usual = some(3)
    log_step, log_usual = tuning.step[:, None] * step, tuning.usual[:, None] * usual
    if layout.is_losses:
        # A third of the proposals keep the size of weekly changes and shift what is usual.
        ridge = np.stack([stream.random(space.particles) < 1 / 3 for stream in streams])
        log_usual = np.where(ridge, short * tuning.usual[:, None] * jump(1)[0], log_usual)
        log_step = np.where(ridge, -log_usual, log_step)
    noise, drift = some(len(layout.noises)), some(len(layout.components))
    moves = {
        "step": log_step,
        "turn": tuning.turn[:, None] * turn,
        "usual": log_usual,
        "noise": (tuning.noise * layout.has_noise)[..., None] * noise,
        "drift": (tuning.drift * layout.has_component)[..., None] * drift,
    }
    # Every second proposal goes along the difference of two particles of the archive.
    along = np.stack([stream.random(space.particles) < 0.5 for stream in streams])
    apart = _differences(space, tuning, streams)
    return replace(
        population,
        **{
            name: getattr(population, name) * np.exp(np.where(along, apart[name], move))
            for name, move in moves.items()
        },
    )


def _differences(
    space: Workspace, tuning: Tuning, streams: Streams
) -> dict[str, Float[np.ndarray, "*axes series particle"]]:
    """Differences of the log scales of two particles of the archive, at the length for so many."""
    pairs = np.stack([s.integers(0, space.particles, (2, space.particles)) for s in streams], 1)
    jitter = np.stack([stream.standard_normal(space.particles) for stream in streams])
    length = (REACH / np.sqrt(count_scales(space)))[:, None] * np.exp(LENGTHS * jitter)

    def between(logs: Float[np.ndarray, "*axes series particle"]) -> Float[np.ndarray, "*axes"]:
        first, second = (
            np.take_along_axis(logs, np.broadcast_to(pair, logs.shape), axis=-1) for pair in pairs
        )
        return np.asarray(length * (first - second))

    return {name: between(logs) for name, logs in tuning.archive.items()}


def _log_prior(space: Workspace, population: Population) -> Float[np.ndarray, "series particle"]:
    """Log density of the log scales (scaled inverse chi-square squares), up to a constant."""
    layout, settings = space.layout, space.settings

    def density(
        scale: Float[np.ndarray, "*axes"],
        prior: float | Float[np.ndarray, "series one"],
        weight: float,
    ) -> Float[np.ndarray, "*axes"]:
        ratio = scale / prior
        return np.asarray(-weight * np.log(ratio) - weight / 2 / ratio**2)

    total = density(population.step, layout.step_scale[:, None], settings.prior_weight)
    noise = density(population.noise, settings.noise_scale, settings.noise_weight)
    drift = density(population.drift, settings.bias_drift, settings.drift_weight)
    noise = noise * layout.has_noise[..., None]
    drift = drift * layout.has_component[..., None]
    total = total + noise.sum(axis=0) + drift.sum(axis=0)
    if layout.is_losses:
        distance = np.log(population.usual / layout.usual_rate[:, None])
        total = total - 0.5 * (distance / settings.usual_rate_log_sd) ** 2
    else:
        total = total + density(population.turn, layout.turn_scale[:, None], settings.prior_weight)
    return np.asarray(total)


def path_normals(space: Workspace, streams: Streams) -> PathNormals:
    """The standard normals of one path draw, each series' from its own stream."""
    layout, particles = space.layout, space.particles
    rows = np.bincount(layout.rows.series, minlength=len(layout.series))
    shape = (len(layout.components), layout.weeks + 1, particles)
    draw = [
        (
            stream.standard_normal((2, layout.weeks, particles)),
            stream.standard_normal(particles),
            stream.standard_normal(shape),
            stream.standard_normal((int(count), particles)),
        )
        for stream, count in zip(streams, rows, strict=True)
    ]
    return PathNormals(
        week=np.stack([entry[0][0] for entry in draw], axis=1),
        turn=np.stack([entry[0][1] for entry in draw], axis=1),
        rate=np.stack([entry[1] for entry in draw]),
        bias=np.stack([entry[2] for entry in draw], axis=2),
        row=np.concatenate([entry[3] for entry in draw]),
    )


def _limits_gain(
    space: Workspace, proposal: Population, population: Population
) -> Float[np.ndarray, "series particle"]:
    """Log ratio of what a free sweep left out: the one-sided reports, and what is possible."""
    rows, chosen = space.layout.rows, space.one_sided
    total = log_possible(space, proposal) - log_possible(space, population)
    for sign, part in ((1, proposal), (-1, population)):
        chance = log_chance(
            space.signal(part)[chosen], rows.value[chosen], rows.width[chosen], rows.form[chosen]
        )
        np.add.at(total, rows.series[chosen], sign * chance)
    return np.asarray(total)
