r"""Fortification: what a side has prepared along its line in a sector.

Level $F\in[0,1]$; full fortification adds $\phi$ to the logarithm of the defender's strength
against an advance. A side digs in where it does not attack, and both lose what they had prepared
when the line moves:

$$F' = \left(F + (1-F)(1-e^{-1/\tau})(1-a)\right)\,e^{-m/D}$$

with $a$ the side's attack share, $\tau$ the weeks of digging, $m$ the kilometres the line moved
either way, $D$ the depth of a prepared zone.
"""

from typing import NamedTuple

from kadesh.dynamics.elementwise import Number, exp, expm1


class FortificationParams(NamedTuple):
    """Strength of full fortification, time to build it, depth of a prepared zone."""

    fortification_log_strength: Number
    fortification_weeks: Number
    fortification_depth_km: Number


def digging_pace(params: FortificationParams) -> Number:
    """Part of what is still to be dug that is dug in a week."""
    return -expm1(-1.0 / params.fortification_weeks)


def next_fortification(
    fortification_share: Number,
    attack_share: Number,
    pace: Number,
    kept_share: Number,
) -> Number:
    """Level of fortification of a side a week later; `kept_share` from `kept_share`."""
    built = (1.0 - fortification_share) * pace * (1.0 - attack_share)
    return (fortification_share + built) * kept_share


def kept_share(moved_km: Number, per_depth: Number) -> Number:
    """Part of what both sides had prepared that a move of the line leaves."""
    return exp(-moved_km * per_depth)
