"""Whether something happened, from sources that say yes or no and err at known rates.

    odds = prior odds x prod_s P(report_s | happened) / P(report_s | did not)

over sources that err independently. Sources that copy one another (same words, same number) are one
witness: they are clustered first, and a cluster counts once, by its most reliable member.

Source:
    Dawid & Skene 1979, with the rates known. Rival: truth-discovery methods (TruthFinder and the
    like), which take all errors as independent, the wrong assumption in war.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from kadesh.errors import argument_mistake


@dataclass(frozen=True)
class Witness:
    """One source's word on an event."""

    says_so: bool
    sensitivity: float
    """Probability that it says so if it happened."""
    specificity: float
    """Probability that it does not say so if it did not happen."""
    follows: str = ""
    """The source that it copies, if it does."""


def event_probability(prior: float, witnesses: Mapping[str, Witness]) -> float:
    """Probability that the event happened.

    Args:
        prior: Probability before anybody spoke.
        witnesses: By source id. One that follows another of them counts with it, once.

    Raises:
        InputErrors: a probability that is not strictly between 0 and 1.
    """
    _check("prior", prior)
    odds = prior / (1 - prior)
    clusters: dict[str, list[Witness]] = {}
    for source, witness in sorted(witnesses.items()):
        _check(f"{source}: sensitivity", witness.sensitivity)
        _check(f"{source}: specificity", witness.specificity)
        clusters.setdefault(_head(source, witnesses), []).append(witness)
    for members in clusters.values():
        best = max(members, key=lambda entry: entry.sensitivity + entry.specificity)
        if best.says_so:
            odds *= best.sensitivity / (1 - best.specificity)
        else:
            odds *= (1 - best.sensitivity) / best.specificity
    return odds / (1 + odds)


def _head(source: str, witnesses: Mapping[str, Witness]) -> str:
    seen = [source]
    while (above := witnesses[seen[-1]].follows) in witnesses and above not in seen:
        seen.append(above)
    return seen[-1]


def _check(name: str, value: float) -> None:
    if not 0 < value < 1:
        raise argument_mistake(name, value, "a probability between 0 and 1", "Use, say, 0.9")
