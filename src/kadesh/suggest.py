"""Did you mean ...? Close names for a misspelt one, and lists of choices in plain words."""

from collections.abc import Iterable
from difflib import get_close_matches


def closest(name: str, known: Iterable[str]) -> str:
    """The known name that `name` is most like, or nothing when none is close."""
    by_lower = {choice.lower(): choice for choice in sorted(known, reverse=True)}
    close = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else ""


def suggestion(name: str, known: Iterable[str]) -> str:
    """`Did you mean 'x'? Correct it` for the closest known name, or nothing when none is close."""
    meant = closest(name, known)
    return f"Did you mean '{meant}'? Correct it" if meant else ""


def suggestion_or_nearest(name: str, known: Iterable[str], where: str) -> str:
    """The closest name, or the three least unlike it and where to find the others."""
    names = sorted(known)
    near = get_close_matches(name.lower(), names, n=3, cutoff=0.0)
    listed = ", ".join(near) + (f"; {where} has all {len(names)}" if len(names) > 3 else "")
    return suggestion(name, names) or f"The closest are {listed}"


def one_of(choices: Iterable[str], limit: int = 12) -> str:
    """`one of a, b, c`, cut after `limit` names."""
    names = sorted(choices)
    if not names:
        return "none here"
    shown = ", ".join(names[:limit])
    return f"one of {shown}" + (f", ... ({len(names)} in all)" if len(names) > limit else "")
