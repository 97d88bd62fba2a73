"""What the README shows is true: its claims file checks, its commands and verbs exist."""

import re
from pathlib import Path

from kadesh_command import Kadesh

import kadesh as package

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The first code block of a language."""
    found = re.search(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)
    assert found
    return found[1]


def test_its_claims_file_has_no_mistakes(kadesh: Kadesh, tmp_path: Path) -> None:
    path = tmp_path / "column.yaml"
    path.write_text(block("yaml"), encoding="utf-8")
    ran = kadesh("check", "ukraine-2022", path)
    assert ran.status == 0, ran.err


def test_its_commands_and_options_exist(kadesh: Kadesh) -> None:
    for line in re.findall(r"^kadesh (.+)$", README, flags=re.MULTILINE):
        words = line.partition("#")[0].split()
        shown = kadesh(words[0], "--help")
        assert shown.status == 0
        assert all(word in shown.out for word in words if word.startswith("-"))


def test_its_verbs_exist() -> None:
    verbs = set(re.findall(r"kadesh\.(\w+)\(", block("python")))
    assert verbs <= set(package.__all__)
