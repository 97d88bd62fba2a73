"""The fit to battles: what it recovers, its limits, its laws, and the digits that were written."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from jaxtyping import Float

from battles.ardennes import LAWS, Days, fit_law, read_days
from battles.contest import BASELINES, Resampled, difference, held_out, plain
from battles.pooling import Design, fit_pooled
from battles.summary import summary_of
from battles.table import DIFFERENCES, Battles, columns_of, outcomes_of, read_battles, war_group

ROOT = Path(__file__).resolve().parents[2]
FILE = Path("data") / "wars" / "battles_cdb90.csv"


@pytest.fixture(scope="module")
def battles(shared: Path) -> Battles:
    if not (shared / FILE).is_file():
        pytest.skip("no table of battles beside this checkout: it is not shipped")
    return read_battles(shared / FILE)


def made_up(wars: int, seed: int = 1) -> tuple[Design, np.ndarray, np.ndarray]:
    """Thirty battles a war: an effect of 0.8, four of nothing, and levels by war of spread 0.7."""
    rng = np.random.default_rng(seed)
    war = np.repeat(np.arange(wars), 30)
    columns = rng.standard_normal((len(war), 5))
    level = 0.7 * rng.standard_normal(wars)
    line = 0.3 + 0.8 * columns[:, 0] + level[war]
    matrix = np.column_stack([np.ones(len(war)), columns, war[:, None] == np.arange(wars)])
    block = np.array([-1, 0, *[1] * 4, *[2] * wars])
    names = ("intercept", *"abcde", *(f"war {w}" for w in range(wars)))
    return Design(matrix, block, ("real", "nothing", "war"), names), line, level


def test_gaussian_fit_recovers_effects_and_spreads() -> None:
    design, line, level = made_up(40)
    noise = np.random.default_rng(2).standard_normal(len(line))
    fit = fit_pooled(design, line + noise, is_binary=False)
    # Standard errors: 0.03 of the effect, 0.08 of the spread between wars, 0.02 of the noise.
    assert fit.mean[1] * fit.scale == pytest.approx(0.8, abs=0.1)
    assert np.sqrt(fit.variance[2]) * fit.scale == pytest.approx(np.std(level), abs=0.2)
    assert np.sqrt(fit.noise_variance) * fit.scale == pytest.approx(1.0, abs=0.06)
    assert np.abs(fit.mean[2:6] * fit.scale).max() < 0.1


def test_binary_fit_recovers_effects() -> None:
    design, line, _ = made_up(40)
    won = np.random.default_rng(3).random(len(line)) < 1.0 / (1.0 + np.exp(-line))
    fit = fit_pooled(design, won.astype(float), is_binary=True)
    # Standard error of the effect: 0.07.
    assert fit.mean[1] == pytest.approx(0.8, abs=0.25)
    assert np.abs(fit.mean[2:6]).max() < 0.25


def test_fit_is_where_the_marginal_likelihood_is_highest() -> None:
    """Independent answer: the penalised log density of the data with coefficients integrated."""
    design, line, _ = made_up(8)
    y = line + np.random.default_rng(4).standard_normal(len(line))
    fit = fit_pooled(design, y, is_binary=False)
    standard = (y - fit.centre) / fit.scale

    def density(variance: Float[np.ndarray, " block"], noise: float) -> float:
        prior = np.append(variance, 100.0)[design.block]
        covariance = (design.matrix * prior) @ design.matrix.T + noise * np.eye(len(y))
        _, log_volume = np.linalg.slogdet(covariance)
        fitted = standard @ np.linalg.solve(covariance, standard)
        return float(-0.5 * (log_volume + fitted) - np.sum(0.01 / variance))

    best = density(fit.variance, fit.noise_variance)
    for i in range(3):
        for factor in (0.8, 1.25):
            moved = fit.variance.copy()
            moved[i] *= factor
            assert density(moved, fit.noise_variance) < best
    assert density(fit.variance, fit.noise_variance * 1.1) < best
    assert density(fit.variance, fit.noise_variance / 1.1) < best


def test_one_round_with_flat_priors_is_least_squares() -> None:
    """No shrinkage: every column in the intercept's block, which is as good as flat."""
    design, line, _ = made_up(2)
    few = replace(design, matrix=design.matrix[:, :6], block=np.array([-1, 0, 0, 0, 0, 0]))
    strong = replace(few, blocks=("all",), names=few.names[:6])
    y = line + np.random.default_rng(5).standard_normal(len(line))
    pooled = fit_pooled(strong, 1000.0 * few.matrix[:, 1] + y, is_binary=False)
    exact = plain(few.matrix, 1000.0 * few.matrix[:, 1] + y, is_binary=False)
    # Noise of a thousandth of the signal leaves nothing to shrink but the empty columns.
    assert pooled.mean[1] * pooled.scale == pytest.approx(exact[1], rel=1e-4)


