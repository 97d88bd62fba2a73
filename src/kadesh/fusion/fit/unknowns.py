"""The unknowns of a block that are watched: levels at the end, biases and scales, by name."""

from typing import NamedTuple

import numpy as np
from jaxtyping import Float

from kadesh.fusion.moves.population import Population
from kadesh.fusion.moves.workspace import Workspace


class Unknown(NamedTuple):
    """What kind of unknown it is, and its name."""

    what: str
    """`level`, `share` or `scale`; the last two are the structural parameters."""
    name: str


def unknowns_of(
    space: Workspace, population: Population
) -> dict[Unknown, Float[np.ndarray, " particle"]]:
    """Every watched unknown, by particle; copies, so that no path is held by one of its values."""
    layout, found = space.layout, {}
    for index, group in enumerate(layout.groups):
        total = population.path[0, -1, list(group.series)].sum(axis=0)
        found[Unknown("level", f"{group.name} total")] = total
        for column, source in enumerate(group.sources):
            found[Unknown("share", f"{group.name} {source}")] = population.share[index, column]
    for index, entry in enumerate(layout.series):
        found[Unknown("level", str(entry))] = population.path[0, -1, index]
        scales = {"changes": population.step[index]}
        if layout.is_losses:
            scales["usual"] = population.usual[index]
        else:
            scales |= {"pace": population.turn[index], "spread": population.spread[index]}
        for place in np.flatnonzero(layout.has_noise[:, index]):
            scales[f"noise {layout.noises[place]}"] = population.noise[place, index]
        for place in np.flatnonzero(layout.has_component[:, index]):
            scales[f"drift {layout.components[place]}"] = population.drift[place, index]
        found |= {Unknown("scale", f"{entry} {name}"): part for name, part in scales.items()}
    return {unknown: values.copy() for unknown, values in found.items()}
