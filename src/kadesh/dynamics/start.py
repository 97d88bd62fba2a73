"""The first week of a campaign: a war, what was held, and draws of assumptions become arrays.

The only place where they do. Per-side assumptions have ids `name.Side`, so everything that differs
between the sides is data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, Protocol

import numpy as np
import xarray as xr
from jaxtyping import Float, Int32

from kadesh.dynamics.elementwise import total
from kadesh.dynamics.geography import neighbour_matrix
from kadesh.dynamics.mechanisms.aid import INTERRUPTED, SUSTAINED, AidParams
from kadesh.dynamics.mechanisms.allocation import (
    OBJECTIVES,
    AllocationParams,
    allocation_weight,
    attraction,
)
from kadesh.dynamics.mechanisms.attrition import AttritionParams
from kadesh.dynamics.mechanisms.fortification import FortificationParams
from kadesh.dynamics.mechanisms.ground import GroundParams
from kadesh.dynamics.mechanisms.materiel import MaterielParams
from kadesh.dynamics.mechanisms.mobilization import MobilizationParams
from kadesh.dynamics.mechanisms.reserves import ReserveParams
from kadesh.dynamics.mechanisms.supply import SupplyParams
from kadesh.dynamics.mechanisms.support import SupportParams
from kadesh.dynamics.mechanisms.surprise import SurpriseParams
from kadesh.dynamics.mechanisms.withdrawal import WithdrawalParams
from kadesh.dynamics.records import Sector
from kadesh.dynamics.state import (
    MECHANISMS,
    CampaignParams,
    CampaignState,
    Geography,
    Switches,
    check_mechanisms,
)
from kadesh.dynamics.step import contests, fronts, given_of, sector_of, side_of
from kadesh.errors import argument_mistake
from kadesh.streams import generator
from kadesh.war import War
from kadesh.war.assumptions import quantile
from kadesh.war.fields import Range
from kadesh.war.schema import Estimate

MONTH_IN_WEEKS: Final = 365.2425 / 12 / 7


class HeldGround(Protocol):
    """What the campaign needs of a reconstruction: when it ends and what was held."""

    @property
    def as_of(self) -> date:
        """Date up to which it is made."""

    @property
    def held_km2(self) -> xr.DataArray:
        """Land held by the side not at home beyond what it held before (draw, sector, week)."""


Draws = Mapping[str, Float[np.ndarray, " run"]]


def start_state(
    war: War,
    held: HeldGround | Mapping[str, float] | Float[np.ndarray, "sector run"],
    draws: Draws,
    *,
    as_of: date | None = None,
    seed: int = 0,
    switched_off: Sequence[str] = (),
    objectives: Mapping[str, str] | None = None,
) -> tuple[CampaignState, CampaignParams]:
    """State and parameters of campaigns that start from a reconstruction or from stated levels.

    Run r takes draw r of each assumption and draw r (modulo their number) of the reconstruction.

    Args:
        war: The war.
        held: A reconstruction, or km2 held by the side not at home, beyond what it held before the
            war, by sector (and run).
        draws: From `kadesh.war.draw_assumptions`, as of the date of the start.
        as_of: Date of the start, for pauses of aid then in force; a reconstruction brings its own.
        seed: Seed of the draws of stake weights.
        switched_off: Mechanisms to leave out.
        objectives: Objective by side id (`dynamics.mechanisms.allocation`), else `stake`.

    Raises:
        InputErrors: an assumption the campaign needs is missing, or a name is unknown.
    """
    check_mechanisms(switched_off)
    aims = _objectives(war, objectives or {})
    look = _Lookup(war, draws)
    runs = look.runs
    date_of_start = as_of or (None if isinstance(held, Mapping | np.ndarray) else held.as_of)
    params = _params(war, look, seed, switched_off, aims)
    before = np.array([sector.held_before_km2 for sector in war.sectors])[:, None]
    area = np.array([sector.area_km2 for sector in war.sectors])[:, None]
    held_km2 = single(np.clip(before + _held_beyond(war, held, runs), 0.0, area))
    force = look.sides("force_in_theatre_persons")
    reserve = look.number("reserve_share") * force
    stock = look.sides("materiel_start_ratio") * look.number("reference_materiel_eur_per_person")
    nowhere = np.zeros((2, len(war.sectors), runs), np.float32)
    nobody = np.zeros((2, runs), np.float32)
    dug_in = np.broadcast_to(look.number("fortification_start_share"), nowhere.shape)
    state = CampaignState(
        held_km2=held_km2,
        luck_log=nowhere[0],
        deployed_persons=single((force - reserve)[:, None] * _wanted(held_km2, params)),
        moving_persons=nowhere,
        fortification_share=single(dug_in),
        surprise_log=nowhere,
        lost_km=nowhere,
        reserve_persons=single(reserve),
        training_persons=look.side("training_persons"),
        recovering_persons=nobody,
        pool_persons=look.side("mobilizable_persons"),
        out_persons=nobody,
        losses_persons=nobody,
        recent_losses_persons_per_week=nobody,
        materiel_eur=single(stock * force),
        support_share=look.side("support_start_share"),
        aid_regime=aid_regimes(war, date_of_start, runs),
        recent_gain_share=nobody,
    )
    # Before the first week the fighting was what it is expected to be in the first.
    recent = single(_losses_in_a_week(state, params))
    return replace(state, recent_losses_persons_per_week=recent), params


def single(values: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """The campaign's own precision."""
    return np.asarray(values, np.float32)


