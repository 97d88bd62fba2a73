"""The campaign's arrays: what changes each week and what never does.

Everything is float32 (the aid regime int32), with the run axis last so that the vector units of a
processor are full. `kadesh.dynamics.start` makes both from a war.
"""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Self

import numpy as np
from jaxtyping import Float, Int, Int32

from kadesh.dynamics.elementwise import total
from kadesh.dynamics.mechanisms.aid import AidParams
from kadesh.dynamics.mechanisms.allocation import AllocationParams
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
from kadesh.errors import argument_mistake

MECHANISMS: Final = (
    "aid",
    "allocation",
    "attrition",
    "fortification",
    "ground",
    "materiel",
    "mobilization",
    "noise",
    "reserves",
    "supply",
    "support",
    "surprise",
    "withdrawal",
)
"""What can be switched off by name; `noise` is the luck of ground and losses."""


Chosen = Int[np.ndarray, " chosen"] | slice
"""Runs by index, or some that follow each other."""


@dataclass(frozen=True)
class CampaignState:
    """Everything that changes from week to week.

    `held_km2` is the land in a sector held by the side that is *not* at home there (what it held
    before the war included). `losses_persons` counts killed and wounded since the start,
    `out_persons` those of them who never return. `recent_gain_share` is the share of the ground at
    stake that a side has gained of late (`dynamics.mechanisms.aid`); nothing at the start.
    """

    held_km2: Float[np.ndarray, "sector run"]
    luck_log: Float[np.ndarray, "sector run"]
    deployed_persons: Float[np.ndarray, "side sector run"]
    moving_persons: Float[np.ndarray, "side sector run"]
    fortification_share: Float[np.ndarray, "side sector run"]
    surprise_log: Float[np.ndarray, "side sector run"]
    lost_km: Float[np.ndarray, "side sector run"]
    reserve_persons: Float[np.ndarray, "side run"]
    training_persons: Float[np.ndarray, "side run"]
    recovering_persons: Float[np.ndarray, "side run"]
    pool_persons: Float[np.ndarray, "side run"]
    out_persons: Float[np.ndarray, "side run"]
    losses_persons: Float[np.ndarray, "side run"]
    recent_losses_persons_per_week: Float[np.ndarray, "side run"]
    materiel_eur: Float[np.ndarray, "side run"]
    support_share: Float[np.ndarray, "side run"]
    aid_regime: Int32[np.ndarray, "side run"]
    recent_gain_share: Float[np.ndarray, "side run"]

    @property
    def theatre_persons(self) -> Float[np.ndarray, "side run"]:
        """People in the theatre: in sectors, on the move and in reserve."""
        in_sectors = self.deployed_persons + self.moving_persons
        return np.asarray(total(in_sectors, 1, self.reserve_persons))


@dataclass(frozen=True)
class Geography:
    """What the war folder says of sides and ground; the same in every run."""

    side_ids: tuple[str, ...]
    sector_ids: tuple[str, ...]
    area_km2: Float[np.ndarray, " sector"]
    is_home: Float[np.ndarray, "side sector"]
    neighbours: Float[np.ndarray, "sector sector"]
    held_before_km2: Float[np.ndarray, " sector"]


class Switches(NamedTuple):
    """1 for each mechanism that works, 0 for each that is switched off."""

    aid: np.float32
    allocation: np.float32
    attrition: np.float32
    fortification: np.float32
    ground: np.float32
    materiel: np.float32
    mobilization: np.float32
    noise: np.float32
    reserves: np.float32
    supply: np.float32
    support: np.float32
    surprise: np.float32
    withdrawal: np.float32


class RunParams(NamedTuple):
    """The numbers of every mechanism, without sectors and sides."""

    attrition: AttritionParams
    ground: GroundParams
    supply: SupplyParams
    withdrawal: WithdrawalParams
    fortification: FortificationParams
    surprise: SurpriseParams
    reserves: ReserveParams
    mobilization: MobilizationParams
    materiel: MaterielParams
    aid: AidParams
    support: SupportParams
    allocation: AllocationParams


@dataclass(frozen=True)
class CampaignParams:
    """Everything that stays the same within a run: one group of numbers per mechanism.

    Numbers of a group have shape `run`, and `side run` where they differ between the sides.
    """

    geography: Geography
    switches: Switches
    attrition: AttritionParams
    ground: GroundParams
    supply: SupplyParams
    withdrawal: WithdrawalParams
    fortification: FortificationParams
    surprise: SurpriseParams
    reserves: ReserveParams
    mobilization: MobilizationParams
    materiel: MaterielParams
    aid: AidParams
    support: SupportParams
    allocation: AllocationParams
    stake_weight: Float[np.ndarray, "sector run"]
    attraction: Float[np.ndarray, "side sector run"]
    effectiveness_log: Float[np.ndarray, "side run"]

    @property
    def mechanisms(self) -> RunParams:
        """The numbers of every mechanism."""
        return RunParams._make(getattr(self, name) for name in RunParams._fields)

    def favouring(self, side: int, log_ratio: Float[np.ndarray, " run"] | float) -> Self:
        """The same war with the effective force ratio of `side` to the other raised by this.

        Half of the logarithm is added to one side and half taken from the other, so that
        favouring one side by x and the other by x undo each other.
        """
        half = np.asarray(log_ratio, dtype=np.float32) * np.float32(0.5)
        sign = np.array([[1.0], [-1.0]], dtype=np.float32)
        sign = sign if side == 0 else -sign
        return dataclasses.replace(self, effectiveness_log=self.effectiveness_log + sign * half)

    def without(self, switched_off: Sequence[str]) -> Self:
        """The same war with the named mechanisms switched off as well.

        Raises:
            InputErrors: a name is not one of `MECHANISMS`.
        """
        check_mechanisms(switched_off)
        off = {name: np.float32(0.0) for name in switched_off}
        return dataclasses.replace(self, switches=self.switches._replace(**off))


def take_runs(params: CampaignParams, index: Chosen) -> CampaignParams:
    """The parameters of the chosen runs, in that order."""
    chosen: dict[str, Any] = {
        field.name: take(getattr(params, field.name), index)
        for field in dataclasses.fields(params)
        if field.name not in {"geography", "switches"}
    }
    return dataclasses.replace(params, **chosen)


def take_states(state: CampaignState, index: Chosen) -> CampaignState:
    """The chosen runs' states, in that order."""
    taken = {
        field.name: getattr(state, field.name)[..., index] for field in dataclasses.fields(state)
    }
    return CampaignState(**taken)


def take(values: Any, index: Chosen) -> Any:
    """The chosen runs' numbers, of one quantity or of each in a tuple, in that order."""
    if isinstance(values, tuple):
        return type(values)(*(take(number, index) for number in values))
    # A number of all runs stays one.
    return values if np.shape(values)[-1:] in {(), (1,)} else values[..., index]


def check_mechanisms(names: Sequence[str]) -> None:
    """Raise InputErrors unless every name is one of `MECHANISMS`."""
    for name in names:
        if name not in MECHANISMS:
            raise argument_mistake(
                "switched_off",
                name,
                "a mechanism of the campaign",
                "One of: " + ", ".join(MECHANISMS),
            )
