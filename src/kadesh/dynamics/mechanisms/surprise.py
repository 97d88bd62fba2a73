r"""Surprise: operations that a side opens with its reserve where the other is thin.

In a week, with a small probability, a side opens an operation: it commits part of its reserve at
once, in a sector it can reach, and for some weeks has an advantage $s$ in the logarithm of the
force ratio there that decays as $e^{-t/\tau}$. The sector is chosen by how favourable it looks,

$$P(\text{sector}) \propto \frac{\text{own there} + \text{committed}}{\text{other there}}
\, e^{\text{leaning} - \phi F_{\text{other}}},$$

so that an incursion into thinly held land is an ordinary consequence, and not a special event. The
leaning is the side's objective. Ordered operations (a counterfactual, a known move) take the same
path.

Source: the size from the effect of surprise in records of battles, where complete surprise is
worth what a force ratio of about 16 is. Rival: surprise as a multiplier known to the defender's
allocation, which then is no surprise.
"""

from typing import NamedTuple

from kadesh.dynamics.elementwise import Number, Pair, at_least, choose, exp, unless_tiny


class SurpriseParams(NamedTuple):
    """Strength and decay of surprise, and when and how strongly operations are opened."""

    surprise_log_strength: Number
    surprise_decay_weeks: Number
    operation_probability: Pair
    operation_reserve_share: Number


def prospect(
    own_persons: Number,
    other_persons: Number,
    committed_persons: Number,
    attraction: Number,
    other_fortification_log: Number,
) -> Number:
    """How favourable a sector looks for an operation, up to a factor common to all sectors."""
    ratio = (own_persons + committed_persons) / other_persons
    return ratio * attraction * exp(-other_fortification_log)


def appeal(prospects: Number, is_open: Number, waiting: Number) -> Number:
    """What sectors are chosen by: the largest wins, and none where it is 0.

    A race: with `waiting` exponential of mean 1, the sector with the largest prospect / waiting is
    each open sector with probability proportional to its prospect. (Adding Gumbel deviates to
    logarithms is the same race at twice the cost.)
    """
    return choose(is_open, prospects / waiting, 0.0)


def surprise_kept_share(params: SurpriseParams) -> Number:
    """Part of a surprise that is left a week later."""
    return exp(-1.0 / params.surprise_decay_weeks)


def faded(surprise_log: Number, kept_share: Number) -> Number:
    """What is left of a surprise a week later."""
    return unless_tiny(surprise_log * kept_share)


def next_surprise(left_log: Number, committed_persons: Number, params: SurpriseParams) -> Number:
    """Surprise in force this week: what is left of earlier operations, or a new one's."""
    fresh = at_least(left_log, params.surprise_log_strength)
    return choose(committed_persons > 0.0, fresh, left_log)
