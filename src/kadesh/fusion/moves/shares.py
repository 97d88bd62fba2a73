"""Draws of the sources' proportional biases in reports of losses.

A report shows exp(c'b) of the level, with b the biases of the sources of its group and c the chain
of its own. Given scales and mixes, and with all states integrated out, the group's posterior of b
is prior times the filter's likelihood, which is not normal in b but nearly so. So a proposal is
drawn from (a Student form of) the normal that a linear report  y = l (1 + c'(b - b0)) x + ...
would give, each series' information added exactly (sums of products of the filter's innovations
over y and the regressors l x c, with x a fixed pilot path), and accepted by the true likelihood.

The pilot needs one correction. True and linear model differ in their slope at b0 by the posterior
covariance of report and level over the noise variance, summed over the reports,

    k_s = sum_i Cov(l x_i + g a_i, l x_i | y) / R_i,

the number of reports that the path itself takes up: scaling up b scales down the x that fits, and
the linear model misses the price of it. Its mean over the particles is estimated before the sweeps
and taken off the slope (`tilt`). Both pilot and tilt are fixed in the sweeps, so that the proposal
does not depend on where a particle is.

Rivals: b y with the figure y itself as regressor, and the Jacobian (1 - b)^n, is nearly normal,
but puts noise and drift in units of the truth, and then reports that never move (nothing held) pull
b down without end; the previous figure as regressor makes b the autocorrelation of changes of y.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from jaxtyping import Float

from kadesh.fusion.moves.population import Population
from kadesh.fusion.moves.workspace import PathNormals, Workspace
from kadesh.fusion.paths.kalman import Reports, filter_pass, smooth

PROPOSAL_TAIL: Final = 5.0
"""Degrees of freedom of the proposals: a normal's thin tails would hold a particle that has strayed
far out, since its own proposal density there is part of the acceptance."""


@dataclass(frozen=True, eq=False)
class ShareTuning:
    """What the proposals of shares are made from; fixed in the sweeps."""

    centre: Float[np.ndarray, "group column"]
    pilot: Float[np.ndarray, " row"]
    """Level on each report's day."""
    tilt: Float[np.ndarray, "group column"]
    """What is taken off the slope of the log likelihood of each share; 0 for ground."""


def tune_shares(
    space: Workspace, reports: Reports, population: Population, normals: PathNormals
) -> ShareTuning:
    """Centre, pilot and tilt from where the particles are."""
    layout, rows = space.layout, space.layout.rows
    centre = population.share.mean(axis=-1)
    pilot = space.seen_level(population.path, population).mean(axis=1)
    if not layout.is_losses:
        return ShareTuning(centre, pilot, np.zeros_like(centre))
    middle = _at(population, centre)
    terms, done = space.filter(reports, middle)
    imagined, drawn = space.imagine(terms, middle, normals)
    deviation = smooth(reports, terms, done, drawn - terms.expected)
    deviation = imagined - _usual_path(space, middle) - deviation
    level = space.shown(middle.share) * space.seen_level(deviation, None)
    whole = space.seen(deviation, middle.share, np.zeros(space.shape))
    taken_up = (whole * level / space.noise_variance(middle)).mean(axis=1) * reports.use
    tilt = np.zeros_like(centre)
    for index in range(len(layout.groups)):
        chosen = space.group_rows == index
        tilt[index] = rows.chain[chosen].T @ taken_up[chosen]
    return ShareTuning(centre, pilot, tilt)


@dataclass(frozen=True, eq=False)
class ProposedShares:
    """Proposed shares, and what decides on them."""

    population: Population
    log_gain: Float[np.ndarray, "group particle"]
    """Log acceptance ratio, apart from one-sided reports that are passed over."""
    log_uniform: Float[np.ndarray, "group particle"]


