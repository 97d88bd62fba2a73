"""Refit one vantage date with a figure changed, starting from its reconstruction."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kadesh.errors import argument_mistake
from kadesh.fusion.assemble import assemble
from kadesh.fusion.fit.ladder import Fit, restart
from kadesh.fusion.moves.population import Population
from kadesh.fusion.paths.kalman import BASE
from kadesh.fusion.paths.layout import KINDS, Layout, lay_out
from kadesh.fusion.reconstruct import inputs_of, settings_of
from kadesh.fusion.reconstruction import Reconstruction
from kadesh.fusion.record import LOSSES, known
from kadesh.fusion.structure import SCALES, block_of
from kadesh.war import War


def refit(war: War, made: Reconstruction, replace: Mapping[str, float]) -> Reconstruction:
    """The reconstruction with other values for some figures.

    The particles start where they ended and are moved by more sweeps than at a rung of the ladder;
    only the kinds of series that the figures belong to are fitted again. `reconstruct` with
    `replace` gives the same posterior at the price of the whole ladder. `replace` adds to what
    `made` itself had replaced.

    Args:
        war: The war that `made` was made from.
        made: The reconstruction.
        replace: New values by observation id.
    """
    record, _ = inputs_of(war, made)
    changed = {**made.provenance["replace"], **replace}
    left_out = frozenset(made.provenance["leave_out"])
    rows = known(record, made.as_of, left_out, changed)
    moved = set(known_kinds(rows.rows, replace))
    seed = int(made.provenance["seed"])
    settings = settings_of(made)
    fits: dict[str, Fit] = {}
    for kind in KINDS:
        if kind in moved:
            layout = lay_out(record, rows.rows, made.weeks, kind, settings)
            population = _population(layout, block_of(made.structure, kind))
            fits[kind] = restart(layout, population, settings, seed, made.as_of)
    provenance = {**made.provenance, "replace": dict(sorted(changed.items())), "refit": True}
    return assemble(record, rows, fits, made.as_of, made.draws, seed, provenance, base=made)


def known_kinds(rows: pd.DataFrame, replace: Mapping[str, float]) -> list[str]:
    """Kinds of the figures that are replaced.

    Raises:
        InputErrors: a figure that the reconstruction does not use.
    """
    quantity = dict(zip(rows["id"], rows["quantity"], strict=True))
    if wrong := sorted(set(replace) - set(quantity)):
        raise argument_mistake(
            "replace", wrong, "observations that were used", "See `influence` for their ids"
        )
    found = {str(quantity[key]) for key in replace}
    return sorted("losses" if name in LOSSES else name for name in found)


def _population(layout: Layout, structure: Mapping[str, np.ndarray]) -> Population:
    scales = {name: structure[f"particles/{name}"] for name in SCALES}
    particles = scales["step"].shape[-1]

    def spread(name: str) -> np.ndarray:
        return np.repeat(structure[name][..., None], particles, axis=-1)

    states = BASE + len(layout.components)
    shape = (states, layout.weeks + 1, len(layout.series), particles)
    bounds = layout.rows.form[:, None] != 0
    value = np.repeat(layout.rows.value[:, None], particles, axis=-1)
    return Population(
        **scales,
        week_mix=spread("week_mix"),
        row_mix=spread("row_mix"),
        reported=np.where(bounds, spread("reported"), value),
        path=np.zeros(shape),
    )
