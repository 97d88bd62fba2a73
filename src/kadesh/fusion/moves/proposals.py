"""Proposals for the log scales of each series, and how far they reach.

Every second proposal of scales is along the difference of two particles drawn from an archive, the
particles as they were when proposals were tuned, and so knows which scales make up for each other
(ter Braak & Vrugt 2008, with a fixed archive, which leaves the proposal symmetric). The others are
normal, in two scales at a time on average; half of them are short.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from jaxtyping import Float

from kadesh.fusion.moves.population import Population
from kadesh.fusion.moves.row_kernels import lean_rows
from kadesh.fusion.moves.shares import ShareTuning, tune_shares
from kadesh.fusion.moves.workspace import Streams, Workspace, path_normals
from kadesh.streams import generator

REACH: Final = 1.7
"""Length of a proposal in standard deviations of the particles; about two scales move at a time."""
SHORT: Final = 0.25
"""Length of the short proposals of scales."""
LENGTHS: Final = 0.5
"""Standard deviation of the log of the length of proposals along differences."""


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


def propose_scales(
    space: Workspace, population: Population, tuning: Tuning, streams: Streams
) -> tuple[Population, Float[np.ndarray, "series particle"]]:
    """Propose log scales, with mixture weights that lean on them.

    Returns:
        The proposal, and the log of what its acceptance counts beside prior and likelihood.
    """
    return _lean(space, tuning, population, _proposal(space, population, tuning, streams))


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


def log_prior(space: Workspace, population: Population) -> Float[np.ndarray, "series particle"]:
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
