"""The verdict rules: readings from probabilities, statements from rows, claims from readings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadesh.audit.verdicts import chance, claim_verdict, statement_verdict, verdict_of


@pytest.mark.parametrize(
    ("p", "error", "verdict"),
    [
        (0.95, 0.02, "supported"),
        (0.94, 0.0201, "depends"),
        (0.90, 0.0, "supported"),
        (0.05, 0.025, "contradicted"),
        (0.06, 0.0201, "depends"),
        (0.5, 0.0, "depends"),
    ],
)
def test_a_reading_needs_two_errors_of_room(p, error, verdict) -> None:
    assert verdict_of(p, error) == verdict


@given(p=st.floats(0, 1), error=st.floats(0, 0.5))
def test_a_reading_and_its_negation_mirror(p, error) -> None:
    swapped = {"supported": "contradicted", "contradicted": "supported", "depends": "depends"}
    # 1 - p is rounded: stay clear of the two thresholds.
    if min(abs(p - 2 * error - 0.9), abs(p + 2 * error - 0.1)) > 1e-9:
        assert verdict_of(1.0 - p, error) == swapped[verdict_of(p, error)]


@pytest.mark.parametrize(
    ("says", "contrary", "verdict"),
    [(1, 0, "supported"), (0, 2, "contradicted"), (3, 1, "depends"), (0, 0, "not testable")],
)
def test_a_statement_is_contradicted_only_by_a_contrary_row(says, contrary, verdict) -> None:
    assert statement_verdict(says, contrary) == verdict


@pytest.mark.parametrize(
    ("readings", "verdict"),
    [
        (["supported", "supported"], "supported"),
        (["supported", "not testable"], "supported"),
        (["supported", "contradicted"], "depends"),
        (["contradicted", "depends"], "depends"),
        (["not testable", "not testable"], "not testable"),
    ],
)
def test_a_claim_follows_its_testable_readings_where_they_agree(readings, verdict) -> None:
    assert claim_verdict(readings) == verdict


def test_draws_that_all_agree_still_leave_an_error() -> None:
    p, error = chance(np.ones(192, dtype=bool))
    assert p == 1.0
    assert 0 < error < 0.005
    p, error = chance(np.arange(200) < 100)
    assert error == pytest.approx(np.sqrt(0.25 / 200), rel=0.02)
