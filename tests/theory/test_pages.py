"""The pages of the models are what `tools/theory_pages.py` writes, and each has its figure."""

import re
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from kadesh.theory import NAMES, load_model
from kadesh.theory.figures import write_figure

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "theory"
WRITE_THEM = "run: python tools/theory_pages.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = spec_from_file_location("theory_pages", ROOT / "tools" / "theory_pages.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", NAMES)
def test_each_page_is_up_to_date(tool: ModuleType, name: str) -> None:
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert text == tool.page(name), WRITE_THEM
    # Display equations stand alone, and inline ones are closed.
    assert text.count("$") % 2 == 0
    assert re.search(r"!\[[^\]]{10,}\]", text)


def test_the_index_lists_every_page_and_nothing_else_is_there(tool: ModuleType) -> None:
    assert (PAGES / "README.md").read_text(encoding="utf-8") == tool.index(), WRITE_THEM
    expected = {"README.md", *(f"{name}{end}" for name in NAMES for end in (".md", ".svg"))}
    assert {path.name for path in PAGES.iterdir()} == expected


@pytest.mark.parametrize("name", NAMES)
def test_figures_are_pictures_and_small(name: str) -> None:
    picture = (PAGES / f"{name}.svg").read_bytes()
    assert b"<svg" in picture
    assert len(picture) < 60_000


def test_the_same_figure_has_the_same_bytes(tmp_path: Path) -> None:
    model = load_model("screening-war")
    inputs = model.inputs(**model.example)
    for path in (
        tmp_path / "one.svg",
        tmp_path / "two.svg",
        tmp_path / "x.png",
        tmp_path / "x.pdf",
    ):
        write_figure(model, inputs, model.solve(inputs), path)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "x.pdf").read_bytes().startswith(b"%PDF")
