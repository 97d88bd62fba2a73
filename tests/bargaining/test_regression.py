"""The regression solver against the exact one, on a chain that both can state."""

import pytest

from kadesh.bargaining.regression.comparison import compare_with_exact

STAKE_ERROR_LIMIT = 0.02  # of the stake: the accuracy that DESIGN asks of the solver for now


@pytest.fixture(scope="module")
def comparison():
    return compare_with_exact(seed=1, runs=6_000)


def test_regression_agrees_with_the_exact_solver_within_its_limit(comparison) -> None:
    assert comparison.largest_share_error <= STAKE_ERROR_LIMIT
    assert comparison.mean_share_error <= STAKE_ERROR_LIMIT / 4


def test_the_comparison_spans_most_of_the_stake(comparison) -> None:
    assert comparison.exact_share.min() < 0.1
    assert comparison.exact_share.max() > 0.9
