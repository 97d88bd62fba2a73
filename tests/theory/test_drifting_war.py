"""The priced-in lemma at its published-form numbers (T10)."""

import pytest

from kadesh.theory.drifting_war import DriftingWar, solve_drifting_war


def test_a_known_trend_is_priced_in_although_the_position_collapses() -> None:
    path = solve_drifting_war(DriftingWar(10, 0.6, 0.4, 60, 0.004, 0.006, 5))
    fixed = path.share_path_fixed_position
    assert fixed[[0, 20, 40, 59]] == pytest.approx([0.719836, 0.463697, 0.325425, 0.481], abs=5e-7)
    expected = path.expected_share_path
    assert expected[[10, 30]] == pytest.approx([0.710651, 0.702085], abs=5e-7)
    assert path.drift_residual < 1e-12
