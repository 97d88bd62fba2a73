"""Colours of figures: told apart by readers with any colour vision, and in grey."""

from typing import Final

SIDE_A: Final = "#1d4e89"
SIDE_B: Final = "#b45309"
BOTH: Final = "#5b7f5b"
RULE: Final = "#555555"
"""Lines that are neither side's: thresholds, marks, the stake's ends."""
