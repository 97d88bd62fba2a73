"""The contract of audit.json: what it takes and what it refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from kadesh.report import audit_schema

Change = Callable[[dict[str, Any]], object]


def _errors(audit: dict[str, Any]) -> list[str]:
    return [error.json_path for error in Draft202012Validator(audit_schema()).iter_errors(audit)]


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(audit_schema())


def test_invented_audits_fulfil_the_contract(
    audit: dict[str, Any], large_audit: dict[str, Any]
) -> None:
    assert _errors(audit) == []
    assert _errors(large_audit) == []


def test_an_audit_of_the_record_alone_needs_no_leverage(audit: dict[str, Any]) -> None:
    assert _errors({**audit, "leverage": None, "solver": None}) == []


WRONG: dict[str, tuple[str, Change]] = {
    "an unknown key": ("$", lambda a: a.update(extra=1)),
    "a verdict that is none": (
        "$.claims[0].verdict",
        lambda a: a["claims"][0].update(verdict="true"),
    ),
    "a basis that is none": (
        "$.claims[0].readings[0].basis",
        lambda a: a["claims"][0]["readings"][0].update(basis="hearsay"),
    ),
    "a probability above one": (
        "$.claims[3].readings[0].p",
        lambda a: a["claims"][3]["readings"][0].update(p=1.2),
    ),
    "p of a statement": (
        "$.claims[1].readings[0].p",
        lambda a: a["claims"][1]["readings"][0].update(basis="statement", p=0.5),
    ),
    "not testable without a reason": (
        "$.claims[2].readings[0].reason",
        lambda a: a["claims"][2]["readings"][0].update(verdict="not testable", reason=None),
    ),
    "a date that is none": ("$.war.start", lambda a: a["war"].update(start="5 March 2001")),
    "three sides": (
        "$.war.sides",
        lambda a: a["war"]["sides"].append({"id": "third", "name": "Third"}),
    ),
    "a claim without readings": (
        "$.claims[0].readings",
        lambda a: a["claims"][0]["readings"].clear(),
    ),
    "a hash that is none": (
        "$.provenance.data_hash",
        lambda a: a["provenance"].update(data_hash="?"),
    ),
}


@pytest.mark.parametrize(("path", "change"), WRONG.values(), ids=WRONG.keys())
def test_the_contract_refuses(audit: dict[str, Any], path: str, change: Change) -> None:
    change(audit)
    assert path in _errors(audit)
