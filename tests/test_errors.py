"""A mistake is one line, whatever it quotes."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kadesh.errors import Mistake, one_line


@given(st.lists(st.text(), min_size=5, max_size=5))
def test_nothing_a_file_holds_breaks_the_line(texts: list[str]) -> None:
    file, field, value, expected, remedy = texts
    line = str(Mistake(file, 1, 1, field, value, expected, remedy))
    assert len(line.splitlines()) == 1
    assert not any(unicodedata.category(sign) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for sign in line)


@pytest.mark.parametrize(
    ("sign", "shown"),
    [("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"), ("\x1b", "\\x1b"), ("\x85", "\\x85"),
     ("\u2028", "\\u2028"), ("\u2029", "\\u2029"), ("\u202e", "\\u202e"), ("\ud800", "\\ud800"),
     ("é", "é"), ("Ї", "Ї"), (" ", " "), ("\\", "\\")],
)  # fmt: skip
def test_what_cannot_be_seen_is_spelt(sign: str, shown: str) -> None:
    assert one_line(f"a{sign}b") == f"a{shown}b"
    assert f"a{shown}b" in str(Mistake("file", 1, 1, "field", f"a{sign}b", "x", "y"))
