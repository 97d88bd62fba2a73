"""Beliefs after silence, and hypotheses under evidence, at derived numbers."""

import numpy as np
import pytest
from scipy import stats

from kadesh.hypotheses.evidence import judge
from kadesh.hypotheses.quiet import hazard_after_quiet

LIKELIHOOD = np.array([[0.6, 0.3, 0.5, 0.7], [0.2, 0.3, 0.5, 0.1], [0.5, 0.1, 0.5, 0.4]])
FLAT = np.ones(3)


def test_posterior_and_diagnosticity_have_their_derived_values() -> None:
    found = judge(LIKELIHOOD, FLAT)
    assert found.posterior == pytest.approx([0.8289, 0.0395, 0.1316], abs=5e-5)
    assert found.diagnosticity == pytest.approx([0.477, 0.477, 0.0, 0.845], abs=5e-4)
    assert found.leave_one_out[1] == pytest.approx([0.6562, 0.0313, 0.3125], abs=5e-5)
    assert found.leave_one_out[3] == pytest.approx([0.6207, 0.2069, 0.1724], abs=5e-5)
    assert found.prior_odds_to_flip == pytest.approx(6.3, abs=1e-9)
    tempered = judge(LIKELIHOOD, FLAT, tempering=0.5)
    assert tempered.posterior == pytest.approx([0.6186, 0.1350, 0.2464], abs=5e-5)


def test_the_prior_odds_to_flip_make_a_tie() -> None:
    odds = judge(LIKELIHOOD, FLAT).prior_odds_to_flip
    posterior = judge(LIKELIHOOD, np.array([1.0, 1.0, odds])).posterior
    assert posterior[0] == pytest.approx(posterior[2])


def test_silence_lowers_a_hazard_and_never_to_zero() -> None:
    uniform = (np.arange(4000) + 0.5) / 4000
    events, months = np.full(4000, 0.5), np.full(4000, 50.0)
    quiet = hazard_after_quiet(events, months + 30.0, uniform)
    assert quiet.mean() == pytest.approx(0.5 / 80.0, rel=2e-3)
    assert (quiet > 0).all()
    assert (quiet < hazard_after_quiet(events, months, uniform)).all()
    assert quiet[2000] == pytest.approx(stats.gamma(0.5, scale=1 / 80).ppf(uniform[2000]))
