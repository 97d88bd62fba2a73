"""The exact solver against games solved by hand, its laws, and its checks."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadesh.bargaining.exact import solve as solve_module
from kadesh.bargaining.exact import stationary
from kadesh.bargaining.exact.checks import check_played, external_payoff
from kadesh.bargaining.exact.commitment import Commitment
from kadesh.bargaining.exact.compiled import can_compile, solve_compiled
from kadesh.bargaining.exact.forward import follow, forward_residual
from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.moves import Mixing, Steps, walk
from kadesh.bargaining.exact.period import end_worth, entering, expectations, play
from kadesh.bargaining.exact.solve import solve
from kadesh.errors import InputErrors, NumericalError

ROUNDING = 1e-12
"""A few hundred operations on numbers of order one."""
FORTS = 5
POSITION = np.arange(FORTS + 1)
ENDS = (POSITION == 0) | (POSITION == FORTS)


def _random_period(rng: np.random.Generator, **changed: Any) -> Period:
    """Rules with every friction, each side with its own belief."""

    def belief() -> Mixing:
        return Mixing(-1, rng.dirichlet(np.full(FORTS + 1, 0.5), FORTS + 1))

    given: dict[str, Any] = {
        "belief": (belief(), belief()),
        "cost": rng.uniform(0.0, 0.1, (2, FORTS + 1)),
        "discount": rng.uniform(0.8, 1.0),
        "bargaining_power": rng.uniform(),
        "talks_prob": rng.uniform(0.0, 1.0, FORTS + 1),
        "switching_cost": rng.uniform(0.0, 0.03, 2),
        "leader_stake": rng.uniform(0.0, 0.3, 2),
        "leader_threshold_share": rng.uniform(0.2, 0.9, 2),
        "escalation_prob": rng.uniform(0.0, 0.1),
        "escalation_loss": rng.uniform(0.0, 2.0, 2),
        "freeze_prob": rng.uniform(0.0, 0.1),
        "surrender_value": rng.uniform(-0.1, 0.1, 2),
        "conditional_subsidy": rng.uniform(0.0, 0.05, 2),
    }
    return Period(**(given | changed))


def _by_hand(game: Game, t: int, k: int) -> tuple[list[float], list[float], float, bool]:
    """Floors, values, A's share and whether there is a deal, by plain recursion over the tree."""
    period = game.at(t)
    shares = [float(game.end_share[k]), 1.0 - float(game.end_share[k])]

    def at(name: str, side: int | None = None) -> float:
        value = np.broadcast_to(
            getattr(period, name) if side is None else getattr(period, name)[side], game.shape
        )
        return float(value[k])

    def worth(side: int, share: float) -> float:
        reached = share >= at("leader_threshold_share", side) - 1e-12
        return share + (at("leader_stake", side) if reached else 0.0)

    ends = [worth(side, shares[side]) for side in (0, 1)]
    if t == game.periods or game.is_over[k]:
        return ends, ends, shares[0], False
    floors = []
    for side in (0, 1):
        expected = 0.0
        for there in range(game.is_over.size):
            chance = float(period.belief[side].rows[k, there])  # type: ignore[attr-defined]
            end = [float(game.end_share[there]), 1.0 - float(game.end_share[there])][side]
            stake = float(np.broadcast_to(period.leader_stake[side], game.shape)[there])
            reached = end >= period.leader_threshold_share[side] - 1e-12
            frozen = float(period.freeze_prob)
            later = end + (stake if reached else 0.0)
            if t + 1 != game.periods and not game.is_over[there]:
                later = _by_hand(game, t + 1, there)[1][side]
            expected += chance * (
                frozen * (end + (stake if reached else 0.0)) + (1.0 - frozen) * later
            )
        hazard = at("escalation_prob")
        floor = -at("cost", side) + at("conditional_subsidy", side)
        floor += at("discount") * ((1 - hazard) * expected - hazard * at("escalation_loss", side))
        floors.append(max(floor, at("surrender_value", side)))
    needs = []
    for side, floor in enumerate(floors):
        threshold, stake = at("leader_threshold_share", side), at("leader_stake", side)
        needs.append(floor if floor < threshold else max(threshold, floor - stake))
    kappa = [at("switching_cost", side) for side in (0, 1)]
    surplus = 1.0 - sum(needs) - sum(kappa)
    share = needs[0] + kappa[0] + at("bargaining_power") * surplus
    deal = surplus >= -1e-12
    agreed = [worth(0, share) - kappa[0], worth(1, 1.0 - share) - kappa[1]]
    talks = at("talks_prob") if deal else 0.0
    values = [floors[i] + talks * (agreed[i] - floors[i]) for i in (0, 1)]
    return floors, values, share, deal


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_every_friction_at_once_agrees_with_plain_recursion(seed: int) -> None:
    rng = np.random.default_rng(seed)
    periods = [_random_period(rng) for _ in range(2)]
    game = Game(lambda t: periods[t], ENDS, POSITION / FORTS, periods=2)
    solution = solve(game)
    for t in (0, 1):
        for k in range(1, FORTS):
            floors, values, share, deal = _by_hand(game, t, k)
            assert solution.floor[:, t, k] == pytest.approx(floors, abs=ROUNDING)
            assert solution.terms.value[:, t, k] == pytest.approx(values, abs=ROUNDING)
            assert solution.terms.share[0, t, k] == pytest.approx(share, abs=ROUNDING)
            assert solution.terms.is_feasible[t, k] == deal


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_the_priced_in_identity_on_random_chains_that_change(seed: int) -> None:
    rng = np.random.default_rng(seed)
    periods = []
    for _ in range(6):
        common = Mixing(-1, rng.dirichlet(np.ones(FORTS + 1), FORTS + 1))
        periods.append(
            _random_period(
                rng, belief=(common, common), leader_stake=(0.0, 0.0), surrender_value=None
            )
        )
    solution = solve(Game(lambda t: periods[t], ENDS, POSITION / FORTS, periods=6))
    assert solution.checks.priced_in_residual is not None
    assert solution.checks.priced_in_residual < ROUNDING
    assert solution.checks.joint_value_excess == 0.0
    assert solution.checks.forward_residual is not None
    assert solution.checks.forward_residual < ROUNDING


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 100_000), horizon=st.sampled_from([None, 3]))
def test_exchanging_the_sides_mirrors_every_result(seed: int, horizon: int | None) -> None:
    rng = np.random.default_rng(seed)
    moves = [rng.dirichlet(np.ones(FORTS + 1), FORTS + 1) for _ in range(2)]
    one = _random_period(
        rng, belief=tuple(Mixing(-1, m) for m in moves), discount=0.9, leader_stake=(0.0, 0.0)
    )
    swapped = {
        name: getattr(one, name)[::-1]
        for name in ("switching_cost", "escalation_loss", "surrender_value", "conditional_subsidy")
    }
    two = replace(
        one,
        belief=tuple(Mixing(-1, m[::-1, ::-1].copy()) for m in moves[::-1]),
        cost=one.cost[::-1, ::-1],
        bargaining_power=1.0 - one.bargaining_power,
        talks_prob=one.talks_prob[::-1],
        **swapped,
    )
    here = solve(Game(one, ENDS, POSITION / FORTS, horizon))
    there = solve(Game(two, ENDS, POSITION / FORTS, horizon))
    assert there.floor[::-1, ..., ::-1] == pytest.approx(here.floor, abs=1e-10)
    assert there.terms.share[::-1, ..., ::-1] == pytest.approx(here.terms.share, abs=1e-10)
    assert np.array_equal(there.terms.is_feasible[..., ::-1], here.terms.is_feasible)


