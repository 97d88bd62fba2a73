"""A long run says how far it is, on stderr."""

import sys

import pytest

from kadesh.cli.progress import Progress


def test_without_a_terminal_each_stage_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        told = progress.stage("reconstruct")
        for done in range(5):
            told(done, 5)
        progress("judge", 0, 2)
        progress("judge", 2, 2)
    captured = capsys.readouterr()
    assert captured.err == "reconstruct ...\njudge ...\n"
    assert captured.out == ""


def test_on_a_terminal_a_bar_is_drawn_and_taken_away(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Progress() as progress:
        progress("judge", 1, 2)
    captured = capsys.readouterr()
    assert "judge" in captured.err
    assert "\x1b[" in captured.err
    assert captured.out == ""
