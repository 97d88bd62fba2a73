"""Carry particles over to newly published reports: first path, weights, resampling.

The weights are approximate: the mixture weights of new reports and weeks are set to common plug-in
values (their expectation given a first path, averaged over the particles), so that they do not tell
one particle from another; what remains is how well each particle's scales and biases predicted the
new reports. Weights are by series, since given the common biases the series do not touch. They only
choose where the sweeps start; the sweeps are what makes the draws right.

A particle may also be lost in a mode that later reports have made absurd (a column of tanks that
every map shows is an outlier of every map), which sweeps leave only by chance. One whose joint
density lies far below the others' gets no weight.
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float

from kadesh.fusion.moves.censored import augment, log_chance
from kadesh.fusion.moves.population import Population
from kadesh.fusion.moves.workspace import Workspace, path_normals
from kadesh.streams import generator


def reweight(
    space: Workspace,
    population: Population,
    fresh: Bool[np.ndarray, " row"],
    old_weeks: int,
    seed: int,
    names: tuple[str, ...],
) -> tuple[Population, Float[np.ndarray, " series"]]:
    """Weight the particles by the new reports, and resample the series that this has thinned out.

    Args:
        space: The block with the new reports.
        population: Particles carried over to it.
        fresh: Which reports are new.
        old_weeks: Weeks that the particles had seen.
        seed: Of all streams.
        names: Of this rung.

    Returns:
        The population, and each series' effective sample size as a share of the particles.
    """
    population = first_path(space, population, fresh, old_weeks, seed, names)
    weights = _log_weights(space, population, fresh)
    weights[_lost(space, population, fresh, old_weeks)] = -np.inf
    settings = space.settings
    effective = np.ones(len(space.layout.series))
    ancestors = np.tile(np.arange(settings.particles), (len(space.layout.series), 1))
    for index, entry in enumerate(space.layout.series):
        highest = weights[index].max()
        share = np.exp(weights[index] - (highest if np.isfinite(highest) else 0.0))
        effective[index] = share.sum() ** 2 / (share**2).sum() / settings.particles
        stream = generator(seed, "fusion", "resample", *names, str(entry))
        islands = share.reshape(settings.islands, settings.island_particles)
        ancestors[index] = _ancestors(islands, settings.resample_below, stream)
    return _take(space, population, ancestors), effective


def first_path(
    space: Workspace,
    population: Population,
    fresh: Bool[np.ndarray, " row"],
    old_weeks: int,
    seed: int,
    names: tuple[str, ...],
) -> Population:
    """Draw a path through all reports but new bounds, and set what is new from it."""
    layout, rows, settings = space.layout, space.layout.rows, space.settings
    streams = [generator(seed, "fusion", "first", *names, str(entry)) for entry in layout.series]
    bounds = space.one_sided
    reports = space.reports(~(bounds & fresh))
    terms, done = space.filter(reports, population)
    path = space.draw_path(reports, terms, done, population, path_normals(space, streams))
    population = replace(population, path=path)
    signal = space.signal(population)

    plain = replace(population, row_mix=np.ones_like(population.row_mix))
    scale = np.sqrt(space.noise_variance(plain))
    square = ((population.reported - signal) / scale) ** 2
    row_mix, reported = population.row_mix.copy(), population.reported.copy()
    tail = settings.report_tail
    chosen = fresh & ~bounds
    row_mix[chosen] = ((tail + 1) / (tail + square[chosen])).mean(axis=1, keepdims=True)
    if (chosen := fresh & bounds).any():
        uniform = generator(seed, "fusion", "bounds", *names).random(signal.shape)
        reported[chosen] = augment(
            signal[chosen], rows.value[chosen], rows.width[chosen], rows.form[chosen],
            uniform[chosen],
        )  # fmt: skip
    square = (space.changes(population) / population.step) ** 2
    tail = settings.rate_tail if layout.is_losses else settings.ground_tail
    heard = np.zeros((layout.weeks, len(layout.series)), dtype=bool)
    heard[rows.week, rows.series] = True
    heard[:old_weeks] = False
    plain_mix = ((tail + 1) / (tail + square)).mean(axis=-1, keepdims=True)
    week_mix = np.where(heard[..., None], plain_mix, population.week_mix)
    return replace(population, row_mix=row_mix, reported=reported, week_mix=week_mix)


def _log_weights(
    space: Workspace, population: Population, fresh: Bool[np.ndarray, " row"]
) -> Float[np.ndarray, "series particle"]:
    """Log predictive density of the new reports given the old, by series and particle."""
    rows, bounds = space.layout.rows, space.one_sided
    whole, before = (
        space.filter(space.reports(use), population)[1].log_likelihood
        for use in (~(bounds & fresh), ~fresh)
    )
    weights = whole - before
    if (chosen := fresh & bounds).any():
        signal = space.signal(population)
        chance = log_chance(
            signal[chosen], rows.value[chosen], rows.width[chosen], rows.form[chosen]
        )
        np.add.at(weights, rows.series[chosen], chance)
    return np.asarray(weights)


def _lost(
    space: Workspace, population: Population, fresh: Bool[np.ndarray, " row"], old_weeks: int
) -> Bool[np.ndarray, "series particle"]:
    """Particles whose path and old reports are far less likely than the others' (by series).

    The density is that of weekly changes and report errors with the mixture weights integrated out
    (Student's t). Its spread between good particles is the square root of half its terms; lost is
    what lies five times that below the median.
    """
    layout, rows, settings = space.layout, space.layout.rows, space.settings
    tail = settings.rate_tail if layout.is_losses else settings.ground_tail
    change = space.changes(population)[:old_weeks] / population.step
    density = -(tail + 1) / 2 * np.log1p(change**2 / tail) - np.log(population.step)
    total = density.sum(axis=0)
    chosen = ~fresh & ~space.one_sided
    scale = space.noise_scale(population)[chosen]
    error = (population.reported - space.signal(population))[chosen]
    error = error / (rows.width[chosen, None] * scale)
    tail = settings.report_tail
    np.add.at(
        total,
        rows.series[chosen],
        -(tail + 1) / 2 * np.log1p(error**2 / tail) - np.log(scale),
    )
    terms = old_weeks + np.bincount(rows.series[chosen], minlength=len(layout.series))
    far = 5 * np.sqrt(terms / 2)
    return np.asarray(total < np.median(total, axis=1, keepdims=True) - far[:, None])


def _ancestors(
    weights: Float[np.ndarray, "island particle"], below: float, stream: np.random.Generator
) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Systematic resampling of each island on its own, where its weights have become uneven."""
    islands, size = weights.shape
    uniform = stream.random((islands,))
    chosen = np.tile(np.arange(size), (islands, 1))
    highest = np.maximum(weights.max(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    shares = np.asarray(weights / highest)
    for island in range(islands):
        share = shares[island]
        if not share.any():
            continue
        effective = share.sum() ** 2 / (share**2).sum()
        if share.all() and effective >= below * size:
            continue
        edges = np.cumsum(share) / share.sum()
        places = (float(uniform[island]) + np.arange(size)) / size
        chosen[island] = np.minimum(np.searchsorted(edges, places, side="right"), size - 1)
    return np.asarray(chosen + size * np.arange(islands)[:, None]).reshape(-1)


def _take(
    space: Workspace,
    population: Population,
    ancestors: "np.ndarray[tuple[int, int], np.dtype[np.int64]]",
) -> Population:
    """Each series of each particle from its ancestor; the common shares stay where they are."""
    by_row = ancestors[space.layout.rows.series]

    def pick(part: Float[np.ndarray, "*axes series particle"]) -> Float[np.ndarray, "*axes"]:
        index = np.broadcast_to(ancestors, part.shape)
        return np.take_along_axis(part, index, axis=-1)

    return replace(
        population,
        step=pick(population.step),
        turn=pick(population.turn),
        noise=pick(population.noise),
        drift=pick(population.drift),
        spread=pick(population.spread),
        usual=pick(population.usual),
        week_mix=pick(population.week_mix),
        path=pick(population.path),
        row_mix=np.take_along_axis(population.row_mix, by_row, axis=1),
        reported=np.take_along_axis(population.reported, by_row, axis=1),
    )
