"""One block at one vantage date, as the filter sees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int

from kadesh.fusion.moves.population import Population
from kadesh.fusion.moves.row_kernels import noise_variances, signals
from kadesh.fusion.paths.kalman import (
    BASE,
    FilterPass,
    Reports,
    Terms,
    filter_pass,
    remember,
    smooth,
)
from kadesh.fusion.paths.layout import Layout
from kadesh.fusion.settings import Settings

Streams = Sequence[np.random.Generator]
"""A stream for each series, or for each group."""


@dataclass(frozen=True, eq=False)
class PathNormals:
    """The standard normals of one path draw."""

    week: Float[np.ndarray, "week series particle"]
    turn: Float[np.ndarray, "week series particle"]
    rate: Float[np.ndarray, "series particle"]
    bias: Float[np.ndarray, "component time series particle"]
    row: Float[np.ndarray, "row particle"]


@dataclass(frozen=True, eq=False)
class Workspace:
    """A layout for a number of particles."""

    layout: Layout
    settings: Settings

    @property
    def particles(self) -> int:
        """Particles in all."""
        return self.settings.particles

    @property
    def shape(self) -> tuple[int, int]:
        """Series and particles."""
        return len(self.layout.series), self.particles

    @property
    def rate_memory(self) -> float:
        """Share of a rate's distance from what is usual that is left after a week."""
        settings = self.settings
        return settings.rate_memory if self.layout.is_losses else settings.trend_memory

    @cached_property
    def one_sided(self) -> Bool[np.ndarray, " row"]:
        """Which reports are bounds."""
        return np.asarray(self.layout.rows.form != 0)

    @cached_property
    def group_rows(self) -> Int[np.ndarray, " row"]:
        """Group of each report."""
        return np.asarray(self.layout.group_of[self.layout.rows.series])

    @cached_property
    def reports_all(self) -> Reports:
        """Every report, one-sided ones at their pseudo values."""
        return self.reports(np.ones_like(self.one_sided))

    @cached_property
    def reports_about(self) -> Reports:
        """The reports that are not bounds."""
        return self.reports(~self.one_sided)

    def reports(self, use: Bool[np.ndarray, " row"]) -> Reports:
        """The reports as the filter sees them; it passes over those not chosen."""
        layout, rows = self.layout, self.layout.rows
        return Reports(
            weeks=layout.weeks,
            rate_memory=self.rate_memory,
            has_component=layout.has_component,
            series=rows.series,
            week=rows.week,
            component=rows.component,
            ago=rows.ago,
            load=rows.load,
            use=use,
        )

    @cached_property
    def noise_place(self) -> Int[np.ndarray, " row"]:
        """Which learnt noise scale each report has, counted by source and series; -1 without."""
        rows, series = self.layout.rows, len(self.layout.series)
        return np.where(rows.learnt >= 0, rows.learnt * series + rows.series, -1)

    def noise_variance(self, population: Population) -> Float[np.ndarray, "row particle"]:
        """Variance of each report's noise."""
        scale = population.noise.reshape(-1, population.noise.shape[-1])
        width = self.layout.rows.width
        return noise_variances(width, scale, self.noise_place, population.row_mix)

    def noise_scale(self, population: Population) -> Float[np.ndarray, "row particle"]:
        """Learnt scale of each report's noise; 1 where the width is taken as it stands."""
        rows, learnt = self.layout.rows, self.layout.rows.learnt >= 0
        scale = np.ones((len(rows), self.particles))
        scale[learnt] = population.noise[rows.learnt[learnt], rows.series[learnt]]
        return scale

    def shown(
        self, share: Float[np.ndarray, "group column particle"]
    ) -> Float[np.ndarray, "row particle"]:
        """What each report shows of the level: exp of the biases of its chain of sources."""
        shown, of = self._shown(share)
        return np.asarray(shown[of])

    def _shown(
        self, share: Float[np.ndarray, "group column particle"]
    ) -> tuple[Float[np.ndarray, "pattern particle"], Int[np.ndarray, " row"]]:
        """`shown` of the different chains of sources, and which one each report has."""
        patterns, of = self._patterns
        shown = np.ones((len(patterns), share.shape[-1]))
        for place, (group, chain) in enumerate(patterns):
            shown[place] = np.exp(chain @ share[group])
        return shown, of

    @cached_property
    def _patterns(
        self,
    ) -> tuple[list[tuple[int, Float[np.ndarray, " column"]]], Int[np.ndarray, " row"]]:
        """The different chains of sources, each with its group, and which one each report has."""
        keys = np.column_stack([self.group_rows, self.layout.rows.chain])
        unique, of = np.unique(keys, axis=0, return_inverse=True)
        return [(int(line[0]), line[1:]) for line in unique], of.reshape(-1)

    def seen_level(
        self, path: Float[np.ndarray, "state time series particle"], population: Population | None
    ) -> Float[np.ndarray, "row particle"]:
        """The level on each report's day; of a deviation where no population is given."""
        rows = self.layout.rows
        level = path[0][rows.week + 1, rows.series]
        if not self.layout.is_losses:
            return np.asarray(level)
        rate = path[1][rows.week + 1, rows.series]
        if population is not None:
            rate = rate + population.usual[rows.series]
        return np.asarray(level - rows.ago[:, None] * rate)

    def signal(self, population: Population) -> Float[np.ndarray, "row particle"]:
        """Each report but for its noise."""
        return self.seen(population.path, population.share, self.usual(population))

    def usual(self, population: Population) -> Float[np.ndarray, "series particle"]:
        """The usual rate, which is no part of the path; 0 for ground."""
        return population.usual if self.layout.is_losses else np.zeros(self.shape)

    def seen(
        self,
        path: Float[np.ndarray, "state time series particle"],
        share: Float[np.ndarray, "group column particle"],
        usual: Float[np.ndarray, "series particle"],
    ) -> Float[np.ndarray, "row particle"]:
        """What reports show of a path, its drifting biases included."""
        rows = self.layout.rows
        shown, of = self._shown(share)
        state = np.where(rows.component >= 0, BASE + rows.component, -1)
        return signals(
            path, shown, of, usual,
            rows.series, rows.week, state, rows.ago, rows.load,
        )  # fmt: skip

    def changes(self, population: Population) -> Float[np.ndarray, "week series particle"]:
        """Weekly shocks under the Student-t mixture, in the unit of their scale.

        For ground those of the level, for losses those of the rate as shares of what is usual.
        """
        level, rate = population.path[0], population.path[1]
        if self.layout.is_losses:
            return np.asarray(self.turns(population) / population.usual)
        return np.asarray(np.diff(level, axis=0) - rate[1:])

    def turns(self, population: Population) -> Float[np.ndarray, "week series particle"]:
        """Weekly shocks of the rate."""
        rate = population.path[1]
        return np.asarray(rate[1:] - self.rate_memory * rate[:-1])

    def terms(
        self, population: Population, noise: Float[np.ndarray, "row particle"] | None = None
    ) -> Terms:
        """The model's numbers under a population's unknowns; `noise` in place of its variances."""
        layout, settings = self.layout, self.settings
        mixed = (population.step * population.usual) ** 2 / population.week_mix
        steady = np.broadcast_to(population.turn**2, mixed.shape)
        step, turn = (np.zeros_like(mixed), mixed) if layout.is_losses else (mixed, steady)
        has = layout.has_component[:, :, None]
        start = np.zeros((population.path.shape[0], *self.shape))
        if layout.is_losses:
            start[1] = (settings.rate_spread * population.usual) ** 2
        start[BASE:] = has * (settings.bias_start * population.spread) ** 2
        level = self.shown(population.share)
        return Terms(
            step=step,
            turn=np.ascontiguousarray(turn),
            drift=(population.drift * has) ** 2,
            jump=layout.jump * layout.has_component,
            noise=self.noise_variance(population) if noise is None else noise,
            start=start,
            level=level,
            expected=level * self._usual_level(population),
        )

    def _usual_level(self, population: Population) -> Float[np.ndarray, "row particle"]:
        """Losses that the usual rate alone makes by each report's day; 0 for ground."""
        rows = self.layout.rows
        if not self.layout.is_losses:
            return np.zeros((len(rows), self.particles))
        time = rows.week + 1 - rows.ago
        return np.asarray(time[:, None] * population.usual[rows.series])

    def filter(self, reports: Reports, population: Population) -> tuple[Terms, FilterPass]:
        """Run the filter under a population."""
        terms = self.terms(population)
        return terms, filter_pass(reports, terms, population.reported)

    def log_likelihood(
        self, reports: Reports, population: Population
    ) -> Float[np.ndarray, "series particle"]:
        """Log density of the reports under a population, up to a constant."""
        terms = self.terms(population)
        return filter_pass(reports, terms, population.reported, keep=False).log_likelihood

    def imagine(
        self, terms: Terms, population: Population, normals: PathNormals
    ) -> tuple[Float[np.ndarray, "state time series particle"], Float[np.ndarray, "row particle"]]:
        """Draw states and reports from the model, before anything is seen."""
        layout, shape = self.layout, self.shape
        path = np.zeros((population.path.shape[0], layout.weeks + 1, *shape))
        path[1, 0] = np.sqrt(terms.start[1]) * normals.rate
        np.sqrt(terms.turn, out=path[1, 1:])
        path[1, 1:] *= normals.turn
        remember(path[1], self.rate_memory)
        usual = population.usual if layout.is_losses else 0.0
        np.sqrt(terms.step, out=path[0, 1:])
        path[0, 1:] *= normals.week
        path[0, 1:] += path[1, 1:]
        path[0, 1:] += usual
        np.cumsum(path[0, 1:], axis=0, out=path[0, 1:])
        path[BASE:] = normals.bias
        path[BASE:, 0] *= np.sqrt(terms.start[BASE:])
        path[BASE:, 1:] *= np.sqrt(terms.drift)[:, None]
        for week, component, series in np.argwhere(terms.jump > 0):
            variance = terms.drift[component, series] + terms.jump[week, component, series]
            wide = np.sqrt(variance) * normals.bias[component, week + 1, series]
            path[BASE + component, week + 1, series] = wide
        np.cumsum(path[BASE:], axis=1, out=path[BASE:])
        drawn = self.seen(path, population.share, self.usual(population))
        return path, drawn + np.sqrt(terms.noise) * normals.row

    def draw_path(
        self,
        reports: Reports,
        terms: Terms,
        done: FilterPass,
        population: Population,
        normals: PathNormals,
    ) -> Float[np.ndarray, "state time series particle"]:
        """One draw of the states given everything else, by the simulation smoother.

        Draw states and reports from the model, smooth the difference of the true and the drawn
        reports, and add it to the drawn states (Durbin & Koopman 2002).
        """
        path, drawn = self.imagine(terms, population, normals)
        path += smooth(reports, terms, done, population.reported - drawn)
        return path


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
