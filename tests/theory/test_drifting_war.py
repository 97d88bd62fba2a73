"""The priced-in lemma at its reference values (T10), on random drifts, and by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadesh.errors import InputErrors
from kadesh.theory import solve
from kadesh.theory.models import drifting_war

DIGITS = 5e-7
T10 = {
    "forts": 10, "win_prob_start": 0.6, "win_prob_end": 0.4, "horizon": 60, "cost_a": 0.004,
    "cost_b": 0.006, "start": 5,
}  # fmt: skip


def test_a_known_trend_is_priced_in_although_the_position_collapses() -> None:
    found = solve("drifting-war", **T10)
    fixed = np.asarray(found.share_path_fixed_position)
    assert fixed[[0, 20, 40, 59]] == pytest.approx(
        [0.719836, 0.463697, 0.325425, 0.481], abs=DIGITS
    )
    expected = np.asarray(found.expected_share_path)
    assert expected[[10, 30]] == pytest.approx([0.710651, 0.702085], abs=DIGITS)
    assert found.drift_residual < 1e-12
    assert len(fixed) == len(expected) == 61
    assert fixed[60] == 0.5


def test_expected_shares_fall_by_the_cost_of_the_periods_still_live() -> None:
    found = solve("drifting-war", **T10)
    live, lived = np.zeros(11), []
    live[5] = 1.0
    for chance in np.linspace(0.6, 0.4, 60):
        lived.append(live[1:-1].sum())
        moved = np.zeros(11)
        moved[2:] += chance * live[1:-1]
        moved[:-2] += (1 - chance) * live[1:-1]
        moved[0] = moved[10] = 0.0
        live = moved
    spent = np.cumsum(lived)
    assert spent[[9, 29]] == pytest.approx([9.185298, 17.751153], abs=DIGITS)
    start = found.expected_share_path[0]
    # c_A - th C = -.001 a period.
    assert found.expected_share_path[1:] == pytest.approx(start - 0.001 * spent, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    forts=st.integers(2, 12),
    horizon=st.integers(2, 30),
    first=st.floats(0.0, 1.0),
    last=st.floats(0.0, 1.0),
    cost_a=st.floats(0.0, 0.1),
    cost_b=st.floats(0.0, 0.1),
    power=st.floats(0.0, 1.0),
    data=st.data(),
)
def test_the_drift_of_leverage_is_the_cost_asymmetry_and_sides_mirror(
    forts: int, horizon: int, first: float, last: float, cost_a: float, cost_b: float,
    power: float, data: st.DataObject,
) -> None:  # fmt: skip
    start = data.draw(st.integers(1, forts - 1))
    one = solve(
        "drifting-war", forts=forts, win_prob_start=first, win_prob_end=last, horizon=horizon,
        cost_a=cost_a, cost_b=cost_b, power_a=power, start=start,
    )  # fmt: skip
    assert one.drift_residual < 1e-11
    two = solve(
        "drifting-war", forts=forts, win_prob_start=1 - first, win_prob_end=1 - last,
        horizon=horizon, cost_a=cost_b, cost_b=cost_a, power_a=1 - power, start=forts - start,
    )  # fmt: skip
    for name in ("share_path_fixed_position", "expected_share_path"):
        mirrored = 1.0 - np.asarray(getattr(two, name))
        assert getattr(one, name) == pytest.approx(mirrored, abs=1e-11)


def test_a_start_outside_or_a_table_too_large_is_refused() -> None:
    with pytest.raises(InputErrors, match="start = 10"):
        solve("drifting-war", **(T10 | {"start": 10}))
    with pytest.raises(InputErrors, match="horizon"):
        solve("drifting-war", **(T10 | {"forts": 100_000, "horizon": 100_000}))
    assert drifting_war.MOST_STATES // 11 >= 400_000


def test_one_battle_has_no_drift() -> None:
    given_ = {"forts": 4, "horizon": 1, "cost_a": 0.01, "cost_b": 0.01, "start": 2}
    with pytest.raises(InputErrors, match=r"win_prob_end = 0.4: expected win_prob_start, 0.6"):
        solve("drifting-war", **given_, win_prob_start=0.6, win_prob_end=0.4)
    assert solve("drifting-war", **given_, win_prob_start=0.6, win_prob_end=0.6)
