"""What a run of the command leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Ran:
    """What one run of the command left."""

    status: int
    out: str
    err: str


Kadesh = Callable[..., Ran]
