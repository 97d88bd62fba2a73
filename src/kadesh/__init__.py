"""Kadesh: a laboratory for war as bargaining.

From what is given to whether an article is right, in a handful of verbs:

    war = load_war("ukraine-2022")                                what is given
    past = reconstruct(war, date(2024, 8, 31))                    what happened
    courses = simulate(war, past, weeks=26, runs=256)             what could happen
    path = leverage(war)                                          what each side could get
    judged = hindcast(war).table()                                how good forecasts were
    found = audit_claims(war, claims_of(war, "kursk-incursion-2024"))    is the claim right
    write_report(found, war, "report.html")                       say it

`check_war` lists the mistakes of a war folder, `write_new_war` writes one to start from. The names
are imported when first used, so that `import kadesh` costs nothing. (The verb is `audit_claims`
because `kadesh.audit` is the layer it comes from.)
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from kadesh.audit.audit import audit as audit_claims
    from kadesh.audit.audit import claims_of as claims_of
    from kadesh.audit.audit import leverage_path as leverage
    from kadesh.dynamics import simulate as simulate
    from kadesh.experiments.hindcast import hindcast as hindcast
    from kadesh.fusion.reconstruct import reconstruct as reconstruct
    from kadesh.report import write_report as write_report
    from kadesh.war import check_war as check_war
    from kadesh.war import load_war as load_war
    from kadesh.war import write_new_war as write_new_war

__version__ = "0.1.0"

__all__ = [
    "__version__",
    "audit_claims",
    "check_war",
    "claims_of",
    "hindcast",
    "leverage",
    "load_war",
    "reconstruct",
    "simulate",
    "write_new_war",
    "write_report",
]

_HOMES: Final = {
    "audit_claims": ("kadesh.audit.audit", "audit"),
    "check_war": ("kadesh.war", "check_war"),
    "claims_of": ("kadesh.audit.audit", "claims_of"),
    "hindcast": ("kadesh.experiments.hindcast", "hindcast"),
    "leverage": ("kadesh.audit.audit", "leverage_path"),
    "load_war": ("kadesh.war", "load_war"),
    "reconstruct": ("kadesh.fusion", "reconstruct"),
    "simulate": ("kadesh.dynamics", "simulate"),
    "write_new_war": ("kadesh.war", "write_new_war"),
    "write_report": ("kadesh.report", "write_report"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kadesh' has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    return sorted(__all__)
