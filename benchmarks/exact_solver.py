"""The exact solver against what a user would assemble: QuantEcon.py and Numba recursions.

python benchmarks/exact_solver.py [--short]

Every pair is measured in one run, in turns, and must agree before it is timed; a line of JSON per
pair. Times are CPU seconds of the whole process (all threads), the least of several turns, so that
other work on the machine hardly matters; compilation is not counted for anybody. The peers are the
extra `bench`: pip install "kadesh[bench]". Where they are missing, the lines say so.
"""

import json
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from kadesh.bargaining.exact.game import Game, Period
from kadesh.bargaining.exact.moves import Steps, Then, walk
from kadesh.bargaining.exact.solve import solve
from kadesh.theory import sweep
from kadesh.theory.models import two_prior_war

PEERS = find_spec("numba") is not None and find_spec("quantecon") is not None
if PEERS:
    import numba
    import scipy.sparse as sp
    from quantecon.markov import DiscreteDP, backward_induction

AGREEMENT = 1e-9


def in_turns(turns: int, *runs: Callable[[], Any]) -> list[float]:
    """Least CPU time of each run over several turns, after one that is not counted."""
    least = [float("inf")] * len(runs)
    for turn in range(turns + 1):
        for which, run in enumerate(runs):
            start = time.process_time()
            run()
            if turn:
                least[which] = min(least[which], time.process_time() - start)
    return least


def say(what: str, goal: float, ours: float, peer: float | None, name: str) -> None:
    """A line of JSON about one pair."""
    line: dict[str, Any] = {"benchmark": what, "kadesh_cpu_s": round(ours, 4)}
    if peer is None:
        line |= {"peer": name, "peer_cpu_s": None, "note": "peer not installed (extra 'bench')"}
    else:
        line |= {
            "peer": name,
            "peer_cpu_s": round(peer, 4),
            "times_faster": round(peer / ours, 2),
            "goal": goal,
            "goal_met": peer / ours >= goal,
        }
    print(json.dumps(line), flush=True)


