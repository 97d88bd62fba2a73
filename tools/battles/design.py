"""Battles as rows of a regression: columns, eras that borrow from their neighbours, wars."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from battles.pooling import Design
from battles.table import ERA_STARTS, Battles


@dataclass(frozen=True)
class Shape:
    """Which blocks enter: columns, eras, a level by war, and a slope of the force ratio by war.

    Without pooling a trend across eras only says how an era that was not seen is extrapolated;
    plain fits predict better without it.
    """

    blocks: Mapping[str, tuple[str, ...]]
    has_eras: bool = False
    has_trend: bool = True
    has_wars: bool = False
    has_war_slopes: bool = False


@dataclass(frozen=True)
class Scaling:
    """Means and standard deviations of the columns on the rows that a fit has seen."""

    mean: dict[str, float]
    deviation: dict[str, float]


def scaling(battles: Battles, shape: Shape, seen: Bool[np.ndarray, " battle"]) -> Scaling:
    """Means and deviations on the rows seen; a column that is constant there is left as it is."""
    names = [name for block in shape.blocks.values() for name in block]
    if not names:
        return Scaling({}, {})
    table = battles.columns[names].to_numpy()[seen]
    deviation = np.nanstd(table, axis=0)
    deviation[deviation == 0] = 1.0
    means = np.nanmean(table, axis=0).tolist()
    return Scaling(
        dict(zip(names, means, strict=True)), dict(zip(names, deviation.tolist(), strict=True))
    )


def era_steps(year: Float[np.ndarray, " row"]) -> Float[np.ndarray, "row step"]:
    """A century's trend, and one step for each era begun: an era differs from the one before it."""
    steps = [(year >= start).astype(float) for start in ERA_STARTS]
    return np.column_stack([(year - 1900.0) / 100.0, *steps])


def design_of(
    battles: Battles, shape: Shape, seen: Bool[np.ndarray, " battle"], scale: Scaling | None = None
) -> Design:
    """All battles as rows; what is learnt from the data is learnt from the rows seen only."""
    scale = scale or scaling(battles, shape, seen)
    parts, block, blocks, names = [np.ones(len(battles.year))], [-1], [], ["intercept"]

    def add(name: str, columns: dict[str, Float[np.ndarray, " battle"]]) -> None:
        blocks.append(name)
        for label, column in columns.items():
            parts.append(column)
            block.append(len(blocks) - 1)
            names.append(label)

    def standard(name: str) -> Float[np.ndarray, " battle"]:
        column = (battles.columns[name].to_numpy() - scale.mean[name]) / scale.deviation[name]
        return np.nan_to_num(column, nan=0.0)

    for name, columns in shape.blocks.items():
        add(name, {column: standard(column) for column in columns})
    if shape.has_eras:
        steps = era_steps(battles.year)
        if shape.has_trend:
            add("trend", {"century": steps[:, 0]})
        add("era", {f"from_{s}": steps[:, i + 1] for i, s in enumerate(ERA_STARTS)})
    wars = {
        battles.war_names[w]: (battles.war == w).astype(float) for w in np.unique(battles.war[seen])
    }
    if shape.has_wars:
        add("war", wars)
    if shape.has_war_slopes:
        force = standard("force_log_ratio")
        add("war_slope", {f"{name}, slope": level * force for name, level in wars.items()})
    return Design(np.column_stack(parts), np.array(block), tuple(blocks), tuple(names))
