r"""Home support: falls with losses, rises with gains.

$$h' = h - \kappa\,\frac{100\,L}{P} + g\,\Delta s + \rho\,(h_0-h),\qquad h\in[0,1],$$

with $L$ killed and wounded in the week, $P$ population, $\Delta s$ the change of the share of the
ground at stake that the side holds, $h_0$ support at the start.

Source: ours, in the spirit of Mueller (1973), who finds support falling with the logarithm of
casualties; a linear fall is nearly the same over the few percent of a population a war costs.
"""

from typing import NamedTuple

from kadesh.dynamics.elementwise import Number, Pair, at_least, at_most


class SupportParams(NamedTuple):
    """Population, support at the start, and how support answers to losses and gains."""

    population_persons: Pair
    support_start_share: Pair
    support_fall_per_percent_lost: Number
    support_rise_per_stake_share: Number
    support_return_per_week: Number


def next_support(
    support_share: Number,
    losses_persons: Number,
    stake_gain_share: Number,
    params: SupportParams,
) -> Number:
    """Support of each side a week later, between 0 and 1."""
    percent_lost = 100.0 * losses_persons / params.population_persons
    change = (
        params.support_rise_per_stake_share * stake_gain_share
        - params.support_fall_per_percent_lost * percent_lost
        + params.support_return_per_week * (params.support_start_share - support_share)
    )
    return at_most(at_least(support_share + change, 0.0), 1.0)
