"""Help is cheap and complete."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from kadesh_command import Kadesh

COMMANDS = (
    "list", "check", "new", "import", "reconstruct", "simulate", "leverage", "theory", "audit"
)  # fmt: skip
HEAVY = ("matplotlib", "jax", "xarray", "pandas", "numpy", "scipy", "pydantic", "shapely")


def loaded_by(code: str) -> set[str]:
    """Top-level modules that a fresh Python has loaded after `code`."""
    script = f"import sys\n{code}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], *([name, "--help"] for name in COMMANDS)])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"from kadesh.cli.app import run\nassert run({arguments!r}) == 0"
    assert not loaded_by(code) & {*HEAVY} - {"pydantic"}


def test_importing_kadesh_loads_nothing_heavy() -> None:
    assert not loaded_by("import kadesh") & {*HEAVY}


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_says_what_you_get_and_shows_an_example(kadesh: Kadesh, command: str) -> None:
    ran = kadesh(command, "--help")
    assert ran.status == 0
    assert f"Example: kadesh {command}" in ran.out
    assert "--json" in ran.out


@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_has_help(kadesh: Kadesh, command: str) -> None:
    lines = kadesh(command, "--help").out.splitlines()
    for number, line in enumerate(lines):
        if line.startswith("│ --"):
            words = " ".join((line + lines[number + 1]).replace("│", " ").split())
            assert len(words.split()) > 4, line


def test_commands_stand_in_panels(kadesh: Kadesh) -> None:
    out = kadesh("--help").out
    assert out.index("Data") < out.index("check") < out.index("Model") < out.index("simulate")
    assert out.index("leverage") < out.index("Judge") < out.index(" audit ")


def test_no_command_shows_help(kadesh: Kadesh) -> None:
    ran = kadesh()
    assert ran.status == 0
    assert "Usage: kadesh" in ran.out


def test_the_installed_command_prints_its_version() -> None:
    command = Path(sys.executable).with_name("kadesh")
    if not command.exists():
        pytest.skip("kadesh is not installed beside this Python")
    done = subprocess.run(
        [command, "--version"], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("kadesh ")


def test_no_color_is_honoured() -> None:
    environment = os.environ | {"NO_COLOR": "1", "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    done = subprocess.run(
        [sys.executable, "-c", "from kadesh.cli import main; main()", "--help"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env=environment,
    )
    assert "\x1b[3" not in done.stdout
