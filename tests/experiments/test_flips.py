"""Flip certificates against cases whose nearest flip is known in closed form."""

import numpy as np
import pytest

from kadesh.experiments.flips import Candidate, find_flip, most_telling


def candidate(**change):
    fields = {"name": "x", "low": 0.0, "central": 0.4, "high": 1.0, "unit": "share"}
    return Candidate(**{**fields, "least": -10.0, "most": 10.0, **change})


def stepping(at, before="supported", after="depends"):
    return lambda _, value: (1.0, before) if value < at else (0.5, after)


@pytest.mark.parametrize("at", [0.45, 0.7, 0.95])
def test_the_nearest_flip_inside_the_range_is_found(at) -> None:
    flip = find_flip(candidate(), "supported", stepping(at))
    assert flip is not None
    assert flip.is_inside
    assert flip.value == pytest.approx(at, abs=0.6 / 2**4)
    assert flip.value >= at
    assert flip.distance == pytest.approx(abs(flip.value - 0.4))


def test_a_flip_beyond_the_range_is_marked_as_outside() -> None:
    flip = find_flip(candidate(), "supported", stepping(1.3))
    assert flip is not None
    assert not flip.is_inside
    assert 1.3 <= flip.value <= 1.4


def test_distance_zero_where_the_central_value_already_flips() -> None:
    flip = find_flip(candidate(), "supported", stepping(0.2))
    assert flip is not None
    assert flip.distance == 0.0


def test_nothing_is_found_where_nothing_changes_or_bounds_forbid_it() -> None:
    assert find_flip(candidate(), "supported", stepping(5.0)) is None
    assert find_flip(candidate(most=1.0), "supported", stepping(1.3)) is None
    assert find_flip(candidate(low=0.4, high=0.4), "supported", stepping(0.1)) is None


def test_the_assumptions_that_drive_a_margin_come_first() -> None:
    rng = np.random.default_rng(1)
    draws = {name: rng.random(400) for name in ("a", "b", "c")}
    margin = 3 * draws["b"] - draws["a"] + 0.01 * rng.standard_normal(400)
    assert most_telling(margin, draws, 2) == ["b", "a"]
