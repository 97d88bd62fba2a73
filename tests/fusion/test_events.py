"""Whether something happened: the anchor F4, and copies."""

import pytest

from kadesh.errors import InputErrors
from kadesh.fusion.events import Witness, event_probability

THREE = {
    "a": Witness(True, 0.9, 0.7),
    "b": Witness(True, 0.8, 0.9),
    "c": Witness(False, 0.6, 0.6),
}


def test_f4_known_rates() -> None:
    assert event_probability(0.3, THREE) == pytest.approx(0.872727, abs=5e-7)


def test_a_copy_adds_nothing() -> None:
    copied = THREE | {"d": Witness(True, 0.8, 0.9, follows="b")}
    assert event_probability(0.3, copied) == event_probability(0.3, THREE)


def test_a_second_independent_voice_does_add() -> None:
    more = THREE | {"d": Witness(True, 0.8, 0.9)}
    assert event_probability(0.3, more) > event_probability(0.3, THREE)


def test_certainty_is_refused() -> None:
    with pytest.raises(InputErrors, match="sensitivity"):
        event_probability(0.3, {"a": Witness(True, 1.0, 0.7)})
