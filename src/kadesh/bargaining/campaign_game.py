"""The bargaining over a war's campaign: a wide sample of months, solved once.

Moments are sampled at dates spread over the war, from what was reconstructed and assumed then,
some of them played on for up to three years, so that the sample covers what may be reached. Each
is advanced one month under both hypotheses about whom attrition favours, several times. The
solution is then an evaluation at any moment, date and assumption inside the sample's range.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from kadesh.bargaining.basis import fit_basis, projection
from kadesh.bargaining.learning import Lessons, fit_lessons
from kadesh.bargaining.moments import basis_choice, ground_share, situation_of
from kadesh.bargaining.regression import (
    ALL_CASES,
    FULL,
    Case,
    RegressionSolution,
    Sample,
    solve_regression,
)
from kadesh.dynamics.aid import INTERRUPTED
from kadesh.dynamics.blocks import take_runs, take_states
from kadesh.dynamics.campaign import step_many
from kadesh.dynamics.start import HeldGround, start_state
from kadesh.dynamics.state import CampaignParams, CampaignState
from kadesh.streams import generator
from kadesh.war import War, draw_assumptions

SAMPLES: Final = 10_240
"""Sampled moments: 40 blocks of the campaign."""
REPEATS: Final = 2
"""Successors of each moment under each hypothesis, in pairs of opposite luck: without pairs the
error of a sampled drift adds up over the periods to a tenth of the stake."""
PERIODS: Final = 60
PLAYED_ON_MONTHS: Final = (0, 3, 9, 18, 36)
"""Months that equal parts of the sample are played on before they are used."""
POST_SETTLEMENT_MONTHS: Final = 12.0
"""When after a settlement each side is asked whether it would still keep it."""
SPREAD_LOG_ODDS: Final = 1.5
SPREAD_HELD_LOG: Final = 0.35
"""Standard deviations that widen the sample's beliefs and land beyond what was reconstructed."""


@dataclass(frozen=True)
class CampaignGame:
    """The solved bargaining of one war, with two independent halves for its error."""

    solution: RegressionSolution
    halves: tuple[RegressionSolution, RegressionSolution]
    lessons: Lessons


def solve_campaign_game(
    war: War, vantages: Sequence[HeldGround], *, seed: int = 0, samples: int = SAMPLES
) -> CampaignGame:
    """Sample months of the war's campaign and solve the bargaining over them.

    Args:
        war: The war.
        vantages: Reconstructions at the dates from which moments are sampled.
        seed: Seed of assumptions, spread and chance.
        samples: Number of sampled moments.
    """
    state, params, draws = _wide_start(war, vantages, seed, samples)
    runs = np.arange(samples)
    state = _played_on(state, params, seed, runs)
    rng = generator(seed, "bargaining", "beliefs")
    log_odds = SPREAD_LOG_ODDS * rng.standard_normal(samples)
    now = situation_of(war, state, params, draws, log_odds)
    choice = basis_choice()
    basis = fit_basis(now.variables, choice)
    features = basis.features(now.variables)
    project = projection(features)
    before = ground_share(state, params)[0]
    states: list[list[CampaignState]] = []
    worlds = []
    for hypothesis in (0, 1):
        world = params.favouring(hypothesis, 0.5 * draws["effectiveness_shift_log"])
        worlds.append(world)
        states.append(
            [
                step_many(
                    state,
                    world,
                    seed=seed,
                    stream=f"bargaining-{repeat // 2}",
                    mirrored=repeat % 2 == 1,
                )
                for repeat in range(REPEATS)
            ]
        )
    changes = np.stack(
        [[ground_share(s, params)[0] - before for s in repeats] for repeats in states]
    )
    lessons = fit_lessons(basis, features, project, changes)
    successors = []
    for hypothesis in (0, 1):
        followed = []
        for repeat, later in enumerate(states[hypothesis]):
            step = lessons.log_odds_step(
                features, changes[hypothesis, repeat], draws["learning_rate"]
            )
            followed.append(situation_of(war, later, params, draws, log_odds + step))
        successors.append(tuple(followed))
    settled = after_settlement(war, state, params, draws)
    sample = Sample(now, tuple(successors), situation_of(war, settled, params, draws, log_odds))

    def solve(part: Sample, cases: Sequence[Case]) -> RegressionSolution:
        return solve_regression(part, periods=PERIODS, choice=choice, cases=cases)

    halves = (solve(sample.half(0), (FULL,)), solve(sample.half(1), (FULL,)))
    return CampaignGame(solve(sample, ALL_CASES), halves, lessons)


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
    factor = jnp.asarray(np.exp(growth * POST_SETTLEMENT_MONTHS), jnp.float32)
    weeks = np.float32(POST_SETTLEMENT_MONTHS * 365.2425 / 12 / 7)
    return replace(
        state,
        deployed_persons=state.deployed_persons * factor[:, None],
        moving_persons=state.moving_persons * factor[:, None],
        reserve_persons=state.reserve_persons * factor,
        materiel_eur=state.materiel_eur * factor
        + params.materiel.production_eur_per_week * weeks * np.float32(0.5),
        fortification_share=jnp.maximum(state.fortification_share, np.float32(0.5)),
        surprise_log=jnp.zeros_like(state.surprise_log),
        recent_losses_persons_per_week=jnp.zeros_like(state.recent_losses_persons_per_week),
        support_share=params.support.support_start_share,
        aid_regime=jnp.full_like(state.aid_regime, INTERRUPTED),
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
    joined = {
        name: jnp.asarray(np.concatenate([np.asarray(getattr(p, name)) for p in parts], axis=-1))
        for name in names
    }
    return CampaignState(**joined)
