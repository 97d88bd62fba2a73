"""The bargaining over a war's campaign: simulated courses, solved once.

Courses start at dates spread over the war, from what was reconstructed and assumed then, widened,
some of them played on first, so that they cover what may be reached. Each is simulated for three
years under both hypotheses about whom attrition favours, and each of its months also with the
opposite luck. The solution is then an evaluation at any moment, date and assumption inside the
sample's range.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
from jaxtyping import Float

from kadesh.bargaining.learning import Lessons, fit_lessons
from kadesh.bargaining.moments import basis_choice, ground_share, having_learnt, situation_of
from kadesh.bargaining.regression.basis import fit_basis
from kadesh.bargaining.regression.courses import Courses
from kadesh.bargaining.regression.solve import RegressionSolution, solve_regression
from kadesh.bargaining.regression.valuation import ALL_CASES, FULL, Case
from kadesh.bargaining.situation import FRICTIONS, Situation
from kadesh.bargaining.waiting import WaitingSolution, solve_waiting
from kadesh.dynamics.campaign import step_many
from kadesh.dynamics.mechanisms.aid import INTERRUPTED
from kadesh.dynamics.start import HeldGround, start_state
from kadesh.dynamics.state import CampaignParams, CampaignState, take_runs, take_states
from kadesh.streams import generator
from kadesh.war import War, draw_assumptions

RUNS: Final = 2_048
"""Simulated courses under each hypothesis: eight blocks of the campaign."""
MONTHS: Final = 30
SAMPLED: Final = (0, 3, 6, 9, 12, 18)
LESSON_MONTHS: Final = (0, 4, 8, 16)
"""Months of the courses from which it is learnt what a month's results teach."""
PLAYED_ON_MONTHS: Final = (0, 0, 6, 18)
"""Months that equal parts of the sample are played on before their course begins."""
POST_SETTLEMENT_MONTHS: Final = 12.0
"""When after a settlement each side is asked whether it would still keep it."""
SPREAD_LOG_ODDS: Final = 1.5
SPREAD_HELD_LOG: Final = 0.35
"""Standard deviations that widen the sample's beliefs and land beyond what was reconstructed."""


HALF_CASES: Final[tuple[Case, ...]] = (FULL, *(frozenset({name}) for name in FRICTIONS))


@dataclass(frozen=True)
class Solved:
    """Values of fighting on and of waiting, from one sample."""

    solution: RegressionSolution
    waiting: WaitingSolution


@dataclass(frozen=True)
class CampaignGame:
    """The solved bargaining of one war, with two independent halves for its error.

    The halves know all frictions, and each of them left out alone (`HALF_CASES`).
    """

    solved: Solved
    halves: tuple[Solved, Solved]
    lessons: Lessons


def solve_campaign_game(
    war: War, vantages: Sequence[HeldGround], *, seed: int = 0, runs: int = RUNS, workers: int = 1
) -> CampaignGame:
    """Simulate courses of the war's campaign and solve the bargaining over them.

    Args:
        war: The war.
        vantages: Reconstructions at the dates from which courses start.
        seed: Seed of assumptions, spread and chance.
        runs: Courses under each hypothesis.
        workers: Blocks of the campaign worked at a time; changes nothing but time and memory.
    """
    courses, lessons = campaign_courses(war, vantages, seed=seed, runs=runs, workers=workers)
    # Independent solutions side by side: matrix products and ufuncs leave Python's lock, and each
    # solution's own arithmetic stays in its order, so that nothing but time changes.
    with ThreadPoolExecutor(2) as pool:
        halves = [pool.submit(_solved, courses.half(which), HALF_CASES) for which in (0, 1)]
        whole = _solved(courses, ALL_CASES)
    return CampaignGame(whole, (halves[0].result(), halves[1].result()), lessons)


