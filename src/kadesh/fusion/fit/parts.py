"""A block taken apart into its groups, which share no unknown, and put together again.

Streams are named by series and group, so that a group swept on its own takes the steps that it
would take in its block.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Int

from kadesh.fusion.moves.population import Population
from kadesh.fusion.moves.workspace import Workspace
from kadesh.fusion.paths.layout import Layout, Rows

BY_SERIES = ("step", "turn", "noise", "drift", "spread", "usual", "week_mix", "path")
"""Unknowns whose last axis but one is the series,"""
BY_ROW = ("row_mix", "reported")
"""and those whose first axis is the report."""
NAMES = (*BY_SERIES, *BY_ROW, "share")


def apart(space: Workspace, population: Population) -> list[tuple[Workspace, Population]]:
    """Every group's part, in the order of the groups."""
    return [
        (replace(space, layout=_layout(space.layout, index)), _population(space, population, index))
        for index in range(len(space.layout.groups))
    ]


def together(layout: Layout, parts: Sequence[Population]) -> Population:
    """The block's population from those of its groups."""
    first = parts[0]
    found: dict[str, np.ndarray] = {"share": np.concatenate([part.share for part in parts])}
    for name in BY_SERIES:
        shape = getattr(first, name).shape
        whole = np.empty((*shape[:-2], len(layout.series), shape[-1]))
        for index, part in enumerate(parts):
            whole[..., list(layout.groups[index].series), :] = getattr(part, name)
        found[name] = whole
    for name in BY_ROW:
        whole = np.empty((len(layout.rows), first.path.shape[-1]))
        for index, part in enumerate(parts):
            whole[_rows_of(layout, index)] = getattr(part, name)
        found[name] = whole
    return Population(**found)


def particles_of(population: Population, chosen: slice) -> Population:
    """Some of the particles."""
    parts = {name: getattr(population, name)[..., chosen] for name in NAMES}
    return Population(**{name: np.ascontiguousarray(part) for name, part in parts.items()})


def beside(parts: Sequence[Population]) -> Population:
    """The particles of several populations as one."""
    if len(parts) == 1:
        return parts[0]
    names = {name: [getattr(part, name) for part in parts] for name in NAMES}
    return Population(**{name: np.concatenate(part, axis=-1) for name, part in names.items()})


def _rows_of(layout: Layout, index: int) -> Int[np.ndarray, " chosen"]:
    return np.flatnonzero(layout.group_of[layout.rows.series] == index)


def _population(space: Workspace, population: Population, index: int) -> Population:
    rows, series = _rows_of(space.layout, index), list(space.layout.groups[index].series)
    found = {name: getattr(population, name)[..., series, :] for name in BY_SERIES}
    found |= {name: getattr(population, name)[rows] for name in BY_ROW}
    return Population(**found, share=population.share[index : index + 1])


def _layout(layout: Layout, index: int) -> Layout:
    group, rows, chosen = layout.groups[index], layout.rows, _rows_of(layout, index)
    series = list(group.series)
    taken = {
        name: getattr(rows, name)[chosen]
        for name in ("week", "form", "value", "width", "ago", "component", "load", "learnt")
    }
    return replace(
        layout,
        series=tuple(layout.series[place] for place in series),
        groups=(replace(group, series=tuple(range(len(series)))),),
        has_component=layout.has_component[:, series],
        has_noise=layout.has_noise[:, series],
        jump=layout.jump[:, :, series],
        rows=Rows(
            **taken,
            id=tuple(rows.id[row] for row in chosen),
            source=tuple(rows.source[row] for row in chosen),
            series=np.searchsorted(series, rows.series[chosen]),
            chain=rows.chain[chosen],
        ),
        step_scale=layout.step_scale[series],
        turn_scale=layout.turn_scale[series],
        usual_rate=layout.usual_rate[series],
        capacity=layout.capacity[series],
    )
