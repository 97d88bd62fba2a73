"""The maps' proportional biases, from what sets one map apart from another, and from nothing else.

All maps of a war may be wrong by the same share, and no map can tell. A model in which the biases
share a likelihood with the path says otherwise: stretch the truth and every map's bias falls, and
whether that pays depends on how the scale of weekly changes happens to be distributed, of all
things in weeks in which nothing was redrawn. On the bundled war this moved the common bias of three
maps by five prior standard deviations. So the biases are cut from the path: their likelihood is the
reports' under a level that is free to be anything in any week (a flat prior on each week's level),
which leaves differences between sources and is normal in the biases,

    y_s - y_r = (b_s - b_r) x + g_s a_s - g_r a_r + noise,

with a fixed pilot path for x on the right; the common bias keeps its prior, so that the interval of
a total never falls below the bias floor, whatever the number of reports. One-sided reports take no
part in it. The sweep then draws the path given the biases from the full model.

Source:
    Cut posteriors: Plummer 2015. Rival: the full posterior (`fusion.moves.shares`), which losses
    use: their sources seldom report on the same day, and their paths have no fixed scale to pull.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from kadesh.fusion.moves.population import Population
from kadesh.fusion.moves.shares import ShareTuning, linear_products
from kadesh.fusion.moves.workspace import Workspace


def draw_contrasts(
    space: Workspace,
    population: Population,
    tuning: ShareTuning,
    streams: Sequence[np.random.Generator],
) -> Population:
    """Every group's shares given scales and mixes, one stream a group."""
    layout = space.layout
    linear = linear_products(space, space.reports_about, population, tuning, flat=True)
    share = np.zeros_like(population.share)
    for index, group in enumerate(layout.groups):
        size = len(group.sources)
        normal = streams[index].standard_normal((space.particles, size))
        if not size:
            continue
        total = linear[list(group.series)].sum(axis=0).transpose(2, 0, 1)
        centre, weight = tuning.centre[index, :size], group.share_sd**-2
        precision = total[:, 1 : size + 1, 1 : size + 1] + np.diag(weight)
        slope = total[:, 1 : size + 1, 0] - weight * centre
        factor = np.linalg.cholesky(precision).transpose(0, 2, 1)
        middle = centre + np.linalg.solve(precision, slope[..., None])[..., 0]
        share[index, :size] = (middle + np.linalg.solve(factor, normal[..., None])[..., 0]).T
    return replace(population, share=share)
