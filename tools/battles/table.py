"""The table of battles: which rows count, what was known before a battle, what came of it.

Dropped are rows that repeat (part of) another (`parent_battle_id`), draws and battles without a
known winner, and battles without both strengths. Never read are columns judged with the outcome in
mind (effectiveness, leadership, training, morale, logistics, momentum, intelligence, technology,
initiative, mission scores, resolution) and strengths at the end. Surprise and air superiority are
judged by the same historians; they are kept because the campaign has them, and a row of the results
is computed without them.

A side's column is either a difference, attacker less defender, which changes its sign when the
sides are swapped, or a sum, which does not.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int

WAR_GROUPS = {
    "ARAB-ISRAELI": "Arab-Israeli wars",
    "ISRAEL-LEBANON": "Arab-Israeli wars",
    "WORLD WAR II": "World War II",
    "RUSSO-FINISH": "World War II",
    "WORLD WAR I": "World War I",
    "THE NAPOLEONIC": "Wars of the French Revolution and Napoleon",
    "WAR OF THE FIRST COALITION": "Wars of the French Revolution and Napoleon",
    "WAR OF THE SECOND COALITION": "Wars of the French Revolution and Napoleon",
    "ENGLISH CIVIL": "English civil wars",
    "SECOND ENGLISH CIVIL": "English civil wars",
    "BOER WAR": "Boer wars",
    "TRANSVAAL": "Boer wars",
}
"""Wars of the same sides that follow on each other are left out together. The label of the data
base is read from its start, longer starts first: its standard names split one war by a misprint."""

ERA_STARTS = (1700, 1789, 1816, 1860, 1900, 1919, 1946)

BLOCKS: dict[str, tuple[str, ...]] = {
    "force": ("force_log_ratio",),
    "posture": ("prepared", "fortified", "delay"),
    "terrain": ("rugged", "flat", "bare", "wooded", "desert"),
    "weather": ("wet",),
    "surprise": ("surprise",),
    "air": ("air_superiority",),
    "armour": ("tanks_difference", "tanks_sum"),
    "guns": ("guns_difference", "guns_sum"),
    "scale": ("size_log", "front_log"),
}
"""Columns known before a battle, by what they tell; a block shares one variance."""

LENGTH = {"length": ("days_log",)}
"""Known afterwards only, but in a daily rate something that a weekly model fixes."""

DIFFERENCES = frozenset(
    {"force_log_ratio", "surprise", "air_superiority", "tanks_difference", "guns_difference"}
)
OUTCOMES = {
    "win": "attacker wins",
    "attacker_loss": "ln of the attacker's losses a day, as a share of its strength",
    "defender_loss": "ln of the defender's losses a day, as a share of its strength",
    "exchange": "ln of the attacker's losses over the defender's",
    "advance": "asinh of km a day",
}


@dataclass(frozen=True)
class Battles:
    """Columns (missing is NaN), outcomes, war groups and years of the battles that count."""

    columns: pd.DataFrame
    outcomes: pd.DataFrame
    war: Int[np.ndarray, " battle"]
    war_names: tuple[str, ...]
    year: Float[np.ndarray, " battle"]

    def known(self, outcome: str) -> Bool[np.ndarray, " battle"]:
        """Where the outcome was recorded."""
        return np.isfinite(self.outcomes[outcome].to_numpy())


def read_battles(path: Path) -> Battles:
    """The battles of the file that count."""
    return battles_of(pd.read_csv(path))


def battles_of(table: pd.DataFrame) -> Battles:
    """The battles of a table that count."""
    both = (table["att_strength"] > 0) & (table["def_strength"] > 0)
    counts = table["parent_battle_id"].isna() & table["att_win"].isin([1, -1]) & both
    rows = table[counts].reset_index(drop=True)
    war, names = pd.factorize(rows["war_cdb"].map(war_group), sort=True)
    return Battles(
        columns_of(rows),
        outcomes_of(rows),
        np.asarray(war),
        tuple(map(str, names)),
        rows["year"].to_numpy(float),
    )


def war_group(label: str) -> str:
    """The war group of a label of the data base: the label itself where no group is named."""
    starts = [start for start in WAR_GROUPS if label.startswith(start)]
    return WAR_GROUPS[max(starts, key=len)] if starts else label


def columns_of(rows: pd.DataFrame) -> pd.DataFrame:
    """What was known of each battle, a column each."""

    def per_thousand(side: str, what: str) -> pd.Series:
        return np.log1p(1000.0 * rows[f"{side}_{what}"] / rows[f"{side}_strength"])

    posture, relief, cover = rows["posture"], rows["terrain_relief"], rows["terrain_cover"]
    strength = np.log(rows[["att_strength", "def_strength"]])
    columns = {
        "force_log_ratio": strength["att_strength"] - strength["def_strength"],
        "prepared": posture == "prepared",
        "fortified": posture == "fortified",
        "delay": posture.isin(["delay", "withdrawal"]),
        **{name: relief == name for name in ("rugged", "flat")},
        **{name: cover == name for name in ("bare", "wooded", "desert")},
        "wet": rows["weather"] == "wet",
        "surprise": rows["surprise_att"],
        "air_superiority": rows["air_superiority_att"],
        "size_log": strength.mean(axis=1),
        "front_log": np.log(rows["att_front_km"].fillna(rows["def_front_km"])),
        "days_log": np.log(rows["duration_days"]),
    }
    for name, what in (("tanks", "tanks"), ("guns", "artillery")):
        own, other = per_thousand("att", what), per_thousand("def", what)
        columns |= {f"{name}_difference": own - other, f"{name}_sum": own + other}
    return pd.DataFrame({name: column.astype(float) for name, column in columns.items()})


def outcomes_of(rows: pd.DataFrame) -> pd.DataFrame:
    """What came of each battle, a column each; NaN where it was not recorded."""
    days = rows["duration_days"]
    lost = {side: rows[f"{side}_casualties"].where(lambda n: n > 0) for side in ("att", "def")}
    return pd.DataFrame(
        {
            "win": (rows["att_win"] > 0).astype(float),
            "attacker_loss": np.log(lost["att"] / rows["att_strength"] / days),
            "defender_loss": np.log(lost["def"] / rows["def_strength"] / days),
            "exchange": np.log(lost["att"] / lost["def"]),
            "advance": np.arcsinh(rows["advance_km"] / days),
        }
    )
