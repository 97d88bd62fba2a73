"""Moves along ridges of the posterior that the other moves cross only slowly.

    drift    the scale of a bias's steps and the steps themselves, times a factor
    losses   all losses of a side, times a factor, and all sources' biases divided by it: no report
             notices, and only the priors of the biases and of the usual rate decide. This is the
             bias floor: the common bias of all sources stays as uncertain as it was.

Each leaves the posterior as it is.

Source:
    Liu & Wu 1999 (parameter expansion; the factor has the group's Haar measure), Yu & Meng 2011
    (the same unknowns in two forms, in turn).
"""

from dataclasses import replace

import numpy as np
from jaxtyping import Bool, Float

from kadesh.fusion.moves.censored import log_chance
from kadesh.fusion.moves.population import Population
from kadesh.fusion.moves.row_kernels import stretch_gains
from kadesh.fusion.moves.workspace import Workspace
from kadesh.fusion.paths.kalman import BASE


def stretch_drift(
    space: Workspace,
    population: Population,
    error: Float[np.ndarray, "row particle"],
    normal: Float[np.ndarray, "component series particle"],
    uniform: Float[np.ndarray, "component series particle"],
) -> Population:
    """Scale each bias's steps and their standard deviation by a common factor (Metropolis).

    Args:
        space: The block.
        population: Where the particles are.
        error: Each report less its signal.
        normal: Logs of the factors, before their length.
        uniform: Decides.
    """
    layout, settings, rows = space.layout, space.settings, space.layout.rows
    if not layout.components:
        return population
    log_factor = 0.3 * normal
    biases = population.path[BASE:]
    steps = np.diff(biases, axis=1)
    smooth_weeks = (layout.jump == 0).transpose(1, 0, 2)[..., None]
    grown = (steps * smooth_weeks).cumsum(axis=1) * np.expm1(log_factor)[:, None]
    gain = stretch_gains(
        grown, error, space.noise_variance(population),
        rows.series, rows.week, rows.component, rows.load,
    )  # fmt: skip
    weight, ratio = settings.drift_weight, population.drift / settings.bias_drift
    gain += -weight * log_factor - weight / 2 * (np.exp(-2 * log_factor) - 1) / ratio**2
    accept = (np.log(uniform) < gain) & layout.has_component[..., None]
    path = population.path.copy()
    path[BASE:, 1:] += np.where(accept[:, None], grown, 0.0)
    drift = np.where(accept, population.drift * np.exp(log_factor), population.drift)
    return replace(population, path=path, drift=drift)


def rescale_losses(
    space: Workspace,
    population: Population,
    normal: Float[np.ndarray, "group particle"],
    uniform: Float[np.ndarray, "group particle"],
) -> Population:
    """Draw the common scale of each group's losses given everything relative to it.

    With l the log of the factor, log usual + l and b_s - l have their normal priors, for the
    sources s at the head of each chain with an "about" report: from those l is drawn. A chain of
    bounds alone keeps its bias, and its reports decide on the draw by their probability, with
    their errors integrated out; so those have to be drawn anew after this.
    """
    layout, settings = space.layout, space.settings
    if not layout.is_losses:
        return population
    usual, share, path = population.usual.copy(), population.share.copy(), population.path.copy()
    for index, group in enumerate(layout.groups):
        (series,), size = group.series, len(group.sources)
        weight = settings.usual_rate_log_sd**-2
        log_usual = np.log(usual[series] / layout.usual_rate[series])
        roots = group.is_root / group.share_sd**2
        precision = weight + roots.sum()
        middle = (roots @ share[index, :size] - weight * log_usual) / precision
        log_factor = middle + normal[index] / np.sqrt(precision)
        usual[series] *= np.exp(log_factor)
        path[:2, :, series] *= np.exp(log_factor)
        share[index, :size] -= group.is_root[:, None] * log_factor
    moved = replace(population, usual=usual, share=share, path=path)
    rows = layout.rows
    head = np.zeros((len(layout.groups), layout.columns))
    for index, group in enumerate(layout.groups):
        head[index, : len(group.sources)] = group.is_root
    loose = space.one_sided & ((rows.chain * head[space.group_rows]).sum(axis=1) == 0)
    gain = np.zeros_like(normal)
    for sign, part in ((1, moved), (-1, population)):
        signal = space.signal(part)[loose]
        chance = log_chance(signal, rows.value[loose], rows.width[loose], rows.form[loose])
        np.add.at(gain, space.group_rows[loose], sign * chance)
    return keep_groups(space, np.log(uniform) < gain, moved, population)


def keep_groups(
    space: Workspace,
    accept: Bool[np.ndarray, "group particle"],
    moved: Population,
    population: Population,
) -> Population:
    """Shares, usual rates and paths of the move where its group was accepted, else as they were."""
    series = accept[space.layout.group_of]
    return replace(
        population,
        share=np.where(accept[:, None], moved.share, population.share),
        usual=np.where(series, moved.usual, population.usual),
        path=np.where(series, moved.path, population.path),
    )
