"""Sweeping on until the sampler has converged, groups apart, and what tells that it has."""

from dataclasses import fields
from datetime import date

import numpy as np
import pytest
from fusion_wars import record, small_war

from kadesh.fusion.fit.converge import FIRST_LOOK, MOST_SWEEPS
from kadesh.fusion.fit.diagnostics import effective_draws_of_chains, nested_r_hat
from kadesh.fusion.fit.parts import apart, beside, particles_of, together
from kadesh.fusion.moves.population import start
from kadesh.fusion.moves.proposals import tune
from kadesh.fusion.moves.sweep import GROUND_ORDER, sweep
from kadesh.fusion.moves.workspace import Workspace
from kadesh.fusion.paths.layout import lay_out
from kadesh.fusion.reconstruct import reconstruct_record
from kadesh.fusion.reconstruction import R_HAT_LIMIT
from kadesh.fusion.record import known
from kadesh.fusion.settings import Settings

DAY = date(2001, 5, 10)
SMALL = Settings(islands=4, island_particles=4, first_sweeps=24)


def _chains(memory: float, rounds: int, chains: int, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    found = np.empty((rounds, chains))
    found[0] = draw.standard_normal(chains)
    for t in range(1, rounds):
        fresh = draw.standard_normal(chains)
        found[t] = memory * found[t - 1] + np.sqrt(1 - memory**2) * fresh
    return found


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9, 0.97])
def test_effective_draws_of_autoregressive_chains_have_their_closed_form(memory: float) -> None:
    draws = _chains(memory, 2000, 16, 3)
    expected = draws.size * (1 - memory) / (1 + memory)
    # The estimate itself errs: by about 5 % at so many draws.
    assert effective_draws_of_chains(draws) == pytest.approx(expected, rel=0.15)


def test_effective_draws_tell_the_error_of_a_mean() -> None:
    means = [_chains(0.9, 300, 16, seed).mean() for seed in range(200)]
    counted = np.mean([effective_draws_of_chains(_chains(0.9, 300, 16, s)) for s in range(20)])
    # 200 repetitions know a variance to a tenth.
    assert 1 / np.var(means) == pytest.approx(counted, rel=0.3)


def test_chains_that_do_not_mix_count_little_and_show_in_r_hat() -> None:
    apart_ = _chains(0.5, 400, 16, 1) + np.repeat([0.0, 3.0], 8)
    assert effective_draws_of_chains(apart_) < 40
    assert nested_r_hat(apart_.T.reshape(4, -1)) > 1.2
    mixed = _chains(0.5, 400, 16, 1)
    assert nested_r_hat(mixed.T.reshape(4, -1)) < 1.01


def test_groups_apart_and_together_are_the_block_and_take_its_steps() -> None:
    given = record(small_war())
    for kind in ("held_km2", "losses"):
        layout = lay_out(given, known(given, DAY).rows, given.weeks(DAY), kind, SMALL)
        space, population = Workspace(layout, SMALL), start(layout, SMALL, 0)
        parts = apart(space, population)
        assert len(parts) == len(layout.groups) > 1
        whole = together(layout, [part for _, part in parts])
        for entry in fields(population):
            left, right = getattr(population, entry.name), getattr(whole, entry.name)
            np.testing.assert_array_equal(left, right, err_msg=entry.name)
        halves = [particles_of(population, slice(0, 8)), particles_of(population, slice(8, 16))]
        np.testing.assert_array_equal(beside(halves).reported, population.reported)
    layout = lay_out(given, known(given, DAY).rows, given.weeks(DAY), "held_km2", SMALL)
    space, population = Workspace(layout, SMALL), start(layout, SMALL, 0)
    parts = apart(space, population)

    def moved(one: Workspace, its: object) -> object:
        tuning = tune(one, its, 5, ("t",))
        return sweep(one, its, tuning, move=GROUND_ORDER[1], seed=5, names=("t", 0))[1]

    alone = together(layout, [moved(*part) for part in parts])
    # The sums of a group's pilot are taken over other arrays, so only to rounding.
    np.testing.assert_allclose(moved(space, population).path, alone.path, rtol=1e-6, atol=1e-6)


def test_a_single_date_is_swept_until_it_has_converged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KADESH_CACHE", "off")
    given = record(small_war(8))
    goal = {DAY: 100}
    made = reconstruct_record(given, [DAY], seed=0, draws=40, effective=goal, settings=SMALL)[DAY]
    assert made.draws == 40
    table = made.convergence
    assert set(table["what"]) == {"level", "share", "scale"}
    assert table["sweeps"].between(FIRST_LOOK, 2 * MOST_SWEEPS).all()
    stopped = table[table["sweeps"] < 2 * MOST_SWEEPS]
    assert (stopped["effective_draws"] >= 100).all()
    assert (stopped["r_hat"] < R_HAT_LIMIT).all()
    assert len(stopped) > len(table) / 2
    words = made.convergence_in_words
    assert words.startswith("Converged." if len(stopped) == len(table) else "")
    assert f"{len(table)} unknowns: at least" in words
    quick = reconstruct_record(given, [DAY], seed=0, draws=40, settings=SMALL)[DAY]
    assert quick.convergence_in_words.startswith("Quick fit")