def rows_of(count: int, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    sides = {
        f"{side}_{what}": rng.uniform(low, high, count)
        for side in ("att", "def")
        for what, low, high in (
            ("strength", 1e3, 1e5),
            ("tanks", 0, 100),
            ("artillery", 0, 100),
            ("casualties", 1, 900),
            ("front_km", 1, 50),
        )
    }
    return pd.DataFrame(
        sides
        | {
            "posture": rng.choice(["hasty", "prepared", "fortified"], count),
            "terrain_relief": rng.choice(["flat", "rolling"], count),
            "terrain_cover": rng.choice(["bare", "mixed"], count),
            "weather": rng.choice(["dry", "wet"], count),
            "surprise_att": rng.integers(-3, 4, count),
            "air_superiority_att": rng.integers(-1, 2, count),
            "duration_days": rng.integers(1, 9, count),
            "advance_km": rng.normal(0, 5, count),
            "att_win": rng.choice([-1, 1], count),
        }
    )


def test_swapping_the_sides_turns_differences_round_and_leaves_sums() -> None:
    rows = rows_of(50)
    names = {"att_": "def_", "def_": "att_"}
    swapped = rows.rename(
        columns=lambda c: (
            names.get(c[:4], c[:4]) + c[4:] if c.split("_")[0] in ("att", "def") else c
        )
    ).rename(columns={"def_win": "att_win"})
    swapped["surprise_att"], swapped["air_superiority_att"] = (
        -rows["surprise_att"],
        -rows["air_superiority_att"],
    )
    before, after = columns_of(rows), columns_of(swapped)
    for name in before.columns.drop("front_log"):
        sign = -1.0 if name in DIFFERENCES else 1.0
        assert np.allclose(after[name], sign * before[name]), name
    lost, lost_after = outcomes_of(rows), outcomes_of(swapped)
    assert np.allclose(lost_after["exchange"], -lost["exchange"])
    assert np.allclose(lost_after["attacker_loss"], lost["defender_loss"])


def test_wars_of_the_same_sides_are_left_out_together() -> None:
    assert war_group("WORLD WAR II (OKINAWA)") == "World War II"
    assert war_group("WORLD WAR I (WESTERN FRONT 1918)") == "World War I"
    assert war_group("KOREAN WAR") == "KOREAN WAR"


def few_battles(seed: int = 1) -> Battles:
    rng = np.random.default_rng(seed)
    count = 60
    columns = pd.DataFrame({"force_log_ratio": rng.standard_normal(count)})
    loss = 1.0 + columns["force_log_ratio"] + 0.1 * rng.standard_normal(count)
    outcomes = pd.DataFrame({"exchange": loss, "win": (loss > 1).astype(float)})
    names = ("a", "b", "c")
    return Battles(columns, outcomes, np.arange(count) % 3, names, np.full(count, 1900.0))


def test_nothing_of_a_left_out_war_enters_its_prediction() -> None:
    battles = few_battles()
    before = held_out(battles, "exchange", BASELINES["force ratio"], is_pooled=True)
    changed = battles.outcomes.copy()
    changed.loc[battles.war == 1, "exchange"] += 100.0
    after = held_out(replace(battles, outcomes=changed), "exchange", BASELINES["force ratio"], True)
    assert np.array_equal(before[battles.war == 1], after[battles.war == 1])
    assert not np.allclose(before[battles.war == 0], after[battles.war == 0])


def test_scores_are_those_of_their_definitions() -> None:
    rng = np.random.default_rng(1)
    outcome = (rng.random(40) < 0.6).astype(float)
    chance = rng.uniform(0.1, 0.9, 40)
    resampled = Resampled(np.arange(40) % 5)
    won, lost = chance[outcome > 0], chance[outcome == 0]
    auc = np.mean([[float(a > b) for b in lost] for a in won])
    assert resampled.auc(outcome, chance)[0] == pytest.approx(auc)
    log_loss = -np.mean(outcome * np.log(chance) + (1 - outcome) * np.log(1 - chance))
    assert resampled.log_loss(outcome, chance)[0] == pytest.approx(log_loss)
    r2 = 1 - np.sum((outcome - chance) ** 2) / np.sum((outcome - outcome.mean()) ** 2)
    assert resampled.r2(outcome, chance)[0] == pytest.approx(r2)
    same = difference(resampled.r2(outcome, chance), resampled.r2(outcome, chance))
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("law", "p", "q"), [("square", 0, 1), ("linear", 1, 1), ("logarithmic", 1, 0)]
)
def test_a_law_explains_days_made_by_it(law: str, p: int, q: int) -> None:
    own = np.exp(np.random.default_rng(1).uniform(12, 14, (2, 32)))
    losses = np.array([[2e-3], [3e-3]]) * own**p * own[::-1] ** q
    days = Days(np.arange(32), own, losses)
    assert fit_law(days, LAWS[law], has_opening=False).r2_log == pytest.approx(1.0, abs=1e-9)
    free = fit_law(days, LAWS["free"], has_opening=False)
    assert free.exponents == pytest.approx([p, q], abs=1e-6)


def test_ardennes_strengths_are_those_at_the_start_of_the_day(shared: Path) -> None:
    path = shared / "data" / "wars" / "lanchester_days.csv"
    if not path.is_file():
        pytest.skip("no Lanchester series beside this checkout")
    days = read_days(path)
    fallen = -np.diff(days.strength, axis=1)
    # The record rounds: the fall of a day is that day's losses within 4 %.
    assert np.median(np.abs(fallen / days.losses[:, :-1] - 1.0)) < 0.04


def test_the_summary_has_the_digits_of_a_refit(battles: Battles) -> None:
    text = (ROOT / "src" / "kadesh" / "dynamics" / "combat.yaml").read_text(encoding="utf-8")
    written, refitted = yaml.safe_load(text), summary_of(battles)
    assert written["implied"] == refitted["implied"]
    assert written["fits"] == refitted["fits"]


def test_baselines_are_the_known_ones(battles: Battles) -> None:
    """An earlier run: constant's log-loss .645, force ratio's AUC .502, with war groups its own."""
    won = battles.outcomes["win"].to_numpy()
    resampled = Resampled(battles.war)
    constant = held_out(battles, "win", BASELINES["constant"], is_pooled=False)
    force = held_out(battles, "win", BASELINES["force ratio"], is_pooled=False)
    assert resampled.log_loss(won, constant)[0] == pytest.approx(0.645, abs=0.01)
    assert resampled.auc(won, force)[0] == pytest.approx(0.502, abs=0.02)
