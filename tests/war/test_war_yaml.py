"""The YAML loader: plain values, marks, refusals, and messages for any model."""

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from kadesh.errors import InputErrors
from kadesh.war import load_yaml
from kadesh.war.fields import Day, Keyed, Model, Number, Range, Text
from kadesh.war.yaml_marks import Marks, _Builder, load_tree


class Trend(Model):
    kind: Literal["trend"]
    sector: Text
    window: Range | None = None


class Moment(Model):
    kind: Literal["best_moment"]
    on: Day


class Claim(Model):
    id: str
    text: Text
    readings: tuple[Annotated[Trend | Moment, Field(discriminator="kind")], ...] = ()
    tags: dict[str, Number] = Field(default_factory=dict)


class ClaimsFile(Model):
    claims: Keyed[Claim]


GOOD = """\
claims:
  K1:
    text: NO
    readings:
      - kind: trend
        sector: north
        window: {low: 1, central: 2.5, high: 3e0}
      - {kind: best_moment, on: 2022-11-09}
    tags: {a: 1}
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "claims.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def lines(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(InputErrors) as caught:
        load_yaml(written(tmp_path, text), ClaimsFile)
    return [line.replace(f"{tmp_path}/", "") for line in str(caught.value).splitlines()]


def test_a_file_becomes_its_model(tmp_path: Path) -> None:
    model, marks = load_yaml(written(tmp_path, GOOD), ClaimsFile)
    claim = model.claims["K1"]
    assert (claim.id, claim.text) == ("K1", "NO")
    assert claim.readings[1] == Moment(kind="best_moment", on=date(2022, 11, 9))
    assert marks.at(("claims", "K1", "readings", 0, "window", "high")) == (7, 46)


def test_a_later_check_points_into_the_file(tmp_path: Path) -> None:
    _, marks = load_yaml(written(tmp_path, GOOD), ClaimsFile)
    mistake = marks.mistake(("claims", "K1", "readings", 0, "sector"), "a sector", "Add it")
    assert str(mistake).endswith(
        "claims.yaml:6:17: claims.K1.readings[0].sector = north: expected a sector. Add it."
    )
    absent = marks.mistake(("claims", "K1", "readings", 0, "side"), "a side", "Add it")
    assert (absent.line, absent.column, absent.value) == (5, 9, "")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("2022-03-29", "2022-03-29"),
        ("12:30:00", "12:30:00"),
        ("0x1F", "0x1F"),
        ("010", "010"),
        ("1_000", "1_000"),
        (".inf", ".inf"),
        ("<<", "<<"),
        ("true", True),
        ("null", None),
        ("~", None),
        ("-7", -7),
        ("+2.5e3", 2500.0),
        ("'7'", "7"),
    ],
)
def test_scalars_mean_what_they_look_like(tmp_path: Path, text: str, value: object) -> None:
    tree, _ = load_tree(written(tmp_path, f"a: {text}\n"))
    assert tree == {"a": value}
    assert type(tree["a"]) is type(value)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "sector: north",
            "sektor: north",
            "claims.yaml:6:9: claims.K1.readings[0] = 'sektor': expected one of kind, sector, "
            "window. Did you mean 'sector'? Correct it.",
        ),
        (
            "kind: trend",
            "kind: tren",
            "claims.yaml:5:15: claims.K1.readings[0].kind = tren: expected one of best_moment, "
            "trend. Did you mean 'trend'? Correct it.",
        ),
        (
            "{kind: best_moment, on: 2022-11-09}",
            "{on: 2022-11-09}",
            "claims.yaml:8:9: claims.K1.readings[1].kind: expected this field, it is missing. "
            "Add 'kind: ...' here.",
        ),
        (
            "on: 2022-11-09",
            "on: 2022-11-31",
            "claims.yaml:8:33: claims.K1.readings[1].on = 2022-11-31: "
            "expected a day of the calendar. Correct the date.",
        ),
        (
            "low: 1,",
            "low: 9,",
            "claims.yaml:7:23: claims.K1.readings[0].window.low = 9: "
            "expected low <= central <= high, central is 2.5. Put the figures in order.",
        ),
        (
            "tags: {a: 1}",
            "tags: {a: one}",
            "claims.yaml:9:15: claims.K1.tags.a = one: expected a finite number. "
            "Write a number such as 1036 or 0.4, without quotes, commas or units.",
        ),
        (
            "text: NO",
            "text:",
            "claims.yaml:3:10: claims.K1.text: expected text. "
            "Write text; put a number that is meant as text in quotes.",
        ),
        (
            "readings:\n      - kind: trend\n        sector: north",
            "readings: none\n    more:\n      - kind: trend\n        sector: north",
            "claims.yaml:4:15: claims.K1.readings = none: expected a list. "
            "Write it as [a, b], or one '- ' line per entry.",
        ),
    ],
)
def test_a_mistake_in_a_union_is_shown_where_it_is_written(
    tmp_path: Path, old: str, new: str, expected: str
) -> None:
    assert old in GOOD
    assert expected in lines(tmp_path, GOOD.replace(old, new))


def test_all_mistakes_come_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("text: NO", "txt: NO").replace("sector: north", "sector: 5")
    assert len(lines(tmp_path, text)) == 2


def test_both_parsers_put_the_marks_in_the_same_places(tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "src" / "kadesh" / "wars" / "ukraine-2022"
    for name in ("war.yaml", "moves.yaml"):
        text = (folder / name).read_text(encoding="utf-8")
        loaders = [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)]
        slow, fast = (_Builder(Marks(name)) for _ in range(2))
        assert slow.build(yaml.parse(text, loaders[0])) == fast.build(yaml.parse(text, loaders[1]))
        assert slow.marks == fast.marks


TREES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="ascii"), max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(tree=TREES)
def test_what_was_dumped_in_quotes_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, tree: object
) -> None:
    text = yaml.safe_dump({"tree": tree}, default_style='"', allow_unicode=False)
    path = tmp_path_factory.mktemp("yaml") / "tree.yaml"
    # Quoted numbers carry a tag in this style; without it they are text, which is the point.
    path.write_text(text.replace('!!int "', '"').replace('!!bool "', '"').replace('!!null "', '"'))
    read, _ = load_tree(path)
    assert read == {"tree": as_text(tree)}


def as_text(tree: object) -> object:
    if isinstance(tree, list):
        return [as_text(item) for item in tree]
    if isinstance(tree, dict):
        return {key: as_text(value) for key, value in tree.items()}
    if isinstance(tree, bool):
        return str(tree).lower()
    return "null" if tree is None else str(tree)


@settings(max_examples=150, deadline=None)
@given(noise=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_content_makes_the_loader_fail_otherwise(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes
) -> None:
    path = tmp_path_factory.mktemp("noise") / "claims.yaml"
    path.write_bytes(noise)
    # Anything but mistakes with their places would come out here.
    with suppress(InputErrors):
        load_yaml(path, ClaimsFile)
