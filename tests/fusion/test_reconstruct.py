"""Reconstructions of a small war: as of its dates, reproducible, neutral, robust."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fusion_wars import SECTORS, mirrored, record, row, small_war, sundays

from kadesh.errors import InputErrors, NumericalError
from kadesh.fusion import reconstruct, refit
from kadesh.fusion.fit.ladder import check_finite, rungs
from kadesh.fusion.moves.population import start
from kadesh.fusion.moves.workspace import Workspace
from kadesh.fusion.paths.layout import lay_out
from kadesh.fusion.reconstruct import reconstruct_record
from kadesh.fusion.reconstruction import Reconstruction
from kadesh.fusion.record import Record, known
from kadesh.fusion.settings import Settings
from kadesh.war import load_war

SMALL = Settings(islands=4, island_particles=8, first_sweeps=24)
EARLY, LATE = date(2001, 5, 1), date(2001, 7, 10)


def fit(given: Record, *dates: date, seed: int = 0, **more: Any) -> dict[date, Reconstruction]:
    settings = more.pop("settings", SMALL)
    return reconstruct_record(given, dates, seed=seed, draws=96, settings=settings, **more)


def same(a: Reconstruction, b: Reconstruction) -> bool:
    return all(
        np.array_equal(getattr(a, name).to_numpy(), getattr(b, name).to_numpy())
        for name in ("held_km2", "contested_km2", "losses", "losses_per_week")
    )


@pytest.fixture(scope="module")
def both() -> dict[date, Reconstruction]:
    return fit(record(small_war()), EARLY, LATE)


def test_labels_say_what_is_where(both: dict[date, Reconstruction]) -> None:
    made = both[LATE]
    assert made.held_km2.dims == ("draw", "sector", "week")
    assert made.held_km2["sector"].to_numpy().tolist() == ["east-hills", "west-bank", "west-port"]
    assert made.held_km2["holder"].to_numpy().tolist() == ["Westmark", "Eastmark", "Eastmark"]
    assert made.losses.sizes == {"draw": 96, "side": 2, "quantity": 2, "week": len(made.weeks)}
    assert made.weeks[0] == pd.Timestamp("2001-03-11")
    assert made.weeks[-1] == pd.Timestamp("2001-07-15"), "the Sunday that ends the vantage week"
    assert made.provenance["seed"] == 0
    assert set(made.convergence["what"]) == {"level", "scale", "share"}


def test_the_moved_front_is_found_and_losses_only_rise(both: dict[date, Reconstruction]) -> None:
    made = both[LATE]
    bank = made.held_km2.sel(sector="west-bank", week="2001-06-10").to_numpy()
    low, high = np.quantile(bank, [0.05, 0.95])
    assert low < 1500 < high
    assert high - low < 400
    losses = made.losses.to_numpy()
    assert (np.diff(losses, axis=-1) >= 0).all()
    assert (losses >= 0).all()


def test_a_vantage_date_does_not_depend_on_which_others_are_asked(
    both: dict[date, Reconstruction], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KADESH_CACHE", "off")
    given = record(small_war())
    assert same(fit(given, EARLY)[EARLY], both[EARLY])
    assert same(fit(given, date(2001, 4, 11), LATE)[LATE], both[LATE])


def test_rows_published_later_leave_a_vantage_bit_identical(
    both: dict[date, Reconstruction], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KADESH_CACHE", "off")
    later = [
        row("survey", "2001-04-08", 9000.0, lag_days=60, name="late"),
        row("staff", "2001-06-03", 1.0, quantity="casualties_persons", name="low"),
        row("map", "2001-06-24", 5000.0, name="after"),
    ]
    more = record(small_war() + later)
    assert same(fit(more, EARLY)[EARLY], both[EARLY])
    assert not same(fit(more, EARLY, LATE)[LATE], both[LATE])


def test_retrospective_rows_change_nothing(
    both: dict[date, Reconstruction], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KADESH_CACHE", "off")
    extra = [row("survey", "2001-04-15", 7000.0, flag="retrospective", name="hindsight")]
    assert same(fit(record(small_war() + extra), EARLY)[EARLY], both[EARLY])


def test_the_order_of_rows_sectors_and_sources_is_nothing(
    both: dict[date, Reconstruction], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KADESH_CACHE", "off")
    shuffled = list(reversed(small_war()))
    assert same(fit(record(shuffled), EARLY)[EARLY], both[EARLY])


def test_same_seed_same_bytes_and_another_seed_other_draws(
    both: dict[date, Reconstruction], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KADESH_CACHE", "off")
    given = record(small_war())
    assert same(fit(given, EARLY)[EARLY], both[EARLY])
    assert not same(fit(given, EARLY, seed=1)[EARLY], both[EARLY])


def test_a_cached_result_is_the_same(both: dict[date, Reconstruction]) -> None:
    def fail(done: int, total: int) -> None:
        raise AssertionError("fitted again")

    again = fit(record(small_war()), EARLY, LATE, progress=fail)
    assert same(again[LATE], both[LATE])
    pd.testing.assert_frame_equal(again[LATE].source_bias, both[LATE].source_bias)
    assert again[LATE].diagnostics == both[LATE].diagnostics


def test_more_draws_extend_the_kept_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KADESH_CACHE", "off")
    given = record(small_war(6))
    few, many = (
        reconstruct_record(given, [date(2001, 4, 18)], seed=0, draws=n, settings=SMALL)
        for n in (50, 150)
    )
    first, second = few[date(2001, 4, 18)], many[date(2001, 4, 18)]
    assert (first.draws, second.draws) == (50, 150)
    assert np.array_equal(first.held_km2.to_numpy(), second.held_km2.to_numpy()[:50])


def test_exchanging_the_sides_mirrors_the_result(both: dict[date, Reconstruction]) -> None:
    given = record(small_war())
    swapped = fit(mirrored(given), LATE)[LATE]
    straight = both[LATE]
    names = ["Westmark", "Eastmark"]
    for quantity in ("casualties_persons", "deaths_persons"):
        for side, other in zip(straight.losses["side"].to_numpy(), names, strict=True):
            a = straight.losses.sel(side=side, quantity=quantity).to_numpy()[:, -1]
            b = swapped.losses.sel(side=other, quantity=quantity).to_numpy()[:, -1]
            # Other streams, so other draws: 96 of them, of which a third may count.
            error = 4 * np.hypot(a.std(), b.std()) / np.sqrt(96 / 3)
            assert abs(a.mean() - b.mean()) < error
    for sector in ("east-hills", "west-bank"):
        a, b = (m.held_km2.sel(sector=sector).to_numpy()[:, -1] for m in (straight, swapped))
        error = 4 * np.hypot(a.std(), b.std()) / np.sqrt(96 / 3)
        assert abs(a.mean() - b.mean()) < error + 1.0


@pytest.mark.parametrize("kind", ["held_km2", "losses"])
def test_at_fixed_unknowns_the_likelihood_mirrors_exactly(kind: str) -> None:
    given = record(small_war())
    found = []
    for one in (given, mirrored(given)):
        layout = lay_out(one, known(one, LATE).rows, one.weeks(LATE), kind, SMALL)
        space = Workspace(layout, SMALL)
        population = start(layout, SMALL, 0)
        fixed = {
            name: np.broadcast_to(getattr(population, name).mean(axis=(-2, -1), keepdims=True) * 0
                                  + value, getattr(population, name).shape)
            for name, value in (("step", 0.7), ("turn", 0.1), ("noise", 0.4), ("drift", 0.1),
                                ("usual", 1500.0 if kind == "losses" else 1.0), ("share", 0.02),
                                ("week_mix", 0.8))
        }  # fmt: skip
        fixed = {name: np.ascontiguousarray(part) for name, part in fixed.items()}
        values = space.log_likelihood(space.reports_about, replace(population, **fixed))[:, 0]
        found.append(dict(zip(layout.series, values.tolist(), strict=True)))
    names = {"Eastmark": "Westmark", "Westmark": "Eastmark"}
    for entry, value in found[0].items():
        assert value == pytest.approx(found[1][entry._replace(side=names[entry.side])], rel=1e-9)


def test_two_scrapers_of_one_map_are_one_source() -> None:
    given = record(small_war())
    layout = lay_out(given, known(given, LATE).rows, given.weeks(LATE), "held_km2", SMALL)
    assert "copy" not in layout.rows.source
    assert layout.copies == sum(1 for r in small_war(18) if r["source"] == "copy")
    alone = [r for r in small_war() if r["source"] != "map"]
    given = record(alone)
    layout = lay_out(given, known(given, LATE).rows, given.weeks(LATE), "held_km2", SMALL)
    assert "copy" in layout.rows.source


def _bank(made: Reconstruction, week: str) -> np.ndarray:
    return made.held_km2.sel(sector="west-bank", week=week).to_numpy()


def test_one_wild_report_moves_little(both: dict[date, Reconstruction]) -> None:
    wild = [row("town", "2001-04-22", 8000.0, name="wild")]
    made = fit(record(small_war() + wild), EARLY)[EARLY]
    before, after = _bank(both[EARLY], "2001-04-22").mean(), _bank(made, "2001-04-22").mean()
    # The average of the three figures would be 3,500; the maps say 1,300.
    assert abs(after - before) < 150


@pytest.mark.parametrize(
    ("form", "value", "sign"), [("at_least", 3200.0, 1), ("up_to", 2200.0, -1)]
)
def test_a_bound_moves_losses_to_its_side(form: str, value: float, sign: int) -> None:
    rows = [
        r for r in small_war(8) if r["quantity"] == "held_km2"
    ] + [
        row("survey", day, 2700.0, quantity="deaths_persons", low=2000.0, high=3400.0)
        for day in ("2001-04-08", "2001-04-15")
    ]  # fmt: skip
    bound = row("census", "2001-04-15", value, quantity="deaths_persons", form=form)
    plain = record(rows)
    census = replace(plain.publishers["survey"], id="census", bias_share=0.02)
    publishers = dict(plain.publishers) | {"census": census}
    day = date(2001, 4, 25)
    settings = replace(SMALL, island_particles=16)
    means = [
        fit(record(part, publishers=publishers), day, settings=settings)[day]
        .losses.sel(side="Eastmark", quantity="deaths_persons", week="2001-04-15").mean()
        for part in (rows, [*rows, bound])
    ]  # fmt: skip
    assert sign * (float(means[1]) - float(means[0])) > 50


def test_gaps_and_lone_figures_widen_and_are_named() -> None:
    rows = [r for r in small_war(22) if not date(2001, 5, 13) < r["date"].date() < date(2001, 7, 1)]
    rows.append(row("map", "2001-03-18", 40.0, sector="west-port"))
    made = fit(record(rows), LATE)[LATE]
    assert np.isfinite(made.held_km2.to_numpy()).all()
    assert np.isfinite(made.losses.to_numpy()).all()
    spread = made.held_km2.sel(sector="west-bank").to_numpy().std(axis=0)
    weeks = made.weeks
    inside, outside = weeks.get_loc("2001-06-10"), weeks.get_loc("2001-05-13")
    assert spread[inside] > spread[outside]
    block = made.diagnostics["blocks"]["held_km2"]
    assert block["series_not_heard_of_lately"] == ["held_km2 Eastmark west-port"]
    silent = made.diagnostics["blocks"]["contested_km2"]["series_without_reports"]
    assert "contested_km2 Westmark east-hills" in silent


def test_a_redrawn_map_does_not_move_the_front() -> None:
    def redrawn(source: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
        def change(r: dict[str, Any]) -> dict[str, Any]:
            late = r["date"] >= pd.Timestamp("2001-06-03")
            is_hit = r["source"] == source and r["sector"] == "west-bank" and late
            return r | {"value": r["value"] - 250} if is_hit and r["quantity"] == "held_km2" else r

        return change

    rows = [redrawn("survey")(r) for r in small_war()]
    span = {"source": "survey", "start": "2001-06-03", "end": "2001-06-03", "sector": "west-bank",
            "kind": "redraw", "note": "coast"}  # fmt: skip
    changes = []
    for spans in ([], [span]):
        made = fit(record(rows, redraws=spans), LATE)[LATE]
        changes.append((_bank(made, "2001-06-17") - _bank(made, "2001-05-27")).mean())
    assert abs(changes[1]) < 40
    assert abs(changes[1]) <= abs(changes[0]) + 5


def test_leaving_a_source_out_ignores_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KADESH_CACHE", "off")
    given = record(small_war())
    without = record(r for r in small_war() if r["source"] != "survey")
    left_out = fit(given, EARLY, leave_out=frozenset({"survey"}))[EARLY]
    assert same(left_out, fit(without, EARLY)[EARLY])
    assert left_out.diagnostics["rows_not_used"]["left out"] > 0


def test_intervals_cover_the_truth_of_simulated_fronts() -> None:
    draw = np.random.default_rng(11)
    sectors = [replace(SECTORS[1], id=f"s{index:02d}") for index in range(16)]
    truth, rows = {}, []
    weeks = 20
    for ground in sectors:
        pace = np.zeros(weeks)
        for week in range(1, weeks):
            pace[week] = 0.95 * pace[week - 1] + 6 * draw.standard_normal()
        jumps = np.where(draw.random(weeks) < 0.06, 400 * draw.standard_normal(weeks), 0.0)
        path = np.clip(900 + np.cumsum(pace + jumps), 0, None)
        truth[ground.id] = path
        for source in ("map", "survey"):
            one = given_interval(source)
            bias = np.exp(0.04 * draw.standard_normal())
            lasting = one(path.mean()) * (0.6 + 0.05 * np.cumsum(draw.standard_normal(weeks)))
            noise = 0.3 * one(path.mean()) * draw.standard_t(5, weeks)
            values = np.clip(bias * path + draw.choice([-1, 1]) * lasting + noise, 0, None)
            rows += [
                row(source, day, round(value, 1), sector=ground.id)
                for day, value in zip(sundays(weeks), values, strict=True)
            ]
    day = date(2001, 7, 25)
    made = fit(record(rows, sectors=sectors), day)[day]
    covered = []
    for ground in sectors:
        low, high = np.quantile(made.held_km2.sel(sector=ground.id), [0.05, 0.95], axis=0)
        path = truth[ground.id]
        inside = (low[:weeks] <= path) & (path <= high[:weeks])
        covered.append(inside[2:].mean())
    # 90 % nominal; 16 fronts with errors that last the whole war are some 16 trials.
    assert 0.8 <= np.mean(covered) <= 0.99


def given_interval(source: str) -> Callable[[float], float]:
    publisher = record(small_war(2)).publishers[source]
    return lambda level: (publisher.interval_absolute + publisher.interval_share * level) / 1.645


def test_a_state_that_is_not_finite_is_named() -> None:
    given = record(small_war(8))
    layout = lay_out(given, known(given, EARLY).rows, given.weeks(EARLY), "held_km2", SMALL)
    space, population = Workspace(layout, SMALL), start(layout, SMALL, 0)
    population.path[0, 3, 1, 7] = np.nan
    with pytest.raises(NumericalError) as caught:
        check_finite(space, population)
    expected = "held_km2 Eastmark west-bank in the week to 2001-03-25: not finite in 1 draws"
    assert expected in str(caught.value)


def test_rungs_are_the_first_days_of_months() -> None:
    found = rungs(date(2001, 11, 20), date(2002, 2, 1))
    assert found == [date(2001, 12, 1), date(2002, 1, 1), date(2002, 2, 1)]
    assert rungs(date(2001, 11, 20), date(2001, 11, 30)) == []


def test_wrong_arguments_are_named_all_at_once() -> None:
    war = load_war("ukraine-2022")
    with pytest.raises(InputErrors) as caught:
        reconstruct(war, date(2020, 1, 1), draws=0, leave_out=frozenset({"no-such"}),
                    replace={"nothing": float("nan")})  # fmt: skip
    text = str(caught.value)
    for part in ("2020-01-01", "draws", "no-such", "nothing", "finite"):
        assert part in text
    assert len(caught.value.mistakes) == 5


def test_the_first_weeks_of_the_bundled_war() -> None:
    war = load_war("ukraine-2022")
    day = date(2022, 4, 10)
    made = reconstruct(war, day, draws=64)
    total = made.held_km2.sel(week="2022-04-03").sum("sector").to_numpy()
    assert 40_000 < np.median(total) < 150_000
    assert made.provenance["war"] == "ukraine-2022"
    key = next(k for k in war.observations["id"] if k.startswith("ua_general_staff:casualties"))
    again = refit(war, made, {key: 1.0})
    assert np.array_equal(again.held_km2.to_numpy(), made.held_km2.to_numpy())
    assert not np.array_equal(again.losses.to_numpy(), made.losses.to_numpy())
    with pytest.raises(InputErrors, match="replace"):
        refit(war, made, {"nothing": 1.0})
