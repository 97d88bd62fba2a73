"""Draws of one-sided reports, mixture weights and scales given the path."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from jaxtyping import Float, Shaped

from kadesh.fusion.moves.censored import augment
from kadesh.fusion.moves.population import Population
from kadesh.fusion.moves.rescale import rescale_losses, stretch_drift
from kadesh.fusion.moves.row_kernels import log1p_sums
from kadesh.fusion.moves.workspace import Streams, Workspace
from kadesh.fusion.paths.kalman import BASE

STRIDE: Final = 2.4
"""Length of a proposal on a log scale in its standard deviations (Gelman, Roberts & Gilks 1996)."""
TAIL_MOVES: Final = 3
"""Such proposals in a sweep."""


def move_given_path(
    space: Workspace, population: Population, streams: Streams, group_streams: Streams
) -> Population:
    """Everything but path and shares, given them, and the moves of `fusion.moves.rescale`."""
    size = space.particles
    normal = np.stack([stream.standard_normal(size) for stream in group_streams])
    uniform = np.stack([stream.random(size) for stream in group_streams])
    population = rescale_losses(space, population, normal, uniform)
    population = _limits(space, population, streams)
    population = _report_noise(space, population, streams)
    population = _weekly_changes(space, population, streams)
    return _drifts(space, population, streams)


@dataclass(frozen=True, eq=False)
class _Family:
    """Squares of normals with one scale, by source and series, and the prior of that scale."""

    squares: Float[np.ndarray, "source series particle"]
    counts: Float[np.ndarray, "source series"]
    prior: Float[np.ndarray, "source series"]
    weight: float

    def draw(self, streams: Streams) -> Float[np.ndarray, "source series particle"]:
        """Scales given the squares (scaled inverse chi-square)."""
        shape = (self.weight + self.counts) / 2
        size = (len(self.counts), self.squares.shape[-1])
        gamma = _stack([s.standard_gamma(shape[:, j, None], size) for j, s in enumerate(streams)])
        prior = self.weight * self.prior[..., None] ** 2
        return np.asarray(np.sqrt((prior + self.squares) / 2 / gamma))


def _stack(
    draws: Sequence[Float[np.ndarray, "source particle"]],
) -> Float[np.ndarray, "source series particle"]:
    return np.stack(draws, axis=1)


def _by_row(
    space: Workspace, streams: Streams
) -> list[tuple[np.random.Generator, tuple[int, int]]]:
    each = np.bincount(space.layout.rows.series, minlength=len(streams))
    return [
        (stream, (int(size), space.particles)) for stream, size in zip(streams, each, strict=True)
    ]


def _limits(space: Workspace, population: Population, streams: Streams) -> Population:
    rows, chosen = space.layout.rows, space.one_sided
    if not chosen.any():
        return population
    uniform = np.concatenate([stream.random(size) for stream, size in _by_row(space, streams)])
    signal, reported = space.signal(population), population.reported.copy()
    reported[chosen] = augment(
        signal[chosen], rows.value[chosen], rows.width[chosen], rows.form[chosen], uniform[chosen]
    )
    return replace(population, reported=reported)


def _report_noise(space: Workspace, population: Population, streams: Streams) -> Population:
    """The learnt scales of the reports' noise, and their mixture weights."""
    layout, rows, settings = space.layout, space.layout.rows, space.settings
    tail, place = settings.report_tail, space.noise_place
    error = (population.reported - space.signal(population)) / rows.width[:, None]
    square = error**2 / tail

    def spread(noise: Float[np.ndarray, "noise series particle"]) -> np.ndarray:
        flat = noise.reshape(-1, noise.shape[-1])
        return np.asarray(log1p_sums(square, place, flat).reshape(noise.shape))

    shape = (len(layout.noises), len(streams))
    counts = np.bincount(place[place >= 0], minlength=shape[0] * shape[1]).reshape(shape)
    prior = np.full(shape, settings.noise_scale)
    noise = tail_scale(
        population.noise, spread, counts, prior, settings.noise_weight, tail, streams
    )
    population = replace(population, noise=noise)
    scale = space.noise_scale(population)
    draws = [s.standard_gamma((tail + 1) / 2, size) for s, size in _by_row(space, streams)]
    mix = 2 * np.concatenate(draws) / (tail + (error / scale) ** 2)
    mix[space.one_sided] = 1.0
    return replace(population, row_mix=mix)


