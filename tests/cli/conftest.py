"""A way to run the command in this process, and a small war to run it on."""

from pathlib import Path

import pytest
from kadesh_command import Kadesh, Ran

from kadesh.cli.app import run
from kadesh.war import write_new_war


@pytest.fixture
def kadesh(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Kadesh:
    """`kadesh(*arguments)`, as a terminal-less shell would run it."""
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "120")

    def call(*arguments: str | Path) -> Ran:
        status = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ran(status, captured.out, captured.err)

    return call


@pytest.fixture(scope="session")
def small_war(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The fictional war, in a folder of its own."""
    return write_new_war(tmp_path_factory.mktemp("wars") / "river-war")
