"""The bundled war: complete, sourced, dated, and rebuilt to the byte."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kadesh.quantities import table
from kadesh.war import bundled_wars, check_war, load_war
from kadesh.war.model import War

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "src" / "kadesh" / "wars" / "ukraine-2022"
GENERATED = (
    "events.csv",
    "observations.csv",
    "polls.csv",
    "redraws.csv",
    "sectors.geojson",
    "sources.csv",
    "statements.csv",
)


@pytest.fixture(scope="module")
def war() -> War:
    return load_war("ukraine-2022")


def held(war: War, source: str, sector: str, day: str) -> float:
    rows = war.observations
    rows = rows[(rows["quantity"] == "held_km2") & (rows["source"] == source)]
    rows = rows[(rows["sector"] == sector) & (rows["date"] == pd.Timestamp(day))]
    return float(rows["value"].item())


def test_it_is_listed_and_passes_the_check() -> None:
    assert "ukraine-2022" in bundled_wars()
    assert check_war("ukraine-2022") == []


def test_sides_sectors_and_weeks_are_in_canonical_order(war: War) -> None:
    assert war.side_ids == ("Russia", "Ukraine")
    assert war.sector_ids == tuple(sorted(war.sector_ids))
    assert len(war.sector_ids) == 9
    assert war.weeks[0] == pd.Timestamp("2022-02-27")
    assert war.weeks[-1] == pd.Timestamp("2025-06-29")
    assert list(war.sources) == sorted(war.sources)
    assert (war.other("Russia"), war.intruder("kursk-belgorod")) == ("Ukraine", "Ukraine")


def test_every_figure_has_source_dates_unit_and_grade(war: War) -> None:
    rows = war.observations
    assert set(rows["source"]) <= set(war.sources)
    assert rows["id"].is_unique
    assert rows[["date", "published", "value"]].notna().all(axis=None)
    assert set(rows["grade"]) <= {"A", "B", "C"}
    assert (rows["unit"] == rows["quantity"].map({k: q.unit for k, q in table().items()})).all()
    assert (rows["published"] >= rows["date"]).all()


def test_every_source_in_sources_yaml_gives_figures(war: War) -> None:
    assert set(war.sources) == set(war.observations["source"])


def test_every_number_in_the_yaml_files_says_where_it_is_from(war: War) -> None:
    for assumption in war.assumptions.values():
        assert assumption.source.strip()
        assert all(vintage.source.strip() for vintage in assumption.vintages)
    for sector in war.sectors:
        assert sector.source.strip()


def test_nothing_was_published_after_the_end(war: War) -> None:
    for frame in (war.observations, war.statements, war.events, war.polls):
        assert frame["date"].max() <= pd.Timestamp(war.end)
        assert frame["published"].max() <= pd.Timestamp(war.end)


def test_no_claim_and_no_verdict_is_named_in_the_folder() -> None:
    for file in FOLDER.iterdir():
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            assert not re.search(r"\bK[0-3][0-9]\b|supported|contradicted", text), file.name


def test_net_changes_are_those_of_the_raw_tables_page(war: War) -> None:
    # README of the raw tables: net change by half-year over all sectors of Ukraine, from daily
    # maps; Sundays lie up to six days apart from its dates, and a redraw moved Crimea.
    sectors = [sector.id for sector in war.sectors if sector.home == "Ukraine"]

    def total(source: str, day: str) -> float:
        return sum(held(war, source, sector, day) for sector in sectors)

    change = total("deepstate", "2025-01-05") - total("deepstate", "2024-06-30")
    assert change == pytest.approx(2570, abs=120)
    change = total("isw_lemonde", "2024-06-30") - total("isw_lemonde", "2023-12-31")
    assert change == pytest.approx(926, abs=60)


def test_kursk_is_as_the_maps_drew_it(war: War) -> None:
    assert held(war, "deepstate", "kursk-belgorod", "2024-09-08") == pytest.approx(908.9)
    assert held(war, "liveuamap_nzz", "kursk-belgorod", "2024-09-08") == pytest.approx(1266.6)
    rows = war.observations[war.observations["sector"] == "kursk-belgorod"]
    august = rows[rows["date"] == pd.Timestamp("2024-08-11")]
    drawn = august[august["quantity"] == "held_km2"]
    assert drawn["source"].tolist() == ["deepstate"]
    assert drawn["form"].tolist() == ["at_least"]
    limits = rows[rows["quantity"] == "claimed_limit_km2"]
    assert set(limits["form"]) == {"up_to"}


def test_the_claimed_four_hundred_square_miles_are_there_with_their_claimer(war: War) -> None:
    rows = war.observations
    rows = rows[rows["quantity"] == "claimed_held_km2"]
    assert rows["value"].max() == 1294
    assert set(rows["source"]) == {"ru_government", "ru_mod", "ua_government"}


def test_the_annexed_area_is_that_of_four_oblasts(war: War) -> None:
    rows = war.observations[war.observations["quantity"] == "annexed_area_km2"]
    parts = {sector.id: sector.area_km2 for sector in war.sectors}
    # Kherson without Mykolaiv and Odesa, which are in its sector, is 28,461 km2.
    whole = parts["donetsk"] + parts["luhansk"] + parts["zaporizhzhia"] + 28_461
    assert rows["value"].item() == whole
    assert rows["low"].item() == pytest.approx(whole, rel=0.03)
    assert rows["date"].item() == pd.Timestamp("2022-09-30")


def test_losses_do_not_mix_killed_and_wounded(war: War) -> None:
    rows = war.observations.set_index("id")
    # One Moscow statement of September 2022: 61,207 killed and 49,368 wounded.
    assert rows.loc["ST014:deaths_persons", "value"] == 61_207
    assert "ST014:casualties_persons" not in rows.index


def test_a_list_of_names_is_a_floor_known_after_its_year(war: War) -> None:
    rows = war.observations[war.observations["source"] == "meduza_mediazona"]
    assert set(rows["form"]) == {"at_least"}
    assert set(rows["flag"]) == {"revised later"}
    assert set(rows["published"].dt.strftime("%Y-%m-%d")) == {
        "2023-01-14",
        "2024-01-14",
        "2025-01-14",
    }


def test_posted_figures_are_dated_by_their_post(war: War) -> None:
    rows = war.observations[war.observations["source"] == "uk_mod"].set_index("date")
    assert rows.loc["2023-05-01", "published"] == pd.Timestamp("2025-01-07")


def test_aid_is_public_two_months_after_its_month(war: War) -> None:
    rows = war.observations[war.observations["quantity"] == "aid_military_eur_per_month"]
    april = rows[rows["date"] == pd.Timestamp("2024-04-30")]
    assert april["published"].item() == pd.Timestamp("2024-06-30")
    assert april["flag"].item() == "revised later"
    assert 1e8 < april["value"].item() < 2e10


def test_maps_under_construction_and_redraws_are_listed(war: War) -> None:
    rows = war.redraws
    built = rows[(rows["source"] == "deepstate") & (rows["kind"] == "construction")]
    assert built["end"].unique().tolist() == [pd.Timestamp("2022-05-31")]
    assert "kursk-belgorod" not in set(built["sector"])
    redrawn = rows[(rows["kind"] == "redraw") & (rows["sector"] == "kherson")]
    assert len(redrawn) == 5


def test_no_front_line_and_no_foreign_polygon_is_in_the_folder(war: War) -> None:
    tree = json.loads((FOLDER / "sectors.geojson").read_text(encoding="utf-8"))
    units = {feature["properties"]["iso"]: feature["properties"] for feature in tree["features"]}
    assert {len(properties) for properties in units.values()} == {5}
    assert units["UA-43"]["recognised"] == "UKR"
    assert units["UA-43"]["also_claimed_by"] == "RUS"
    assert {unit for sector in war.sectors for unit in sector.map_units} == set(war.map_units)
    assert (FOLDER / "sectors.geojson").stat().st_size < 150_000


def test_the_folder_is_small(war: War) -> None:
    sizes = {entry.name: entry.stat().st_size for entry in war.folder.iterdir() if entry.is_file()}
    assert sizes["observations.csv"] < 1_000_000
    assert sum(sizes.values()) < 2_000_000


def test_the_hash_changes_with_a_figure_and_not_with_a_claim(tmp_path: Path, war: War) -> None:
    copy = Path(shutil.copytree(FOLDER, tmp_path / "copy"))
    assert load_war(copy).data_hash == war.data_hash
    (copy / "claims").mkdir(exist_ok=True)
    (copy / "claims" / "mine.yaml").write_text("claims: {}\n")
    assert load_war(copy).data_hash == war.data_hash
    text = (copy / "observations.csv").read_text(encoding="utf-8")
    (copy / "observations.csv").write_text(text.replace("908.9", "908.8", 1), encoding="utf-8")
    assert load_war(copy).data_hash != war.data_hash


def test_reordering_the_files_changes_nothing(tmp_path: Path, war: War) -> None:
    copy = Path(shutil.copytree(FOLDER, tmp_path / "copy"))
    header, *rows = (copy / "observations.csv").read_text(encoding="utf-8").splitlines()
    (copy / "observations.csv").write_text("\n".join([header, *reversed(rows)]) + "\n")
    given = (copy / "war.yaml").read_text(encoding="utf-8")
    first, second = re.findall(r"^  (?:Russia|Ukraine):\n(?:    .*\n)+", given, re.MULTILINE)
    swapped = given.replace(first + second, second + first)
    assert swapped != given
    (copy / "war.yaml").write_text(swapped, encoding="utf-8")
    again = load_war(copy)
    assert again.sides == war.sides
    pd.testing.assert_frame_equal(again.observations, war.observations)


def test_rebuilding_gives_the_committed_bytes(tmp_path: Path, shared: Path) -> None:
    out = tmp_path / "ukraine-2022"
    out.mkdir()
    shutil.copy(FOLDER / "sources.yaml", out)
    script = ROOT / "tools" / "build_ukraine_2022.py"
    raw = shared / "data" / "ukraine"
    subprocess.run([sys.executable, str(script), str(raw), "--out", str(out)], check=True)
    for name in GENERATED:
        assert (out / name).read_bytes() == (FOLDER / name).read_bytes(), name


def test_the_builder_dates_posts_by_their_number() -> None:
    spec = importlib.util.spec_from_file_location(
        "ukraine_rows", ROOT / "tools/ukraine_2022/rows.py"
    )
    assert spec is not None
    assert spec.loader is not None
    rows = importlib.util.module_from_spec(spec)
    sys.modules["ukraine_rows"] = rows
    spec.loader.exec_module(rows)
    # Known day of the post: 2024-05-31 (UK Defence Intelligence update).
    post = "https://x.com/DefenceHQ/status/1796467954907037817"
    assert rows.link_day(post) == date(2024, 5, 31)
    assert rows.link_day("https://example.org/2023/07/12/title") == date(2023, 7, 12)
    assert rows.link_day("https://example.org/article-7") is None
    assert rows.spread(None, None, 5.0) == (5.0, None, None, "up_to")
    assert rows.spread(4.0, None, 8.0) == (6.0, 4.0, 8.0, "about")
    assert np.isclose(rows.spread(4.0, None, None)[0], 4.0)
