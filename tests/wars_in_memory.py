"""Wars in memory: the campaign's tests need no folder, only names, areas and assumptions."""

from collections.abc import Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path

import pandas as pd
import yaml

from kadesh.war import War
from kadesh.war.schema import Assumption, AssumptionsFile, Sector, Side

SECTORS = (
    # id, home, area, held before the war by the other side
    ("coast", "Ardia", 27_000.0, 0.0),
    ("delta", "Ardia", 26_000.0, 26_000.0),
    ("east", "Ardia", 26_500.0, 9_000.0),
    ("march", "Boria", 57_000.0, 0.0),
    ("moor", "Ardia", 31_000.0, 0.0),
    ("north", "Ardia", 60_000.0, 0.0),
    ("plain", "Ardia", 61_000.0, 0.0),
    ("river", "Ardia", 28_000.0, 0.0),
    ("south", "Ardia", 27_000.0, 8_000.0),
)
HELD = {"coast": 18_000.0, "east": 8_000.0, "river": 900.0, "south": 16_000.0}


def bundled_assumptions() -> dict[str, Assumption]:
    text = files("kadesh").joinpath("wars/ukraine-2022/assumptions.yaml").read_text("utf-8")
    return dict(AssumptionsFile.model_validate(yaml.safe_load(text)).assumptions)


def toy_war(
    sectors: Sequence[tuple[str, str, float, float]] = SECTORS,
    *,
    swapped: bool = False,
) -> War:
    """A war between Ardia and Boria with the bundled assumptions, or its mirror image."""
    names = ("Boria", "Ardia") if swapped else ("Ardia", "Boria")
    rename = {"Ukraine": names[0], "Russia": names[1]}
    mirror = {"Ardia": names[0], "Boria": names[1]}
    assumptions = {}
    for name, assumption in bundled_assumptions().items():
        stem, _, side = name.partition(".")
        new = f"{stem}.{rename[side]}" if side else stem
        assumptions[new] = assumption.model_copy(
            update={"id": new, "side": rename.get(side), "vintages": ()}
        )
    empty = pd.DataFrame()
    return War(
        name="toy",
        title="A war in memory",
        folder=Path("/nowhere"),
        start=date(2022, 2, 24),
        end=date(2024, 2, 24),
        data_hash="toy",
        sides=(Side(id="Ardia", name="Ardia"), Side(id="Boria", name="Boria")),
        patrons=(),
        sectors=tuple(
            Sector.model_validate(
                {
                    "id": name,
                    "name": name,
                    "home": mirror[home],
                    "area_km2": area,
                    "held_before_km2": before,
                    "stake_weight": {"low": 1.0, "central": 1.0, "high": 1.0},
                    "source": "made up",
                }
            )
            for name, home, area, before in sorted(sectors)
        ),
        issues=(),
        periods=(),
        sources={},
        assumptions=dict(sorted(assumptions.items())),
        moves={},
        scenarios={},
        observations=empty,
        statements=empty,
        events=empty,
        polls=empty,
        redraws=empty,
        map_units={},
    )
