r"""What anybody could forecast without a model of war, from the same record as known then.

Every baseline is a rule that predicts a change over $h$ weeks from the weeks before, and a spread:
what the rule got wrong in the past of the same series, as known at the date (its own errors over
all windows of $h$ weeks that had ended). Where fewer than eight such windows have ended, errors
over the longest span that has them are taken and widened by $\sqrt{h/h'}$. Every rule looks at the
last year and at nothing of a war's first weeks, as the campaign's fit does: with an invasion in
their past, all spreads would be those of an invasion.

    no change    land stays as it is; losses go on at the pace of the last four weeks
    drift        the pace of the last 90 days goes on
    trend        local linear trend: level and slope are random walks, their variances estimated
    pooled       a past change over as many weeks, drawn from all series of the group alike

Source:
    Harvey 1989 for the local linear trend, by `statsmodels`; the others as in the ViEWS challenge
    (`docs/hindcast.md`).
"""

import warnings
from collections.abc import Callable
from typing import Final

import numpy as np
from jaxtyping import Float
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tsa.statespace.structural import UnobservedComponents

FEWEST_WINDOWS: Final = 8
PACE_WEEKS: Final = 4
DRIFT_WEEKS: Final = 13
"""90 days, to the week."""

Path = Float[np.ndarray, " week"]
Group = Float[np.ndarray, "series week"]


def no_change(path: Path, weeks: int, draws: int, stream: np.random.Generator) -> Path:
    """A walk without drift."""
    return _with_errors(path, weeks, draws, stream, lambda past, _: 0.0)


def same_pace(path: Path, weeks: int, draws: int, stream: np.random.Generator) -> Path:
    """The pace of the last four weeks."""
    return _with_errors(path, weeks, draws, stream, lambda past, h: h * _pace(past, PACE_WEEKS))


def drift(path: Path, weeks: int, draws: int, stream: np.random.Generator) -> Path:
    """The pace of the last 90 days."""
    return _with_errors(path, weeks, draws, stream, lambda past, h: h * _pace(past, DRIFT_WEEKS))


def trend(path: Path, weeks: int, draws: int, stream: np.random.Generator) -> Path:
    """The local linear trend, normal around its prediction."""
    scale = float(np.abs(np.diff(path)).max())
    if scale == 0.0:
        return np.zeros(draws)
    model = UnobservedComponents(path / scale, "lltrend")
    with warnings.catch_warnings():
        # A fit at the edge (a variance of nothing) is a fit; its likelihood is what it is.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        ahead = model.fit(disp=False, maxiter=200).get_forecast(weeks)
    middle = float(np.asarray(ahead.predicted_mean)[-1]) * scale - path[-1]
    spread = float(np.asarray(ahead.se_mean)[-1]) * scale
    return np.asarray(middle + spread * stream.standard_normal(draws))


def pooled(group: Group, weeks: int, draws: int, stream: np.random.Generator) -> Path:
    """Past changes of all series of a group, drawn alike."""
    span = _span(group.shape[1], weeks)
    changes = (group[:, span:] - group[:, :-span]).ravel()
    return np.asarray(stream.choice(changes, draws) * np.sqrt(weeks / span))


def _pace(path: Path, weeks: int) -> float:
    span = min(weeks, len(path) - 1)
    return float(path[-1] - path[-1 - span]) / span


def _span(length: int, weeks: int, behind: int = 0) -> int:
    """The longest span up to `weeks` of which enough windows have ended."""
    return max(1, min(weeks, length - behind - FEWEST_WINDOWS))


def _with_errors(
    path: Path,
    weeks: int,
    draws: int,
    stream: np.random.Generator,
    rule: Callable[[Path, int], float],
) -> Path:
    """What the rule predicts, and its own past errors around it."""
    behind = min(DRIFT_WEEKS, max(1, (len(path) - FEWEST_WINDOWS) // 2))
    span = _span(len(path), weeks, behind)
    errors = [
        path[at + span] - path[at] - rule(path[: at + 1], span)
        for at in range(behind, len(path) - span)
    ]
    widened = stream.choice(np.array(errors), draws) * np.sqrt(weeks / span)
    return np.asarray(rule(path, weeks) + widened)
