"""Laws of the regression solver: mirrored sides, frictions, beliefs."""

from dataclasses import replace

import numpy as np
import pytest

from kadesh.bargaining.regression.basis import BasisChoice
from kadesh.bargaining.regression.courses import Courses
from kadesh.bargaining.regression.solve import solve_regression
from kadesh.bargaining.regression.valuation import ALL_CASES, FULL
from kadesh.bargaining.situation import FRICTIONS, Situation
from kadesh.bargaining.waiting import solve_waiting
from kadesh.streams import generator

RUNS, PERIODS, SAMPLED = 600, 18, (0, 4, 8)
CHOICE = BasisChoice(front=0, intervals=3, core=(1, 2), core_degree=1, principal=(1, 2, 3))
NOTHING_IN_THE_WAY = frozenset(FRICTIONS)


def situation(front, power, cost, optimism, *, subsidy=0.0, stake=0.0, talks=0.3):
    count = front.size
    pair = np.ones((2, count))
    return Situation(
        variables=np.stack([front, power, cost[0] - cost[1], cost.sum(axis=0)]),
        cost=cost,
        subsidy=subsidy * pair,
        discount=np.full(count, 0.99),
        bargaining_power=power,
        talks_probability=np.full(count, talks),
        switching_cost=0.0 * pair,
        leader_stake=stake * pair,
        leader_threshold_share=0.5 * pair,
        guarantee_cost=0.05 * pair,
        freeze_share=np.stack([front, 1.0 - front]),
        freeze_probability=np.full(count, 1 / 30),
        log_odds=np.stack([np.full(count, -optimism), np.full(count, optimism)]),
        analyst_log_odds=np.zeros(count),
        is_over=np.zeros(count, dtype=bool),
    )


def simulated(optimism=1.0, drift=0.004, **more):
    rng = generator(3, "laws")
    start = rng.uniform(0.3, 0.7, RUNS)
    power = rng.uniform(0.3, 0.7, RUNS)
    cost = rng.uniform(0.003, 0.01, (2, RUNS))
    moments, mirrors = [], []
    for hypothesis in (0, 1):
        towards = drift if hypothesis == 0 else -drift
        front = start
        path, opposite = [situation(front, power, cost, optimism, **more)], []
        for _ in range(PERIODS):
            luck = 0.01 * rng.standard_normal(RUNS)
            opposite.append(
                situation(np.clip(front + towards - luck, 0, 1), power, cost, optimism, **more)
            )
            front = np.clip(front + towards + luck, 0, 1)
            path.append(situation(front, power, cost, optimism, **more))
        moments.append(tuple(path))
        mirrors.append(tuple(opposite))
    return Courses(tuple(moments), tuple(mirrors), SAMPLED)


def exchanged(s: Situation) -> Situation:
    """The same moment with the two sides' data exchanged."""
    front, power, difference, total = s.variables
    return replace(
        s,
        variables=np.stack([1.0 - front, 1.0 - power, -difference, total]),
        cost=s.cost[::-1],
        subsidy=s.subsidy[::-1],
        bargaining_power=1.0 - s.bargaining_power,
        freeze_share=s.freeze_share[::-1],
        log_odds=-s.log_odds[::-1],
        analyst_log_odds=-s.analyst_log_odds,
    )


@pytest.fixture(scope="module")
def courses():
    return simulated()


@pytest.fixture(scope="module")
def solution(courses):
    return solve_regression(courses, choice=CHOICE)


def test_exchanging_the_sides_mirrors_floors_terms_and_waiting(courses, solution) -> None:
    swapped = Courses(
        tuple(tuple(exchanged(m) for m in path) for path in courses.moments[::-1]),
        tuple(tuple(exchanged(m) for m in path) for path in courses.mirrors[::-1]),
        SAMPLED,
    )
    other = solve_regression(swapped, choice=CHOICE)
    now = courses.moments[0][0]
    one, two = solution.evaluate(now), other.evaluate(exchanged(now))
    # float32 features of whole courses bound the agreement
    assert np.allclose(one.floor, two.floor[::-1], atol=2e-4)
    assert np.allclose(one.terms.share, two.terms.share[::-1], atol=2e-4)
    waits = [solve_waiting(s, c) for s, c in ((solution, courses), (other, swapped))]
    mine = waits[0].value(solution, now, side=0, periods=4, beliefs="own")
    theirs = waits[1].value(other, exchanged(now), side=1, periods=4, beliefs="own")
    assert np.allclose(mine, theirs, atol=2e-4)


def test_without_frictions_both_always_prefer_a_deal(courses, solution) -> None:
    valued = solution.evaluate(courses.moments[0][0], NOTHING_IN_THE_WAY)
    assert valued.terms.is_feasible.all()


def test_optimism_on_both_sides_narrows_the_range(courses, solution) -> None:
    now = courses.moments[0][0]
    with_it = solution.evaluate(now, NOTHING_IN_THE_WAY - {"differing_beliefs"}).terms.width
    without = solution.evaluate(now, NOTHING_IN_THE_WAY).terms.width
    assert (with_it < without).mean() > 0.99


def test_a_subsidy_on_fighting_larger_than_both_costs_closes_the_range() -> None:
    paid = simulated(optimism=0.0, drift=0.0, subsidy=0.02)
    solved = solve_regression(paid, choice=CHOICE, cases=ALL_CASES)
    now = paid.moments[0][0]
    closed = solved.evaluate(now, NOTHING_IN_THE_WAY - {"conditional_subsidy"})
    open_ = solved.evaluate(now, NOTHING_IN_THE_WAY)
    assert closed.terms.is_feasible.mean() < 0.05
    assert open_.terms.is_feasible.all()


def test_common_beliefs_leave_no_expected_gain_in_waiting_but_the_costs() -> None:
    # Priced-in lemma: with common beliefs E[S'] - S is the cost asymmetry only, whatever the
    # drift, so that the value of waiting one period is -c_i plus what the side saves on average.
    even = simulated(optimism=0.0, drift=0.0, talks=1.0)
    solved = solve_regression(even, choice=CHOICE, cases=(FULL,))
    now = even.moments[0][0]
    value = solve_waiting(solved, even).value(solved, now, side=0, periods=1, beliefs="own")
    assert value.mean() < 0
    assert np.abs(value + 0.5 * now.cost.sum(axis=0)).mean() < 0.006


def test_values_move_with_the_front(solution) -> None:
    front = np.linspace(0.35, 0.65, 60)
    cost = np.full((2, 60), 0.006)
    power = np.full(60, 0.5)
    shares = solution.evaluate(situation(front, power, cost, 1.0)).terms.share[0]
    assert (np.diff(shares) > 0).mean() > 0.95