def _fort(win: float = 0.55, *, periods: int | None = None, **rules: Any) -> Game:
    step = walk(win)
    rules = {"cost": np.array([0.01, 0.02])} | rules
    return Game(Period((step, step), **rules), ENDS, POSITION / FORTS, periods)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_newton_finds_what_sweeping_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    period = _random_period(rng, discount=0.9, leader_stake=(0.0, 0.0))
    game = Game(period, ENDS, POSITION / FORTS)
    swept = stationary._swept(game, period)[0]
    assert solve(game).terms.value == pytest.approx(swept, abs=1e-10)
    step = _fort(float(rng.uniform(0.2, 0.8)), talks_prob=float(rng.uniform()), discount=0.95)
    swept = stationary._swept(step, step.at(0))[0]
    assert solve(step).terms.value == pytest.approx(swept, abs=1e-10)


def test_compiled_elimination_and_sparse_factors_solve_chains_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lazy = walk(np.linspace(0.2, 0.5, FORTS + 1), np.linspace(0.4, 0.3, FORTS + 1))
    rules: dict[str, Any] = {"freeze_prob": 0.02, "talks_prob": 0.4, "discount": 0.97}
    odd = Period((lazy, walk(0.6)), np.array([0.01, 0.02]), **rules, surrender_value=(0.0, 0.0))
    for game in (_fort(**rules, surrender_value=(0.0, 0.0)), Game(odd, ENDS, POSITION / FORTS)):
        one = solve(game)
        with monkeypatch.context() as patched:
            patched.setattr(stationary, "_moves_singly", lambda _: False)
            other = solve(game)
        assert other.terms.value == pytest.approx(one.terms.value, abs=ROUNDING)


