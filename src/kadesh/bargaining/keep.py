"""A solved bargaining as plain arrays, for the cache."""

from collections.abc import Mapping

import numpy as np

from kadesh.bargaining.campaign_game import HALF_CASES, CampaignGame, Solved
from kadesh.bargaining.learning import Lessons
from kadesh.bargaining.moments import basis_choice
from kadesh.bargaining.regression.basis import Basis, BasisChoice
from kadesh.bargaining.regression.solve import RegressionSolution
from kadesh.bargaining.regression.valuation import ALL_CASES, Case
from kadesh.bargaining.waiting import WaitingSolution


def to_arrays(game: CampaignGame) -> dict[str, np.ndarray]:
    """Everything of a solved bargaining."""
    arrays: dict[str, np.ndarray] = {}
    for name, solved in (
        ("all", game.solved),
        ("half0", game.halves[0]),
        ("half1", game.halves[1]),
    ):
        solution = solved.solution
        arrays |= _basis_arrays(name, solution.basis)
        arrays[f"{name}/weights"] = solution.weights
        if solution.later_weights is not None:
            arrays[f"{name}/later"] = solution.later_weights
        arrays[f"{name}/change"] = np.asarray(solution.last_change)
        arrays[f"{name}/waiting"] = solved.waiting.weights
    arrays |= _basis_arrays("lessons", game.lessons.basis)
    arrays["lessons/mean"] = game.lessons.mean_weights
    arrays["lessons/variance"] = game.lessons.log_variance_weights
    return arrays


def from_arrays(arrays: Mapping[str, np.ndarray]) -> CampaignGame:
    """The bargaining that `to_arrays` was given."""
    choice = basis_choice()

    def solved(name: str, cases: tuple[Case, ...]) -> Solved:
        solution = RegressionSolution(
            _basis(name, arrays, choice),
            cases,
            arrays[f"{name}/weights"],
            arrays.get(f"{name}/later"),
            float(arrays[f"{name}/change"]),
        )
        return Solved(solution, WaitingSolution(arrays[f"{name}/waiting"]))

    lessons = Lessons(
        _basis("lessons", arrays, choice), arrays["lessons/mean"], arrays["lessons/variance"]
    )
    halves = solved("half0", HALF_CASES), solved("half1", HALF_CASES)
    return CampaignGame(solved("all", ALL_CASES), halves, lessons)


def _basis_arrays(name: str, basis: Basis) -> dict[str, np.ndarray]:
    return {
        f"{name}/center": basis.center,
        f"{name}/scale": basis.scale,
        f"{name}/knots": basis.knots,
    }


def _basis(name: str, arrays: Mapping[str, np.ndarray], choice: BasisChoice) -> Basis:
    return Basis(choice, arrays[f"{name}/center"], arrays[f"{name}/scale"], arrays[f"{name}/knots"])
