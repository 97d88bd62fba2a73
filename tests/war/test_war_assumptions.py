"""Draws of assumptions: what is known when, and independence of each other."""

from dataclasses import replace
from datetime import date
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from kadesh.errors import InputErrors
from kadesh.war import draw_assumptions, load_war
from kadesh.war.assumptions import quantile
from kadesh.war.model import War
from kadesh.war.schema import Assumption, Estimate

TEMPLATE = Path(str(files("kadesh.war"))) / "template"
DRAWS = 20_000


@pytest.fixture(scope="module")
def war() -> War:
    return load_war(TEMPLATE)


def test_fixing_one_leaves_the_others_equal_to_the_bit(war: War) -> None:
    free = draw_assumptions(war, 50, 3)
    held = draw_assumptions(war, 50, 3, fixed={"recruits_westmark": 1234.5})
    assert (held["recruits_westmark"] == 1234.5).all()
    assert np.array_equal(free["recruits_eastmark"], held["recruits_eastmark"])


def test_order_and_number_of_assumptions_change_nothing(war: War) -> None:
    name = "recruits_westmark"
    alone = replace(war, assumptions={name: war.assumptions[name]})
    assert np.array_equal(draw_assumptions(alone, 9, 1)[name], draw_assumptions(war, 9, 1)[name])


def test_more_draws_begin_with_the_same_ones(war: War) -> None:
    name = "recruits_eastmark"
    few, many = (draw_assumptions(war, n, 1)[name] for n in (10, 100))
    assert np.array_equal(few, many[:10])


def test_another_seed_gives_other_draws(war: War) -> None:
    name = "recruits_eastmark"
    first, second = (draw_assumptions(war, 10, seed)[name] for seed in (1, 2))
    assert not np.array_equal(first, second)


def test_only_what_was_known_counts(war: War) -> None:
    entry = war.assumptions["recruits_westmark"]
    assert entry.as_of(date(2001, 6, 30)).central == 5000
    assert entry.as_of(date(2001, 7, 1)).central == 3000
    assert entry.as_of(None).central == 3000
    assert entry.as_of(date(2001, 3, 10)).is_early
    assert not entry.as_of(date(2001, 4, 1)).is_early
    june = draw_assumptions(war, 500, 1, as_of=date(2001, 6, 1))["recruits_westmark"]
    assert june.min() >= 3000
    assert june.max() > 5000


def test_a_triangle_has_its_published_mean_and_variance() -> None:
    # Mean (a+b+c)/3, variance (a2+b2+c2-ab-ac-bc)/18: the textbook moments.
    low, mode, high = 1.0, 2.0, 6.0
    uniform = (np.arange(DRAWS) + 0.5) / DRAWS
    values = quantile(uniform, Estimate(low, mode, high, "judgement", False), "triangular")
    assert values.mean() == pytest.approx(3.0, abs=1e-4)
    assert values.var() == pytest.approx((1 + 4 + 36 - 2 - 6 - 12) / 18, abs=1e-3)
    assert np.all(np.diff(values) > 0)


@pytest.mark.parametrize(("low", "mode", "high"), [(0, 0, 1), (0, 1, 1), (2, 2, 2)])
def test_a_degenerate_triangle_stays_within_its_bounds(
    low: float, mode: float, high: float
) -> None:
    uniform = np.linspace(0.0, 1.0, 11)
    values = quantile(uniform, Estimate(low, mode, high, "judgement", False), "triangular")
    assert values.min() == low
    assert values.max() == high


def test_uniform_and_fixed_are_what_they_say() -> None:
    uniform = np.array([0.0, 0.25, 1.0])
    estimate = Estimate(2.0, 3.0, 6.0, "judgement", False)
    assert quantile(uniform, estimate, "uniform").tolist() == [2.0, 3.0, 6.0]
    assert quantile(uniform, estimate, "fixed").tolist() == [3.0, 3.0, 3.0]


def test_holding_an_unknown_assumption_is_a_mistake(war: War) -> None:
    with pytest.raises(InputErrors, match="Did you mean 'recruits_westmark'"):
        draw_assumptions(war, 5, 1, fixed={"recruit_westmark": 1.0})


def test_an_assumption_cannot_be_changed_after_loading(war: War) -> None:
    entry: Assumption = war.assumptions["recruits_westmark"]
    with pytest.raises(ValueError, match="frozen"):
        entry.low = 3.0  # type: ignore[misc]