def test_a_sweep_is_a_longer_lattice() -> None:
    wins = np.array([0.3, 0.5, 0.6])
    costs = np.array([[0.01, 0.02, 0.03], [0.02, 0.02, 0.01]])
    shape = (FORTS + 1, 3)
    step = walk(wins, axes=2)
    over = np.broadcast_to(ENDS[:, None], shape)
    share = np.broadcast_to((POSITION / FORTS)[:, None], shape)
    many = solve(Game(Period((step, step), costs, talks_prob=0.5), over, share))
    for case, win in enumerate(wins):
        one = solve(_fort(float(win), cost=costs[:, case], talks_prob=0.5))
        assert many.terms.value[..., case] == pytest.approx(one.terms.value, abs=ROUNDING)


def test_a_long_horizon_ends_in_the_stationary_game() -> None:
    far = solve(_fort(periods=600), keep_path=False)
    assert far.terms.share == pytest.approx(solve(_fort()).terms.share, abs=1e-10)


def test_a_compiled_sweep_is_the_same_game() -> None:
    game = _fort(periods=230, surrender_value=(0.0, 0.0), escalation_prob=0.01)
    assert can_compile(game)
    plain, fast = solve(game, keep_path=False), solve_compiled(game)
    assert fast.terms.value.dtype == np.float64
    assert fast.terms.value == pytest.approx(plain.terms.value, abs=ROUNDING)
    assert fast.checks.priced_in_residual is not None
    assert fast.checks.priced_in_residual < ROUNDING
    assert ("forward mass", "the path is not kept") in fast.checks.not_applied


