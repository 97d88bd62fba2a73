"""One block at one vantage date, spread over the lanes of the filter."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int

from kadesh.fusion.kalman import BASE, FilterPass, Steps, Terms, filter_pass, remember, smooth
from kadesh.fusion.layout import Layout
from kadesh.fusion.population import Population
from kadesh.fusion.settings import Settings


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
    """A layout for a number of particles; lanes are series-major."""

    layout: Layout
    settings: Settings

    @property
    def particles(self) -> int:
        """Particles in all."""
        return self.settings.particles

    @property
    def lanes(self) -> int:
        """Series times particles."""
        return len(self.layout.series) * self.particles

    @property
    def shape(self) -> tuple[int, int]:
        """Series and particles: what a lane is."""
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
    def steps_all(self) -> Steps:
        """Steps over every report, one-sided ones at their pseudo values."""
        return self.steps(np.ones_like(self.one_sided))

    @cached_property
    def steps_about(self) -> Steps:
        """Steps over the reports that are not bounds."""
        return self.steps(~self.one_sided)

    @cached_property
    def noise_table(self) -> Float[np.ndarray, "scale row"]:
        """1 where a report (column) has the learnt noise of a source in a series (line)."""
        rows, layout = self.layout.rows, self.layout
        table = np.zeros((len(layout.noises) * len(layout.series), len(rows)))
        chosen = np.flatnonzero(rows.learnt >= 0)
        table[rows.learnt[chosen] * len(layout.series) + rows.series[chosen], chosen] = 1.0
        return table

    def steps(self, use: Bool[np.ndarray, " row"]) -> Steps:
        """The filter's steps over the chosen reports."""
        layout, rows = self.layout, self.layout.rows
        shape = (len(layout.step_week), len(layout.series))
        present, ago, load = np.zeros(shape, dtype=bool), np.zeros(shape), np.zeros(shape)
        present[rows.step, rows.series] = use
        ago[rows.step, rows.series] = rows.ago
        load[rows.step, rows.series] = rows.load
        return Steps(
            weeks=layout.weeks,
            components=len(layout.components),
            rate_memory=self.rate_memory,
            week=layout.step_week,
            component=layout.step_component,
            present=np.repeat(present, self.particles, axis=1),
            ago=np.repeat(ago, self.particles, axis=1),
            load=np.repeat(load, self.particles, axis=1),
        )

    def scatter(
        self, values: Float[np.ndarray, "row particle"], fill: float
    ) -> Float[np.ndarray, "step lane"]:
        """Values of reports, each at its step and lane."""
        rows, layout = self.layout.rows, self.layout
        full = np.full((len(layout.step_week), *self.shape), fill)
        full[rows.step, rows.series] = values
        return full.reshape(len(layout.step_week), self.lanes)

    def noise_variance(self, population: Population) -> Float[np.ndarray, "row particle"]:
        """Variance of each report's noise."""
        width = self.layout.rows.width[:, None] * self.noise_scale(population)
        return np.asarray(width**2 / population.row_mix)

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
        part = np.zeros((len(self.layout.rows), share.shape[-1]))
        for index in range(len(self.layout.groups)):
            chosen = self.group_rows == index
            part[chosen] = self.layout.rows.chain[chosen] @ share[index]
        return np.exp(part)

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

    def drift_part(
        self, path: Float[np.ndarray, "state time series particle"]
    ) -> Float[np.ndarray, "row particle"]:
        """The drifting bias in each report."""
        rows = self.layout.rows
        part = np.zeros((len(rows), path.shape[-1]))
        chosen = rows.component >= 0
        at = BASE + rows.component[chosen], rows.week[chosen] + 1, rows.series[chosen]
        part[chosen] = rows.load[chosen, None] * path[at]
        return part

    def signal(self, population: Population) -> Float[np.ndarray, "row particle"]:
        """Each report but for its noise."""
        level = self.shown(population.share) * self.seen_level(population.path, population)
        return np.asarray(level + self.drift_part(population.path))

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

    def terms(self, population: Population) -> Terms:
        """The model's numbers under a population's unknowns, as one variant."""
        layout, settings, flat = self.layout, self.settings, (self.layout.weeks, 1, self.lanes)
        mixed = (population.step * population.usual) ** 2 / population.week_mix
        steady = np.broadcast_to(population.turn**2, mixed.shape)
        step, turn = (np.zeros_like(mixed), mixed) if layout.is_losses else (mixed, steady)
        drift = (population.drift * layout.has_component[:, :, None]) ** 2
        drifts = drift + (layout.jump * layout.has_component)[..., None]
        start = np.zeros((population.path.shape[0], *self.shape))
        if layout.is_losses:
            start[1] = (settings.rate_spread * population.usual) ** 2
        start[BASE:] = (
            layout.has_component[..., None] * (settings.bias_start * population.spread) ** 2
        )
        level = self.scatter(self.shown(population.share), 1.0)
        return Terms(
            step=step.reshape(flat),
            turn=turn.reshape(flat),
            drift=drifts.reshape(layout.weeks, len(layout.components), 1, self.lanes),
            noise=self.scatter(self.noise_variance(population), 1.0)[:, None],
            start=start.reshape(start.shape[0], 1, self.lanes),
            level=level[:, None],
            expected=(level * self._usual_level(population))[:, None],
        )

    def _usual_level(self, population: Population) -> Float[np.ndarray, "step lane"]:
        """Losses that the usual rate alone makes by each report's day; 0 for ground."""
        if not self.layout.is_losses:
            return np.zeros((len(self.layout.step_week), self.lanes))
        time = self.layout.step_week[:, None] + 1 - self.steps_all.ago
        return np.asarray(time * population.usual.reshape(self.lanes))

    def values(self, population: Population) -> Float[np.ndarray, "step one lane"]:
        """The reports as the filter's only column."""
        return self.scatter(population.reported, 0.0)[:, None]

    def filter(self, steps: Steps, *populations: Population) -> tuple[Terms, FilterPass]:
        """Run the filter under each population, as variants; bounds as the first one has them."""
        terms = Terms.stacked([self.terms(population) for population in populations])
        return terms, filter_pass(steps, terms, self.values(populations[0]))

    def imagine(
        self, terms: Terms, population: Population, normals: PathNormals
    ) -> tuple[Float[np.ndarray, "state time series particle"], Float[np.ndarray, "step lane"]]:
        """Draw states and reports from the model, before anything is seen."""
        layout, shape = self.layout, self.shape
        path = np.zeros((population.path.shape[0], layout.weeks + 1, *shape))
        path[1, 0] = np.sqrt(terms.start[1, 0]).reshape(shape) * normals.rate
        path[1, 1:] = np.sqrt(terms.turn[:, 0]).reshape(layout.weeks, *shape) * normals.turn
        remember(path[1], self.rate_memory)
        usual = population.usual if layout.is_losses else 0.0
        step = np.sqrt(terms.step[:, 0]).reshape(layout.weeks, *shape) * normals.week
        path[0, 1:] = (path[1, 1:] + usual + step).cumsum(axis=0)
        path[BASE:] = normals.bias
        path[BASE:, :1] *= np.sqrt(terms.start[BASE:, 0]).reshape(-1, 1, *shape)
        drift = np.sqrt(terms.drift[:, :, 0]).reshape(layout.weeks, -1, *shape)
        path[BASE:, 1:] *= drift.transpose(1, 0, 2, 3)
        np.cumsum(path[BASE:], axis=1, out=path[BASE:])
        rows = self.layout.rows
        level = terms.level[:, 0].reshape(-1, *shape)[rows.step, rows.series]
        noise = np.sqrt(terms.noise[:, 0]).reshape(-1, *shape)[rows.step, rows.series]
        drawn = level * self.seen_level(path, population) + self.drift_part(path)
        return path, self.scatter(drawn + noise * normals.row, 0.0)

    def draw_path(
        self,
        steps: Steps,
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
        change = smooth(steps, terms, done, self.values(population)[:, 0] - drawn)
        path += change.reshape(path.shape)
        return path