def lattice(states: int) -> tuple[Game, Game, np.ndarray, np.ndarray]:
    """Front, both forces and will, 12 successors; as moves along the axes, and all in one step."""
    shape = (states // 4_000, 20, 20, 10)
    front = np.indices(shape)[0]
    rng = np.random.default_rng(0)
    up, down = rng.uniform(0.0, 0.4, (2, *shape))
    up[-1], down[0] = 0.0, 0.0
    loses_a = rng.uniform(0.0, 0.3, (shape[0], 20, 1, 1))
    loses_b = rng.uniform(0.0, 0.3, (shape[0], 1, 20, 1))
    loses_a[:, 0], loses_b[:, :, 0] = 0.0, 0.0
    ground = Steps(((1, 0, 0, 0), (-1, 0, 0, 0), (0, 0, 0, 0)), (up, down, 1.0 - up - down))
    force_a = Steps(((0, -1, 0, 0), (0, 0, 0, 0)), (loses_a, 1.0 - loses_a))
    force_b = Steps(((0, 0, -1, 0), (0, 0, 0, 0)), (loses_b, 1.0 - loses_b))
    along = Then(force_a, Then(force_b, ground))
    offsets, prob = [], []
    for step_a, chance_a in zip(force_a.offsets, force_a.prob, strict=True):
        for step_b, chance_b in zip(force_b.offsets, force_b.prob, strict=True):
            first = tuple(a + b for a, b in zip(step_a, step_b, strict=True))
            # The front then moves by the odds of the forces that are left.
            left = np.roll(np.roll(np.stack(ground.prob), -first[1], 2), -first[2], 3)
            for step, chance in zip(ground.offsets, left, strict=True):
                offsets.append(tuple(a + b for a, b in zip(first, step, strict=True)))
                prob.append(np.broadcast_to(chance_a * chance_b, shape) * chance)
    whole = Steps(tuple(offsets), tuple(prob))
    over = (front == 0) | (front == shape[0] - 1)
    share = front / (shape[0] - 1)
    games = []
    for moves in (along, whole):
        # No talks: each side's floor is an optimal stopping problem, which QuantEcon can state.
        rules = Period(
            (moves, moves),
            np.array([0.001, 0.002]),
            discount=0.99,
            talks_prob=0.0,
        )
        games.append(Game(rules, over, share, 130))
    return games[0], games[1], over, share


def against_quantecon(states: int, turns: int) -> None:
    """Backward induction over 130 periods."""
    along, whole, over, share = lattice(states)
    runs: list[Callable[[], Any]] = [
        lambda: solve(along, keep_path=False).floor,
        lambda: solve(whole, keep_path=False).floor,
    ]
    floor = runs[0]()
    assert np.abs(floor - runs[1]()).max() < AGREEMENT
    if PEERS:
        size = over.size
        live = ~over.ravel()
        moves = whole.at(0).belief[0].matrix(over.shape)
        transition = sp.csr_matrix(
            sp.diags_array(live.astype(float)) @ moves
            + sp.diags_array((~live).astype(float) / 0.99)
        )

        def problem(side: int) -> Any:
            reward = np.where(live, -(0.001, 0.002)[side], 0.0)
            one = np.zeros(size, dtype=int)
            return DiscreteDP(reward, transition, 0.99, np.arange(size), one)

        problems = [problem(0), problem(1)]
        ends = [share.ravel(), 1.0 - share.ravel()]

        def quantecon() -> list[np.ndarray]:
            return [
                backward_induction(p, 130, v_term=end)[0][0]
                for p, end in zip(problems, ends, strict=True)
            ]

        for side, value in enumerate(quantecon()):
            assert np.abs(value.reshape(over.shape) - floor[side]).max() < AGREEMENT
        runs.append(quantecon)
    least = in_turns(turns, *runs)
    peer = least[2] if PEERS else None
    what = f"backward induction, 130 periods, {over.size:,} states, both sides"
    say(f"{what}, moves along the axes", 3.0, least[0], peer, "QuantEcon.py, sparse, a side a run")
    say(f"{what}, 12 joint steps", 3.0, least[1], peer, "QuantEcon.py, sparse, a side a run")


if PEERS:

    @numba.njit
    def numba_fort(forts, periods, win, costs, power, discount):  # type: ignore[no-untyped-def]
        """Both sides' values after so many periods, with surrender and certain talks."""
        value_a = np.arange(forts + 1) / forts
        value_b = 1.0 - value_a
        next_a, next_b = value_a.copy(), value_b.copy()
        for _ in range(periods):
            for k in range(1, forts):
                expected_a = win * value_a[k + 1] + (1.0 - win) * value_a[k - 1]
                expected_b = win * value_b[k + 1] + (1.0 - win) * value_b[k - 1]
                floor_a = max(discount * expected_a - costs[0], 0.0)
                floor_b = max(discount * expected_b - costs[1], 0.0)
                surplus = max(1.0 - floor_a - floor_b, 0.0)
                next_a[k] = floor_a + power * surplus
                next_b[k] = floor_b + (1.0 - power) * surplus
            value_a, next_a = next_a, value_a
            value_b, next_b = next_b, value_b
        return value_a, value_b

    @numba.njit
    def numba_fort_sweep(forts, win, cost_a, cost_b, power, discount):  # type: ignore[no-untyped-def]
        """One game swept in place until values change by less than 1e-12."""
        value_a = np.arange(forts + 1) / forts
        value_b = 1.0 - value_a
        for _ in range(1_000_000):
            change = 0.0
            for k in range(1, forts):
                expected_a = win * value_a[k + 1] + (1.0 - win) * value_a[k - 1]
                expected_b = win * value_b[k + 1] + (1.0 - win) * value_b[k - 1]
                floor_a = max(discount * expected_a - cost_a, 0.0)
                floor_b = max(discount * expected_b - cost_b, 0.0)
                surplus = max(1.0 - floor_a - floor_b, 0.0)
                now_a = floor_a + power * surplus
                now_b = floor_b + (1.0 - power) * surplus
                change = max(change, abs(now_a - value_a[k]), abs(now_b - value_b[k]))
                value_a[k], value_b[k] = now_a, now_b
            if change < 1e-12:
                break
        return value_a

    @numba.njit
    def numba_two_priors(forts, start, battles, prior_a, prior_b, costs, power):  # type: ignore[no-untyped-def]
        """Both floors at the start; only positions that can be reached, every second one."""
        value_a = np.arange(forts + 1) / forts
        value_b = 1.0 - value_a
        floor_a, floor_b = value_a.copy(), value_b.copy()
        for n in range(battles - 1, -1, -1):
            low, high = max(1, start - n), min(forts - 1, start + n)
            low += (low - start - n) % 2
            for k in range(low, high + 1, 2):
                won = 0.5 * (n + k - start)
                chance_a = (prior_a[0] + won) / (prior_a[0] + prior_a[1] + n)
                chance_b = (prior_b[0] + won) / (prior_b[0] + prior_b[1] + n)
                # Neighbours have the other parity: nothing read here was written in this pass.
                expected_a = chance_a * value_a[k + 1] + (1.0 - chance_a) * value_a[k - 1]
                expected_b = chance_b * value_b[k + 1] + (1.0 - chance_b) * value_b[k - 1]
                floor_a[k] = max(expected_a - costs[0], 0.0)
                floor_b[k] = max(expected_b - costs[1], 0.0)
                surplus = max(1.0 - floor_a[k] - floor_b[k], 0.0)
                value_a[k] = floor_a[k] + power * surplus
                value_b[k] = floor_b[k] + (1.0 - power) * surplus
        return floor_a[start], floor_b[start]


def against_numba_fort(forts: int, turns: int) -> None:
    """500 periods of the fort game."""
    position = np.arange(forts + 1)
    step = walk(0.5)
    costs = np.array([1e-5, 2e-5])
    rules = Period((step, step), costs, discount=0.999, surrender_value=(0.0, 0.0))
    game = Game(rules, (position == 0) | (position == forts), position / forts, 500)
    runs: list[Callable[[], Any]] = [lambda: solve(game, keep_path=False).terms.value]
    if PEERS:
        runs.append(lambda: numba_fort(forts, 500, 0.5, costs, 0.5, 0.999))
        assert np.abs(runs[0]() - np.stack(runs[1]())).max() < AGREEMENT
    least = in_turns(turns, *runs)
    peer = least[1] if PEERS else None
    say(f"fort-game, {forts:,} positions, 500 periods", 2.0, least[0], peer, "Numba, fused loop")


def stationary(forts: int, turns: int) -> None:
    """The same game without an end: what sweeping would need forts squared periods for."""
    position = np.arange(forts + 1)
    step = walk(0.5)
    rules = Period((step, step), np.array([1e-9, 2e-9]))
    game = Game(rules, (position == 0) | (position == forts), position / forts)
    [ours] = in_turns(turns, lambda: solve(game))
    line = {"benchmark": f"fort-game, {forts:,} positions, without an end, undiscounted"}
    print(json.dumps(line | {"kadesh_cpu_s": round(ours, 4), "residual": solve(game).residual}))


def against_numba_priors(forts: int, turns: int) -> None:
    """2,000 battles between two priors; ours also finds settlements, conquest and length."""
    start = forts // 2
    inputs = two_prior_war.Inputs(
        forts=forts, start=start, prior_a=(6.0, 2.0), prior_b=(2.0, 6.0), cost_a=0.02,
        cost_b=0.02, true_win_prob=0.5, max_battles=2_000,
    )  # fmt: skip
    runs: list[Callable[[], Any]] = [lambda: two_prior_war.solve(inputs)]
    if PEERS:
        priors, costs = (np.array([6.0, 2.0]), np.array([2.0, 6.0])), np.array([0.02, 0.02])
        runs.append(lambda: numba_two_priors(forts, start, 2_000, *priors, costs, 0.5))
        found = runs[0]()
        floor = np.array([found.floor_a, found.floor_b])
        assert np.abs(floor - np.asarray(runs[1]())).max() < AGREEMENT
    least = in_turns(turns, *runs)
    peer = least[1] if PEERS else None
    say(f"two-prior-war, {forts:,} forts, 2,000 battles", 2.0, least[0], peer, "Numba, parity loop")


def against_a_loop(cases: int, forts: int, turns: int) -> None:
    """Many parameter sets of a stationary game at once, against a compiled loop over them."""
    rng = np.random.default_rng(1)
    win, power = rng.uniform(0.4, 0.6, cases), rng.uniform(0.3, 0.7, cases)
    costs = rng.uniform(0.0005, 0.01, (2, cases))
    discount = rng.uniform(0.995, 1.0, cases)
    shape = (forts + 1, cases)
    position = np.broadcast_to(np.arange(forts + 1)[:, None], shape)
    over = (position == 0) | (position == forts)
    step = walk(win, axes=2)

    def ours() -> np.ndarray:
        rules = Period((step, step), costs, discount, power, surrender_value=(0.0, 0.0))
        share: np.ndarray = solve(Game(rules, over, position / forts)).terms.share[0]
        return share

    runs: list[Callable[[], Any]] = [ours]
    if PEERS:

        def loop() -> np.ndarray:
            return np.stack(
                [
                    numba_fort_sweep(forts, win[i], costs[0, i], costs[1, i], power[i], discount[i])
                    for i in range(cases)
                ],
                axis=1,
            )

        # Sweeping stops where values change by 1e-12, which leaves them this far from the answer.
        assert np.abs(ours() - loop()).max() < 1e-7
        runs.append(loop)
    least = in_turns(turns, *runs)
    peer = least[1] if PEERS else None
    what = f"fort-game, {cases:,} parameter sets of {forts} forts, without an end"
    say(what, 5.0, least[0], peer, "Numba, swept in place, a loop over sets")


def through_sweep(
    name: str, steps: int, varied: dict[str, tuple[float, float]], **fixed: Any
) -> None:
    """What a user of `kadesh.theory.sweep` waits for, rows of plain numbers included."""
    axes = {key: np.linspace(*ends, steps).tolist() for key, ends in varied.items()}
    [ours] = in_turns(1, lambda: sweep(name, axes, **fixed))
    what = f"kadesh.theory.sweep of {name}, {steps ** len(axes):,} points"
    print(json.dumps({"benchmark": what, "kadesh_cpu_s": round(ours, 3)}), flush=True)


def main() -> None:
    """Every pair."""
    short = "--short" in sys.argv
    turns = 1 if short else 4
    against_quantecon(40_000 if short else 100_000, turns)
    against_numba_fort(10_000 if short else 100_000, turns)
    stationary(10_000 if short else 100_000, turns)
    against_numba_priors(6, turns)
    against_numba_priors(200, turns)
    against_numba_priors(1_000 if short else 2_000, turns)
    for forts, cases in ((6, 10_000), (20, 10_000), (50, 1_000)):
        against_a_loop(cases // 10 if short else cases, forts, turns)
    steps = 30 if short else 100
    varied = {"win_prob": (0.2, 0.4), "cost_a": (0.01, 0.1)}
    through_sweep("fort-game", steps, varied, cost_b=0.01, forts=20, surrender=True)
    through_sweep("ultimatum", 3 * steps, varied, cost_low=0.1, cost_high=0.5)


if __name__ == "__main__":
    main()