def _wanted(
    held_km2: Float[np.ndarray, "sector run"], params: CampaignParams
) -> Float[np.ndarray, "side sector run"]:
    """Share of its deployed troops that each side wants in each sector."""
    with np.errstate(all="ignore"):
        given = given_of(params)
    nothing = np.zeros_like(params.attraction)
    nowhere = Sector(held_km2, held_km2, nothing, nothing, nothing, nothing, nothing)
    front = fronts(nowhere, given)
    weight = np.stack(
        [
            allocation_weight(
                front.contact,
                front.shares[side],
                front.reach[1 - side],
                nothing[side],
                front.full_km,
                params.attraction[side],
                params.allocation,
            )
            for side in (0, 1)
        ]
    )
    return np.asarray(weight / total(weight, 1)[:, None])


def _losses_in_a_week(
    state: CampaignState, params: CampaignParams
) -> Float[np.ndarray, "side run"]:
    # What is no number is looked for, and named, where the campaign is run.
    with np.errstate(all="ignore"):
        contest = contests(sector_of(state), side_of(state), state.luck_log, given_of(params))
        return np.stack([total(losses, 0) for losses in contest.expected_losses_persons])


class _Lookup:
    """Draws by assumption as float32 arrays, and a clear word on the one that is missing."""

    def __init__(self, war: War, draws: Draws) -> None:
        self._war = war
        self._draws = draws
        self.runs = len(next(iter(draws.values()))) if draws else 0

    def number(self, name: str) -> Float[np.ndarray, " run"]:
        if name not in self._draws:
            remedy = f"Add it to assumptions.yaml of {self._war.name}"
            raise argument_mistake("assumption", name, "an assumption of the war", remedy)
        return np.asarray(self._draws[name], dtype=np.float64)

    def sides(self, name: str) -> Float[np.ndarray, "side run"]:
        return np.stack([self.number(f"{name}.{side}") for side in self._war.side_ids])

    def run(self, name: str) -> Float[np.ndarray, " run"]:
        return single(self.number(name))

    def side(self, name: str) -> Float[np.ndarray, "side run"]:
        return single(self.sides(name))

    def weekly(self, name: str) -> Float[np.ndarray, " run"]:
        """Probability in a week of what has the stated probability in a month."""
        # Seven digits below 1: a certain change in a month is as good as certain in a week.
        monthly = np.clip(self.number(name), 0.0, 1.0 - 1e-7)
        return np.asarray(-np.expm1(np.log1p(-monthly) / MONTH_IN_WEEKS))