def test_a_compiled_lattice_moves_along_every_axis(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    shape = (6, 4)
    steps = Steps(((1, 0), (-1, 0), (0, 1), (0, 0)), tuple(rng.uniform(size=(4, *shape))))
    front = np.indices(shape)[0]
    for offset, prob in zip(steps.offsets, steps.prob, strict=True):
        there = np.indices(shape) + np.asarray(offset)[:, None, None]
        inside = ((there >= 0) & (there < np.asarray(shape)[:, None, None])).all(0)
        prob *= inside
    total = sum(steps.prob)
    steps = Steps(steps.offsets, tuple(p / total for p in steps.prob))
    over = (front == 0) | (front == 5)
    other = Steps(steps.offsets, steps.prob)
    period = Period((steps, other), np.array([0.01, 0.02]), freeze_prob=0.05)
    game = Game(period, over, front / 5, periods=40)
    plain = solve(game, keep_path=False)
    monkeypatch.setattr(solve_module, "COMPILED_FROM_STATES", 1)
    assert solve(game, keep_path=False).terms.value == pytest.approx(
        plain.terms.value, abs=ROUNDING
    )


def test_clips_under_uncertain_talks_are_bounds_and_spread_to_who_may_get_there() -> None:
    harsh = {"cost": np.array([0.3, 0.01]), "surrender_value": (0.0, 0.0)}
    certain = solve(_fort(**harsh))
    assert certain.is_clipped.any()
    assert not certain.is_bound.any()
    uncertain = solve(_fort(**harsh, talks_prob=0.5))
    assert uncertain.is_bound[1:-1].all()
    path = solve(_fort(**harsh, talks_prob=0.5, periods=4))
    assert np.array_equal(path.is_bound[0], uncertain.is_bound)
    assert path.is_bound[:, ENDS].sum() == 0
    assert certain.floor[1] == pytest.approx(
        np.where(ENDS, 1 - POSITION / FORTS, certain.floor[1]), abs=0
    )


def test_the_bound_of_one_side_does_not_raise_the_other_floor() -> None:
    free = solve(_fort(cost=np.array([0.5, 0.01]), periods=1))
    bound = solve(_fort(cost=np.array([0.5, 0.01]), periods=1, surrender_value=(0.0, 0.0)))
    assert bound.is_clipped[0].any()
    assert np.array_equal(bound.floor[1], free.floor[1])


def test_a_conditional_subsidy_narrows_the_range_and_an_unconditional_one_does_not() -> None:
    plain = solve(_fort(periods=3))
    paid = solve(_fort(periods=3, conditional_subsidy=(0.0, 0.01)))
    assert paid.terms.width[0, 1:-1] == pytest.approx(plain.terms.width[0, 1:-1] - 0.01)
    assert paid.checks.joint_value_excess == 0.0
    given_anyway = solve(_fort(periods=3, unconditional_subsidy=(0.0, 0.01), discount=0.9))
    without = solve(_fort(periods=3, discount=0.9))
    assert np.array_equal(given_anyway.terms.share, without.terms.share)
    assert given_anyway.stream_worth[1] == pytest.approx(0.01 * (1 + 0.9 + 0.81))
    lasting = solve(_fort(unconditional_subsidy=(0.02, 0.0), discount=0.9))
    assert lasting.stream_worth[0] == pytest.approx(0.2)
    with pytest.raises(InputErrors, match="the subsidy never ends"):
        _fort(unconditional_subsidy=(0.02, 0.0))


def test_a_leader_with_a_stake_in_victory_refuses_what_the_table_offers() -> None:
    # Talks today, then none: fighting to the finish from position 1 is the alternative (1.13).
    def game(stake: float) -> Game:
        today = {"leader_stake": (stake, 0.0), "leader_threshold_share": (1.0, 1.0)}
        step, ends = walk(0.5), (np.arange(7) == 0) | (np.arange(7) == 6)

        def period(t: int) -> Period:
            talks = 1.0 if t == 0 else 0.0
            return Period((step, step), np.array([0.01, 0.01]), talks_prob=talks, **today)

        return Game(period, ends, np.arange(7) / 6, periods=400)

    offered = solve(game(0.0)).terms.share[0, 0, 1]
    assert offered == pytest.approx(1 / 6, abs=1e-9)
    for stake, refuses in ((0.3 - 1e-6, False), (0.3 + 1e-6, True)):
        solution = solve(game(stake))
        assert (solution.floor[0, 0, 1] > offered) == refuses
        assert solution.checks.joint_value_excess is not None


def _rising_power(guarantee: float, growth: float) -> Game:
    """Position fixed, power 0..2 of A: it stands still in war and rises to 2 in peace."""
    power = np.array([0.3, 0.3 + growth, 0.3 + 2 * growth])
    # A state for each power, then victory of A and of B; one battle decides the war.
    rows = np.zeros((5, 5))
    rows[:3, 3], rows[:3, 4] = power, 1.0 - power
    rows[3, 3] = rows[4, 4] = 1.0
    peace = np.zeros((5, 5))
    peace[0, 1] = peace[1, 2] = peace[2, 2] = peace[3, 3] = peace[4, 4] = 1.0
    war = Mixing(-1, rows)
    over = np.array([False, False, False, True, True])
    share = np.array([0.3, 0.3, 0.3, 1.0, 0.0])
    commitment = Commitment(Mixing(-1, peace), (guarantee, guarantee))
    return Game(Period((war, war), np.array([0.05, 0.05])), over, share, None, commitment)


def test_a_deal_has_to_satisfy_what_power_will_be_after_it() -> None:
    # A's floor today is .25 and will be .25 + 2 growth; B takes A's share up to .75 + .05 - .45.
    kept = solve(_rising_power(0.0, 0.04))
    assert kept.terms.requirement[0, :3] == pytest.approx([0.33, 0.33, 0.33], abs=ROUNDING)
    assert kept.terms.is_feasible[0]
    undone = solve(_rising_power(0.0, 0.06))
    # B needs 1 - .35 today, A .37 tomorrow: no share is both.
    assert not undone.terms.is_feasible[0]
    assert undone.terms.width[0] == pytest.approx(1.0 - 0.37 - 0.65, abs=ROUNDING)
    assert undone.terms.value[:, 0] == pytest.approx(undone.floor[:, 0], abs=0)
    guaranteed = solve(_rising_power(0.1, 0.06))
    assert guaranteed.terms.is_feasible[0]
    # A horizon that comes before power has risen leaves nobody to break the deal.
    soon = replace(_rising_power(0.0, 0.06), periods=1)
    assert solve(soon).terms.is_feasible[0, 0]
    later = replace(_rising_power(0.0, 0.06), periods=3)
    assert not solve(later).terms.is_feasible[0, 0]


def test_rules_that_make_no_game_are_refused_all_at_once() -> None:
    step = walk(0.7, 0.6)
    with pytest.raises(InputErrors) as raised:
        Game(Period((step, step), np.zeros(2), discount=1.2), ENDS, POSITION / FORTS)
    text = str(raised.value)
    assert "discount = 1.2" in text
    wide = np.zeros(FORTS + 1, dtype=bool)
    with pytest.raises(InputErrors, match="sum to one inside the lattice"):
        Game(Period((walk(0.5), walk(0.5)), np.zeros(2)), wide, POSITION / FORTS)
    with pytest.raises(InputErrors, match="cost"):
        _fort(cost=np.zeros((2, 3)))
    with pytest.raises(InputErrors, match="conditional_subsidy"):
        _fort(conditional_subsidy=(-0.1, 0.0))
    with pytest.raises(InputErrors, match="periods"):
        Game(lambda t: _fort().at(0), ENDS, POSITION / FORTS)


def test_rules_of_a_later_period_are_checked_too() -> None:
    good, bad = walk(0.5), walk(0.5, 0.6)

    def period(t: int) -> Period:
        step = bad if t == 2 else good
        return Period((step, step), np.array([0.01, 0.01]))

    with pytest.raises(InputErrors, match="period 2"):
        solve(Game(period, ENDS, POSITION / FORTS, periods=3))


def test_each_check_is_an_error_that_names_it() -> None:
    game = _fort(discount=0.9)
    period = game.at(0)
    value = solve(game).terms.value
    end = end_worth(period, game.end_share)
    entered = entering(period, game.is_over, end, value)
    played = play(period, game.is_over, game.end_share, expectations(period, entered))
    none = np.zeros(game.shape)
    check_played(game, period, played, entered, none, 0)

    def broken(**changed: Any) -> Any:
        return replace(played, terms=replace(played.terms, **changed))

    low = played.terms.value.copy()
    low[0, 2] -= 0.1
    with pytest.raises(NumericalError, match=r"'floor below value' failed.*state 2"):
        check_played(game, period, broken(value=low), entered, none, 0)
    high = played.terms.value.copy()
    high[0, 2] += 0.1
    with pytest.raises(NumericalError, match="'joint value' failed"):
        check_played(game, period, broken(value=high), entered, none, 0)
    lost = played.terms.value.copy()
    lost[1, 3] = np.nan
    with pytest.raises(NumericalError, match=r"'finite' failed.*state 3"):
        check_played(game, period, broken(value=lost), entered, none, 0)
    with pytest.raises(NumericalError, match="'priced-in identity' failed"):
        check_played(game, period, broken(share=played.terms.share + 1e-6), entered, none, 0)
    path = solve(_fort(discount=0.9, periods=5, talks_prob=0.5))
    moved = replace(path, terms=replace(path.terms, value=path.terms.value + 1e-6))
    with pytest.raises(NumericalError, match="'forward mass' failed"):
        forward_residual(moved)


def test_a_stationary_game_without_a_limit_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stationary, "MOST_SWEEPS", 3)
    with pytest.raises(NumericalError, match="'fixed point' failed"):
        solve(_fort(leader_stake=(0.1, 0.0), leader_threshold_share=(0.5, 2.0), talks_prob=0.2))


