"""Peace with transfers: T4, T5 as a chain, and every plan of transfers tried."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadesh.bargaining.exact.moves import Mixing
from kadesh.bargaining.exact.peace import peace_chain, peace_path

ROUNDING = 1e-10


def _minmax(strength: np.ndarray, destroyed: float, discount: float) -> tuple[np.ndarray, ...]:
    worth = (1.0 - destroyed) / (1.0 - discount)
    return strength * worth, (1.0 - strength) * worth


@settings(max_examples=60, deadline=None)
@given(
    path=st.lists(st.floats(0.0, 1.0), min_size=1, max_size=8),
    destroyed=st.floats(0.0, 0.6),
    discount=st.floats(0.3, 0.97),
)
def test_a_riser_in_peace_has_the_best_of_any_later_war(
    path: list[float], destroyed: float, discount: float
) -> None:
    riser, decliner = _minmax(np.asarray(path), destroyed, discount)
    peace = peace_path(riser, decliner, discount)
    for t in range(len(path)):
        later = np.flatnonzero(peace.is_war[t:])
        # Up to the first war that would come, R has the best date of a war of its own.
        last = t + later[0] if later.size else len(path) - 1
        ahead = [discount ** (s - t) * riser[s] for s in range(t, last + 1)]
        assert peace.riser_value[t] == pytest.approx(max(ahead), rel=1e-9)
        total = peace.riser_value[t] + peace.decliner_value[t]
        assert total <= 1.0 / (1.0 - discount) + ROUNDING
        if not later.size:
            assert total == pytest.approx(1.0 / (1.0 - discount), rel=1e-9)


def test_a_chain_that_follows_a_path_is_the_path() -> None:
    strength = np.array([0.3, 0.35, 0.5, 0.45, 0.9])
    riser, decliner = _minmax(strength, 0.2, 0.9)
    along = np.eye(5, k=1)
    along[4, 4] = 1.0
    path = peace_path(riser, decliner, 0.9)
    chain = peace_chain(riser, decliner, Mixing(-1, along), 0.9)
    assert np.array_equal(chain.is_war, path.is_war)
    assert chain.riser_value == pytest.approx(path.riser_value, abs=1e-9)
    assert chain.decliner_value == pytest.approx(path.decliner_value, abs=1e-9)


def test_rare_strength_brings_war_below_a_threshold_of_one_third() -> None:
    # T5: d = .9, p_s = .5, D = .2; while R is weak nobody can take anything by war.
    riser, decliner = _minmax(np.array([0.5, 0.0]), 0.2, 0.9)
    decliner[1] = 0.0
    for often, war in ((1 / 3 - 1e-4, True), (1 / 3 + 1e-4, False)):
        rows = np.array([[often, 1.0 - often]] * 2)
        found = peace_chain(riser, decliner, Mixing(-1, rows), 0.9)
        assert bool(found.is_war[0]) == war
        assert not found.is_war[1]


def test_a_guarantee_keeps_a_peace_that_power_would_undo() -> None:
    riser, decliner = _minmax(np.array([0.3, 0.7]), 0.2, 0.9)
    assert peace_path(riser, decliner, 0.9).is_war[0]
    short = decliner[0] - peace_path(riser, decliner, 0.9, (0.0, 1.0)).decliner_value[0]
    assert not peace_path(riser, decliner, 0.9, (0.0, short + 0.01)).is_war[0]
    assert peace_path(riser, decliner, 0.9, (0.0, short - 0.01)).is_war[0]
