"""A wrong war folder: one line per mistake, at the right line and column, and all at once."""

import re
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest

from kadesh.errors import InputErrors
from kadesh.quantities import units
from kadesh.war import check_war, load_war

TEMPLATE = Path(str(files("kadesh.war"))) / "template"
Edit = Callable[[Path], object]

NUMBER = "expected a finite number. Write a number such as 1036 or 0.4, without"
DATE = "expected a date as YYYY-MM-DD. Write it so, for example 2022-03-29."
ORDER = "Put the figures in order."
SECTOR_KEYS = "area_km2, held_before_km2, home, map_units, name, source, stake_weight"
SOURCES = (
    "aid-ledger, eastmark-staff, river-map, river-map-mirror, survey-institute, westmark-staff"
)


def change(file: str, old: str, new: str) -> Edit:
    """Replace the first `old` in a file of the folder."""

    def edit(folder: Path) -> None:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return edit


def content(file: str, value: str | bytes) -> Edit:
    """Replace a whole file."""
    return lambda folder: (folder / file).write_bytes(
        value if isinstance(value, bytes) else value.encode()
    )


def folder_instead(file: str) -> Edit:
    def edit(folder: Path) -> None:
        (folder / file).unlink()
        (folder / file).mkdir()

    return edit


def huge(file: str) -> Edit:
    """A sparse file of 200 MB."""

    def edit(folder: Path) -> None:
        with (folder / file).open("wb") as handle:
            handle.truncate(200_000_000)

    return edit


def repeat_last_row(folder: Path) -> None:
    text = (folder / "observations.csv").read_text(encoding="utf-8")
    (folder / "observations.csv").write_text(text + text.splitlines()[-1] + "\n", encoding="utf-8")