def propose_shares(
    space: Workspace,
    reports: Reports,
    population: Population,
    tuning: ShareTuning,
    streams: Sequence[np.random.Generator],
) -> ProposedShares:
    """Propose every group's shares, one stream a group."""
    layout, particles = space.layout, space.particles
    linear = linear_products(space, reports, population, tuning, flat=False)
    share = np.zeros_like(population.share)
    gain, uniform = (np.zeros((len(layout.groups), particles)) for _ in range(2))
    for index, group in enumerate(layout.groups):
        size = len(group.sources)
        normal = streams[index].standard_normal((particles, size))
        mix = streams[index].chisquare(PROPOSAL_TAIL, (particles, 1)) / PROPOSAL_TAIL
        uniform[index] = np.log(streams[index].random(particles))
        if not size:
            continue
        total = linear[list(group.series)].sum(axis=0).transpose(2, 0, 1)
        centre, weight = tuning.centre[index, :size], group.share_sd**-2
        precision = total[:, 1 : size + 1, 1 : size + 1] + np.diag(weight)
        slope = total[:, 1 : size + 1, 0] - weight * centre - tuning.tilt[index, :size]
        factor = np.linalg.cholesky(precision).transpose(0, 2, 1)
        middle = centre + np.linalg.solve(precision, slope[..., None])[..., 0]
        proposed = middle + np.linalg.solve(factor, (normal / np.sqrt(mix))[..., None])[..., 0]
        share[index, :size] = proposed.T
        before = population.share[index, :size].T
        gain[index] = (
            _log_student(before - middle, precision)
            - _log_student(proposed - middle, precision)
            + 0.5 * ((before**2 - proposed**2) * weight).sum(axis=1)
        )
    proposal = replace(population, share=share)
    more = space.log_likelihood(reports, proposal) - space.log_likelihood(reports, population)
    for index, group in enumerate(layout.groups):
        gain[index] += more[list(group.series)].sum(axis=0)
    return ProposedShares(proposal, gain, uniform)


def _log_student(
    distance: Float[np.ndarray, "particle source"],
    precision: Float[np.ndarray, "particle source source"],
) -> Float[np.ndarray, " particle"]:
    """Log density of the proposal, up to a constant."""
    square = np.einsum("pi,pij,pj->p", distance, precision, distance)
    weight = (PROPOSAL_TAIL + distance.shape[1]) / 2
    return np.asarray(-weight * np.log1p(square / PROPOSAL_TAIL))


def linear_products(
    space: Workspace,
    reports: Reports,
    population: Population,
    tuning: ShareTuning,
    *,
    flat: bool,
) -> Float[np.ndarray, "series column column particle"]:
    """Sums of products of innovations over y and the regressors of the linear model.

    Args:
        space: The block.
        reports: The reports that take part.
        population: Scales and mixes.
        tuning: Centre and pilot of the linear model.
        flat: Whether the level is free to be anything in any week.
    """
    layout, rows = space.layout, space.layout.rows
    middle = _at(population, tuning.centre)
    terms = space.terms(middle)
    if flat:
        loose = np.broadcast_to(layout.capacity[:, None] ** 2, terms.step.shape)
        terms = replace(terms, step=loose)
    shown = space.shown(tuning.centre[..., None])[:, 0]
    regressors = (shown * tuning.pilot)[:, None] * rows.chain
    return filter_pass(reports, terms, population.reported, regressors).products


def _at(population: Population, centre: Float[np.ndarray, "group column"]) -> Population:
    share = np.broadcast_to(centre[..., None], population.share.shape)
    return replace(population, share=share)


def _usual_path(
    space: Workspace, population: Population
) -> Float[np.ndarray, "state time series particle"]:
    """Path of the usual rate alone; 0 for ground."""
    path = np.zeros((population.path.shape[0], space.layout.weeks + 1, *space.shape))
    if space.layout.is_losses:
        path[0] = np.arange(space.layout.weeks + 1)[:, None, None] * population.usual
    return path