def _params(
    war: War, look: _Lookup, seed: int, switched_off: Sequence[str], aims: Sequence[str]
) -> CampaignParams:
    is_home = np.array([[s.home == side for s in war.sectors] for side in war.side_ids], float)
    opens = np.array([OBJECTIVES[aim].opens_operations for aim in aims], dtype=float)
    stakes = stake_weights(war, look.runs, seed)
    pull = attraction(aims, is_home, stakes, look.number("allocation_stake_exponent"))
    return CampaignParams(
        geography=Geography(
            side_ids=war.side_ids,
            sector_ids=war.sector_ids,
            area_km2=np.asarray([s.area_km2 for s in war.sectors], np.float32),
            is_home=np.asarray(is_home, np.float32),
            neighbours=np.asarray(neighbour_matrix(war), np.float32),
            held_before_km2=np.asarray([s.held_before_km2 for s in war.sectors], np.float32),
        ),
        switches=Switches(**{name: np.float32(name not in switched_off) for name in MECHANISMS}),
        attrition=AttritionParams(
            loss_rate_per_week=look.run("loss_rate_per_week"),
            concentration_exponent=look.run("loss_concentration_exponent"),
            attacker_loss_factor=look.run("attacker_loss_factor"),
            quiet_loss_share=look.run("quiet_loss_share"),
            loss_noise=look.run("loss_noise"),
            loss_exposure_log=look.side("loss_exposure_log"),
        ),
        ground=GroundParams(
            advance_km_per_day=look.run("advance_km_per_day"),
            advance_force_exponent=look.run("advance_force_exponent"),
            advance_limit_km_per_day=look.run("advance_limit_km_per_day"),
            front_length_factor=look.run("front_length_factor"),
            border_front_share=look.run("border_front_share"),
            ground_noise=look.run("ground_noise"),
            ground_noise_persistence=look.run("ground_noise_persistence"),
            attack_slope=look.run("attack_slope"),
        ),
        supply=SupplyParams(supply_reach_km=look.run("supply_reach_km")),
        withdrawal=WithdrawalParams(
            withdrawal_advantage_log=look.run("withdrawal_advantage_log"),
            withdrawal_km_per_day=look.run("withdrawal_km_per_day"),
            withdrawal_saved_share=look.run("withdrawal_saved_share"),
        ),
        fortification=FortificationParams(
            fortification_log_strength=look.run("fortification_log_strength"),
            fortification_weeks=look.run("fortification_weeks"),
            fortification_depth_km=look.run("fortification_depth_km"),
        ),
        surprise=SurpriseParams(
            surprise_log_strength=look.run("surprise_log_strength"),
            surprise_decay_weeks=look.run("surprise_decay_weeks"),
            operation_probability=single(
                opens[:, None] * look.weekly("operation_probability_per_month")
            ),
            operation_reserve_share=look.run("operation_reserve_share"),
        ),
        reserves=ReserveParams(
            reserve_release_per_week=look.run("reserve_release_per_week"),
            reserve_delay_weeks=look.run("reserve_delay_weeks"),
            redeployment_share_per_week=look.run("redeployment_share_per_week"),
            returning_share=look.run("returning_share"),
            recovery_weeks=look.run("recovery_weeks"),
        ),
        mobilization=MobilizationParams(
            recruitment_persons_per_week=look.side("recruitment_persons_per_week"),
            mobilization_response=look.run("mobilization_response"),
            support_recruitment_exponent=look.run("support_recruitment_exponent"),
            training_weeks=look.run("training_weeks"),
            theatre_start_persons=look.side("force_in_theatre_persons"),
        ),
        materiel=MaterielParams(
            substitution_elasticity=look.run("substitution_elasticity"),
            manpower_weight=look.run("manpower_weight"),
            reference_materiel_eur_per_person=look.run("reference_materiel_eur_per_person"),
            materiel_use_per_week=look.run("materiel_use_per_week"),
            production_eur_per_week=look.side("production_eur_per_week"),
        ),
        aid=AidParams(
            aid_flow_eur_per_week=look.side("aid_flow_eur_per_week"),
            interruption_probability=single(look.weekly("aid_interruption_probability_per_month")),
            resumption_probability=single(look.weekly("aid_resumption_probability_per_month")),
            surge_probability=single(look.weekly("aid_surge_probability_per_month")),
            surge_end_probability=single(look.weekly("aid_surge_end_probability_per_month")),
            interrupted_share=look.run("aid_interrupted_share"),
            surge_factor=look.run("aid_surge_factor"),
            success_response=look.run("aid_success_response"),
        ),
        support=SupportParams(
            population_persons=look.side("population_persons"),
            support_start_share=look.side("support_start_share"),
            support_fall_per_percent_lost=look.run("support_fall_per_percent_lost"),
            support_rise_per_stake_share=look.run("support_rise_per_stake_share"),
            support_return_per_week=look.run("support_return_per_week"),
        ),
        allocation=AllocationParams(
            allocation_threat_per_km=look.run("allocation_threat_per_km"),
            quiet_cover_share=look.run("quiet_cover_share"),
        ),
        stake_weight=single(stakes),
        attraction=single(pull),
        effectiveness_log=look.side("effectiveness_log"),
    )


