r"""Supply: a force that has come far fast goes on more slowly.

The rate of advance is divided by $1 + m/D$, with $m$ the kilometres the front has moved forward of
late and $D$ the reach of supply. So breakthroughs culminate unless the other side cannot form a
new line; advances of a few kilometres a month are not touched.

Not modelled: rail and road, interdiction, and supply of a force that stands still.
"""

from typing import NamedTuple

from kadesh.dynamics.elementwise import Number


class SupplyParams(NamedTuple):
    """Reach of supply."""

    supply_reach_km: Number


def supply_factor(advanced_km: Number, params: SupplyParams) -> Number:
    """Part of a rate of advance that supply lets a side keep up, 0 to 1."""
    return params.supply_reach_km / (params.supply_reach_km + advanced_km)