CASES: dict[str, tuple[list[Edit], list[str]]] = {
    # --- YAML: values ---------------------------------------------------------------------------
    "misspelt key": (
        [change("war.yaml", "    area_km2: 8000", "    area_km: 8000")],
        [
            f"war.yaml:27:5: sectors.east-bank = 'area_km': expected one of {SECTOR_KEYS}. "
            "Did you mean 'area_km2'? Correct it."
        ],
    ),
    "missing field": (
        [change("assumptions.yaml", "    high: 9000\n    source: judgement\n", "    high: 9000\n")],
        [
            "assumptions.yaml:5:5: assumptions.recruits_eastmark.source: "
            "expected this field, it is missing. Add 'source: ...' here."
        ],
    ),
    "id inside an entry": (
        [change("war.yaml", "    name: East bank", "    name: East bank\n    format: 1")],
        [f"war.yaml:26:5: sectors.east-bank = 'format': expected one of {SECTOR_KEYS}. Remove it."],
    ),
    "low above central": (
        [change("assumptions.yaml", "low: 4000", "low: 7000")],
        [
            "assumptions.yaml:9:10: assumptions.recruits_eastmark.low = 7000: "
            f"expected low <= central <= high, central is 6000. {ORDER}"
        ],
    ),
    "high below central": (
        [change("war.yaml", "central: 0.2, high: 0.4}", "central: 0.2, high: 0.15}")],
        [
            "war.yaml:53:50: sectors.west-port.stake_weight.high = 0.15: "
            f"expected low <= central <= high, central is 0.2. {ORDER}"
        ],
    ),
    "not a number": (
        [change("war.yaml", "area_km2: 12000", "area_km2: .nan")],
        [f"war.yaml:35:15: sectors.east-hills.area_km2 = .nan: {NUMBER} quotes, commas or units."],
    ),
    "infinite number": (
        [change("war.yaml", "area_km2: 12000", "area_km2: 1e999")],
        [f"war.yaml:35:15: sectors.east-hills.area_km2 = 1e999: {NUMBER} quotes, commas or units."],
    ),
    "number in quotes": (
        [change("war.yaml", "area_km2: 8000", 'area_km2: "8,000"')],
        [
            f"war.yaml:27:15: sectors.east-bank.area_km2 = '8,000': {NUMBER} "
            "quotes, commas or units."
        ],
    ),
    "negative area": (
        [change("war.yaml", "area_km2: 12000", "area_km2: -12000")],
        [
            "war.yaml:35:15: sectors.east-hills.area_km2 = -12000: "
            "expected a number above 0. Correct the figure or its unit."
        ],
    ),
    "more held than there is": (
        [change("war.yaml", "held_before_km2: 500", "held_before_km2: 9500")],
        [
            "war.yaml:44:22: sectors.west-bank.held_before_km2 = 9500: expected at most "
            "the sector's area, 9000 km2. Correct the area or this figure."
        ],
    ),
    "number as a name": (
        [change("war.yaml", "name: Port district", "name: 5")],
        [
            "war.yaml:49:11: sectors.west-port.name = 5: expected text. "
            "Write text; put a number that is meant as text in quotes."
        ],
    ),
    "list instead of a mapping": (
        [change("war.yaml", "{low: 0.1, central: 0.2, high: 0.4}", "[0.1, 0.2, 0.4]")],
        [
            "war.yaml:53:19: sectors.west-port.stake_weight = a list: "
            "expected a mapping of 'name: value' lines. Indent its fields below it."
        ],
    ),
    "list instead of a file": (
        [content("scenarios.yaml", "- a\n- b\n")],
        [
            "scenarios.yaml:1:1: file = a list: "
            "expected a mapping of 'name: value' lines. Indent its fields below it."
        ],
    ),
    "one side only": (
        [
            lambda folder: (folder / "war.yaml").write_text(
                re.sub(
                    r"  Westmark:\n(    .*\n)+",
                    "",
                    (folder / "war.yaml").read_text(encoding="utf-8"),
                    count=1,
                ),
                encoding="utf-8",
            )
        ],
        [
            "war.yaml:10:3: sides = a mapping: expected at least 2 entries, found 1. "
            "Add what is missing."
        ],
    ),
    "id with a space": (
        [change("war.yaml", "  east-hills:", "  east hills:")],
        [
            "war.yaml:32:3: sectors = 'east hills': expected an id of at most 80 characters. "
            "Use letters, digits, '.', '_' and '-', beginning with a letter or digit."
        ],
    ),
    "yes is not true": (
        [change("sources.yaml", "revised_later: true", "revised_later: yes")],
        [
            "sources.yaml:69:20: sources.aid-ledger.revised_later = yes: "
            "expected true or false. Write true or false."
        ],
    ),
    "part of a day": (
        [change("sources.yaml", "lag_days: 45", "lag_days: 4.5")],
        [
            "sources.yaml:64:15: sources.aid-ledger.lag_days = 4.5: "
            "expected a whole number. Write digits only."
        ],
    ),
    "unknown kind": (
        [change("sources.yaml", "kind: aid", "kind: aide")],
        [
            "sources.yaml:62:11: sources.aid-ledger.kind = aide: expected one of aid, estimate, "
            "list, map, poll, record, statement, tally. Did you mean 'aid'? Correct it."
        ],
    ),
    "date in another form": (
        [change("war.yaml", "start: 2001-03-05", "start: 5.3.2001")],
        [f"war.yaml:5:8: start = 5.3.2001: {DATE}"],
    ),
    "no such day": (
        [change("war.yaml", "end: 2001-09-30", "end: 2001-09-31")],
        ["war.yaml:6:6: end = 2001-09-31: expected a day of the calendar. Correct the date."],
    ),
    "swapped dates of a period": (
        [change("war.yaml", "end: 2001-05-02", "end: 2001-04-02")],
        [
            "war.yaml:69:10: periods.bridge-talks.end = 2001-04-02: "
            "expected a date on or after the start, 2001-04-10. Swap or correct the dates."
        ],
    ),
    # --- YAML: what is refused --------------------------------------------------------------------
    "duplicate key": (
        [change("sources.yaml", "    name: River Map\n", "    name: River Map\n    name: Again\n")],
        [
            "sources.yaml:28:5: sources.river-map.name = River Map: "
            "expected each key once. Remove one of the two."
        ],
    ),
    "duplicate sector": (
        [change("war.yaml", "  east-hills:", "  east-bank:")],
        [
            "war.yaml:32:3: sectors.east-bank = a mapping: "
            "expected each key once. Remove one of the two."
        ],
    ),
    "bomb of aliases": (
        [content("war.yaml", "a: &a [x, x]\nb: [*a, *a]\n")],
        [
            "war.yaml:1:4: a: expected no anchors. Remove '&a'.",
            "war.yaml:2:5: b[0] = *a: expected no aliases. Write the value out.",
            "war.yaml:2:9: b[1] = *a: expected no aliases. Write the value out.",
        ],
    ),
    "tag": (
        [change("war.yaml", "title: The", "title: !!python/name:os.system The")],
        [
            "war.yaml:4:8: title: expected no tags. "
            "Remove 'tag:yaml.org,2002:python/name:os.system'; write a plain value."
        ],
    ),
    "deep nesting": (
        [content("moves.yaml", "moves: " + "[" * 60 + "]" * 60)],
        ["moves.yaml:1:57: file: expected nesting of at most 50 levels. Flatten the file."],
    ),
    "many values": (
        [content("moves.yaml", "moves: [" + "1," * 200_001 + "]")],
        ["moves.yaml:1:400003: file: expected at most 200,000 values. Split the file."],
    ),
    "second document": (
        [change("moves.yaml", "moves:\n", "moves: {}\n---\nmoves:\n")],
        ["moves.yaml:3:1: file: expected a single document. Remove the second '---'."],
    ),
    "broken YAML": (
        [change("war.yaml", "sides:\n  Eastmark:\n", "sides:\n  Eastmark: [\n")],
        [
            "war.yaml:12:23: file: expected valid YAML (expected ',' or ']', but got ':'). "
            "Correct the YAML at this place (often an indent, a colon or a quote before it)."
        ],
    ),
    # --- any file ---------------------------------------------------------------------------------
    "empty file": (
        [content("sources.yaml", "")],
        ["sources.yaml:1:1: file: expected content, found an empty file. Fill it, or remove it."],
    ),
    "folder instead of a file": (
        [folder_instead("war.yaml")],
        ["war.yaml:0:0: file: expected a file, found a folder. Put the file in its place."],
    ),
    "missing file": (
        [lambda folder: (folder / "observations.csv").unlink()],
        ["observations.csv:0:0: file: expected this file to exist. Add it, or correct its name."],
    ),
    "misspelt file": (
        [lambda folder: (folder / "polls.csv").rename(folder / "poll.csv")],
        [
            "poll.csv:0:0: file: expected one of assumptions.yaml, events.csv, moves.yaml, "
            "observations.csv, polls.csv, redraws.csv, scenarios.yaml, sectors.geojson, "
            "sources.csv, sources.yaml, statements.csv, war.yaml. "
            "Did you mean 'polls.csv'? Correct it."
        ],
    ),
    "huge YAML": (
        [huge("moves.yaml")],
        [
            "moves.yaml:0:0: file: expected at most 2 MB, found 200.0 MB. "
            "Keep the figures that matter, in smaller files."
        ],
    ),
    "huge table": (
        [huge("observations.csv")],
        [
            "observations.csv:0:0: file: expected at most 50 MB, found 200.0 MB. "
            "Keep the figures that matter, in smaller files."
        ],
    ),
    "binary table": (
        [content("observations.csv", b"date,\x00\x01\n")],
        [
            "observations.csv:1:6: file: expected text, found the control character U+0000. "
            "Use a text file; a binary file cannot be read."
        ],
    ),
    "picture": (
        [content("events.csv", b"\x89PNG\r\n\x1a\n\x00")],
        [
            "events.csv:1:1: file: expected UTF-8 text, found the byte 0x89. "
            "Save the file as UTF-8 text."
        ],
    ),
    "Latin-1 text": (
        [content("events.csv", "id,date\nE1,café\n".encode("latin-1"))],
        [
            "events.csv:2:7: file: expected UTF-8 text, found the byte 0xe9. "
            "Save the file as UTF-8 text."
        ],
    ),
    "UTF-16 text": (
        [content("war.yaml", "format: 1\n".encode("utf-16"))],
        ["war.yaml:1:1: file: expected UTF-8 text, found UTF-16. Save the file as UTF-8 text."],
    ),
    "broken map": (
        [change("sectors.geojson", '"features":[', '"features":["features":[')],
        [
            "sectors.geojson:1:51: file: expected valid JSON (Expecting ',' delimiter). "
            "Write a FeatureCollection whose features have the properties iso and sector."
        ],
    ),
    # --- tables -----------------------------------------------------------------------------------
    "ragged row": (
        [change("polls.csv", "P2,2001-05-20", "P2,,2001-05-20")],
        [
            "polls.csv:3:1: row: expected 13 cells as in the header, found 14. "
            "Add or remove a comma; put text with commas in quotes."
        ],
    ),
    "open quote": (
        [change("statements.csv", "S1,2001-06-20,day,Staff", 'S1,2001-06-20,day,"Staff')],
        [
            "statements.csv:2:1: row: expected valid CSV (unexpected end of data). "
            "Close the quotes; write a quote inside quotes twice."
        ],
    ),
    "unknown and missing column": (
        [change("events.csv", "type", "tipe")],
        [
            "events.csv:1:1: type: expected this column, it is missing. Add the column 'type'.",
            "events.csv:1:19: column = 'tipe': expected one of actors, date, detail, evidence, id, "
            "precision, published, title, type, url. Did you mean 'type'? Correct it.",
        ],
    ),
    "NaN in a table": (
        [change("polls.csv", ",41,", ",nan,")],
        [f"polls.csv:2:93: percent = nan: {NUMBER} commas or units."],
    ),
    "thousands separator": (
        [change("statements.csv", ",400,,,km2", ',"1,036",,,km2')],
        [f"statements.csv:2:120: low = 1,036: {NUMBER} commas or units."],
    ),
    "above 100 percent": (
        [change("polls.csv", ",41,", ",141,")],
        ["polls.csv:2:93: percent = 141: expected a number of at most 100. Correct the figure."],
    ),
    "date of a row in another form": (
        [change("events.csv", "E2,2001-04-01", "E2,01.04.2001")],
        [f"events.csv:3:4: date = 01.04.2001: {DATE}"],
    ),
    "date outside the war": (
        [change("events.csv", "E1,2001-03-05", "E1,2000-03-05")],
        [
            "events.csv:2:4: date = 2000-03-05: expected a date of the war, "
            "2001-03-05 to 2001-09-30. Correct the date, or leave the row out."
        ],
    ),
    "published before its date": (
        [change("events.csv", "/e4,2001-06-19", "/e4,2001-06-09")],
        [
            "events.csv:5:110: published = 2001-06-09: "
            "expected a date on or after date, 2001-06-18. Swap or correct the dates."
        ],
    ),
    "swapped dates of a redraw": (
        [change("redraws.csv", "2001-03-05,2001-03-18", "2001-03-18,2001-03-05")],
        [
            "redraws.csv:2:22: end = 2001-03-05: "
            "expected a date on or after start, 2001-03-18. Swap or correct the dates."
        ],
    ),
    "id used twice": (
        [change("events.csv", "E2,", "E1,")],
        [
            "events.csv:3:1: id = E1: expected an id used once, 'E1' is on line 2 too. "
            "Give the row an id of its own, or remove it."
        ],
    ),
    "figure given twice": (
        [repeat_last_row],
        [
            "observations.csv:451:1: id: expected an id used once, "
            "'westmark-staff:casualties_persons:Eastmark::2001-09-30' is on line 450 too. "
            "Give the row an id of its own, or remove it."
        ],
    ),
    "low above value": (
        [change("observations.csv", "about,150,160,175", "about,190,160,175")],
        [
            "observations.csv:76:69: low = 190: expected low <= value <= high, value is 160. "
            f"{ORDER}"
        ],
    ),
    "negative figure": (
        [change("observations.csv", "at_least,,400,,km2", "at_least,,-400,,km2")],
        [
            "observations.csv:227:85: value = -400: expected 0 to 2e+07 for claimed_held_km2. "
            "Correct the figure or its unit."
        ],
    ),
    "more than the sector": (
        [change("observations.csv", "at_least,,400,,km2", "at_least,,40000,,km2")],
        [
            "observations.csv:227:85: value = 40000: expected at most the area of east-hills, "
            "12000 km2. Correct the figure or its unit."
        ],
    ),
    "unit of another kind": (
        [change("observations.csv", ",km2,", ",persons,")],
        [
            "observations.csv:3:68: unit = persons: expected km2, the unit of contested_km2, "
            "or one that converts to it. Correct the unit or the quantity."
        ],
    ),
    "holder at home": (
        [change("observations.csv", "claimed_held_km2,Westmark", "claimed_held_km2,Eastmark")],
        [
            "observations.csv:227:55: side = Eastmark: expected the side that is not at home in "
            "east-hills. Name the side that came in."
        ],
    ),
    "no sector": (
        [change("observations.csv", "Westmark,east-hills,at_least", "Westmark,,at_least")],
        [
            "observations.csv:227:64: sector = (blank): expected a sector, claimed_held_km2 is by "
            "sector. Fill the sector."
        ],
    ),
    "needless sector": (
        [
            change(
                "observations.csv",
                "theatre_persons,Westmark,,",
                "theatre_persons,Westmark,west-bank,",
            )
        ],
        [
            "observations.csv:92:62: sector = west-bank: expected no sector, "
            "force_in_theatre_persons is by side. Leave the sector blank."
        ],
    ),
    # --- across files -----------------------------------------------------------------------------
    "unknown sector": (
        [change("observations.csv", "east-hills", "east-hill")],
        [
            "observations.csv:4:46: sector = east-hill: expected a sector, one of east-bank, "
            "east-hills, west-bank, west-port. Did you mean 'east-hills'? Correct it."
        ],
    ),
    "unknown side": (
        [
            change(
                "war.yaml",
                "home: Westmark\n    area_km2: 4000",
                "home: Westmarch\n    area_km2: 4000",
            )
        ],
        [
            "war.yaml:50:11: sectors.west-port.home = Westmarch: expected a side, "
            "one of Eastmark, Westmark. Did you mean 'Westmark'? Correct it."
        ],
    ),
    "unknown source": (
        [change("sources.yaml", "depends_on: [river-map]", "depends_on: [river-mop]")],
        [
            "sources.yaml:41:18: sources.river-map-mirror.depends_on[0] = river-mop: "
            f"expected a source, one of {SOURCES}. Did you mean 'river-map'? Correct it."
        ],
    ),
    "figure without a source": (
        [change("assumptions.yaml", "source: westmark-staff", "source: guess")],
        [
            "assumptions.yaml:24:80: assumptions.recruits_westmark.vintages[0].source = guess: "
            f"expected judgement, a citation, a link or a source id, one of {SOURCES}. "
            "Use one of them, or define it."
        ],
    ),
    "unknown event as a source": (
        [change("moves.yaml", "    source: event:E4\n", "    source: event:E44\n")],
        [
            "moves.yaml:14:13: moves.hill-raid.source = event:E44: expected the id of a row of "
            "events.csv after 'event:'. Did you mean 'E4'? Correct it."
        ],
    ),
    "circle of sources": (
        [
            change(
                "sources.yaml",
                "    aligned_with: Westmark\n    lag_days: 3",
                "    aligned_with: Westmark\n    depends_on: [river-map-mirror]\n    lag_days: 3",
            )
        ],
        [
            "sources.yaml:30:18: sources.river-map.depends_on[0] = river-map-mirror: "
            "expected no circle, found river-map -> river-map-mirror -> river-map. "
            "Remove one of these dependencies."
        ],
    ),
    "unit of another quantity": (
        [change("assumptions.yaml", "unit: persons_per_month", "unit: km2")],
        [
            "assumptions.yaml:6:11: assumptions.recruits_eastmark.unit = km2: "
            "expected persons_per_month, the unit of recruitment_persons_per_month. "
            "Convert the figures to this unit."
        ],
    ),
    "unknown unit": (
        [change("assumptions.yaml", "unit: persons_per_month", "unit: person")],
        [
            "assumptions.yaml:6:11: assumptions.recruits_eastmark.unit = person: expected a unit, "
            f"one of {', '.join(units())}, or two with '_per_' between. "
            "Did you mean 'persons'? Correct it."
        ],
    ),
    "unit of no map": (
        [change("war.yaml", "map_units: [EM-2]", "map_units: [EM-9]")],
        [
            "war.yaml:38:17: sectors.east-hills.map_units[0] = EM-9: expected a unit of "
            "sectors.geojson with the sector 'east-hills'. Did you mean 'EM-2'? Correct it."
        ],
    ),
    "move not among its alternatives": (
        [change("moves.yaml", "done: raid", "done: rade")],
        [
            "moves.yaml:7:11: moves.hill-raid.done = rade: "
            "expected one of raid, reinforce, wait. Name one of this move's alternatives."
        ],
    ),
    "conduct before the move": (
        [change("moves.yaml", "date: 2001-07-02", "date: 2001-06-02")],
        [
            "moves.yaml:13:16: moves.hill-raid.conduct[0].date = 2001-06-02: "
            "expected a date on or after the move, 2001-06-18. Correct the date."
        ],
    ),
    "override of no assumption": (
        [change("scenarios.yaml", "{recruits_westmark", "{recruit_westmark")],
        [
            "scenarios.yaml:5:17: scenarios.fewer-recruits.overrides = 'recruit_westmark': "
            "expected an assumption, one of advance_force_exponent, advance_km_per_day, "
            "advance_limit_km_per_day, aid_flow_eur_per_week.Eastmark, "
            "aid_flow_eur_per_week.Westmark, aid_interrupted_share, "
            "aid_interruption_probability_per_month, aid_resumption_probability_per_month, "
            "aid_success_response, aid_surge_end_probability_per_month, aid_surge_factor, "
            "aid_surge_probability_per_month, ... (98 in all). "
            "Did you mean 'recruits_westmark'? Correct it."
        ],
    ),
    "vintages out of order": (
        [change("assumptions.yaml", "known_from: 2001-07-01", "known_from: 2001-03-30")],
        [
            "assumptions.yaml:24:22: assumptions.recruits_westmark.vintages[0].known_from = "
            "2001-03-30: expected a date after the vintage before it, 2001-04-01. "
            "Put the vintages in order of time."
        ],
    ),
    # --- several ----------------------------------------------------------------------------------
    "several mistakes in several files": (
        [
            change(
                "war.yaml", "    home: Eastmark\n    area_km2: 8000", "    hom: x\n    area_km2: y"
            ),
            change("assumptions.yaml", "low: 4000", "low: 7000"),
            change("polls.csv", ",41,", ",many,"),
            change("polls.csv", ",52,", ",much,"),
        ],
        [
            "assumptions.yaml:9:10: assumptions.recruits_eastmark.low = 7000: "
            f"expected low <= central <= high, central is 6000. {ORDER}",
            f"polls.csv:2:93: percent = many: {NUMBER} commas or units.",
            f"polls.csv:3:92: percent = much: {NUMBER} commas or units.",
            f"war.yaml:26:5: sectors.east-bank = 'hom': expected one of {SECTOR_KEYS}. "
            "Did you mean 'home'? Correct it.",
            f"war.yaml:27:15: sectors.east-bank.area_km2 = y: {NUMBER} quotes, commas or units.",
        ],
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TEMPLATE, tmp_path / "war"))