def stake_weights(war: War, runs: int, seed: int) -> Float[np.ndarray, "sector run"]:
    """Stake of each sector by run, triangular on the war's range; each run sums to 1."""
    drawn = np.stack(
        [
            quantile(
                generator(seed, "stake_weight", sector.id).random(runs),
                Estimate(*_figures(sector.stake_weight), source="", is_early=False),
                "triangular",
            )
            for sector in war.sectors
        ]
    )
    return np.asarray(drawn / total(drawn, 0))


def _figures(figures: Range) -> tuple[float, float, float]:
    return figures.low, figures.central, figures.high


def _objectives(war: War, objectives: Mapping[str, str]) -> list[str]:
    for side, aim in objectives.items():
        if side not in war.side_ids:
            remedy = "One of: " + ", ".join(war.side_ids)
            raise argument_mistake("objectives", side, "a side of the war", remedy)
        if aim not in OBJECTIVES:
            remedy = "One of: " + ", ".join(OBJECTIVES)
            raise argument_mistake("objectives", aim, "an objective", remedy)
    return [objectives.get(side, "stake") for side in war.side_ids]


def _held_beyond(
    war: War, held: HeldGround | Mapping[str, float] | Float[np.ndarray, "sector run"], runs: int
) -> Float[np.ndarray, "sector run"]:
    if isinstance(held, np.ndarray):
        return held.astype(np.float32)
    if isinstance(held, Mapping):
        levels = np.array([held.get(name, 0.0) for name in war.sector_ids])
        return np.repeat(levels[:, None], runs, axis=1).astype(np.float32)
    last = held.held_km2.isel(week=-1).sel(sector=list(war.sector_ids))
    values = last.transpose("sector", "draw").to_numpy()
    return values[:, np.arange(runs) % values.shape[1]].astype(np.float32)


def aid_regimes(war: War, when: date | None, runs: int) -> Int32[np.ndarray, "side run"]:
    """Sustained aid, or interrupted for a side whose aid was paused on that date."""
    paused = {
        period.side
        for period in war.periods
        if period.kind == "aid pause" and when is not None and period.start <= when <= period.end
    }
    start = [INTERRUPTED if side in paused else SUSTAINED for side in war.side_ids]
    return np.repeat(np.array(start, np.int32)[:, None], runs, axis=1)
