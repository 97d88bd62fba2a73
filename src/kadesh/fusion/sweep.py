"""One sweep of the sampler over a block: a Markov move that leaves the posterior as it is.

    scales   random-walk Metropolis on the log scales of each series, states integrated out
    shares   the sources' proportional biases of each group, states integrated out
    path     states given the rest, by the simulation smoother
    limits   one-sided reports: values with their error, given the path
    mixes    weights of the Student-t mixtures given the path
    scales   again, given the path (conjugate)

Sweeps come in threes. A *free* sweep leaves one-sided reports out, proposes shares and path from
the rest, and accepts by the reports' probability; far from the bounds this nearly always accepts.
The two *pinned* sweeps take them at the values last drawn, one for the scales (Metropolis) and one
for the shares; near a bound they move well, far from it the drawn value pins the path. Each of the
three is exact, and together they mix.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

import numpy as np
from jaxtyping import Float

from kadesh.fusion.censored import augment, log_chance
from kadesh.fusion.population import Population
from kadesh.fusion.shares import ShareTuning, keep_groups, propose_shares, tune_shares
from kadesh.fusion.workspace import PathNormals, Workspace
from kadesh.streams import generator

Streams = Sequence[np.random.Generator]

SHORT: Final = 0.25
"""Length of the short proposals of scales."""


class Move(Enum):
    """What a sweep does before it goes on from the path; they are taken in this order."""

    FREE_SHARES = 0
    PINNED_SCALES = 1
    PINNED_SHARES = 2


@dataclass(frozen=True, eq=False)
class Tuning:
    """How far proposals reach; fixed in the sweeps that are kept."""

    step: Float[np.ndarray, " series"]
    """Standard deviations of the proposals on the log scales."""
    noise: Float[np.ndarray, "noise series"]
    drift: Float[np.ndarray, "component series"]
    usual: Float[np.ndarray, " series"]
    shares: ShareTuning


def tune(
    space: Workspace, population: Population, seed: int, names: tuple[str | int, ...]
) -> Tuning:
    """Proposals of the particles' own spread, scaled for the number of scales of each series."""
    layout = space.layout
    count = 1 + layout.has_noise.sum(axis=0) + layout.has_component.sum(axis=0) + layout.has_rate
    factor = 1.7 / np.sqrt(count)

    def spread(scales: Float[np.ndarray, "*axes particle"]) -> Float[np.ndarray, "*axes"]:
        return np.asarray(factor * np.clip(np.log(scales).std(axis=-1), 0.05, 1.0))

    streams = [generator(seed, "fusion", "tune", *names, str(entry)) for entry in layout.series]
    normals = path_normals(space, streams)
    return Tuning(
        step=spread(population.step),
        noise=spread(population.noise),
        drift=spread(population.drift),
        usual=spread(population.usual) * layout.has_rate,
        shares=tune_shares(space, space.steps_about, population, normals),
    )


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
        move: Which of the three sweeps.
        seed: Of all streams.
        names: Of this sweep: its streams are addressed by them, the series and the group.

    Returns:
        The population with its new path and the scales it was drawn with (to keep as a draw), and
        the population at the end of the sweep (to go on from).
    """
    layout = space.layout
    streams = [generator(seed, "fusion", "sweep", *names, str(entry)) for entry in layout.series]
    if move is Move.PINNED_SCALES:
        drawn = _pinned_scales(space, population, tuning, streams)
    else:
        group_streams = [
            generator(seed, "fusion", "shares", *names, group.name) for group in layout.groups
        ]
        free = move is Move.FREE_SHARES and space.one_sided.any()
        take = _free_shares if free else _pinned_shares
        drawn = take(space, population, tuning, streams, group_streams)
    return drawn, _given_path(space, drawn, streams)


def _pinned_scales(
    space: Workspace, population: Population, tuning: Tuning, streams: Streams
) -> Population:
    proposal = _proposal(space, population, tuning, streams)
    steps = space.steps_all
    terms, done = space.filter(steps, population, proposal)
    now, then = done.log_likelihood.reshape(2, *space.shape)
    gain = then + _log_prior(space, proposal) - now - _log_prior(space, population)
    uniform = np.stack([stream.random(space.particles) for stream in streams])
    accept = np.log(uniform) < gain
    lanes = accept.reshape(-1)
    merged = {
        name: np.where(accept, getattr(proposal, name), getattr(population, name))
        for name in ("step", "noise", "drift", "usual")
    }
    population = replace(population, **merged)
    normals = path_normals(space, streams)
    path = space.draw_path(steps, terms.chosen(lanes), done.chosen(lanes), population, normals)
    return replace(population, path=path)


def _pinned_shares(
    space: Workspace,
    population: Population,
    tuning: Tuning,
    streams: Streams,
    group_streams: Streams,
) -> Population:
    steps = space.steps_all
    proposed = propose_shares(space, steps, population, tuning.shares, group_streams)
    accept = proposed.log_uniform < proposed.log_gain
    lanes = accept[space.layout.group_of].reshape(-1)
    share = np.where(accept[:, None], proposed.population.share, population.share)
    population = replace(population, share=share)
    terms, done = proposed.terms.chosen(lanes), proposed.done.chosen(lanes)
    normals = path_normals(space, streams)
    return replace(population, path=space.draw_path(steps, terms, done, population, normals))


def _free_shares(
    space: Workspace,
    population: Population,
    tuning: Tuning,
    streams: Streams,
    group_streams: Streams,
) -> Population:
    steps = space.steps_about
    proposed = propose_shares(space, steps, population, tuning.shares, group_streams)
    second = np.ones(space.lanes, dtype=bool)
    terms, done = proposed.terms.chosen(second), proposed.done.chosen(second)
    normals = path_normals(space, streams)
    proposal = proposed.population
    proposal = replace(proposal, path=space.draw_path(steps, terms, done, proposal, normals))
    gain = proposed.log_gain
    gain = gain + _limits_chance(space, proposal) - _limits_chance(space, population)
    return keep_groups(space, proposed.log_uniform < gain, proposal, population)


def _proposal(
    space: Workspace, population: Population, tuning: Tuning, streams: Streams
) -> Population:
    layout = space.layout

    def jump(sources: int) -> Float[np.ndarray, "source series particle"]:
        draws = [stream.standard_normal((sources, space.particles)) for stream in streams]
        return np.stack(draws, axis=1)

    # Half the proposals are short: where the particles sit in separate modes, their spread is far
    # more than the width of any mode.
    half = np.stack([stream.random(space.particles) < 0.5 for stream in streams])
    short = np.where(half, SHORT, 1.0)
    step, usual = short * jump(2)
    noise, drift = short * jump(len(layout.noises)), short * jump(len(layout.components))
    return replace(
        population,
        step=population.step * np.exp(tuning.step[:, None] * step),
        usual=population.usual * np.exp(tuning.usual[:, None] * usual),
        noise=population.noise * np.exp((tuning.noise * layout.has_noise)[..., None] * noise),
        drift=population.drift * np.exp((tuning.drift * layout.has_component)[..., None] * drift),
    )


def _log_prior(space: Workspace, population: Population) -> Float[np.ndarray, "series particle"]:
    """Log density of the log scales (scaled inverse chi-square squares), up to a constant."""
    layout, settings = space.layout, space.settings
    weight = settings.prior_weight

    def density(
        scale: Float[np.ndarray, "*axes"], prior: float | Float[np.ndarray, "series one"]
    ) -> Float[np.ndarray, "*axes"]:
        ratio = scale / prior
        return np.asarray(-weight * np.log(ratio) - weight / 2 / ratio**2)

    total = density(population.step, layout.step_scale[:, None])
    noise = density(population.noise, settings.noise_scale) * layout.has_noise[..., None]
    drift = density(population.drift, settings.bias_drift) * layout.has_component[..., None]
    total = total + noise.sum(axis=0) + drift.sum(axis=0)
    if layout.has_rate:
        distance = np.log(population.usual / layout.usual_rate[:, None])
        total = total - 0.5 * (distance / settings.usual_rate_log_sd) ** 2
    return np.asarray(total)


def path_normals(space: Workspace, streams: Streams) -> PathNormals:
    """The standard normals of one path draw, each series' from its own stream."""
    layout, particles = space.layout, space.particles
    rows = np.bincount(layout.rows.series, minlength=len(layout.series))
    shape = (len(layout.components), layout.weeks + 1, particles)
    draw = [
        (
            stream.standard_normal((layout.weeks, particles)),
            stream.standard_normal(particles),
            stream.standard_normal(shape),
            stream.standard_normal((int(count), particles)),
        )
        for stream, count in zip(streams, rows, strict=True)
    ]
    return PathNormals(
        week=np.stack([entry[0] for entry in draw], axis=1),
        rate=np.stack([entry[1] for entry in draw]),
        bias=np.stack([entry[2] for entry in draw], axis=2),
        row=np.concatenate([entry[3] for entry in draw]),
    )


