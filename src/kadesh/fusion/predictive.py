"""What a new map would publish: the posterior predictive of figures that no fit has seen.

A new source has a proportional bias, a drifting bias and a noise of its own, about which nothing is
known but what the war's folder says of its intervals; they are drawn from their priors (the biases'
start widened as far as the sector's other maps disagree), and laid over the draws of what happened.
So the interval is wide where a new map may be off, not only where the ground is unknown. Held
against figures that were left out, it tells whether the reconstruction knows how little it knows.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
import pandas as pd

from kadesh.errors import argument_mistake
from kadesh.fusion.moves.population import start
from kadesh.fusion.moves.workspace import Workspace, path_normals
from kadesh.fusion.paths.layout import lay_out
from kadesh.fusion.reconstruct import settings_of
from kadesh.fusion.reconstruction import Reconstruction
from kadesh.fusion.record import GROUND, Record, known, record_of
from kadesh.fusion.structure import block_of
from kadesh.streams import generator
from kadesh.war import War


def family_of(war: War, source: str) -> frozenset[str]:
    """A source and all that follow the same one: those who draw or scrape the same map.

    Raises:
        InputErrors: no such source.
    """
    if source not in war.sources:
        raise argument_mistake("source", source, "a source of the war", "See sources.yaml")
    record = record_of(war)
    root = record.root(source)
    return frozenset(key for key in record.publishers if record.root(key) == root)


def predict_reports(
    war: War, made: Reconstruction, sources: Collection[str], quantity: str = "held_km2"
) -> pd.DataFrame:
    """Predictive of every "about" figure of control that some sources published, as if unseen.

    Args:
        war: The war.
        made: A reconstruction that the sources were left out of.
        sources: Their ids.
        quantity: `held_km2` or `contested_km2`.

    Returns:
        A line per figure: `id`, `source`, `sector`, `date`, `value`, `median`, `low` and `high`
        (90 %), and `pit`, the share of predictive draws below the figure (half of those at it).

    Raises:
        InputErrors: a source that the reconstruction has seen, or another quantity.
    """
    if quantity not in GROUND:
        raise argument_mistake("quantity", quantity, " or ".join(GROUND), "Use one of them")
    if seen := sorted(set(sources) - set(made.provenance["leave_out"])):
        remedy = "Reconstruct with leave_out"
        raise argument_mistake("sources", seen, "sources that were left out", remedy)
    record = record_of(war)
    rows = known(record, made.as_of).rows
    mine = rows["source"].isin(list(sources)) & (rows["form"] == "about")
    return _predict(record, made, rows[mine & (rows["quantity"] == quantity)], quantity)


def _predict(
    record: Record, made: Reconstruction, rows: pd.DataFrame, quantity: str
) -> pd.DataFrame:
    settings = replace(settings_of(made), islands=1, island_particles=made.draws)
    layout = lay_out(record, rows, made.weeks, quantity, settings)
    space, seed = Workspace(layout, settings), int(made.provenance["seed"])
    names = ("predict", quantity, *sorted(set(layout.rows.source)))
    spread = np.sqrt(block_of(made.structure, quantity)["spread_variance"])
    tail = settings.report_tail
    mix = generator(seed, "fusion", *names).gamma(
        tail / 2, 2 / tail, (len(layout.rows), made.draws)
    )
    population = replace(
        start(layout, settings, seed, *names),
        spread=np.repeat(spread[:, None], made.draws, axis=1),
        row_mix=mix,
    )
    streams = [generator(seed, "fusion", *names, str(entry)) for entry in layout.series]
    normals, terms = path_normals(space, streams), space.terms(population)
    path, _ = space.imagine(terms, population, normals)
    table = (made.held_km2 if quantity == "held_km2" else made.contested_km2).to_numpy()
    order = list(made.held_km2["sector"].to_numpy())
    for index, entry in enumerate(layout.series):
        path[0, 1:, index] = table[:, order.index(entry.sector)].T
    path[1] = 0.0
    drawn = space.seen(path, population.share, space.usual(population))
    drawn += np.sqrt(terms.noise) * normals.row
    value = layout.rows.value
    low, median, high = np.quantile(drawn, [0.05, 0.5, 0.95], axis=1)
    below = (drawn < value[:, None]).mean(axis=1) + 0.5 * (drawn == value[:, None]).mean(axis=1)
    when = dict(zip(rows["id"], rows["date"], strict=True))
    return pd.DataFrame(
        {
            "id": layout.rows.id,
            "source": layout.rows.source,
            "sector": [layout.series[index].sector for index in layout.rows.series],
            "date": [when[key] for key in layout.rows.id],
            "value": value,
            "median": median,
            "low": np.maximum(low, 0.0),
            "high": np.maximum(high, 0.0),
            "pit": below,
        }
    )
