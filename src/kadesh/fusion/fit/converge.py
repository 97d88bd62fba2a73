"""Sweeping on at one date until the sampler has converged, group by group.

Groups share no unknown, so each is swept on its own for as long as it needs, several side by side,
which changes nothing in the numbers. The first sweeps are left out; the test is whether in the rest
every unknown watched has the effective draws asked for and an R-hat below the limit. A group that
has not come so far after the most sweeps allowed stops all the same: the table of convergence says
what was reached.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pandas as pd
from jaxtyping import Float

from kadesh.fusion.fit.diagnostics import GROUPS, effective_draws_of_chains, nested_r_hat
from kadesh.fusion.fit.ladder import Fit, check_finite, order_of
from kadesh.fusion.fit.parts import apart, beside, particles_of, together
from kadesh.fusion.fit.unknowns import Unknown, unknowns_of
from kadesh.fusion.moves.population import Population
from kadesh.fusion.moves.proposals import tune
from kadesh.fusion.moves.sweep import sweep
from kadesh.fusion.moves.workspace import Workspace
from kadesh.fusion.reconstruction import R_HAT_LIMIT

FIRST_LOOK: Final = 240
"""Sweeps before the first look at how far a group has come,"""
LOOK_EVERY: Final = 80
"""between two looks,"""
MOST_SWEEPS: Final = 960
"""and in all; a group that is not large may take twice as many."""
WARM: Final = 8
"""One in so many of the sweeps, the first, does not count."""
KEEP_EVERY: Final = 20
"""Sweeps from one population set aside for the draws to the next."""
LARGE: Final = 1000
"""Reports of a large group, which is swept in two halves of its islands, side by side."""
COLUMNS: Final = ["kind", "what", "name", "r_hat", "effective_draws", "sweeps"]


@dataclass(frozen=True)
class Converged:
    """What sweeping on has given."""

    kept: Mapping[str, Sequence[Population]]
    """Populations by kind, evenly spaced over the sweeps that count."""
    table: pd.DataFrame
    """R-hat and effective draws by unknown."""


def converge(
    fits: Mapping[str, Fit],
    effective: int,
    populations: int,
    seed: int,
    names: tuple[str, ...],
    tell: Callable[[float], None] | None = None,
) -> Converged:
    """Sweep on from the fits of one date.

    Args:
        fits: By kind.
        effective: Effective draws wanted of every unknown watched.
        populations: How many populations to keep of every kind.
        seed: Of all streams.
        names: Of the date.
        tell: Told at every look what share of the most sweeps allowed has been done.
    """
    groups = [
        _Group(
            kind, [_Chain(*part, seed, (*names, str(index))) for index, part in enumerate(parts)]
        )
        for kind, fit in fits.items()
        for space, population in apart(fit.space, fit.population)
        for parts in [_halves(space, population)]
    ]
    unfinished, sweeps = groups, FIRST_LOOK
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        while unfinished:
            for future in [
                pool.submit(chain.sweep_on, sweeps)
                for group in unfinished
                for chain in group.chains
            ]:
                future.result()
            unfinished = [group for group in unfinished if not group.is_done(effective)]
            sweeps = LOOK_EVERY
            if tell is not None:
                tell(max((group.share for group in unfinished), default=1.0))
    kept = {}
    for kind, fit in fits.items():
        parts = [group.kept(populations) for group in groups if group.kind == kind]
        kept[kind] = [together(fit.space.layout, part) for part in zip(*parts, strict=True)]
    lines = [line for group in groups for line in group.lines]
    return Converged(kept, pd.DataFrame(lines, columns=COLUMNS))


def _halves(space: Workspace, population: Population) -> list[tuple[Workspace, Population]]:
    settings = space.settings
    if len(space.layout.rows) <= LARGE or settings.islands % 2:
        return [(space, population)]
    half = replace(space, settings=replace(settings, islands=settings.islands // 2))
    size = half.settings.particles
    return [(half, particles_of(population, slice(at, at + size))) for at in (0, size)]


class _Chain:
    """A group's particles, or half of them, on their way."""

    def __init__(
        self, space: Workspace, population: Population, seed: int, names: tuple[str, ...]
    ) -> None:
        self.space, self.seed, self.names = space, seed, (space.layout.kind, *names, "converge")
        self.population, self.count = population, 0
        self.tuning = tune(space, population, seed, self.names)
        self.kept: list[Population] = []
        self.traces: dict[Unknown, list[Float[np.ndarray, " particle"]]] = {}

    def sweep_on(self, sweeps: int) -> None:
        order = order_of(self.space)
        for _ in range(sweeps):
            self.count += 1
            drawn, self.population = sweep(
                self.space, self.population, self.tuning,
                move=order[self.count % len(order)], seed=self.seed,
                names=(*self.names, self.count),
            )  # fmt: skip
            check_finite(self.space, self.population)
            for unknown, values in unknowns_of(self.space, drawn).items():
                self.traces.setdefault(unknown, []).append(values)
            if self.count % KEEP_EVERY == 0:
                self.kept.append(drawn)


@dataclass
class _Group:
    kind: str
    chains: list[_Chain]
    lines: list[dict[str, object]] = field(default_factory=list)

    def is_done(self, effective: int) -> bool:
        """Look how far the group has come."""
        self.lines, done, sweeps = [], True, self.chains[0].count
        for unknown in self.chains[0].traces:
            draws = np.concatenate([np.stack(c.traces[unknown]) for c in self.chains], axis=1)
            counted = draws[sweeps // WARM :]
            r_hat = nested_r_hat(counted.T.reshape(GROUPS, -1))
            reached = effective_draws_of_chains(counted)
            done &= r_hat < R_HAT_LIMIT and reached >= effective
            line = {"r_hat": r_hat, "effective_draws": reached, "sweeps": sweeps}
            self.lines.append({"kind": self.kind, **unknown._asdict(), **line})
        return done or self.share >= 1

    @property
    def share(self) -> float:
        """Of the most sweeps allowed, what has been done."""
        large = len(self.chains[0].space.layout.rows) > LARGE
        return self.chains[0].count / (MOST_SWEEPS * (1 if large else 2))

    def kept(self, populations: int) -> list[Population]:
        """Evenly spaced ones of those that count."""
        whole = [beside(parts) for parts in zip(*(c.kept for c in self.chains), strict=True)]
        first = -(-len(whole) // WARM)
        chosen = np.linspace(first, len(whole) - 1, populations).round().astype(int)
        return [whole[index] for index in chosen]