def _limits_chance(space: Workspace, population: Population) -> Float[np.ndarray, "group particle"]:
    """Log probability of the one-sided reports of each group given shares and path."""
    rows, chosen = space.layout.rows, space.one_sided
    signal = space.signal(population)
    chance = log_chance(signal[chosen], rows.value[chosen], rows.width[chosen], rows.form[chosen])
    groups = space.group_rows[chosen]
    parts = [chance[groups == index].sum(axis=0) for index in range(len(space.layout.groups))]
    return np.stack(parts)


def _given_path(space: Workspace, population: Population, streams: Streams) -> Population:
    """Limits, mixes and scales given the path."""
    layout, rows, settings = space.layout, space.layout.rows, space.settings
    particles, count = space.particles, len(layout.series)
    weight = settings.prior_weight
    signal = space.signal(population)
    each = np.bincount(rows.series, minlength=count)

    sizes = [(stream, (int(size), particles)) for stream, size in zip(streams, each, strict=True)]

    pseudo = population.pseudo.copy()
    uniform = np.concatenate([stream.random(size) for stream, size in sizes])
    if (chosen := space.one_sided).any():
        pseudo[chosen] = augment(
            signal[chosen], rows.value[chosen], rows.width[chosen], rows.form[chosen],
            uniform[chosen],
        )  # fmt: skip

    learnt = rows.learnt >= 0
    scale = np.ones((len(rows), particles))
    scale[learnt] = population.noise[rows.learnt[learnt], rows.series[learnt]]
    error = (rows.value[:, None] - signal) / rows.width[:, None]
    tail = settings.report_tail
    draws = [stream.standard_gamma((tail + 1) / 2, size) for stream, size in sizes]
    gamma = np.concatenate(draws)
    row_mix = np.where(space.one_sided[:, None], 1.0, 2 * gamma / (tail + (error / scale) ** 2))

    change = space.changes(population)
    tail = settings.rate_tail if layout.has_rate else settings.ground_tail
    gamma = np.stack(
        [s.standard_gamma((tail + 1) / 2, (layout.weeks, particles)) for s in streams], axis=1
    )
    week_mix = 2 * gamma / (tail + (change / population.step) ** 2)

    def conjugate(
        squares: Float[np.ndarray, "source series particle"],
        counts: Float[np.ndarray, "source series"],
        prior: Float[np.ndarray, "source series"],
    ) -> Float[np.ndarray, "source series particle"]:
        shape = (weight + counts) / 2
        draws = [
            stream.standard_gamma(shape[:, index, None], (shape.shape[0], particles))
            for index, stream in enumerate(streams)
        ]
        return np.sqrt((weight * prior[..., None] ** 2 + squares) / 2 / np.stack(draws, axis=1))

    weeks = np.full((1, count), float(layout.weeks))
    step = conjugate((week_mix * change**2).sum(axis=0)[None], weeks, layout.step_scale[None])[0]
    table = space.noise_table
    squares = (table @ (row_mix * error**2)).reshape(len(layout.noises), count, particles)
    counts = table.sum(axis=1).reshape(len(layout.noises), count)
    noise = conjugate(squares, counts, np.full_like(counts, settings.noise_scale))
    base = 2 if layout.has_rate else 1
    smooth_weeks = (layout.jump == 0).astype(np.float64)
    moves = np.diff(population.path[base:], axis=1).transpose(1, 0, 2, 3)
    squares = (smooth_weeks[..., None] * moves**2).sum(axis=0)
    counts = smooth_weeks.sum(axis=0)
    drift = conjugate(squares, counts, np.full_like(counts, settings.bias_drift))
    return replace(
        population,
        pseudo=pseudo,
        row_mix=row_mix,
        week_mix=week_mix,
        step=step,
        noise=np.where(layout.has_noise[..., None], noise, population.noise),
        drift=np.where(layout.has_component[..., None], drift, population.drift),
    )
