"""The published contract of audit.json: a JSON Schema that travels with the package."""

import json
from importlib.resources import files
from typing import Any


def audit_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that every audit.json fulfils."""
    text = files("kadesh").joinpath("audit", "audit.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