def test_the_folder_the_mistakes_are_made_in_is_right(folder: Path) -> None:
    assert check_war(folder) == []


@pytest.mark.parametrize("name", CASES)
def test_each_mistake_is_one_line_at_its_place(folder: Path, name: str) -> None:
    edits, expected = CASES[name]
    for edit in edits:
        edit(folder)
    lines = [str(mistake) for mistake in check_war(folder)]
    assert [line.replace(f"{folder}/", "", 1) for line in lines] == expected


def test_loading_raises_what_the_check_lists(folder: Path) -> None:
    change("polls.csv", ",41,", ",many,")(folder)
    change("war.yaml", "format: 1", "format: 2")(folder)
    with pytest.raises(InputErrors) as caught:
        load_war(folder)
    assert list(caught.value.mistakes) == check_war(folder)
    assert len(str(caught.value).splitlines()) == 2


def test_many_mistakes_of_a_file_are_counted_after_fifty(folder: Path) -> None:
    text = (folder / "observations.csv").read_text(encoding="utf-8")
    (folder / "observations.csv").write_text(text.replace(",river-map,", ",river,"))
    mistakes = [str(mistake) for mistake in check_war(folder)]
    assert len(mistakes) == 51
    assert re.search(r"and 130 more mistakes: expected at most 50 shown a file", mistakes[-1])


