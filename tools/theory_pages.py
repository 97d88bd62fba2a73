"""Write a page and a figure for each theory model, `docs/theory/`, from the models themselves.

python tools/theory_pages.py
"""

import re
from pathlib import Path

from kadesh.cli.output import canonical_json
from kadesh.theory.fields import Output, Spec, defaults, outputs, specs
from kadesh.theory.figures import write_figure
from kadesh.theory.model import PARTS, record, shown
from kadesh.theory.registry import NAMES, Model, load_model, summary

PAGES = Path(__file__).parents[1] / "docs" / "theory"

INDEX = """\
# Models of war as bargaining

Each page states a model, its inputs with their ranges and its outputs, and works an example. The
command `kadesh theory NAME` shows the same; `--set KEY=VALUE` solves it for other inputs,
`--sweep KEY=LO:HI:N --csv` varies them, `--plot FILE` draws the figure. In Python it is
`kadesh.theory.solve(NAME, **inputs)`. The pages are written by `tools/theory_pages.py`.

"In the spirit of" on a page says that the paper's mechanism is modelled, and that its full formal
statement has not been compared with ours.

"""


def page(name: str) -> str:
    """The page of one model."""
    model = load_model(name)
    title, _, body = model.doc.strip().partition("\n")
    parts = [
        f"# {name}",
        title,
        f"![{alternative(model)}]({name}.svg)",
        body.strip(),
        "## Inputs",
        table(
            ("key", "meaning", "unit", "range", "default"),
            [input_row(model, key, spec) for key, spec in specs(model.input_type).items()],
        ),
        "## Outputs",
        table(
            ("key", "meaning", "unit"),
            [output_row(key, entry) for key, entry in outputs(model.result_type).items()],
        ),
        "## Example",
        example(model),
    ]
    text = "\n\n".join(parts) + "\n"
    for part in PARTS:
        text = re.sub(rf"^{part}", f"**{part}**", text, flags=re.MULTILINE)
    return text


def alternative(model: Model) -> str:
    """What the figure shows, for readers who do not see it."""
    return (model.module.draw.__doc__ or "").partition("\n")[0].rstrip(".")


def input_row(model: Model, key: str, spec: Spec) -> list[str]:
    """One input as a row."""
    usual = defaults(model.input_type)
    default = f"`{shown(usual[key])}`" if key in usual else "must be given"
    return [f"`{key}`", spec.meaning, spec.unit, spec.expected(), default]


def output_row(key: str, entry: Output) -> list[str]:
    """One output as a row."""
    meaning = f"{entry.meaning}; a list over {entry.by}" if entry.by else entry.meaning
    return [f"`{key}`", meaning, entry.unit]


def table(headings: tuple[str, ...], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def example(model: Model) -> str:
    """The worked example: the command, what it prints, and the same in Python."""
    settings = [f"{key}={shown(value)}" for key, value in model.example.items()]
    options = " \\\n".join(
        f"  --set '{text}'" if "[" in text else f"  --set {text}" for text in settings
    )
    inputs = model.inputs(**model.example)
    # As the formatter writes it, so that it leaves pages alone.
    arguments = "".join(
        f"    {key}={repr(value).replace(chr(39), chr(34))},\n"
        for key, value in model.example.items()
    )
    printed = canonical_json(record(model.solve(inputs)))
    return (
        f"```\nkadesh theory {model.name} \\\n{options} \\\n  --json\n```\n\nprints\n\n"
        f"```json\n{rounded(printed)}```\n\n"
        f"In Python:\n\n```python\nfrom kadesh import theory\n\n"
        f'theory.solve(\n    "{model.name}",\n{arguments})\n```'
    )


def rounded(text: str) -> str:
    """JSON with numbers to ten digits, and short lists on one line, for a page to read."""
    text = re.sub(r"-?\d+\.\d+(?:e-?\d+)?", lambda found: f"{float(found[0]):.10g}", text)
    return re.sub(r"\[\s+([^\[\]]*?)\s+\]", lambda found: f"[{joined(found[1])}]", text)


def joined(text: str) -> str:
    """A list's entries on one line, the middle of a long one left out."""
    entries = [entry.strip() for entry in text.split(",")]
    if len(entries) > 12:
        entries = [*entries[:6], "...", *entries[-3:]]
    return ", ".join(entries)


def index() -> str:
    """The list of all pages."""
    rows = [[f"[{name}]({name}.md)", summary(name)] for name in NAMES]
    return INDEX + table(("model", "about"), rows) + "\n"


def main() -> None:
    """Write all pages and figures."""
    PAGES.mkdir(parents=True, exist_ok=True)
    (PAGES / "README.md").write_text(index(), encoding="utf-8")
    for name in NAMES:
        (PAGES / f"{name}.md").write_text(page(name), encoding="utf-8")
        model = load_model(name)
        inputs = model.inputs(**model.example)
        write_figure(model, inputs, model.solve(inputs), PAGES / f"{name}.svg")


if __name__ == "__main__":
    main()
