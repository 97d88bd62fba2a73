"""A batch of moments of a war, with everything the bargaining solvers need to know of each.

The last axis is `state` (one entry per sampled moment). All shares are shares of the stake; costs
and subsidies are per bargaining period.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int

FRICTIONS = ("differing_beliefs", "commitment", "leader_stake", "conditional_subsidy")
"""Frictions that a case can switch off; talks are a fifth, handled by the date's own record."""


@dataclass(frozen=True)
class Situation:
    """Moments of a war: state variables, the stakes of both sides, and what each believes.

    `freeze_share` is what each side keeps if the war freezes where it stands, which happens with
    `freeze_probability` each period. `log_odds` are each side's current odds that hypothesis 1 is
    true rather than hypothesis 0 (after learning), `analyst_log_odds` those of someone
    who started even.
    """

    variables: Float[np.ndarray, "variable state"]
    cost: Float[np.ndarray, "side state"]
    subsidy: Float[np.ndarray, "side state"]
    discount: Float[np.ndarray, "state"]
    bargaining_power: Float[np.ndarray, "state"]
    talks_probability: Float[np.ndarray, "state"]
    switching_cost: Float[np.ndarray, "side state"]
    leader_stake: Float[np.ndarray, "side state"]
    leader_threshold_share: Float[np.ndarray, "side state"]
    guarantee_cost: Float[np.ndarray, "side state"]
    freeze_share: Float[np.ndarray, "side state"]
    freeze_probability: Float[np.ndarray, "state"]
    log_odds: Float[np.ndarray, "side state"]
    analyst_log_odds: Float[np.ndarray, "state"]
    is_over: Bool[np.ndarray, "state"]

    @property
    def size(self) -> int:
        """Number of moments."""
        return int(self.discount.shape[0])

    def take(self, index: Int[np.ndarray, "chosen"] | slice) -> "Situation":
        """The chosen moments only."""
        chosen: dict[str, Any] = {f.name: getattr(self, f.name)[..., index] for f in fields(self)}
        return Situation(**chosen)

    def without(self, frictions: frozenset[str]) -> "Situation":
        """The same moments with the named frictions switched off.

        Without `differing_beliefs` both sides hold the analyst's; `commitment` is not a field of
        a moment and is handled where later requirements are formed.
        """
        changed = self
        if "differing_beliefs" in frictions:
            shared = np.stack([self.analyst_log_odds, self.analyst_log_odds])
            changed = replace(changed, log_odds=shared)
        if "leader_stake" in frictions:
            changed = replace(changed, leader_stake=np.zeros_like(self.leader_stake))
        if "conditional_subsidy" in frictions:
            changed = replace(changed, subsidy=np.zeros_like(self.subsidy))
        return changed


def belief(log_odds: Float[np.ndarray, "*shape"]) -> Float[np.ndarray, "*shape"]:
    """Probability of hypothesis 1 from its log odds, without overflow."""
    return 0.5 * (1.0 + np.tanh(0.5 * log_odds))
