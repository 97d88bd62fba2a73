"""What the parts of a week take and give: sectors, sides, fronts, contests, each a named tuple.

What belongs to both sides is a pair, the first side first: a tuple, or the first axis of an array.
"""

from typing import NamedTuple

from kadesh.dynamics.elementwise import Number, Pair


class Constants(NamedTuple):
    """What a week needs of a run's parameters, the switches included: worked out once."""

    loss_rate_per_week: Pair
    luck_step: Number
    fortification_log_strength: Number
    fortification_pace: Number
    per_fortification_depth: Number
    per_surprise_log_strength: Number
    surprise_kept_share: Number
    movement_share: Number
    recovery_share: Number
    training_share: Number


class Place(NamedTuple):
    """What never changes of a sector; `is_home` by side, 1 for the side at home."""

    area_km2: Number
    length_km: Number
    is_home: Pair
    stake_weight: Number
    attraction: Pair


class Sector(NamedTuple):
    """The state of a sector (see `kadesh.dynamics.state.CampaignState`)."""

    held_km2: Number
    luck_log: Number
    deployed_persons: Pair
    moving_persons: Pair
    fortification_share: Pair
    surprise_log: Pair
    lost_km: Pair


class Side(NamedTuple):
    """The state of a side."""

    reserve_persons: Number
    training_persons: Number
    recovering_persons: Number
    pool_persons: Number
    out_persons: Number
    losses_persons: Number
    recent_losses_persons_per_week: Number
    materiel_eur: Number
    support_share: Number
    aid_regime: Number
    recent_gain_share: Number


class Front(NamedTuple):
    """Where the sides meet in a sector at the start of a week.

    `shares` held by each side, `contact` the part of the full front along land both hold,
    `reach` whether a side could attack, `full_km` the front of a sector that is fought over.
    """

    shares: Pair
    contact: Number
    reach: Pair
    full_km: Number


class Contest(NamedTuple):
    """What each side makes of the front of a sector in a week.

    `advantage_log` in an attack, `attack_share` of the front on which it attacks,
    `contested_share` of the full front on which it can, `meeting` where either can,
    `yielded_share` of it on which the other side goes back before it, and expected losses.
    """

    advantage_log: Pair
    attack_share: Pair
    contested_share: Pair
    meeting: Number
    yielded_share: Pair
    expected_losses_persons: Pair


class Fought(NamedTuple):
    """A sector after the fighting of a week, before anybody has moved.

    `stake_gain_share` is what each side has gained of the ground at stake, `wanted_weight` how many
    troops it wants there relative to other sectors.
    """

    held_km2: Number
    luck_log: Number
    fortification_share: Pair
    lost_km: Pair
    losses_persons: Pair
    advance_km: Pair
    attack_share: Pair
    stake_gain_share: Pair
    wanted_weight: Pair


class Left(NamedTuple):
    """One side's people in a sector after losses and those who go or arrive."""

    deployed_persons: Number
    moving_persons: Number
    redeployed_persons: Number
    needed_persons: Number
