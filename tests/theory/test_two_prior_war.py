"""Two priors: T8, laws, the tree of battles by hand, and the limit of equal and firm beliefs."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import roots_jacobi

from kadesh.bargaining.exact.beliefs import beta_win_prob
from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.moves import walk
from kadesh.bargaining.exact.solve import solve as solve_game
from kadesh.errors import InputErrors
from kadesh.theory import solve
from kadesh.theory.models import fort_game

DIGITS = 5e-7
T8: dict[str, Any] = {
    "forts": 6, "start": 3, "prior_a": [6, 2], "prior_b": [2, 6], "true_win_prob": 0.5,
    "max_battles": 200,
}  # fmt: skip


def test_disagreement_delays_settlement_at_the_reference_values() -> None:
    cheap = solve("two-prior-war", **T8, cost_a=0.02, cost_b=0.02)
    assert cheap.settle_prob == pytest.approx(0.031676, abs=DIGITS)
    assert cheap.expected_battles == pytest.approx(8.79410, abs=5e-6)
    middle = solve("two-prior-war", **T8, cost_a=0.05, cost_b=0.05)
    assert middle.floor_a + middle.floor_b == pytest.approx(1.244675, abs=DIGITS)
    assert middle.settle_prob == pytest.approx(9 / 16, abs=1e-9)
    assert middle.expected_battles == pytest.approx(171 / 32, abs=1e-9)
    dear = solve("two-prior-war", **T8, cost_a=0.08, cost_b=0.08)
    assert dear.floor_a + dear.floor_b == pytest.approx(1.062845, abs=DIGITS)
    assert dear.settle_prob == pytest.approx(1.0, abs=1e-12)
    assert dear.expected_battles == pytest.approx(2.5, abs=1e-12)


def test_a_longer_horizon_changes_nothing_printed() -> None:
    for cost in (0.02, 0.05):
        short = solve("two-prior-war", **T8, cost_a=cost, cost_b=cost)
        long = solve("two-prior-war", **(T8 | {"max_battles": 400}), cost_a=cost, cost_b=cost)
        assert long.floor_a == pytest.approx(short.floor_a, abs=1e-9)
        assert long.expected_battles == pytest.approx(short.expected_battles, abs=1e-9)


def test_the_asymmetric_war_settles_when_it_should() -> None:
    found = solve(
        "two-prior-war", forts=8, start=4, prior_a=[4, 2], prior_b=[2, 4], cost_a=0.02,
        cost_b=0.04, true_win_prob=0.6, max_battles=300,
    )  # fmt: skip
    assert (found.floor_a, found.floor_b) == pytest.approx((0.678581, 0.461966), abs=DIGITS)
    assert found.settle_prob == pytest.approx(1.0, abs=1e-9)
    assert found.expected_battles == pytest.approx(3.80352, abs=5e-6)
    expected = [0.36, 0.064, 0.1728, 0.21888, 0.18432]
    assert found.settlement_by_battle[2:7] == pytest.approx(expected, abs=1e-12)
    assert len(found.settlement_by_battle) == 301
    assert found.settlement_by_battle[-1] == 0.0


@pytest.mark.parametrize(
    ("prior", "won", "battles"),
    [((3.0, 2.0), 0.662578, 6.673597), ((6.0, 2.0), 0.889674, 5.638046)],
)
def test_a_war_to_the_finish_under_a_beta_belief(
    prior: tuple[float, float], won: float, battles: float
) -> None:
    # Without talks A, who pays nothing, expects to win; B pays 1 a battle.
    position = np.arange(7)

    def period(t: int) -> Period:
        belief = walk(beta_win_prob(prior, 0.5 * (t + position - 3), t))
        return Period((belief, belief), np.array([0.0, 1.0]), talks_prob=0.0)

    over = (position == 0) | (position == 6)
    floor = solve_game(Game(period, over, position / 6, 3_000), keep_path=False).floor[:, 3]
    assert floor[0] == pytest.approx(won, abs=DIGITS)
    assert 1 - floor.sum() == pytest.approx(battles, abs=5e-6)


def _by_hand(given: dict[str, Any]) -> tuple[list[float], dict[int, float], float, float]:
    """The whole tree of battles, path by path."""
    forts, start, last = given["forts"], given["start"], given["max_battles"]
    priors, costs = (given["prior_a"], given["prior_b"]), (given["cost_a"], given["cost_b"])

    def values(w: int, n: int) -> tuple[list[float], list[float]]:
        k = start + 2 * w - n
        if k in (0, forts) or n == last:
            return [k / forts, 1 - k / forts], [k / forts, 1 - k / forts]
        up, down = values(w + 1, n + 1)[1], values(w, n + 1)[1]
        floors = []
        for side in (0, 1):
            chance = (priors[side][0] + w) / (sum(priors[side]) + n)
            floors.append(max(0.0, -costs[side] + chance * up[side] + (1 - chance) * down[side]))
        surplus = max(0.0, 1 - sum(floors)) if sum(floors) <= 1 + 1e-12 else 0.0
        power = given["power_a"]
        return floors, [floors[0] + power * surplus, floors[1] + (1 - power) * surplus]

    settled: dict[int, float] = {}
    battles, conquered = 0.0, 0.0

    def play(w: int, n: int, mass: float) -> None:
        nonlocal battles, conquered
        k = start + 2 * w - n
        if k in (0, forts):
            conquered += mass
        elif n < last:
            if sum(values(w, n)[0]) <= 1 + 1e-12:
                settled[n] = settled.get(n, 0.0) + mass
            else:
                battles += mass
                play(w + 1, n + 1, mass * given["true_win_prob"])
                play(w, n + 1, mass * (1 - given["true_win_prob"]))

    play(0, 0, 1.0)
    return values(0, 0)[0], settled, battles, conquered


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_the_war_is_its_tree_of_battles(seed: int) -> None:
    rng = np.random.default_rng(seed)
    forts = int(rng.integers(2, 7))
    given_ = {
        "forts": forts,
        "start": int(rng.integers(1, forts)),
        "prior_a": rng.uniform(0.5, 8.0, 2).tolist(),
        "prior_b": rng.uniform(0.5, 8.0, 2).tolist(),
        "cost_a": float(rng.uniform(0.0, 0.1)),
        "cost_b": float(rng.uniform(0.0, 0.1)),
        "power_a": float(rng.uniform()),
        "true_win_prob": float(rng.uniform()),
        "max_battles": int(rng.integers(1, 7)),
    }
    found = solve("two-prior-war", **given_)
    floors, settled, battles, conquered = _by_hand(given_)
    assert (found.floor_a, found.floor_b) == pytest.approx(floors, abs=1e-12)
    assert found.expected_battles == pytest.approx(battles, abs=1e-12)
    assert found.conquest_prob == pytest.approx(conquered, abs=1e-12)
    by_hand = [settled.get(n, 0.0) for n in range(given_["max_battles"] + 1)]
    assert found.settlement_by_battle == pytest.approx(by_hand, abs=1e-12)
    mirrored = solve(
        "two-prior-war",
        **(
            given_
            | {
                "start": forts - given_["start"],
                "prior_a": given_["prior_b"][::-1],
                "prior_b": given_["prior_a"][::-1],
                "cost_a": given_["cost_b"],
                "cost_b": given_["cost_a"],
                "power_a": 1 - given_["power_a"],
                "true_win_prob": 1 - given_["true_win_prob"],
            }
        ),
    )
    assert mirrored.floor_b == pytest.approx(found.floor_a, abs=1e-12)
    assert mirrored.settle_prob == pytest.approx(found.settle_prob, abs=1e-12)


@pytest.mark.parametrize("prior", [(20.0, 20.0), (14.0, 22.0)])
def test_equal_priors_settle_at_once_at_the_average_of_fort_game_shares(
    prior: tuple[float, float],
) -> None:
    costs = {"cost_a": 0.001, "cost_b": 0.003}
    found = solve(
        "two-prior-war", forts=6, start=2, prior_a=prior, prior_b=prior, **costs, power_a=0.3,
        true_win_prob=0.5, max_battles=400,
    )  # fmt: skip
    assert found.settlement_by_battle[0] == 1.0
    assert found.expected_battles == 0.0
    share = found.floor_a + 0.3 * (1 - found.floor_a - found.floor_b)
    # Gauss-Jacobi quadrature over the Beta belief: polynomial up to high degree, so to rounding.
    nodes, weights = roots_jacobi(60, prior[1] - 1, prior[0] - 1)
    games = [
        fort_game.Inputs(forts=6, win_prob=float(0.5 * (1 + x)), **costs, power_a=0.3)
        for x in nodes
    ]
    shares = [result.share_a[1] for result in fort_game.solve_many(games)]
    assert share == pytest.approx(np.average(shares, weights=weights), abs=1e-8)


def test_firm_equal_beliefs_come_to_the_fort_game() -> None:
    fort = solve("fort-game", forts=6, win_prob=0.6, cost_a=0.01, cost_b=0.02).share_a[2]
    errors = []
    for counts in (10, 100, 1_000):
        prior = [0.6 * counts, 0.4 * counts]
        found = solve(
            "two-prior-war", forts=6, start=3, prior_a=prior, prior_b=prior, cost_a=0.01,
            cost_b=0.02, true_win_prob=0.5, max_battles=300,
        )  # fmt: skip
        errors.append(abs(found.floor_a + 0.5 * (1 - found.floor_a - found.floor_b) - fort))
    assert errors[1] < 0.2 * errors[0]
    assert errors[2] < 0.2 * errors[1]


def test_wrong_priors_and_starts_are_refused_together() -> None:
    with pytest.raises(InputErrors) as raised:
        solve("two-prior-war", **(T8 | {"prior_a": [1, 0], "prior_b": [1]}), cost_a=-1, cost_b=0)
    assert {entry.field for entry in raised.value.mistakes} == {"prior_a", "prior_b", "cost_a"}
    with pytest.raises(InputErrors, match="start = 6"):
        solve("two-prior-war", **(T8 | {"start": 6}), cost_a=0, cost_b=0)


@pytest.mark.parametrize("prior", [[1e308, 1e308], [1e-308, 1e-308]])
def test_priors_whose_sums_no_number_holds_are_refused(prior: list[float]) -> None:
    given_ = {"forts": 4, "start": 2, "cost_a": 0.01, "cost_b": 0.01, "true_win_prob": 0.5}
    with pytest.raises(InputErrors, match=r"prior_a = .*each in"):
        solve("two-prior-war", **given_, prior_a=prior, prior_b=[1, 1], max_battles=5)
    sure = solve("two-prior-war", **given_, prior_a=[1e15, 1e15], prior_b=[1e15, 1e15])
    # Both sure of even odds, half-way: half the stake less half of what a battle costs both.
    assert (sure.floor_a, sure.floor_b) == pytest.approx((0.49, 0.49), abs=1e-12)
