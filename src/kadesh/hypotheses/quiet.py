r"""What silence teaches: a hazard after months in which nothing happened.

With a Gamma$(a, b)$ prior of a monthly hazard (as if $a$ events had been seen in $b$ months),
$n$ quiet months leave Gamma$(a, b+n)$, mean $a/(b+n)$: it falls with silence and never to zero.
The discrete rival, a Beta$(a,b)$ probability per month, has mean $a/(a+b+n)$; the two agree where
the hazard is small. Silence says nothing about conduct that was never tried: the months must be
like the ones to come, which is a judgement of whoever uses the number.
"""

import numpy as np
from jaxtyping import Float
from scipy.special import gammaincinv


def hazard_after_quiet(
    events: Float[np.ndarray, " draw"],
    months: Float[np.ndarray, " draw"],
    uniform: Float[np.ndarray, " draw"],
) -> Float[np.ndarray, " draw"]:
    """Draws of the monthly hazard: quantile `uniform` of Gamma(events, months).

    Args:
        events: Prior events (may be fractions), above 0.
        months: Prior months and quiet months together, above 0.
        uniform: Probabilities, inside (0, 1).
    """
    return np.asarray(gammaincinv(events, uniform) / months)
