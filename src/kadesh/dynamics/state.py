"""The campaign's arrays: what changes each week and what never does.

Everything is float32 (the aid regime int32), with the run axis last so that the vector units of a
processor are full. `kadesh.dynamics.start` makes both from a war.
"""

import dataclasses
from collections.abc import Sequence
from typing import Final, Self

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int32

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


class CampaignState(eqx.Module):
    """Everything that changes from week to week.

    `held_km2` is the land in a sector held by the side that is *not* at home there (what it held
    before the war included). `losses_persons` counts killed and wounded since the start,
    `out_persons` those of them who never return. `recent_gain_share` is the share of the ground at
    stake that a side has gained of late (`dynamics.mechanisms.aid`); nothing at the start.
    """

    held_km2: Float[Array, "sector run"]
    luck_log: Float[Array, "sector run"]
    deployed_persons: Float[Array, "side sector run"]
    moving_persons: Float[Array, "side sector run"]
    fortification_share: Float[Array, "side sector run"]
    surprise_log: Float[Array, "side sector run"]
    lost_km: Float[Array, "side sector run"]
    reserve_persons: Float[Array, "side run"]
    training_persons: Float[Array, "side run"]
    recovering_persons: Float[Array, "side run"]
    pool_persons: Float[Array, "side run"]
    out_persons: Float[Array, "side run"]
    losses_persons: Float[Array, "side run"]
    recent_losses_persons_per_week: Float[Array, "side run"]
    materiel_eur: Float[Array, "side run"]
    support_share: Float[Array, "side run"]
    aid_regime: Int32[Array, "side run"]
    recent_gain_share: Float[Array, "side run"]

    @property
    def theatre_persons(self) -> Float[Array, "side run"]:
        """People in the theatre: in sectors, on the move and in reserve."""
        return jnp.sum(self.deployed_persons + self.moving_persons, axis=1) + self.reserve_persons


class Geography(eqx.Module):
    """What the war folder says of sides and ground; the same in every run."""

    side_ids: tuple[str, ...] = eqx.field(static=True)
    sector_ids: tuple[str, ...] = eqx.field(static=True)
    area_km2: Float[Array, " sector"]
    is_home: Float[Array, "side sector"]
    neighbours: Float[Array, "sector sector"]
    held_before_km2: Float[Array, " sector"]


class Switches(eqx.Module):
    """1 for each mechanism that works, 0 for each that is switched off."""

    aid: Float[Array, ""]
    allocation: Float[Array, ""]
    attrition: Float[Array, ""]
    fortification: Float[Array, ""]
    ground: Float[Array, ""]
    materiel: Float[Array, ""]
    mobilization: Float[Array, ""]
    noise: Float[Array, ""]
    reserves: Float[Array, ""]
    supply: Float[Array, ""]
    support: Float[Array, ""]
    surprise: Float[Array, ""]
    withdrawal: Float[Array, ""]


class CampaignParams(eqx.Module):
    """Everything that stays the same within a run: one group of numbers per mechanism."""

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
    stake_weight: Float[Array, "sector run"]
    effectiveness_log: Float[Array, "side run"]

    def favouring(self, side: int, log_ratio: Float[np.ndarray, " run"] | float) -> Self:
        """The same war with the effective force ratio of `side` to the other raised by this.

        Half of the logarithm is added to one side and half taken from the other, so that
        favouring one side by x and the other by x undo each other.
        """
        half = np.asarray(log_ratio, dtype=np.float32) * np.float32(0.5)
        sign = np.array([[1.0], [-1.0]], dtype=np.float32)
        sign = sign if side == 0 else -sign
        return dataclasses.replace(
            self, effectiveness_log=self.effectiveness_log + jnp.asarray(sign * half)
        )

    def without(self, switched_off: Sequence[str]) -> Self:
        """The same war with the named mechanisms switched off as well.

        Raises:
            InputErrors: a name is not one of `MECHANISMS`.
        """
        check_mechanisms(switched_off)
        off = {name: jnp.zeros((), jnp.float32) for name in switched_off}
        return dataclasses.replace(self, switches=dataclasses.replace(self.switches, **off))


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