def _weekly_changes(space: Workspace, population: Population, streams: Streams) -> Population:
    """The scales of the weekly changes, and their mixture weights."""
    layout, settings = space.layout, space.settings
    tail = settings.rate_tail if layout.is_losses else settings.ground_tail
    square = space.changes(population) ** 2
    weeks, lanes = len(square), square[0].size

    def spread(step: Float[np.ndarray, "one series particle"]) -> np.ndarray:
        flat, place = (square / tail).reshape(weeks, lanes), np.zeros(weeks, dtype=np.int64)
        return np.asarray(log1p_sums(flat, place, step.reshape(1, lanes)).reshape(step.shape))

    counts = np.full((1, len(streams)), float(layout.weeks))
    (step,) = tail_scale(
        population.step[None], spread, counts, layout.step_scale[None], settings.prior_weight,
        tail, streams,
    )  # fmt: skip
    size = (layout.weeks, space.particles)
    gamma = _stack([stream.standard_gamma((tail + 1) / 2, size) for stream in streams])
    mix = 2 * gamma / (tail + square / step**2)
    population = replace(population, week_mix=mix, step=step)
    if layout.is_losses:
        return population
    trend = _Family(
        squares=(space.turns(population) ** 2).sum(axis=0)[None],
        counts=counts,
        prior=layout.turn_scale[None],
        weight=settings.prior_weight,
    )
    return replace(population, turn=trend.draw(streams)[0])


def tail_scale(
    scale: Float[np.ndarray, "source series particle"],
    spread: Callable[[Float[np.ndarray, "source series particle"]], np.ndarray],
    counts: Shaped[np.ndarray, "source series"],
    prior: Float[np.ndarray, "source series"],
    weight: float,
    tail: float,
    streams: Streams,
) -> Float[np.ndarray, "source series particle"]:
    """Move the scales of Student-t errors, with their mixture weights integrated out (Metropolis).

    Mixture weights and scale hold each other fast; the errors' own density knows neither.

    Args:
        scale: The scales.
        spread: Sum over a scale's errors e of log(1 + e^2 / (tail scale^2)).
        counts: Number of errors; scales without any stay as they are.
        prior: Of the scales (their squares are scaled inverse chi-square),
        weight: and its degrees of freedom.
        tail: Degrees of freedom of the errors.
        streams: One a series.
    """

    def density(value: np.ndarray) -> np.ndarray:
        ratio = value / prior[..., None]
        own = -(weight + counts[..., None]) * np.log(ratio) - weight / 2 / ratio**2
        return np.asarray(own - (tail + 1) / 2 * spread(value))

    # The standard deviation of the log of a scale, from the information in its errors.
    information = 2 * counts * tail / (tail + 3) + 2 * weight
    reach = np.where(counts > 0, STRIDE / np.sqrt(information), 0.0)[..., None]
    size = (len(counts), scale.shape[-1])
    now = density(scale)
    for _ in range(TAIL_MOVES):
        normal = _stack([stream.standard_normal(size) for stream in streams])
        uniform = _stack([stream.random(size) for stream in streams])
        proposal = scale * np.exp(reach * normal)
        then = density(proposal)
        accept = np.log(uniform) < then - now
        scale, now = np.where(accept, proposal, scale), np.where(accept, then, now)
    return scale


def _drifts(space: Workspace, population: Population, streams: Streams) -> Population:
    """Scales of the biases' steps, given the steps and together with them."""
    layout, settings = space.layout, space.settings
    smooth_weeks = (layout.jump == 0).astype(np.float64)
    moves = np.diff(population.path[BASE:], axis=1).transpose(1, 0, 2, 3)
    counts = smooth_weeks.sum(axis=0)
    family = _Family(
        squares=(smooth_weeks[..., None] * moves**2).sum(axis=0),
        counts=counts,
        prior=np.full_like(counts, settings.bias_drift),
        weight=settings.drift_weight,
    )
    drift = np.where(layout.has_component[..., None], family.draw(streams), population.drift)
    spread = _spread(space, population, streams)
    population = replace(population, drift=drift, spread=spread)
    size = (len(layout.components), space.particles)
    normal = _stack([stream.standard_normal(size) for stream in streams])
    uniform = _stack([stream.random(size) for stream in streams])
    error = population.reported - space.signal(population)
    return stretch_drift(space, population, error, normal, uniform)


def _spread(
    space: Workspace, population: Population, streams: Streams
) -> Float[np.ndarray, "series particle"]:
    """The factor on the biases' starts, from how far they lie apart; 1 for losses.

    Only their distances from their mean count (a cut, as in `fusion.moves.contrasts`): with the
    mean in, a common error of all sources, which nothing contradicts, would widen its own prior.
    """
    if space.layout.is_losses:
        return population.spread
    settings, present = space.settings, space.layout.has_component[..., None].astype(np.float64)
    count = present.sum(axis=0)
    starts = population.path[BASE:, 0] * present / settings.bias_start
    mean = starts.sum(axis=0) / np.maximum(count, 1)
    family = _Family(
        squares=(present * (starts - mean) ** 2).sum(axis=0)[None],
        counts=np.maximum(count - 1, 0).T,
        prior=np.ones((1, len(streams))),
        weight=settings.spread_weight,
    )
    return np.where(count > 1, family.draw(streams)[0], 1.0)
