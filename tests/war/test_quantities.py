"""Units and the one table of quantities."""

import pytest

from kadesh.quantities import convert, dimension, is_unit, parse_amount, table, units


def test_square_miles_are_the_international_ones() -> None:
    # 1 mile = 1.609344 km exactly.
    assert convert(1.0, "mi2", "km2") == pytest.approx(1.609344**2, rel=1e-15)
    assert parse_amount("400 mi2", "km2") == pytest.approx(1036.0, abs=0.01)


@pytest.mark.parametrize("unit", [*units(), "persons_per_month", "per_week", "km2_per_day"])
def test_converting_there_and_back_changes_nothing(unit: str) -> None:
    for other in units():
        if dimension(other) == dimension(unit):
            assert convert(convert(3.7, unit, other), other, unit) == pytest.approx(3.7, rel=1e-14)


def test_rates_convert_in_both_parts() -> None:
    assert convert(1.0, "thousand_persons_per_week", "persons_per_day") == pytest.approx(1000 / 7)
    assert convert(2.0, "billion_eur_per_month", "eur_per_month") == 2e9


def test_unlike_units_do_not_convert() -> None:
    with pytest.raises(ValueError, match="km2 measures area, persons measures persons"):
        convert(1.0, "km2", "persons")


@pytest.mark.parametrize("text", ["", "400", "mi2", "400 square miles", "1,036 km2", "nan km2"])
def test_an_amount_needs_a_number_and_a_unit(text: str) -> None:
    with pytest.raises(ValueError, match="not a number and a unit"):
        parse_amount(text, "km2")


def test_unknown_units_are_not_units() -> None:
    assert not is_unit("furlongs")
    assert not is_unit("km2_per_fortnight")
    assert not is_unit("_per_")


def test_every_quantity_is_complete() -> None:
    for name, quantity in table().items():
        assert is_unit(quantity.unit), name
        assert set(quantity.axes) <= {"side", "sector"}, name
        assert quantity.low < quantity.high, name
        assert quantity.meaning.endswith("."), name
