"""One sweep of the sampler over a block: a Markov move that leaves the posterior as it is.

    scales   random-walk Metropolis on the log scales of each series, states integrated out, several
             times, since it costs little beside a path and moves what else moves slowest
             (`kadesh.fusion.moves.proposals`)
    shares   the sources' proportional biases of each group, states integrated out
    path     states given the rest, by the simulation smoother
    limits   one-sided reports: values with their error, given the path
    mixes    weights of the Student-t mixtures given the path
    scales   again, given the path (conjugate), and along ridges (`kadesh.fusion.moves.rescale`)

One-sided reports are used in two ways by turns. A *free* sweep leaves them out, proposes the path
(for losses shares and path) from the rest, and accepts by the reports' probability; far from the
bounds this nearly always accepts. A *pinned* sweep takes them at the values last drawn; near a
bound it moves well, far from it the drawn value pins the path. Each is exact, together they mix.
"""

from dataclasses import replace
from enum import Enum
from typing import Final

import numpy as np
from jaxtyping import Bool, Float
from scipy.special import log_ndtr

from kadesh.fusion.moves.censored import log_chance
from kadesh.fusion.moves.contrasts import draw_contrasts
from kadesh.fusion.moves.given_path import move_given_path
from kadesh.fusion.moves.population import Population
from kadesh.fusion.moves.proposals import Tuning, log_prior, propose_scales
from kadesh.fusion.moves.rescale import keep_groups
from kadesh.fusion.moves.shares import propose_shares
from kadesh.fusion.moves.workspace import Streams, Workspace, path_normals
from kadesh.fusion.paths.kalman import Reports
from kadesh.streams import generator

SCALES: Final = ("step", "turn", "noise", "drift", "usual")


class Move(Enum):
    """What a sweep does before it goes on from the path."""

    FREE = "shares, then a path without the one-sided reports"
    PINNED = "shares (for ground), scales and a path with the one-sided reports as last drawn"
    PINNED_SHARES = "shares and a path with the one-sided reports as last drawn"


GROUND_ORDER: Final = (Move.FREE, Move.PINNED, Move.PINNED, Move.PINNED, Move.PINNED)
LOSSES_ORDER: Final = (Move.FREE, Move.PINNED, Move.PINNED_SHARES, Move.PINNED)
"""In which sweeps follow each other."""


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
    now = space.log_likelihood(reports, moved) + log_prior(space, moved)
    for _ in range(space.settings.scale_moves):
        proposal, lean = propose_scales(space, moved, tuning, streams)
        then = space.log_likelihood(reports, proposal) + log_prior(space, proposal)
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