def _solved(courses: Courses, cases: Sequence[Case]) -> Solved:
    choice = basis_choice()
    full = solve_regression(courses, choice=choice, cases=(FULL,))
    solution = solve_regression(courses, choice=choice, cases=cases, start_from=full)
    return Solved(solution, solve_waiting(solution, courses))


def campaign_courses(
    war: War, vantages: Sequence[HeldGround], *, seed: int = 0, runs: int = RUNS, workers: int = 1
) -> tuple[Courses, Lessons]:
    """Courses of the campaign under both hypotheses, and what a month's results teach."""
    start, params, draws = _wide_start(war, vantages, seed, runs)
    start = _played_on(start, params, seed, np.arange(runs))
    moments: list[list[Situation]] = []
    mirrors: list[list[Situation]] = []
    changes: list[list[np.ndarray]] = []
    opposite_changes: list[list[np.ndarray]] = []
    for hypothesis in (0, 1):
        world = params.favouring(hypothesis, 0.5 * draws["effectiveness_shift_log"])
        state = start
        moments.append([situation_of(war, state, params, draws)])
        mirrors.append([])
        changes.append([])
        opposite_changes.append([])
        before = ground_share(state, params)[0]
        for month in range(MONTHS):
            after = {
                mirrored: step_many(
                    state,
                    world,
                    seed=seed,
                    stream="bargaining",
                    first_month=month,
                    mirrored=mirrored,
                    workers=workers,
                )
                for mirrored in (False, True)
            }
            mirrors[-1].append(situation_of(war, after[True], params, draws))
            opposite_changes[-1].append(ground_share(after[True], params)[0] - before)
            state = after[False]
            now = ground_share(state, params)[0]
            changes[-1].append(now - before)
            before = now
            moments[-1].append(situation_of(war, state, params, draws))
    lessons = _lessons(moments, changes, opposite_changes)
    rng = generator(seed, "bargaining", "beliefs")
    first = SPREAD_LOG_ODDS * rng.standard_normal(runs)
    for h in (0, 1):
        log_odds = first
        for month in range(MONTHS):
            features = lessons.basis.features(moments[h][month].variables)
            rate = draws["learning_rate"]
            moments[h][month] = having_learnt(moments[h][month], log_odds)
            step = lessons.log_odds_step(features, opposite_changes[h][month], rate)
            mirrors[h][month] = having_learnt(mirrors[h][month], log_odds + step)
            log_odds = log_odds + lessons.log_odds_step(features, changes[h][month], rate)
        moments[h][MONTHS] = having_learnt(moments[h][MONTHS], log_odds)
    settled = situation_of(war, after_settlement(war, start, params, draws), params, draws)
    courses = Courses(
        (tuple(moments[0]), tuple(moments[1])),
        (tuple(mirrors[0]), tuple(mirrors[1])),
        SAMPLED,
        having_learnt(settled, first),
    )
    return courses, lessons


def _lessons(
    moments: Sequence[Sequence[Situation]],
    changes: Sequence[Sequence[np.ndarray]],
    opposite_changes: Sequence[Sequence[np.ndarray]],
) -> Lessons:
    pooled = [
        np.concatenate([moments[h][m].variables for m in LESSON_MONTHS], axis=1) for h in (0, 1)
    ]
    basis = fit_basis(np.concatenate(pooled, axis=1), basis_choice())
    seen = np.stack(
        [
            [
                np.concatenate([kind[h][m] for m in LESSON_MONTHS])
                for kind in (changes, opposite_changes)
            ]
            for h in (0, 1)
        ]
    )
    return fit_lessons(basis, np.stack([basis.features(p) for p in pooled]), seen)


