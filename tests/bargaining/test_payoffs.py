"""Terms of a settlement: laws and the derived numbers of the mechanisms they contain."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kadesh.bargaining.payoffs import leader_utility, requirement, terms

NO_LEADER = {"leader_stake": np.zeros((2, 1)), "leader_threshold_share": np.full((2, 1), 2.0)}


def settled(floors, power=0.5, talks=1.0, cost=(0.0, 0.0), **leader):
    return terms(
        np.asarray(floors, dtype=float)[:, None],
        bargaining_power=np.asarray([power]),
        talks_probability=np.asarray([talks]),
        switching_cost=np.asarray(cost, dtype=float)[:, None],
        **(leader or NO_LEADER),
    )


def test_fearon_range() -> None:
    found = settled([0.6 - 0.1, 0.4 - 0.2])
    assert found.requirement[0, 0] == pytest.approx(0.5)
    assert 1 - found.requirement[1, 0] == pytest.approx(0.8)


def test_a_leader_refuses_until_the_stake_falls_below_its_threshold_value() -> None:
    # Fort game N=6, p=.5, c=(.01,.01), k=1: floor .116667, share .166667, P(win)=1/6, so the
    # losing leader refuses a share below the threshold iff floor + stake/6 exceeds it: stake .3.
    floor, offered, win = 0.116667, 0.166667, 1 / 6
    for stake, refuses in ((0.29, False), (0.31, True)):
        need = requirement(
            np.asarray([floor + stake * win]), np.asarray([stake]), np.asarray([0.5])
        )
        assert (need[0] > offered) is np.bool_(refuses)


@settings(max_examples=200, deadline=None)
@given(
    floor=st.floats(-0.5, 1.5),
    stake=st.floats(0.0, 0.5),
    threshold=st.floats(0.0, 1.0),
)
def test_the_requirement_is_the_smallest_share_worth_the_floor(floor, stake, threshold) -> None:
    arrays = [np.asarray([x]) for x in (floor, stake, threshold)]
    need = requirement(*arrays)
    assert leader_utility(need, *arrays[1:])[0] >= floor - 1e-9
    below = need - 1e-6
    assert leader_utility(below, *arrays[1:])[0] < floor or floor <= below[0]


@settings(max_examples=200, deadline=None)
@given(
    floors=st.tuples(st.floats(0, 1), st.floats(0, 1)),
    power=st.floats(0, 1),
    talks=st.floats(0, 1),
    cost=st.tuples(st.floats(0, 0.1), st.floats(0, 0.1)),
)
def test_exchanging_the_sides_mirrors_the_terms(floors, power, talks, cost) -> None:
    one = settled(floors, power, talks, cost)
    two = settled(floors[::-1], 1 - power, talks, cost[::-1])
    assert np.allclose(one.share, two.share[::-1], atol=1e-12)
    assert np.allclose(one.value, two.value[::-1], atol=1e-12)
    assert one.is_feasible[0] == two.is_feasible[0]


@settings(max_examples=200, deadline=None)
@given(floors=st.tuples(st.floats(0, 1), st.floats(0, 1)), power=st.floats(0, 1))
def test_talks_never_leave_a_side_below_its_floor_nor_make_more_than_the_stake(
    floors, power
) -> None:
    found = settled(floors, power)
    assert (found.value[:, 0] >= np.asarray(floors) - 1e-12).all()
    if found.is_feasible[0]:
        assert found.value.sum() == pytest.approx(1.0)
