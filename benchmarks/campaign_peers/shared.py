"""The war that every peer simulates, as plain arrays, and Kadesh's own luck to check them with."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from campaign import SECTORS, WEEKS, war_of
from kadesh.dynamics.shocks import MONTH_WEEKS, Shocks, draw_shocks, shock_keys
from kadesh.dynamics.start import start_state
from kadesh.dynamics.state import CampaignParams, CampaignState
from kadesh.war import draw_assumptions

START = date(2024, 1, 7)
MONTHS = -(-WEEKS // MONTH_WEEKS)
STREAM = "peers"

SECTOR_STATE = ("held_km2", "luck_log")
SIDE_SECTOR_STATE = (
    "deployed_persons",
    "moving_persons",
    "fortification_share",
    "surprise_log",
    "lost_km",
)
SIDE_STATE = (
    "reserve_persons",
    "training_persons",
    "recovering_persons",
    "pool_persons",
    "out_persons",
    "losses_persons",
    "recent_losses_persons_per_week",
    "materiel_eur",
    "support_share",
    "aid_regime",
    "recent_gain_share",
)
SIDE_PARAMS = (
    "loss_rate_per_week",
    "operation_probability",
    "recruitment_persons_per_week",
    "theatre_start_persons",
    "production_eur_per_week",
    "aid_flow_eur_per_week",
    "population_persons",
    "support_start_share",
    "effectiveness_log",
)
RUN_PARAMS = (
    "concentration_exponent",
    "attacker_loss_factor",
    "quiet_loss_share",
    "loss_noise",
    "advance_km_per_day",
    "advance_force_exponent",
    "advance_limit_km_per_day",
    "front_length_factor",
    "border_front_share",
    "ground_noise",
    "ground_noise_persistence",
    "attack_slope",
    "supply_reach_km",
    "withdrawal_advantage_log",
    "withdrawal_km_per_day",
    "withdrawal_saved_share",
    "fortification_log_strength",
    "fortification_weeks",
    "fortification_depth_km",
    "surprise_log_strength",
    "surprise_decay_weeks",
    "operation_reserve_share",
    "reserve_release_per_week",
    "reserve_delay_weeks",
    "redeployment_share_per_week",
    "returning_share",
    "recovery_weeks",
    "mobilization_response",
    "support_recruitment_exponent",
    "training_weeks",
    "substitution_elasticity",
    "manpower_weight",
    "reference_materiel_eur_per_person",
    "materiel_use_per_week",
    "interruption_probability",
    "resumption_probability",
    "surge_probability",
    "surge_end_probability",
    "interrupted_share",
    "surge_factor",
    "success_response",
    "support_fall_per_percent_lost",
    "support_rise_per_stake_share",
    "support_return_per_week",
    "allocation_threat_per_km",
    "quiet_cover_share",
)


@dataclass(frozen=True)
class Plain:
    """A start as NumPy arrays by name, the run axis last: all that a peer is given.

    `home` is the index of the side at home in each sector; sectors lie in a line and those beside
    each other are neighbours.
    """

    values: dict[str, np.ndarray]
    area_km2: np.ndarray
    home: np.ndarray
    neighbours: np.ndarray

    @property
    def runs(self) -> int:
        return self.values["held_km2"].shape[-1]

    def cut(self, first: int, last: int) -> "Plain":
        """Runs from `first` to before `last`."""
        return replace(self, values={k: v[..., first:last] for k, v in self.values.items()})


@dataclass(frozen=True)
class Luck:
    """Chance of each week, for checks: every peer can be given it in place of its own.

    `ground` (week, sector, run) standard normal, `choice` (week, side, sector, run) exponential,
    `losses` standard normal, `aid` and `operation` uniform (week, side, run).
    """

    ground: np.ndarray
    choice: np.ndarray
    losses: np.ndarray
    aid: np.ndarray
    operation: np.ndarray


def start(runs: int, seed: int) -> tuple[CampaignState, CampaignParams]:
    """Kadesh's start: two sectors that only one side holds, the others contested."""
    war = war_of(SECTORS)
    held = {f"sector-{i:02d}": 0.0 if i in {5, 11} else 4000.0 for i in range(SECTORS)}
    draws = draw_assumptions(war, runs, seed, START, {})
    state, params = start_state(war, held, draws, as_of=START, seed=seed)
    place = np.arange(SECTORS)
    beside = (np.abs(place[:, None] - place) <= 1).astype(np.float32)
    geography = replace(params.geography, neighbours=beside)
    return state, replace(params, geography=geography)


def without_chance(
    state: CampaignState, params: CampaignParams
) -> tuple[CampaignState, CampaignParams]:
    """The same with nothing left to chance, yet every mechanism at work.

    Operations are under way at the start, and fade; every third run starts in each aid regime.
    """
    none = np.zeros_like(params.ground.ground_noise)
    surprise = np.array(state.surprise_log)
    surprise[0, 5], surprise[1, 2] = 1.5, 2.0
    regime = np.broadcast_to(np.arange(state.held_km2.shape[-1]) % 3, state.aid_regime.shape)
    state = replace(
        state,
        surprise_log=surprise,
        aid_regime=regime.astype(np.int32),
    )
    return state, replace(
        params,
        ground=params.ground._replace(ground_noise=none),
        attrition=params.attrition._replace(loss_noise=none),
        surprise=params.surprise._replace(
            operation_probability=np.zeros_like(params.effectiveness_log)
        ),
        aid=params.aid._replace(
            interruption_probability=none,
            resumption_probability=none,
            surge_probability=none,
            surge_end_probability=none,
        ),
    )


def plain(state: CampaignState, params: CampaignParams) -> Plain:
    """What peers start from."""
    values: dict[str, Any] = {
        name: getattr(state, name) for name in (*SECTOR_STATE, *SIDE_SECTOR_STATE, *SIDE_STATE)
    }
    groups = params.mechanisms
    for name in (*SIDE_PARAMS, *RUN_PARAMS, "attraction"):
        [holder] = [group for group in (*groups, params) if hasattr(group, name)]
        values[name] = getattr(holder, name)
    values["stake_weight"] = params.stake_weight
    # Each side's own: its exposure never changes in a run.
    values["loss_rate_per_week"] = params.attrition.loss_rate_per_week * np.exp(
        params.attrition.loss_exposure_log
    )
    geography = params.geography
    return Plain(
        {name: np.array(value, np.float32) for name, value in values.items()},
        np.array(geography.area_km2),
        np.argmax(np.asarray(geography.is_home), axis=0).astype(np.int32),
        np.asarray(geography.neighbours) > 0,
    )


def luck(params: CampaignParams, seed: int) -> Luck:
    """The very luck of Kadesh's runs, of all weeks."""
    names = params.geography
    keys = shock_keys(seed, STREAM, names.side_ids, names.sector_ids)
    run = np.arange(params.effectiveness_log.shape[-1], dtype=np.uint32)
    months = [draw_shocks(keys, run, np.uint32(month)) for month in range(MONTHS)]
    joined = Shocks(*(np.concatenate(parts)[:WEEKS] for parts in zip(*months, strict=True)))
    home = np.asarray(names.is_home)[:, :, None]
    choice = home * joined.choice[:, :1] + (1.0 - home) * joined.choice[:, 1:]
    return Luck(
        joined.ground, choice.astype(np.float32), joined.losses, joined.aid, joined.operation
    )
