"""A sweep is the model at each point of a grid."""

import pytest

from kadesh.errors import InputErrors
from kadesh.theory import solve, sweep
from kadesh.theory.model import record

FIXED = {"cost_low": 0.1, "cost_high": 0.5}


def test_each_point_is_the_model_solved_there() -> None:
    axes = {"win_prob": [0.1, 0.3], "cost_a": [0.0, 0.1, 0.2]}
    rows = sweep("ultimatum", axes, **FIXED)
    assert [(row["win_prob"], row["cost_a"]) for row in rows] == [
        (win, cost) for win in axes["win_prob"] for cost in axes["cost_a"]
    ]
    for row in rows:
        given = {"win_prob": row["win_prob"], "cost_a": row["cost_a"]}
        assert row == given | record(solve("ultimatum", **given, **FIXED))


def test_whole_numbers_stay_whole_and_lists_follow_them() -> None:
    fixed = {"collapse_a": 0.1, "collapse_b": 0.1, "cost_a": 0, "cost_low": 0, "cost_high": 0.05}
    rows = sweep("screening-war", {"rounds": [1.0, 2.0]}, **fixed)
    assert [row["rounds"] for row in rows] == [1, 2]
    assert [len(row["offers"]) for row in rows] == [2, 3]


@pytest.mark.parametrize(
    ("axes", "reason"),
    [
        ({"cost_x": [0.1]}, "Did you mean 'cost_a'"),
        ({"cost_low": [0.1]}, "either one value or a sweep"),
        ({"win_prob": [0.5, 1.5]}, r"win_prob = 1\.5: expected a number in \[0, 1\]"),
        ({"win_prob": [0.1] * 2_000, "cost_a": [0.1] * 2_000}, "at most 1,000,000 points"),
    ],
)
def test_what_cannot_be_swept_is_refused(axes: dict[str, list[float]], reason: str) -> None:
    with pytest.raises(InputErrors, match=reason):
        sweep("ultimatum", axes, **FIXED)


def test_words_cannot_be_swept() -> None:
    with pytest.raises(InputErrors, match="an input of costly-lottery that is a number"):
        sweep("costly-lottery", {"utility": [0.1]}, win_prob=0.5, cost_a=0, cost_b=0)


def test_of_many_points_out_of_range_ten_are_listed() -> None:
    with pytest.raises(InputErrors) as error:
        sweep("ultimatum", {"win_prob": [1.0 + step for step in range(1, 100)]}, cost_a=0, **FIXED)
    assert len(error.value.mistakes) == 10
