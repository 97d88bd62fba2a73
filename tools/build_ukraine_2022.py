"""Build the tables of the war folder `ukraine-2022` from a folder of raw tables.

    python tools/build_ukraine_2022.py RAW_FOLDER [--map MAP_FOLDER] [--out WAR_FOLDER]

It writes the tables and the map; the YAML files and the README are kept by hand. The same raw
tables give the same bytes. Nothing that was published after the end of the war's data enters,
nor anything that sources.csv does not allow to be bundled.
"""

import argparse
from itertools import chain
from pathlib import Path

import yaml

from ukraine_2022 import losses, places, rows, said, territory

WAR_FOLDER = Path(__file__).resolve().parents[1] / "src" / "kadesh" / "wars" / "ukraine-2022"
NOT_BUNDLED_HEADER = ("source", "title", "licence", "bundled", "url", "note")
_HOSTS = {"github:": "https://github.com/", "npm:": "https://www.npmjs.com/package/"}
_NOT_HERE = frozenset({"geoboundaries", "natural_earth"})


def build(raw: Path, maps: Path, out: Path) -> None:
    """Write every generated file of the war folder `out`."""
    features = places.read_map(maps)
    sources = yaml.safe_load((out / "sources.yaml").read_text(encoding="utf-8"))["sources"]
    lags = {name: int(entry["lag_days"]) for name, entry in sources.items()}
    figures = chain(
        territory.weekly(raw),
        territory.economist_total(raw),
        territory.annexation(features),
        losses.general_staff(raw),
        losses.estimates(raw),
        losses.named_dead(raw),
        losses.equipment(raw),
        losses.aid(raw),
        said.statement_figures(raw),
        said.claim_figures(raw),
    )
    observations = rows.known_by_end(figures, lags)
    rows.write(
        out / "observations.csv",
        rows.COLUMNS,
        [row.cells(3 if "eur" in row.unit else 1) for row in observations],
    )
    rows.write(out / "statements.csv", said.STATEMENTS_HEADER, _known(said.statements(raw), 19))
    rows.write(out / "events.csv", said.EVENTS_HEADER, _known(said.events(raw), 9))
    rows.write(out / "polls.csv", said.POLLS_HEADER, _known(said.polls(raw), 11))
    rows.write(out / "redraws.csv", territory.REDRAWS_HEADER, territory.redraws(raw))
    rows.write(out / "sources.csv", NOT_BUNDLED_HEADER, _origins(raw))
    places.write_map(features, out / places.MAP_NAME)


def _known(table: list[list[str]], published: int) -> list[list[str]]:
    """The rows of the war that were public by its end."""
    start, end = rows.START.isoformat(), rows.END.isoformat()
    return [row for row in table if start <= row[1] <= end and row[published] <= end]


def _origins(raw: Path) -> list[list[str]]:
    """Where the raw tables come from, and what may not be bundled."""
    result = []
    for row in rows.read(raw / "sources.csv"):
        if row["id"] in _NOT_HERE:
            continue
        url = row["origin"]
        for short, full in _HOSTS.items():
            url = url.replace(short, full)
        allowed = "no" if row["bundle"].startswith("no") else "figures"
        note = "; ".join(part for part in (row["note"], row["bundle"]) if part)
        result.append([row["id"], row["what"], row["licence"], allowed, url, note])
    return sorted(result)


def main() -> None:
    """Read the arguments and build."""
    parser = argparse.ArgumentParser(description="Build the tables of the war ukraine-2022.")
    parser.add_argument(
        "raw", type=Path, help="folder of raw tables (territory_by_oblast_weekly.csv ...)"
    )
    parser.add_argument("--map", type=Path, help="folder of map units (default: RAW/../map)")
    parser.add_argument("--out", type=Path, default=WAR_FOLDER, help="war folder to write into")
    arguments = parser.parse_args()
    build(arguments.raw, arguments.map or arguments.raw.parent / "map", arguments.out)


if __name__ == "__main__":
    main()