def test_a_table_of_nothing_but_mistakes_is_given_up(folder: Path) -> None:
    header = (folder / "polls.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "polls.csv").write_text(header + "\n" + "x\n" * 5_000)
    mistakes = check_war(folder)
    assert len(mistakes) == 51
    assert "and 950 or more mistakes" in str(mistakes[-1])


@pytest.mark.parametrize("name", ["ukrane-2022", "no/such/folder"])
def test_an_unknown_war_names_the_known_ones(name: str) -> None:
    (mistake,) = check_war(name)
    assert "ukraine-2022" in mistake.expected


def test_a_file_is_not_a_war(tmp_path: Path) -> None:
    (tmp_path / "war.yaml").write_text("format: 1\n")
    (mistake,) = check_war(tmp_path / "war.yaml")
    assert mistake.expected == "a war folder, found a file"


def test_a_file_that_is_not_there_is_said_once(folder: Path) -> None:
    """However many rows of it are cited, and however many of its units are named."""
    (folder / "events.csv").unlink()
    (folder / "sectors.geojson").unlink()
    assert [str(mistake).replace(f"{folder}/", "", 1) for mistake in check_war(folder)] == [
        "events.csv:0:0: file: expected this file to exist, event:ID cites its rows. "
        "Add it, or cite no such row.",
        "sectors.geojson:0:0: file: expected this file to exist, `map_units` in war.yaml names "
        "its units. Add it, or leave `map_units` empty.",
    ]