def test_payoffs_from_outside_are_expected_through_the_same_transition() -> None:
    # B is paid .02 a battle and never settles: together they expect the battles' worth of it.
    game = _fort(0.5, talks_prob=0.0, conditional_subsidy=(0.0, 0.02), cost=np.zeros(2))
    solution = solve(game)
    battles = POSITION * (FORTS - POSITION)
    assert solution.terms.value.sum(0) == pytest.approx(1.0 + 0.02 * battles, abs=1e-10)
    assert solution.checks.joint_value_excess == pytest.approx(0.0, abs=1e-10)
    period = game.at(0)
    entered = entering(
        period, game.is_over, end_worth(period, game.end_share), solution.terms.value
    )
    played = play(period, game.is_over, game.end_share, expectations(period, entered))
    external = external_payoff(game, period, played, 0.02 * battles)
    assert external == pytest.approx(0.02 * battles, abs=1e-10)


def test_mass_sent_forward_is_what_paths_one_by_one_say() -> None:
    step = walk(0.6)
    period = Period(
        (step, step),
        np.array([0.01, 0.02]),
        talks_prob=0.3,
        escalation_prob=0.1,
        freeze_prob=0.2,
    )
    solution = solve(Game(period, ENDS, POSITION / FORTS, periods=3))
    truth = walk(0.45)
    start = (POSITION == 2).astype(float)
    course = follow(solution, start, truth)
    settled, conquered, frozen, escalated = np.zeros(3), np.zeros(3), np.zeros(3), np.zeros(3)

    def live(t: int, k: int, mass: float) -> None:
        if t == 3:
            frozen[2] += mass
            return
        talks = 0.3 * float(solution.terms.is_feasible[t, k])
        settled[t] += talks * mass
        mass *= 1.0 - talks
        escalated[t] += 0.1 * mass
        for there, chance in ((k + 1, 0.45), (k - 1, 0.55)):
            arrived = mass * 0.9 * chance
            frozen[t] += 0.2 * arrived
            if there in (0, FORTS):
                conquered[t] += 0.8 * arrived
            else:
                live(t + 1, there, 0.8 * arrived)

    live(0, 2, 1.0)
    assert course.settled == pytest.approx(settled, abs=ROUNDING)
    assert course.conquered == pytest.approx(conquered, abs=ROUNDING)
    assert course.frozen == pytest.approx(frozen, abs=ROUNDING)
    assert course.escalated == pytest.approx(escalated, abs=ROUNDING)
    total = course.settled + course.conquered + course.frozen + course.escalated
    assert total.sum() == pytest.approx(1.0, abs=ROUNDING)
    assert course.left_live == 0.0


