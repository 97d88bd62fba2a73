r"""A campaign's state as a moment of the bargaining: the numbers that values are regressed on.

Share of the stake: ground counts by the war's sector weights, political terms (alignment,
guarantees, sanctions) by `political_weight`; both sides' shares sum to one. A bargaining period is
a month of the campaign, four weeks; monthly rates are scaled to it.

The variables come in pairs of sides as differences (or logarithms of ratios), so that exchanging
the sides changes signs only.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
from jaxtyping import Float

from kadesh.bargaining.regression.basis import BasisChoice
from kadesh.bargaining.situation import Situation
from kadesh.dynamics.mechanisms.aid import aid_delivered
from kadesh.dynamics.mechanisms.ground import held_share
from kadesh.dynamics.mechanisms.materiel import materiel_multiplier_log
from kadesh.dynamics.state import CampaignParams, CampaignState
from kadesh.war import War

PERIODS_PER_MONTH: Final = 365.2425 / 12 / 28
"""Bargaining periods (four weeks) in a calendar month."""

LEAST_MULTIPLIER: Final = 0.01

Draws = Mapping[str, Float[np.ndarray, " state"]]

PER_SIDE: Final = (
    "cost_of_war_share_per_month",
    "conditional_subsidy_share_per_month",
    "leader_stake",
    "leader_threshold_share",
    "guarantee_cost",
    "rearm_rate_after_settlement",
    "switching_cost",
    "optimism_log_odds",
)
"""Bargaining assumptions with one value a side."""

SHARED: Final = (
    "bargaining_power",
    "talks_probability",
    "discount_per_month",
    "horizon_months",
    "learning_rate",
    "effectiveness_shift_log",
)
"""Bargaining assumptions common to both sides."""

CAMPAIGN: Final = (
    "loss_rate_per_week",
    "loss_concentration_exponent",
    "attacker_loss_factor",
    "quiet_loss_share",
    "returning_share",
    "advance_km_per_day",
    "advance_force_exponent",
    "front_length_factor",
    "ground_noise",
    "ground_noise_persistence",
    "attack_slope",
    "withdrawal_advantage_log",
    "withdrawal_km_per_day",
    "withdrawal_saved_share",
    "fortification_log_strength",
    "fortification_weeks",
    "fortification_depth_km",
    "surprise_log_strength",
    "operation_probability_per_month",
    "operation_reserve_share",
    "mobilization_response",
    "training_weeks",
    "reserve_release_per_week",
    "redeployment_share_per_week",
    "allocation_stake_exponent",
    "substitution_elasticity",
    "manpower_weight",
    "materiel_use_per_week",
    "aid_interruption_probability_per_month",
    "aid_resumption_probability_per_month",
    "aid_success_response",
    "support_fall_per_percent_lost",
    "support_recruitment_exponent",
)
"""Assumptions of the campaign that values may depend on beyond the state; the rest average out."""

STATE_VARIABLES: Final = (
    "front",
    "force_log_ratio",
    "own_home_difference",
    "manpower_log_ratio",
    "materiel_log_ratio",
    "pool_log_ratio",
    "inflow_log_ratio",
    "recruitment_log_ratio",
    "support_difference",
    "fortification",
    "loss_rate_log",
    "loss_log_ratio",
    "log_odds",
)
"""Variables that describe the state; `front` is the first side's share of the stake."""


def variable_names() -> tuple[str, ...]:
    """All regression variables, in order."""
    paired = [f"{name}:{kind}" for name in PER_SIDE for kind in ("sum", "difference")]
    return (*STATE_VARIABLES, *paired, *SHARED, *CAMPAIGN)


def basis_choice() -> BasisChoice:
    """How the variables enter the features."""
    names = variable_names()
    index = {name: position for position, name in enumerate(names)}
    core = ("force_log_ratio", "log_odds", "bargaining_power", "horizon_months")
    principal = (
        "force_log_ratio",
        "manpower_log_ratio",
        "materiel_log_ratio",
        "inflow_log_ratio",
        "recruitment_log_ratio",
        "support_difference",
        "fortification",
        "log_odds",
        "cost_of_war_share_per_month:sum",
        "cost_of_war_share_per_month:difference",
        "optimism_log_odds:sum",
        "optimism_log_odds:difference",
        "bargaining_power",
        "talks_probability",
        "horizon_months",
        "effectiveness_shift_log",
        "substitution_elasticity",
    )
    return BasisChoice(
        front=index["front"],
        intervals=3,
        core=tuple(index[name] for name in core),
        core_degree=1,
        principal=tuple(sorted(index[name] for name in principal)),
    )


def ground_share(state: CampaignState, params: CampaignParams) -> Float[np.ndarray, "side state"]:
    """Each side's share of the ground at stake, by the sectors' stake weights."""
    geography = params.geography
    area, is_home = geography.area_km2[:, None], geography.is_home[:, :, None]
    held = np.asarray(held_share(state.held_km2, area, is_home), dtype=float)
    weight = np.asarray(params.stake_weight, dtype=float)
    return np.asarray((held * weight).sum(axis=1))


