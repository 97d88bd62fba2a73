"""The fictional war in a folder of its own, and what a folder holds."""

from pathlib import Path

from kadesh.war import write_new_war

SOURCE = (
    "  {id}: {{name: X, kind: tally, aligned_with: {stance}, lag_days: 10, scope: X, grade: B, "
    "bias_share: {{low: 0, central: 0.1, high: 0.3, source: judgement}}, "
    "figure_interval: {{share: 0.1, absolute: 5}}, url: X, licence: X}}\n"
)


def small_war(folder: Path) -> Path:
    """The fictional war without what importing does not look at: it loads far sooner."""
    write_new_war(folder)
    for name in ("moves.yaml", "scenarios.yaml"):
        (folder / name).unlink()
    (folder / "assumptions.yaml").write_text("assumptions: {}\n", encoding="utf-8")
    table = folder / "observations.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(lines[:60]), encoding="utf-8")
    return folder


def snapshot(folder: Path) -> dict[str, bytes]:
    """Every file of the folder and what lies beside it."""
    files = [path for path in folder.parent.rglob("*") if path.is_file()]
    return {str(path): path.read_bytes() for path in files}
