"""Baselines against the series that each of them gets right, and their laws."""

from collections.abc import Callable

import numpy as np
import pytest

from kadesh.experiments.baselines import drift, no_change, pooled, same_pace, trend

RULES = {"no change": no_change, "pace": same_pace, "drift": drift, "trend": trend}
DRAWS = 4000


def stream() -> np.random.Generator:
    return np.random.default_rng(7)


def walk(weeks: int = 120, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 10, weeks).cumsum()


@pytest.mark.parametrize("weeks", [4, 13, 26])
@pytest.mark.parametrize("name", ["pace", "drift", "trend"])
def test_a_straight_line_goes_on(name: str, weeks: int) -> None:
    path = 5.0 * np.arange(60)
    found = RULES[name](path, weeks, DRAWS, stream())
    # The trend estimates its variances: what is left of them is little beside the change.
    assert found == pytest.approx(5.0 * weeks, abs=0.02 * 5.0 * weeks if name == "trend" else 1e-9)


def test_without_drift_errors_are_past_changes() -> None:
    path = walk()
    found = no_change(path, 13, DRAWS, stream())
    changes = path[13:] - path[:-13]
    assert set(np.round(found, 9)) <= set(np.round(changes, 9))


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_units_and_origins_do_not_matter(
    rule: Callable[..., np.ndarray],
) -> None:
    path = walk()
    plain = rule(path, 13, DRAWS, stream())
    # The trend's variances come from an optimizer that stops within its own tolerance.
    close = 0.05 if rule is trend else 1e-9
    other = rule(250.0 * path, 13, DRAWS, stream())
    assert np.quantile(other, (0.1, 0.5, 0.9)) / 250.0 == pytest.approx(
        np.quantile(plain, (0.1, 0.5, 0.9)), rel=close, abs=close * np.abs(plain).max()
    )
    moved = rule(path + 4000.0, 13, DRAWS, stream())
    assert moved == pytest.approx(plain, rel=close, abs=close * np.abs(plain).max())


def test_a_walk_spreads_with_the_root_of_time() -> None:
    spread = [
        np.mean([no_change(walk(seed=s), h, DRAWS, stream()).std() for s in range(20)])
        for h in (4, 16)
    ]
    # Forty-odd independent windows of 16 weeks in 20 walks: the ratio 2 within a fifth.
    assert spread[1] / spread[0] == pytest.approx(2.0, rel=0.2)


@pytest.mark.parametrize("rule", [no_change, same_pace, drift], ids=["no change", "pace", "drift"])
def test_short_histories_are_widened(rule: Callable[..., np.ndarray]) -> None:
    path = walk(19)
    found = rule(path, 26, DRAWS, stream())
    assert np.isfinite(found).all()
    assert found.std() > rule(path, 4, DRAWS, stream()).std()


def test_the_pool_is_the_groups_past() -> None:
    group = np.stack([walk(seed=1), np.zeros(120)])
    found = pooled(group, 26, DRAWS, stream())
    changes = (group[:, 26:] - group[:, :-26]).ravel()
    assert set(np.round(found, 9)) <= set(np.round(changes, 9))
    assert (found == 0).mean() == pytest.approx(0.5, abs=0.04)


def test_what_never_moved_is_forecast_not_to_move() -> None:
    for rule in RULES.values():
        assert not rule(np.zeros(60), 13, DRAWS, stream()).any()
