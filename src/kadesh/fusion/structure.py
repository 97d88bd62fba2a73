"""The posterior of the structural parameters in short: for `influence`, and to start a refit from.

Means over the draws, of the logs for variances and mixture weights, plain for the rest; and a few
draws of what makes the model linear and normal once it is given.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from jaxtyping import Float

from kadesh.fusion.fit.ladder import Fit
from kadesh.fusion.moves.censored import curvature
from kadesh.fusion.moves.population import Population
from kadesh.fusion.moves.workspace import Workspace

SCALES: Final = ("step", "turn", "noise", "drift", "spread", "usual", "share")
LINEAR: Final = ("step", "turn", "drift", "spread", "usual", "week_mix")
"""Given these, `noise_variance` and the shares, the model is linear and normal."""
LINEAR_DRAWS: Final = 16
"""Draws of them that are kept, at equal distances over all islands."""


def structure_of(
    fits: Mapping[str, Fit], kept: Mapping[str, Sequence[Population]]
) -> dict[str, np.ndarray]:
    """The arrays `<kind>/<name>` of every block."""
    found: dict[str, np.ndarray] = {}
    for kind, fit in sorted(fits.items()):
        parts = _block(fit.space, kept[kind])
        found |= {f"{kind}/{name}": part for name, part in parts.items()}
    return found


def block_of(structure: Mapping[str, np.ndarray], kind: str) -> dict[str, np.ndarray]:
    """One block's arrays by name."""
    start = f"{kind}/"
    return {name[len(start) :]: p for name, p in structure.items() if name.startswith(start)}


def _block(space: Workspace, kept: Sequence[Population]) -> dict[str, np.ndarray]:
    rows, chosen = space.layout.rows, space.one_sided
    last = kept[-1]
    noise = _mean_log([space.noise_variance(part) for part in kept])
    some = np.unique(np.linspace(0, space.particles - 1, LINEAR_DRAWS).round().astype(int))
    linear = {name: getattr(last, name)[..., some] for name in LINEAR}
    linear["noise_variance"] = space.noise_variance(last)[:, some]
    if chosen.any():
        # What a bound weighs as an "about" report for small moves of the bound.
        weighs = [
            curvature(
                space.signal(part)[chosen], rows.value[chosen], rows.width[chosen],
                rows.form[chosen],
            ).mean(axis=-1)
            for part in kept
        ]  # fmt: skip
        noise[chosen] = 1 / np.maximum(np.mean(weighs, axis=0), 1e-30)
        linear["noise_variance"][chosen] = noise[chosen, None]
    plain = [(rows.width[:, None] * space.noise_scale(part)) ** 2 for part in kept]
    error = [(part.reported - space.signal(part)).mean(axis=-1) for part in kept]
    return {
        "spread_variance": _mean_log([part.spread**2 for part in kept]),
        "noise_variance": noise,
        "plain_variance": _mean_log(plain),
        "error_mean": np.mean(error, axis=0),
        "share_mean": np.mean([part.share.mean(axis=-1) for part in kept], axis=0),
        "level_seen": np.mean(
            [space.seen_level(part.path, part).mean(axis=-1) for part in kept], axis=0
        ),
        "level_mean": np.mean([part.path[0, 1:].mean(axis=-1) for part in kept], axis=0),
        "week_mix": _mean_log([part.week_mix for part in kept]),
        "row_mix": _mean_log([part.row_mix for part in kept]),
        "reported": np.mean([part.reported.mean(axis=-1) for part in kept], axis=0),
        **{f"linear/{name}": part for name, part in linear.items()},
        **{f"particles/{name}": getattr(last, name) for name in SCALES},
    }


def _mean_log(
    parts: Sequence[Float[np.ndarray, "*axes particle"]],
) -> Float[np.ndarray, "*axes"]:
    return np.asarray(np.exp(np.mean([np.log(part).mean(axis=-1) for part in parts], axis=0)))
