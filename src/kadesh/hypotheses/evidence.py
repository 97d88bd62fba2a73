r"""Hypotheses judged by several items of evidence, with what it would take to think otherwise.

Posterior $\propto$ prior $\times\prod_e L_{he}^{\eta}$, with $\eta<1$ where items are not
independent. Printed beside every posterior: the prior odds that would flip it, its range when one
item is left out, and the diagnosticity of each item, the range over hypotheses of
$\log_{10} L_{he}$ (0: the item says nothing). Hypotheses stand in rows, because people compare
rows better (Dhami et al. 2024). A rival, counting inconsistencies (Heuer's ACH), throws the
strength of evidence away.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from kadesh.errors import argument_mistake


@dataclass(frozen=True)
class Judgement:
    """Posterior of each hypothesis and how robust it is.

    `prior_odds_to_flip` are the odds, runner-up to leader, from which the runner-up would lead.
    """

    posterior: Float[np.ndarray, "hypothesis"]
    diagnosticity: Float[np.ndarray, "evidence"]
    leave_one_out: Float[np.ndarray, "evidence hypothesis"]
    prior_odds_to_flip: float


def judge(
    likelihood: Float[np.ndarray, "hypothesis evidence"],
    prior: Float[np.ndarray, "hypothesis"],
    *,
    tempering: float = 1.0,
) -> Judgement:
    """Posterior of hypotheses under evidence, and what would change it.

    Args:
        likelihood: P(evidence | hypothesis), each inside (0, 1].
        prior: Prior weights, positive; they are normalised.
        tempering: Power of every likelihood, in (0, 1].

    Raises:
        InputErrors: a likelihood outside (0, 1], a prior not positive, tempering outside (0, 1].
    """
    if not ((likelihood > 0) & (likelihood <= 1)).all():
        raise argument_mistake("likelihood", likelihood.tolist(), "numbers in (0, 1]", "Correct it")
    if not (prior > 0).all():
        raise argument_mistake("prior", prior.tolist(), "positive weights", "Correct them")
    if not 0 < tempering <= 1:
        raise argument_mistake("tempering", tempering, "a number in (0, 1]", "Correct it")
    logs = tempering * np.log(likelihood)
    posterior = _normalised(np.log(prior) + logs.sum(axis=1))
    left_out = np.stack(
        [
            _normalised(np.log(prior) + np.delete(logs, e, axis=1).sum(axis=1))
            for e in range(likelihood.shape[1])
        ]
    )
    spread = np.log10(likelihood).max(axis=0) - np.log10(likelihood).min(axis=0)
    ranked = np.sort(posterior / prior)[::-1]
    odds = float(ranked[0] / ranked[1]) if ranked.size > 1 else float("inf")
    return Judgement(posterior, spread, left_out, odds)


def _normalised(logs: Float[np.ndarray, "hypothesis"]) -> Float[np.ndarray, "hypothesis"]:
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())
