"""Features of a moment of a war, for regressions of continuation values.

Columns: every variable; all products of two among the *principal* ones; and cubic B-splines of
the front (the one variable along which values bend: near its ends one side has little left to
lose) times all products of up to `core_degree` among the *core* variables. Variables are centred
and scaled by the sample they were fitted on and held at its edge outside it, so that nothing is
extrapolated.

Rivals: global polynomials miss the bend near a won or lost war (measured on the comparison chain:
errors of a tenth of the stake); trees follow it but need many more samples; neural networks give
no projection that can be reused over cases and iterations.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from jaxtyping import Float
from scipy.interpolate import BSpline

CLIP_STANDARD_DEVIATIONS = 3.0
CUBIC = 3


@dataclass(frozen=True)
class BasisChoice:
    """Which variables enter how; indices into the variables of a Situation.

    Attributes:
        front: The variable with splines.
        intervals: Spline intervals between the smallest and largest sampled front.
        core: Variables multiplied with every spline, up to total degree `core_degree`.
        core_degree: That degree.
        principal: Variables whose products of two enter.
    """

    front: int
    intervals: int
    core: tuple[int, ...]
    core_degree: int
    principal: tuple[int, ...]


@dataclass(frozen=True)
class Basis:
    """Feature map fitted to one sample of moments."""

    choice: BasisChoice
    center: Float[np.ndarray, "variable"]
    scale: Float[np.ndarray, "variable"]
    knots: Float[np.ndarray, "knot"]

    def features(
        self, variables: Float[np.ndarray, "variable state"]
    ) -> Float[np.ndarray, "state feature"]:
        """Features of each moment, one row a moment."""
        z = (variables - self.center[:, None]) / self.scale[:, None]
        # The clip range as the unit keeps products below one: a well conditioned regression.
        z = np.clip(z, -CLIP_STANDARD_DEVIATIONS, CLIP_STANDARD_DEVIATIONS)
        z /= CLIP_STANDARD_DEVIATIONS
        columns = list(z)
        columns += [z[i] * z[j] for i, j in combinations_with_replacement(self.choice.principal, 2)]
        front = np.clip(variables[self.choice.front], self.knots[0], self.knots[-1])
        splines = BSpline.design_matrix(front, self.knots, CUBIC).toarray().T
        for degree in range(self.choice.core_degree + 1):
            for chosen in combinations_with_replacement(self.choice.core, degree):
                columns.extend(splines * z[list(chosen)].prod(axis=0))
        return np.stack(columns, axis=1)


def fit_basis(variables: Float[np.ndarray, "variable state"], choice: BasisChoice) -> Basis:
    """Centre, scale and place knots on a sample; a constant variable gets scale one."""
    spread = variables.std(axis=1)
    front = variables[choice.front]
    inner = np.linspace(front.min(), front.max(), choice.intervals + 1)
    return Basis(
        choice,
        variables.mean(axis=1),
        np.where(spread > 1e-12, spread, 1.0),
        np.concatenate([[inner[0]] * CUBIC, inner, [inner[-1]] * CUBIC]),
    )