def stake_share(
    war: War, ground: Float[np.ndarray, "side state"], draws: Draws
) -> Float[np.ndarray, "side state"]:
    """Each side's share of the whole stake if the war froze now: ground and political terms."""
    political = draws["political_weight"]
    first = war.side_ids[0]
    total = sum(issue.weight.central for issue in war.issues)
    held = 0.5
    if total > 0:
        parts = [
            issue.weight.central
            * (
                issue.status_quo.central
                if issue.status_quo.side == first
                else 1.0 - issue.status_quo.central
            )
            for issue in war.issues
        ]
        held = sum(parts) / total
    own = (1.0 - political) * ground[0] + political * held
    return np.stack([own, 1.0 - own])


def _log_ratio(pair: Float[np.ndarray, "side state"]) -> Float[np.ndarray, " state"]:
    safe = np.log(np.maximum(pair, 1.0))
    return np.asarray(safe[0] - safe[1])


def situation_of(
    war: War,
    state: CampaignState,
    params: CampaignParams,
    draws: Draws,
) -> Situation:
    """The bargaining situation of each run's state.

    Args:
        war: The war.
        state: Campaign states, one a run.
        params: Their parameters.
        draws: Assumption draws, one a run.

    Results in the field have taught nothing yet; see `having_learnt`.
    """
    first, second = war.side_ids
    ground = ground_share(state, params)
    share = stake_share(war, ground, draws)
    theatre = np.asarray(state.theatre_persons, dtype=float)
    with np.errstate(all="ignore"):
        multiplier_log = materiel_multiplier_log(
            state.materiel_eur, state.theatre_persons, params.materiel
        )
        multiplier = np.exp(multiplier_log.astype(float))
    # A side without materiel and with no substitution fights with nothing: its logarithm is held.
    multiplier = np.maximum(multiplier, LEAST_MULTIPLIER)
    skill = np.asarray(params.effectiveness_log, dtype=float)
    materiel = np.asarray(state.materiel_eur, dtype=float)
    inflow = np.asarray(
        params.materiel.production_eur_per_week + aid_delivered(state.aid_regime, params.aid),
        dtype=float,
    )
    recruits = np.asarray(params.mobilization.recruitment_persons_per_week, dtype=float)
    support = np.asarray(state.support_share, dtype=float)
    losses = np.asarray(state.recent_losses_persons_per_week, dtype=float)
    area = np.asarray(params.geography.area_km2, dtype=float)[:, None]
    home = np.asarray(params.geography.is_home, dtype=float)
    weight = np.asarray(params.stake_weight, dtype=float)
    abroad = np.asarray(state.held_km2, dtype=float) / area * weight
    fortified = np.asarray(state.fortification_share, dtype=float).mean(axis=(0, 1))
    columns = [
        share[0],
        _log_ratio(theatre) + np.log(multiplier[0] / multiplier[1]) + skill[0] - skill[1],
        (abroad * home[1][:, None]).sum(axis=0) - (abroad * home[0][:, None]).sum(axis=0),
        _log_ratio(theatre),
        _log_ratio(materiel) - _log_ratio(theatre),
        _log_ratio(np.asarray(state.pool_persons, dtype=float)),
        _log_ratio(inflow),
        _log_ratio(recruits),
        support[0] - support[1],
        fortified,
        np.log(np.maximum(losses.sum(axis=0), 100.0) / theatre.sum(axis=0)),
        _log_ratio(losses) - _log_ratio(theatre),
        np.zeros(share.shape[1]),
    ]
    pairs = {
        name: np.stack([draws[f"{name}.{first}"], draws[f"{name}.{second}"]]) for name in PER_SIDE
    }
    for name in PER_SIDE:
        columns += [pairs[name].sum(axis=0), pairs[name][0] - pairs[name][1]]
    columns += [np.asarray(draws[name]) for name in (*SHARED, *CAMPAIGN)]
    regime = np.asarray(
        aid_delivered(state.aid_regime, params.aid)
        / np.maximum(np.asarray(params.aid.aid_flow_eur_per_week), 1.0),
        dtype=float,
    )
    period = 1.0 / PERIODS_PER_MONTH
    optimism = pairs["optimism_log_odds"]
    count = share.shape[1]
    return Situation(
        variables=np.stack(columns),
        cost=pairs["cost_of_war_share_per_month"] * period,
        subsidy=pairs["conditional_subsidy_share_per_month"] * regime * period,
        discount=draws["discount_per_month"] ** period,
        bargaining_power=np.asarray(draws["bargaining_power"]),
        talks_probability=1.0 - (1.0 - draws["talks_probability"]) ** period,
        switching_cost=pairs["switching_cost"],
        leader_stake=pairs["leader_stake"],
        leader_threshold_share=pairs["leader_threshold_share"],
        guarantee_cost=pairs["guarantee_cost"],
        freeze_share=share,
        freeze_probability=1.0 - np.exp(-period / draws["horizon_months"]),
        log_odds=np.stack([-optimism[0], optimism[1]]),
        analyst_log_odds=np.zeros(count),
        is_over=np.zeros(count, dtype=bool),
    )


def having_learnt(situation: Situation, log_odds: Float[np.ndarray, " state"]) -> Situation:
    """The same moments after results in the field have moved everybody's log odds by `log_odds`.

    They are the odds that attrition favours the second side against the first.
    """
    variables = situation.variables.copy()
    variables[variable_names().index("log_odds")] += log_odds
    return replace(
        situation,
        variables=variables,
        log_odds=situation.log_odds + log_odds,
        analyst_log_odds=situation.analyst_log_odds + log_odds,
    )
