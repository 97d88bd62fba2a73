"""Write a small complete war folder to start from: fictional, with every kind of file."""

import shutil
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from kadesh.war.files import mistake


def write_new_war(folder: str | Path) -> Path:
    """Copy the fictional River War into `folder`, which must not exist or be empty.

    Everything is written beside the folder first and renamed, so that a full disk leaves nothing.

    Raises:
        InputErrors: the folder has contents, or cannot be written.
    """
    path = Path(folder)
    if path.exists() and not path.is_dir():
        raise mistake(path, 0, 0, "a new folder, found a file", "Choose another name")
    if path.is_dir() and any(path.iterdir()):
        raise mistake(path, 0, 0, "a new or empty folder", "Choose another name, or empty it")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".new-war-") as beside:
            copy = Path(beside) / "war"
            with as_file(files("kadesh.war") / "template") as template:
                shutil.copytree(template, copy, ignore=shutil.ignore_patterns("__pycache__"))
            copy.replace(path)
    except OSError as error:
        expected = f"a folder that can be written ({error.strerror})"
        raise mistake(path, 0, 0, expected, "Choose another place") from error
    return path
