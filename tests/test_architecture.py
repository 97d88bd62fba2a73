"""What holds of the whole tree: imports point one way, numbers are in one table, names are kept."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

import kadesh
from kadesh.quantities import dimension, table
from kadesh.war import bundled_wars, load_war, write_new_war

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "kadesh"
MODULES = sorted(PACKAGE.rglob("*.py"))
KEPT = """
import sys
from kadesh.fusion import reconstruct
from kadesh.war import load_war

war = load_war(sys.argv[1])
reconstruct(war, war.end, effective=0)
print(*sys.modules)
"""


def test_imports_point_one_way_and_facts_know_no_theory() -> None:
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [command, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", bundled_wars())
def test_each_figure_of_a_war_is_in_the_table_of_quantities(name: str) -> None:
    figures = load_war(name).observations
    known = table()
    assert set(figures["quantity"]) <= set(known)
    for quantity, unit in figures[["quantity", "unit"]].drop_duplicates().to_numpy():
        assert unit == known[quantity].unit


def test_each_quantity_has_a_unit_a_meaning_and_a_range() -> None:
    for quantity in table().values():
        assert dimension(quantity.unit)
        assert quantity.meaning.endswith(".")
        assert quantity.low < quantity.high


def test_no_code_names_a_side_of_a_bundled_war() -> None:
    names = {
        word
        for name in bundled_wars()
        for side in load_war(name).sides
        for word in (side.id, side.name)
    }
    found = [
        f"{path.relative_to(PACKAGE)}: {node.value[:60]}"
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if any(name in node.value for name in names)
    ]
    assert found == []


def test_only_the_command_line_imports_inside_functions() -> None:
    found = []
    for path in MODULES:
        if (PACKAGE / "cli") in path.parents:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                inner = [
                    n for n in ast.walk(function) if isinstance(n, ast.Import | ast.ImportFrom)
                ]
                found += [f"{path.relative_to(PACKAGE)}:{node.lineno}" for node in inner]
    assert found == []


def test_what_is_kept_needs_neither_the_sampler_nor_its_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KADESH_CACHE", str(tmp_path / "cache"))
    war = load_war(write_new_war(tmp_path / "war"))
    kadesh.reconstruct(war, war.end, effective=0)
    done = subprocess.run(
        [sys.executable, "-c", KEPT, war.folder],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    loaded = set(done.stdout.split())
    assert "kadesh.fusion.reconstruct" in loaded
    unwanted = {"kadesh.fusion.fitting", "kadesh.fusion.moves", "kadesh.fusion.paths"}
    assert not loaded & {*unwanted, "jax", "matplotlib", "numba", "scipy", "shapely", "statsmodels"}


def test_the_map_of_the_package_is_true() -> None:
    text = (PACKAGE / "README.md").read_text(encoding="utf-8")
    text, _, _ = text.partition("## Data")
    found = re.findall(r"^\| `([\w.]+)` \|", text, flags=re.MULTILINE)
    named = {name.rpartition(".")[2] for name in found}
    there = {path.stem for path in MODULES if path.name != "__init__.py"}
    assert named == there, "run: python tools/map_package.py"


def test_versions_agree() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{kadesh.__version__}"' in project
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == kadesh.__version__
    assert f"## [{kadesh.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_constraints_name_no_hosts() -> None:
    assert "://" not in (ROOT / "constraints.txt").read_text(encoding="utf-8")


def test_the_verbs_are_there() -> None:
    for name in kadesh.__all__:
        assert getattr(kadesh, name) is not None
    assert set(kadesh.__all__) <= set(dir(kadesh))
    with pytest.raises(AttributeError):
        _ = kadesh.no_such_verb
