"""One row of float32 for each number of a run: how the compiled peers hold a campaign."""

from dataclasses import dataclass

import numpy as np

from .shared import (
    RUN_PARAMS,
    SECTOR_STATE,
    SIDE_PARAMS,
    SIDE_SECTOR_STATE,
    SIDE_STATE,
    Plain,
)


def _rows(single: tuple[str, ...], by_side: tuple[str, ...]) -> dict[str, int]:
    """First row of each name: one row, or one for each of the two sides."""
    return {name: i for i, name in enumerate(single)} | {
        name: len(single) + 2 * i for i, name in enumerate(by_side)
    }


DERIVED = (
    "ground_noise_fresh",
    "fortification_pace",
    "per_fortification_depth",
    "per_surprise_log_strength",
    "surprise_left",
    "per_attack",
    "substitution_r",
    "substitution_per_r",
    "substitution_is_one",
    "movement_part",
    "recovery_part",
    "training_part",
)
"""What a week needs of a run's parameters and never changes: worked out once."""

X = _rows((*SECTOR_STATE, "stake_weight"), (*SIDE_SECTOR_STATE, "attraction"))
Q = _rows((), SIDE_STATE)
P = _rows((*RUN_PARAMS, *DERIVED), SIDE_PARAMS)
X_ROWS = 3 + 2 * 6
Q_ROWS = 2 * len(SIDE_STATE)
P_ROWS = len(RUN_PARAMS) + len(DERIVED) + 2 * len(SIDE_PARAMS)


@dataclass(frozen=True)
class Packed:
    """Rows by sector, by side, and of parameters; what is the same in every run."""

    x: np.ndarray
    q: np.ndarray
    p: np.ndarray
    area_km2: np.ndarray
    home: np.ndarray
    beside: np.ndarray
    """Bit t of element s is set where sectors s and t are neighbours."""

    def ends(self) -> dict[str, np.ndarray]:
        """What the peers are compared by."""
        losses = Q["losses_persons"]
        return {
            "held_km2": self.x[:, X["held_km2"]],
            "losses_persons": self.q[losses : losses + 2],
        }


def derived(values: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The numbers of `DERIVED`, in double precision."""
    v = {name: values[name].astype(np.float64) for name in RUN_PARAMS}
    r = 1.0 - 1.0 / v["substitution_elasticity"]
    is_one = np.abs(r) < 1e-6
    return {
        "ground_noise_fresh": v["ground_noise"] * np.sqrt(1.0 - v["ground_noise_persistence"] ** 2),
        "fortification_pace": -np.expm1(-1.0 / v["fortification_weeks"]),
        "per_fortification_depth": 1.0 / v["fortification_depth_km"],
        "per_surprise_log_strength": 1.0 / v["surprise_log_strength"],
        "surprise_left": np.exp(-1.0 / v["surprise_decay_weeks"]),
        "per_attack": 1.0 / (1.0 + v["attacker_loss_factor"]),
        "substitution_r": np.where(is_one, 0.0, r),
        "substitution_per_r": np.where(is_one, 0.0, 1.0 / np.where(is_one, 1.0, r)),
        "substitution_is_one": is_one.astype(np.float64),
        "movement_part": -np.expm1(-1.0 / v["reserve_delay_weeks"]),
        "recovery_part": -np.expm1(-1.0 / v["recovery_weeks"]),
        "training_part": -np.expm1(-1.0 / v["training_weeks"]),
    }


def pack(start: Plain) -> Packed:
    """A start in rows."""
    values = start.values | derived(start.values)
    runs, sectors = start.runs, len(start.area_km2)
    x = np.empty((sectors, X_ROWS, runs), np.float32)
    q = np.empty((Q_ROWS, runs), np.float32)
    p = np.empty((P_ROWS, runs), np.float32)
    for name, row in X.items():
        if values[name].ndim == 3:
            x[:, row], x[:, row + 1] = values[name]
        else:
            x[:, row] = values[name]
    for rows, target in ((Q, q), (P, p)):
        for name, row in rows.items():
            if values[name].ndim == 2:
                target[row : row + 2] = values[name]
            else:
                target[row] = values[name]
    beside = (start.neighbours @ (1 << np.arange(sectors))).astype(np.uint32)
    return Packed(x, q, p, start.area_km2, start.home, beside)
