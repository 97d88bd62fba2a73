"""Sweeps leave the posterior as it is.

Unknowns are drawn from the prior and reports from the model given them, each particle its own. The
unknowns are then an exact draw of the posterior given the particle's reports, and stay one however
often a right sweep moves them; so over many particles they keep the distribution of the prior.
"""

from dataclasses import replace

import numpy as np
import pytest
from fusion_wars import SECTORS, record, row, sundays
from scipy.stats import ks_2samp

from kadesh.fusion.moves.population import Population, prior_scale, start
from kadesh.fusion.moves.proposals import tune
from kadesh.fusion.moves.sweep import (
    GROUND_ORDER,
    LOSSES_ORDER,
    log_possible,
    sweep,
)
from kadesh.fusion.moves.workspace import Workspace, path_normals
from kadesh.fusion.paths.layout import lay_out
from kadesh.fusion.record import known
from kadesh.fusion.settings import Settings
from kadesh.streams import generator

# Two moves are cuts on purpose (shares of maps, the spread of their biases): they are held still
# here. Heavier tails than usual would only make the comparison slow.
SETTINGS = Settings(
    islands=40,
    island_particles=80,
    spread_weight=1e9,
    least_level_share=5e-4,
    ground_tail=4.0,
    lasting_rows=3,
    regular_rows=3,
)
WEEKS = 7


def _space(kind: str) -> Workspace:
    rows = []
    for index, day in enumerate(sundays(WEEKS)):
        for source in ("map", "survey"):
            rows.append(row(source, day, 400.0 + 10 * index))
        for source, side in (("staff", "Eastmark"), ("town", "Westmark")):
            rows.append(
                row(source, day, 1500.0 * (index + 1), quantity="casualties_persons", side=side)
            )
        rows.append(row("town", day, 1700.0 * (index + 1), quantity="casualties_persons"))
    # Bounds that the model's own draws keep about half of the time.
    rows.append(row("map", sundays(WEEKS)[5], 0.5, form="at_least"))
    rows.append(row("copy", sundays(WEEKS)[4], 30.0, form="up_to"))
    for source, form, limit in (("survey", "at_least", 8000.0), ("town", "up_to", 12000.0)):
        rows.append(row(source, sundays(WEEKS)[5], limit, quantity="casualties_persons", form=form))
    given = record(rows, sectors=SECTORS[1:2])
    if kind != "losses":
        still = {key: replace(p, bias_share=1e-4) for key, p in given.publishers.items()}
        given = replace(given, publishers=still)
    usable = known(given, given.end)
    weeks = given.weeks(sundays(WEEKS)[-1])
    return Workspace(lay_out(given, usable.rows, weeks, kind, SETTINGS), SETTINGS)


def _draw_all(space: Workspace, seed: int) -> Population:
    """Unknowns from the prior, possible paths only, and reports from the model given them."""
    layout, settings = space.layout, space.settings
    stream = generator(seed, "test", layout.kind)
    population = start(layout, settings, seed, "test")
    tail = settings.rate_tail if layout.is_losses else settings.ground_tail
    shape = population.week_mix.shape
    population = replace(
        population,
        week_mix=stream.gamma(tail / 2, 2 / tail, shape),
        row_mix=stream.gamma(
            settings.report_tail / 2, 2 / settings.report_tail, population.row_mix.shape
        ),
    )
    streams = [generator(seed, "test", str(entry)) for entry in layout.series]
    path, drawn = space.imagine(space.terms(population), population, path_normals(space, streams))
    return replace(population, path=path, reported=drawn)


def _is_given(space: Workspace, population: Population, seed: int) -> np.ndarray:
    """Where the drawn war is one that could be: a possible path, and every bound kept."""
    stream = generator(seed, "test", "possible")
    possible = np.exp(log_possible(space, population))
    kept = stream.random(possible.shape) < possible
    rows = space.layout.rows
    for index in np.flatnonzero(rows.form != 0):
        off = rows.form[index] * (population.reported[index] - rows.value[index])
        kept[rows.series[index]] &= off >= 0
    return kept


def _summaries(space: Workspace, population: Population) -> dict[str, np.ndarray]:
    layout = space.layout
    found = {
        "final level": population.path[0, -1],
        "middle level": population.path[0, 4],
        "weekly change": np.log(population.step),
        "noise": np.log(population.noise[0]),
        "drift": np.log(population.drift[0]),
        "bias at the end": population.path[2, -1],
        "mixture weight": np.log(population.week_mix[3]),
        "report weight": np.log(population.row_mix[:1]),
    }
    if layout.is_losses:
        found["usual rate"] = np.log(population.usual)
        found["share"] = population.share[:, 0]
    else:
        found["pace"] = population.path[1, -1]
        found["change of pace"] = np.log(population.turn)
    return found


@pytest.mark.parametrize(("kind", "sweeps"), [("losses", 12), ("held_km2", 9)])
def test_sweeps_leave_the_posterior_as_it_is(kind: str, sweeps: int) -> None:
    space = _space(kind)
    before = _draw_all(space, 1)
    kept = _is_given(space, before, 3)
    order = LOSSES_ORDER if kind == "losses" else GROUND_ORDER
    tuning = tune(space, before, 5, ("test",))
    after = before
    for count in range(sweeps):
        _, after = sweep(
            space, after, tuning, move=order[count % len(order)], seed=5, names=("test", count)
        )
    fresh = _draw_all(space, 2)
    fair = _is_given(space, fresh, 4)
    assert kept.sum(axis=1).min() > 400
    there, here = _summaries(space, fresh), _summaries(space, after)
    for name in there:
        for series in range(len(there[name])):
            mask = min(series, len(kept) - 1)
            test = ks_2samp(there[name][series][fair[mask]], here[name][series][kept[mask]])
            # Some forty comparisons: a right sampler fails one in about two hundred runs, and the
            # seed is fixed; a wrong one has p-values far below this.
            assert test.pvalue > 1e-4, (name, str(space.layout.series[series]), test)


def test_moves_are_accepted_often_enough_to_matter() -> None:
    space = _space("losses")
    before = _draw_all(space, 1)
    tuning = tune(space, before, 5, ("test",))
    for move, what in zip(LOSSES_ORDER[:2], ("share", "step"), strict=True):
        drawn, _ = sweep(space, before, tuning, move=move, seed=5, names=("accept", move.name))
        moved = (getattr(drawn, what) != getattr(before, what)).mean()
        assert moved > 0.1


def test_prior_scales_are_scaled_inverse_chi_square() -> None:
    scales = prior_scale(generator(0, "test"), 2.0, 10.0, 200_000)
    # E[s^2] = w s0^2 / (w - 2)
    assert np.mean(scales**2) == pytest.approx(10 * 4 / 8, rel=0.01)
