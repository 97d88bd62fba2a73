"""The particles of one block: what each of them believes about the unknowns of the fit."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from jaxtyping import Float

from kadesh.fusion.paths.kalman import BASE
from kadesh.fusion.paths.layout import Layout
from kadesh.fusion.settings import Settings
from kadesh.streams import generator

NEW_WEEK: Final = 0.1
"""Standard deviation with which a new week starts, as a share of what there is to take: loose, so
that the first path follows the reports. A path that does not would take them for outliers, and
mixture weights given a path are slow to find out. (For losses, in units of the usual rate.)"""


@dataclass(frozen=True, eq=False)
class Population:
    """Unknowns of a block by particle; scales are standard deviations."""

    step: Float[np.ndarray, "series particle"]
    """Weekly change: km2, or for losses the share of the usual rate."""
    turn: Float[np.ndarray, "series particle"]
    """Weekly change of the pace of ground, km2 per week; 0 for losses."""
    noise: Float[np.ndarray, "noise series particle"]
    drift: Float[np.ndarray, "component series particle"]
    spread: Float[np.ndarray, "series particle"]
    """Factor on the standard deviation of the biases' starts."""
    usual: Float[np.ndarray, "series particle"]
    """Usual weekly rate of losses; 1 for ground."""
    share: Float[np.ndarray, "group column particle"]
    """Proportional bias of each source's own, on the log scale; 0 in unused columns."""
    week_mix: Float[np.ndarray, "week series particle"]
    """Student-t weekly changes are normal with variance step^2 / week_mix."""
    row_mix: Float[np.ndarray, "row particle"]
    reported: Float[np.ndarray, "row particle"]
    """What each report says; for a one-sided one the value with its error, as last drawn."""
    path: Float[np.ndarray, "state time series particle"]
    """State before the first week and at the end of each week."""


def start(layout: Layout, settings: Settings, seed: int, *names: str) -> Population:
    """Starting values drawn from the priors, a stream for each series and group."""
    count, particles = len(layout.series), settings.particles
    step = np.empty((count, particles))
    noise = np.empty((len(layout.noises), count, particles))
    drift = np.empty((len(layout.components), count, particles))
    turn, usual = np.zeros((count, particles)), np.ones((count, particles))
    spread = np.ones((count, particles))
    for index, entry in enumerate(layout.series):
        stream = generator(seed, "fusion", "start", *names, str(entry))
        step[index] = prior_scale(
            stream, layout.step_scale[index], settings.prior_weight, particles
        )
        turn[index] = prior_scale(
            stream, layout.turn_scale[index], settings.prior_weight, particles
        )
        log_usual = settings.usual_rate_log_sd * stream.standard_normal(particles)
        if layout.is_losses:
            usual[index] = layout.usual_rate[index] * np.exp(log_usual)
    for sources, table, scale, weight in (
        (layout.noises, noise, settings.noise_scale, settings.noise_weight),
        (layout.components, drift, settings.bias_drift, settings.drift_weight),
    ):
        for place, source in enumerate(sources):
            for index, entry in enumerate(layout.series):
                stream = generator(seed, "fusion", "start", *names, str(entry), source)
                table[place, index] = prior_scale(stream, scale, weight, particles)
    share = np.zeros((len(layout.groups), layout.columns, particles))
    for place, group in enumerate(layout.groups):
        for column, source in enumerate(group.sources):
            stream = generator(seed, "fusion", "start", *names, group.name, source)
            share[place, column] = group.share_sd[column] * stream.standard_normal(particles)
    states = BASE + len(layout.components)
    return Population(
        step=step,
        turn=turn,
        noise=noise,
        drift=drift,
        spread=spread,
        usual=usual,
        share=share,
        week_mix=_new_weeks(layout, settings, step, seed, *names),
        row_mix=np.ones((len(layout.rows), particles)),
        reported=np.repeat(layout.rows.value[:, None], particles, axis=1),
        path=np.zeros((states, layout.weeks + 1, count, particles)),
    )


def _new_weeks(
    layout: Layout,
    settings: Settings,
    step: Float[np.ndarray, "series particle"],
    seed: int,
    *names: str,
) -> Float[np.ndarray, "week series particle"]:
    """Mixture weights with which weeks start: loose where there are reports, else the prior."""
    tail = settings.rate_tail if layout.is_losses else settings.ground_tail
    size = (layout.weeks, settings.particles)
    mix = np.stack(
        [
            generator(seed, "fusion", "weeks", *names, str(entry)).standard_gamma(tail / 2, size)
            for entry in layout.series
        ],
        axis=1,
    ) / (tail / 2)
    heard = np.zeros((layout.weeks, len(layout.series)), dtype=bool)
    heard[layout.rows.week, layout.rows.series] = True
    loose = (step / (NEW_WEEK * layout.extent[:, None])) ** 2
    return np.where(heard[..., None], loose, mix)


def prior_scale(
    stream: np.random.Generator, scale: float, weight: float, particles: int
) -> Float[np.ndarray, " particle"]:
    """Draws of a scale whose square is scaled inverse chi-square."""
    return np.asarray(scale * np.sqrt(weight / stream.chisquare(weight, particles)))


def carry(
    old_layout: Layout, old: Population, layout: Layout, settings: Settings, seed: int, *names: str
) -> Population:
    """The population of an earlier rung under a layout with more weeks and reports.

    What the two have in common is kept by name; the rest starts from the priors.
    """
    new = start(layout, settings, seed, *names)
    noise, drift, share = new.noise, new.drift, new.share
    for place, source in enumerate(layout.noises):
        if source in old_layout.noises:
            before = old_layout.noises.index(source)
            kept = layout.has_noise[place] & old_layout.has_noise[before]
            noise[place, kept] = old.noise[before, kept]
    for place, source in enumerate(layout.components):
        if source in old_layout.components:
            before = old_layout.components.index(source)
            kept = layout.has_component[place] & old_layout.has_component[before]
            drift[place, kept] = old.drift[before, kept]
    for place, group in enumerate(layout.groups):
        for column, source in enumerate(group.sources):
            if source in old_layout.groups[place].sources:
                before = old_layout.groups[place].sources.index(source)
                share[place, column] = old.share[place, before]
    at = {key: index for index, key in enumerate(old_layout.rows.id)}
    pairs = [(index, at[key]) for index, key in enumerate(layout.rows.id) if key in at]
    here = np.array([pair[0] for pair in pairs], dtype=np.int64)
    there = np.array([pair[1] for pair in pairs], dtype=np.int64)
    new.row_mix[here] = old.row_mix[there]
    new.reported[here] = old.reported[there]
    new.week_mix[:] = _new_weeks(layout, settings, old.step, seed, *names)
    new.week_mix[: old_layout.weeks] = old.week_mix
    return replace(new, step=old.step, turn=old.turn, spread=old.spread, usual=old.usual)
