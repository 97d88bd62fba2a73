"""Write the map of the package, `src/kadesh/README.md`: one line per module, from its docstring.

python tools/map_package.py
"""

import ast
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "src" / "kadesh"
LAYERS = {
    "war": "what is given",
    "importers": "downloaded files, into the tables of a war folder",
    "fusion": "what happened (knows nothing of the theory below)",
    "dynamics": "what could happen",
    "bargaining": "what each side could get",
    "theory": "published models, solved by the same solvers",
    "hypotheses": "why a side did that",
    "experiments": "what if, how sure",
    "audit": "is the claim right",
    "report": "say it",
    "cli": "the `kadesh` command",
}
HEAD = """\
# The package on one screen

Data flows down this page, and an import may only point up it. `fusion` imports nothing of dynamics,
bargaining, theory or hypotheses: facts do not depend on our theory of war. Both rules are contracts
in `pyproject.toml` and run with `make check`. `tools/map_package.py` writes this page.
"""
DATA = """\
## Data
| file | |
|---|---|
| `quantities.yaml` | every number Kadesh knows: unit, axes, range, meaning |
| `dynamics/combat.yaml` | a fit to records of battles: coefficients and what they imply |
| `audit/audit.schema.json` | the published contract of `audit.json` |
| `report/assets/` | page, style and scripts of the report, without a build step |
| `war/template/` | the fictional war that `kadesh new` writes |
| `wars/` | the bundled wars: data only, no Python |
"""


def name(path: Path, folder: Path) -> str:
    """A module's name inside its layer; a folder's ends in a slash."""
    if path.name == "__init__.py":
        return f"{path.parent.name}/"
    return ".".join(path.relative_to(folder).with_suffix("").parts)


def first_line(path: Path) -> str:
    """The first line of a module's docstring."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0]


def table(folder: Path) -> str:
    """A row for each module and each folder of modules."""
    rows = [f"| `{name(path, folder)}` | {first_line(path)} |" for path in modules(folder)]
    return "\n".join(["| module | |", "|---|---|", *rows]) + "\n"


def page() -> str:
    """The whole page."""
    parts = [HEAD, "## Under everything\n" + table(PACKAGE)]
    for layer, meaning in LAYERS.items():
        parts.append(f"## {layer}: {meaning}\n" + table(PACKAGE / layer))
    return "\n".join([*parts, DATA])


def modules(folder: Path) -> list[Path]:
    """The modules of a folder, then each folder in it with its modules."""
    found = sorted(set(folder.glob("*.py")) - {folder / "__init__.py"})
    return found if folder == PACKAGE else found + sorted(folder.glob("*/*.py"))


if __name__ == "__main__":
    (PACKAGE / "README.md").write_text(page(), encoding="utf-8")
