"""Numbers, probabilities and flip certificates in words; whose favour a bias is in."""

from typing import Any

import pytest

from kadesh.report.sections import favour
from kadesh.report.verdicts import flip_sentence
from kadesh.report.wording import amount, day, distance_words, percent, probability, probable

FLIP: dict[str, Any] = {
    "what": "Share of reserves moved within a month.",
    "kind": "assumption",
    "from": 0.6,
    "to": 0.4,
    "distance": 0.25,
    "inside": True,
    "p_low": 0.9,
    "p_high": 0.5,
    "unit": "number",
    "verdict_after": "depends",
}


def _plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_flip_is_said_in_plain_words() -> None:
    assert flip_sentence(FLIP) == (
        "Would change if “Share of reserves moved within a month” were 0.4 instead of 0.6: "
        "about a quarter of its range away (then: depends)."
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"distance": 0.0}, "rests on averaging"),
        ({"inside": False, "distance": 1.4}, "1.4 times its range away, outside the range"),
        ({"to": None, "distance": None}, "No value of"),
        ({"kind": "threshold"}, "the mark for “Share"),
        ({"unit": "share"}, "were 40 % instead of 60 %"),
    ],
)
def test_a_flip_says_what_kind_it_is(change: dict[str, Any], said: str) -> None:
    assert said in _plain(flip_sentence({**FLIP, **change}))


@pytest.mark.parametrize(
    ("value", "unit", "words"),
    [
        (1036, "km2", "1,036 km²"),
        (1035.995, "km2", "1,036 km²"),
        (0.62, "share", "62 %"),
        (0.0043, "share", "0.4 %"),
        (13.5, "km2_per_day", "13.5 km² a day"),
        (-3.21987, "number", "−3.22"),
        (0.02, "share_per_month", "2 % a month"),
        (30000, "persons_per_month", "30,000 people a month"),
        (0.5, "per_week", "0.5 per week"),
        (None, "km2", "–"),
    ],
)
def test_an_amount_is_printed_as_in_a_newspaper(value: float | None, unit: str, words: str) -> None:
    assert _plain(amount(value, unit)) == words


def test_a_date_is_written_out() -> None:
    assert _plain(day("2024-08-06")) == "6 August 2024"


def test_probabilities_are_never_rounded_to_certainty() -> None:
    assert probability(0.9999) == "above 0.99"
    assert probability(0.0001) == "below 0.01"
    assert (probability(1.0), probability(0.0)) == ("1", "0")
    assert (probable(0.9), probable(0.5), probable(0.0)) == (
        "very likely",
        "about as likely as not",
        "almost certainly not so",
    )


def test_a_negative_share_keeps_its_sign_and_zero_has_none() -> None:
    assert _plain(percent(-0.062)) == "−6.2 %"
    assert _plain(percent(-0.0001)) == "0 %"


def test_distances_are_parts_of_a_range() -> None:
    assert distance_words(0.27) == "about a quarter of its range away"
    assert distance_words(0.98) == "about the whole width of its range away"


SIDES = [{"id": "Eastmark", "name": "East"}, {"id": "Westmark", "name": "West"}]


@pytest.mark.parametrize(
    ("quantity", "side", "bias", "expected"),
    [
        ("casualties_persons", "Eastmark", 0.5, "Westmark"),
        ("casualties_persons", "Eastmark", -0.5, "Eastmark"),
        ("held_km2", "Eastmark", 0.5, "Eastmark"),
        ("held_km2", "Westmark", -0.5, "Eastmark"),
    ],
)
def test_whose_favour_mirrors_with_the_sides(
    quantity: str, side: str, bias: float, expected: str
) -> None:
    entry = {"quantity": quantity, "side": side, "bias_share": bias}
    entry |= {"low": bias - 0.1, "high": bias + 0.1}
    swap = {"Eastmark": "Westmark", "Westmark": "Eastmark"}
    assert favour(entry, SIDES) == expected
    assert favour({**entry, "side": swap[side]}, SIDES) == swap[expected]
    assert favour({**entry, "low": -0.9, "high": 0.9}, SIDES) == "no clear direction"
