"""Results kept on this machine, addressed by the hash of everything that went into them.

A cached result is only ever what the same code would compute again from the same inputs. The
folder is KADESH_CACHE, else XDG_CACHE_HOME/kadesh, else ~/.cache/kadesh; KADESH_CACHE=off keeps
nothing. Files are written under a temporary name and renamed, so a broken run leaves no half file.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np


def folder() -> Path | None:
    """The cache folder, made if it is missing; None when caching is off or impossible."""
    setting = os.environ.get("KADESH_CACHE", "")
    if setting.lower() == "off":
        return None
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    path = Path(setting) if setting else Path(base) / "kadesh"
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return path


def source_hash(*packages: Path) -> str:
    """SHA-256 over the Python and YAML files below `packages`: the code that made a result."""
    digest = hashlib.sha256()
    for package in packages:
        files = [package] if package.is_file() else sorted(package.rglob("*"))
        for file in files:
            if file.suffix in {".py", ".yaml"} and "wars" not in file.parts:
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def address(kind: str, inputs: Mapping[str, Any]) -> str:
    """The name of a result: its kind and the SHA-256 of its inputs as canonical JSON."""
    canonical = json.dumps(inputs, sort_keys=True, separators=(",", ":"), default=str)
    return f"{kind}-{hashlib.sha256(canonical.encode()).hexdigest()[:32]}"


def load_arrays(name: str) -> dict[str, np.ndarray] | None:
    """The arrays stored under `name`, or None if there are none (or the file is damaged)."""
    base = folder()
    if base is None or not (base / f"{name}.npz").is_file():
        return None
    try:
        with np.load(base / f"{name}.npz", allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
    except (OSError, ValueError, KeyError, EOFError):
        return None


def store_arrays(name: str, arrays: Mapping[str, np.ndarray]) -> None:
    """Store `arrays` under `name`; a full or read-only disk is not an error."""
    base = folder()
    if base is None:
        return
    try:
        with tempfile.NamedTemporaryFile(dir=base, suffix=".tmp", delete=False) as handle:
            np.savez(
                handle,
                allow_pickle=False,
                **{key: np.asarray(value) for key, value in arrays.items()},
            )
        Path(handle.name).replace(base / f"{name}.npz")
    except OSError:
        return
