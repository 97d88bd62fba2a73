"""Reading a text file that somebody else wrote: size, encoding and binary content are checked."""

import re
from pathlib import Path
from typing import Final

from kadesh.errors import InputErrors, Mistake

_BYTE_ORDER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
# Tab, line feed and carriage return are the only control characters a text file needs.
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def mistake(path: Path, line: int, column: int, expected: str, remedy: str) -> InputErrors:
    """An InputErrors about a file as a whole."""
    return InputErrors([Mistake(str(path), line, column, "file", "", expected, remedy)])


def read_text(path: Path, limit_megabytes: int) -> str:
    """The text of a UTF-8 file of at most `limit_megabytes`, line ends as `\\n`.

    The size is looked at before anything is read, so that a huge file costs nothing.

    Raises:
        InputErrors: missing, a folder, unreadable, too large, binary, not UTF-8, or empty.
    """
    try:
        if path.is_dir():
            raise mistake(path, 0, 0, "a file, found a folder", "Put the file in its place")
        if not path.is_file():
            raise mistake(path, 0, 0, "this file to exist", "Add it, or correct its name")
        size = path.stat().st_size
        if size > limit_megabytes * 10**6:
            raise mistake(
                path,
                0,
                0,
                f"at most {limit_megabytes} MB, found {size / 1e6:.1f} MB",
                "Keep the figures that matter, in smaller files",
            )
        content = path.read_bytes()
    except OSError as error:
        raise mistake(path, 0, 0, f"a readable file ({error.strerror})", "Check it") from error
    return _decode(path, content)


def _decode(path: Path, content: bytes) -> str:
    remedy = "Save the file as UTF-8 text"
    if content.startswith(_BYTE_ORDER_MARKS):
        raise mistake(path, 1, 1, "UTF-8 text, found UTF-16", remedy)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _position(content[: error.start].decode("utf-8", "replace"))
        found = f"UTF-8 text, found the byte 0x{content[error.start]:02x}"
        raise mistake(path, line, column, found, remedy) from None
    control = _CONTROL.search(text)
    if control:
        line, column = _position(text[: control.start()])
        found = f"text, found the control character U+{ord(control[0]):04X}"
        raise mistake(path, line, column, found, "Use a text file; a binary file cannot be read")
    if not text.strip():
        raise mistake(path, 1, 1, "content, found an empty file", "Fill it, or remove it")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _position(before: str) -> tuple[int, int]:
    """Line and column, both from 1, of the character after `before`."""
    return before.count("\n") + 1, len(before) - before.rfind("\n")
