"""A campaign's state in a few numbers: what the bargaining layer needs to know of it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from kadesh.dynamics.elementwise import total
from kadesh.dynamics.state import CampaignParams, CampaignState
from kadesh.dynamics.step import fronts, given_of, sector_of, side_of, worths_log


@dataclass(frozen=True)
class Summary:
    """States along the last axis; NumPy float64. "Own" is the side of the first axis.

    `stake_share`: the side's part of the ground at stake, by stake weight and share held (the two
    sides sum to 1); `home_stake_share`: the part of that in its own home sectors;
    `abroad_stake_share`: in the other's; `abroad_km2`: land held in the other's home sectors;
    `held_share`: share of each sector held by the side that is not at home there.
    `force_log_ratio`: logarithm of the effective force (manpower and materiel, effectiveness
    apart) of the first side over the second's; `luck_log`: persistent luck in the field in favour
    of the first side, averaged by stake and contact. `fortification_share` is averaged by
    contact.
    """

    side_ids: tuple[str, ...]
    sector_ids: tuple[str, ...]
    stake_share: Float[np.ndarray, "side state"]
    home_stake_share: Float[np.ndarray, "side state"]
    abroad_stake_share: Float[np.ndarray, "side state"]
    abroad_km2: Float[np.ndarray, "side state"]
    held_share: Float[np.ndarray, "sector state"]
    force_log_ratio: Float[np.ndarray, " state"]
    luck_log: Float[np.ndarray, " state"]
    theatre_persons: Float[np.ndarray, "side state"]
    pool_persons: Float[np.ndarray, "side state"]
    training_persons: Float[np.ndarray, "side state"]
    materiel_eur: Float[np.ndarray, "side state"]
    aid_regime: Float[np.ndarray, "side state"]
    support_share: Float[np.ndarray, "side state"]
    fortification_share: Float[np.ndarray, "side state"]
    losses_persons: Float[np.ndarray, "side state"]
    recent_losses_persons_per_week: Float[np.ndarray, "side state"]

    def columns(self) -> dict[str, Float[np.ndarray, " state"]]:
        """Every number as a column, named `name`, `name.Side` or `name.sector`."""
        table: dict[str, Float[np.ndarray, " state"]] = {}
        for name, values in vars(self).items():
            if name in {"side_ids", "sector_ids"}:
                continue
            if values.ndim == 1:
                table[name] = values
                continue
            labels = self.sector_ids if name == "held_share" else self.side_ids
            table |= {f"{name}.{label}": row for label, row in zip(labels, values, strict=True)}
        return table


def summarise(state: CampaignState, params: CampaignParams) -> Summary:
    """The summary of every state."""
    numbers = {name: np.asarray(v, dtype=np.float64) for name, v in _numbers(state, params).items()}
    geography = params.geography
    return Summary(side_ids=geography.side_ids, sector_ids=geography.sector_ids, **numbers)


def _numbers(state: CampaignState, params: CampaignParams) -> dict[str, Float[np.ndarray, "..."]]:
    given, sector = given_of(params), sector_of(state)
    front = fronts(sector, given)
    shares, contact = np.stack(front.shares), front.contact
    is_home = params.geography.is_home[:, :, None]
    stake = params.stake_weight[None] * shares
    other_land = shares * params.geography.area_km2[:, None]
    theatre = state.theatre_persons
    bare = given._replace(effectiveness_log=np.zeros_like(params.effectiveness_log))
    worth = np.exp(worths_log(side_of(state), theatre, bare))
    force = total(state.deployed_persons * worth[:, None], 1)
    weight = params.stake_weight * contact + 1e-6
    toward_first = 2.0 * params.geography.is_home[0][:, None] - 1.0
    by_contact = contact + 1e-6
    fortified = total(state.fortification_share * by_contact, 1) / total(by_contact, 0)
    return {
        "stake_share": total(stake, 1),
        "home_stake_share": total(stake * is_home, 1),
        "abroad_stake_share": total(stake * (1.0 - is_home), 1),
        "abroad_km2": total(other_land * (1.0 - is_home), 1),
        "held_share": state.held_km2 / params.geography.area_km2[:, None],
        "force_log_ratio": np.log(force[0] + 1.0) - np.log(force[1] + 1.0),
        "luck_log": total(weight * toward_first * state.luck_log, 0) / total(weight, 0),
        "theatre_persons": theatre,
        "pool_persons": state.pool_persons,
        "training_persons": state.training_persons,
        "materiel_eur": state.materiel_eur,
        "aid_regime": state.aid_regime,
        "support_share": state.support_share,
        "fortification_share": fortified,
        "losses_persons": state.losses_persons,
        "recent_losses_persons_per_week": state.recent_losses_persons_per_week,
    }