def after_settlement(
    war: War,
    state: CampaignState,
    params: CampaignParams,
    draws: Mapping[str, Float[np.ndarray, " state"]],
) -> CampaignState:
    """The state a year after a settlement: forces rebuilt, lines dug, aid ended, nobody surprised.

    Land stays as it was: what each side got is compared with what it could then fight for.
    """
    growth = np.stack([draws[f"rearm_rate_after_settlement.{side}"] for side in war.side_ids])
    factor = np.exp(growth * POST_SETTLEMENT_MONTHS).astype(np.float32)
    weeks = np.float32(POST_SETTLEMENT_MONTHS * 365.2425 / 12 / 7)
    return replace(
        state,
        deployed_persons=state.deployed_persons * factor[:, None],
        moving_persons=state.moving_persons * factor[:, None],
        reserve_persons=state.reserve_persons * factor,
        materiel_eur=state.materiel_eur * factor
        + params.materiel.production_eur_per_week * weeks * np.float32(0.5),
        fortification_share=np.maximum(state.fortification_share, np.float32(0.5)),
        surprise_log=np.zeros_like(state.surprise_log),
        recent_losses_persons_per_week=np.zeros_like(state.recent_losses_persons_per_week),
        support_share=params.support.support_start_share,
        aid_regime=np.full_like(state.aid_regime, INTERRUPTED),
        recent_gain_share=np.zeros_like(state.recent_gain_share),
    )


def _wide_start(
    war: War, vantages: Sequence[HeldGround], seed: int, samples: int
) -> tuple[CampaignState, CampaignParams, dict[str, Float[np.ndarray, " state"]]]:
    """States at the start of sampled moments, spread over the vantage dates in turn."""
    dates = [vantage.as_of for vantage in vantages]
    which = np.arange(samples) % len(dates)
    draws = stacked_draws(war, dates, which, seed)
    held = np.empty((len(war.sectors), samples))
    rng = generator(seed, "bargaining", "pick")
    pick = rng.random(samples)
    for position, vantage in enumerate(vantages):
        mine = np.flatnonzero(which == position)
        last = vantage.held_km2.isel(week=-1).sel(sector=list(war.sector_ids))
        values = last.transpose("sector", "draw").to_numpy()
        held[:, mine] = values[:, (pick[mine] * values.shape[1]).astype(int)]
    for row, sector in enumerate(war.sectors):
        spread = generator(seed, "bargaining", "held", sector.id).standard_normal(samples)
        open_km2 = sector.area_km2 - sector.held_before_km2
        touched = np.maximum(held[row], 0.002 * open_km2)
        held[row] = np.clip(touched * np.exp(SPREAD_HELD_LOG * spread), 0.0, open_km2)
    state, params = start_state(war, held, draws, seed=seed)
    return state, params, draws


def stacked_draws(
    war: War, dates: Sequence[date], which: np.ndarray, seed: int
) -> dict[str, Float[np.ndarray, " state"]]:
    """Assumption draws for many moments, each as known at its own date."""
    count = len(which)
    stacked: dict[str, Float[np.ndarray, " state"]] = {}
    for position, when in enumerate(dates):
        mine = which == position
        for name, values in draw_assumptions(war, count, seed, when).items():
            stacked.setdefault(name, np.empty(count))[mine] = values[mine]
    return stacked


def _played_on(
    state: CampaignState, params: CampaignParams, seed: int, runs: np.ndarray
) -> CampaignState:
    """Play parts of the sample on, so that it covers what the war may come to."""
    groups = (runs // 7) % len(PLAYED_ON_MONTHS)
    order, parts = [], []
    for group, months in enumerate(PLAYED_ON_MONTHS):
        mine = np.flatnonzero(groups == group)
        part = take_states(state, mine)
        if months:
            part = step_many(
                part,
                take_runs(params, mine),
                weeks=4 * months,
                seed=seed,
                stream=f"bargaining-spread-{months}",
            )
        order.append(mine)
        parts.append(part)
    back = np.argsort(np.concatenate(order))
    return take_states(_joined(parts), back)


def _joined(parts: Sequence[CampaignState]) -> CampaignState:
    names = parts[0].__dataclass_fields__
    joined = {name: np.concatenate([getattr(p, name) for p in parts], axis=-1) for name in names}
    return CampaignState(**joined)
