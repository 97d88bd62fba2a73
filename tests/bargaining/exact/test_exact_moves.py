"""Factored moves against the matrix of all states, and against one another."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadesh.bargaining.exact.moves import Branch, Mixing, Steps, Then, Transition, walk

ROUNDING = 1e-13
SHAPE = (4, 3, 2)


def _steps(rng: np.random.Generator, offsets: tuple[tuple[int, ...], ...]) -> Steps:
    return Steps(offsets, tuple(rng.uniform(0.0, 1.0, SHAPE) for _ in offsets))


def _kinds(seed: int) -> list[Transition]:
    rng = np.random.default_rng(seed)
    front = _steps(rng, ((1, 0, 0), (-1, 0, 0), (0, 0, 0), (2, -1, 0)))
    forces = Steps(((0, -1, 0), (0, 0, 0)), (rng.uniform(size=(4, 1, 1)), np.asarray(0.3)))
    aid = Mixing(-1, rng.uniform(size=(2, 2)))
    middle = Mixing(-2, rng.uniform(size=(3, 3)))
    both = Then(front, Then(middle, aid))
    either = Branch((np.asarray(0.4), rng.uniform(size=(1, 3, 1))), (forces, both))
    return [front, forces, aid, middle, both, either]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), kind=st.integers(0, 5))
def test_expectation_and_push_are_the_matrix_and_its_transpose(seed: int, kind: int) -> None:
    moves = _kinds(seed)[kind]
    rng = np.random.default_rng(seed + 1)
    value, mass = rng.uniform(size=(2, *SHAPE)), rng.uniform(size=SHAPE)
    matrix = moves.matrix(SHAPE)
    for side in (0, 1):
        by_matrix = (matrix @ value[side].ravel()).reshape(SHAPE)
        assert moves.expect(value)[side] == pytest.approx(by_matrix, abs=ROUNDING)
    assert moves.push(mass).ravel() == pytest.approx(mass.ravel() @ matrix, abs=ROUNDING)
    assert (moves.push(mass) * value[0]).sum() == pytest.approx(
        (mass * moves.expect(value[0])).sum(), abs=1e-11
    )


def test_a_dense_chain_is_a_lattice_of_one_axis() -> None:
    rng = np.random.default_rng(0)
    matrix = rng.dirichlet(np.ones(5), 5)
    value = rng.uniform(size=5)
    assert Mixing(-1, matrix).expect(value) == pytest.approx(matrix @ value, abs=ROUNDING)


def test_the_axis_of_a_mixing_is_counted_from_the_end() -> None:
    with pytest.raises(ValueError, match="from the end"):
        Mixing(0, np.eye(2))


def test_a_walk_steps_up_and_down_one_axis() -> None:
    value = np.arange(12.0).reshape(3, 4) ** 2
    moved = walk(0.5, 0.2, axis=1, axes=2).expect(value)
    assert moved[1, 1] == pytest.approx(0.5 * value[1, 2] + 0.2 * value[1, 0] + 0.3 * value[1, 1])
    assert walk(0.25).expect(np.array([3.0, 5.0, 7.0]))[1] == pytest.approx(0.25 * 7 + 0.75 * 3)
