"""Beliefs: counts and grids, against one another and against Bayes' rule by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadesh.bargaining.exact.beliefs import BeliefGrid, beta_win_prob, grid_error, learning
from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.moves import walk
from kadesh.bargaining.exact.solution import Solution
from kadesh.bargaining.exact.solve import solve
from kadesh.errors import InputErrors

ROUNDING = 1e-12
ODDS = np.array([0.7, 0.4])
FORTS = 6


def test_a_beta_prior_counts_battles() -> None:
    assert beta_win_prob((6.0, 2.0), np.array([0.0, 3.0]), 4) == pytest.approx([6 / 12, 9 / 12])
    # Counts out of reach keep probabilities.
    assert beta_win_prob((1.0, 1.0), np.array([-3.0, 9.0]), 2) == pytest.approx([0.25, 0.75])


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000), hypotheses=st.integers(2, 4), half=st.integers(1, 4))
def test_interpolation_reproduces_linear_functions(seed: int, hypotheses: int, half: int) -> None:
    grid = BeliefGrid(hypotheses, 2 * half)
    rng = np.random.default_rng(seed)
    belief = np.concatenate([rng.dirichlet(np.ones(hypotheses), 5), grid.points[:3]])
    weights = grid.weights(belief)
    assert (weights >= 0.0).all()
    assert weights.sum(-1) == pytest.approx(1.0, abs=ROUNDING)
    assert weights @ grid.points == pytest.approx(belief, abs=1e-11)
    # At most one corner for each hypothesis, and all of them neighbours of the belief.
    assert ((weights > 0.0).sum(-1) <= hypotheses).all()
    assert grid.size == len(grid.points)
    assert np.array_equal(np.flatnonzero(weights[5]), [0])


def test_own_beliefs_are_bayes_on_the_common_evidence() -> None:
    grid = BeliefGrid(2, 8)
    prior = np.array([0.8, 0.2])
    own = grid.own(prior)
    # Evidence that takes an even prior to nu takes this one to nu * prior, normalised.
    for public, mine in zip(grid.points, own, strict=True):
        odds = public[0] * 0.8, public[1] * 0.2
        assert mine == pytest.approx(np.asarray(odds) / sum(odds), abs=ROUNDING)
    # A side that had ruled a hypothesis out keeps to it unless nothing else is left.
    sure = grid.own(np.array([1.0, 0.0]))
    assert sure[grid.points[:, 0] > 0, 0] == pytest.approx(1.0)
    assert sure[grid.points[:, 0] == 0, 0] == pytest.approx(0.0)


def _two_hypotheses(steps: int, periods: int) -> tuple[BeliefGrid, Solution]:
    grid = BeliefGrid(2, steps)
    likelihood = np.stack([ODDS, 1.0 - ODDS])
    priors = (np.array([0.7, 0.3]), np.array([0.2, 0.8]))
    shape = (FORTS + 1, grid.size)
    position = np.broadcast_to(np.arange(FORTS + 1)[:, None], shape)
    belief = tuple(learning(grid, prior, likelihood, ((1,), (-1,))) for prior in priors)
    period = Period((belief[0], belief[1]), np.array([0.02, 0.02]), surrender_value=(0.0, 0.0))
    over = (position == 0) | (position == FORTS)
    return grid, solve(Game(period, over, position / FORTS, periods))


def _two_hypotheses_by_counts(periods: int, start: int) -> np.ndarray:
    """The same game with the number of battles won as the state: exact."""
    position = np.arange(FORTS + 1)
    over = (position == 0) | (position == FORTS)

    def period(t: int) -> Period:
        won = np.clip(0.5 * (t + position - start), 0, t)
        chance = []
        for prior in (np.array([0.7, 0.3]), np.array([0.2, 0.8])):
            weight = prior[:, None] * ODDS[:, None] ** won * (1 - ODDS[:, None]) ** (t - won)
            chance.append((weight / weight.sum(0) * ODDS[:, None]).sum(0))
        moves = (walk(chance[0]), walk(chance[1]))
        return Period(moves, np.array([0.02, 0.02]), surrender_value=(0.0, 0.0))

    return solve(Game(period, over, position / FORTS, periods)).floor[:, 0, start]


def test_the_grid_closes_in_on_the_counts_and_its_error_is_reported() -> None:
    periods, start = 25, 3
    exact = _two_hypotheses_by_counts(periods, start)
    errors = []
    coarse: Solution | None = None
    for steps in (16, 32, 64):
        grid, solution = _two_hypotheses(steps, periods)
        even = grid.nearest(np.array([0.5, 0.5]))
        errors.append(float(np.abs(solution.floor[:, 0, start, even] - exact).max()))
        if coarse is not None:
            reported = grid_error(grid, solution.floor[:, 0], coarse.floor[:, 0])
            # The distance to the halved grid speaks for what is left.
            assert errors[-1] < reported
        coarse = solution
    assert errors[2] < errors[1] < errors[0]
    assert errors[2] < 2e-3


def test_grids_have_an_even_number_of_steps() -> None:
    for hypotheses, steps in ((1, 4), (2, 3), (2, 0)):
        with pytest.raises(InputErrors):
            BeliefGrid(hypotheses, steps)