def test_following_needs_a_path_and_a_length() -> None:
    start = (POSITION == 2).astype(float)
    with pytest.raises(NumericalError, match="number of periods"):
        follow(solve(_fort()), start, walk(0.5))
    with pytest.raises(NumericalError, match="not kept"):
        follow(solve(_fort(periods=3), keep_path=False), start, walk(0.5))
    unsettled = follow(solve(_fort(talks_prob=0.0)), start, walk(0.5), periods=10)
    assert unsettled.left_live == pytest.approx(1.0 - unsettled.conquered.sum())


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 100_000), clips=st.booleans())
def test_an_axis_of_periods_is_a_function_of_the_period(seed: int, clips: bool) -> None:
    rng = np.random.default_rng(seed)
    wins = rng.uniform(size=(2, 5, FORTS + 1))
    rules = _random_period(
        rng,
        belief=(walk(wins[0]), walk(wins[1])),
        cost=rng.uniform(0.0, 0.2, (2, 5, FORTS + 1)),
        talks_prob=rng.uniform(size=(5, FORTS + 1)),
        unconditional_subsidy=(0.01, 0.0),
        surrender_value=(0.0, 0.0) if clips else None,
        has_time_axis=True,
    )
    together = solve(Game(rules, ENDS, POSITION / FORTS, 5))
    one_by_one = solve(Game(lambda t: rules.at(t, 1), ENDS, POSITION / FORTS, 5))
    for name in ("floor", "is_clipped", "is_bound", "stream_worth"):
        here, there = getattr(together, name), getattr(one_by_one, name)
        assert here == pytest.approx(there, abs=ROUNDING)
    assert together.terms.share == pytest.approx(one_by_one.terms.share, abs=ROUNDING)
    assert together.checks.forward_residual == pytest.approx(
        one_by_one.checks.forward_residual, abs=ROUNDING
    )


def test_equal_beliefs_given_twice_are_common_and_checked() -> None:
    position = np.arange(5)
    is_over = (position == 0) | (position == 4)
    period = Period((walk(0.5), walk(0.5)), (0.01, 0.02))
    assert period.has_common_beliefs
    assert not Period((walk(0.5), walk(0.6)), (0.01, 0.02)).has_common_beliefs
    found = solve(Game(period, is_over, position / 4))
    assert found.checks.priced_in_residual is not None


def test_a_costly_state_does_not_loosen_the_check_of_others() -> None:
    # Two wars side by side, one of which costs 10^7 stakes; the other's share is off by 1e-6.
    position = np.broadcast_to(np.arange(5)[:, None], (5, 2))
    is_over = (position == 0) | (position == 4)
    move = walk(np.array([0.5, 0.5]), axes=2)
    cost = np.array([[[1e7, 0.01]], [[1e7, 0.01]]])
    game = Game(Period((move, move), cost), is_over, position / 4, 1)
    period = game.at(0)
    entered = np.stack([position / 4, 1 - position / 4])
    played = play(period, is_over, game.end_share, period.belief[0].expect(entered))
    played.terms.share[0, 2, 1] += 1e-6
    with pytest.raises(NumericalError, match="priced-in"):
        check_played(game, period, played, entered, np.zeros((5, 2)), 0)
