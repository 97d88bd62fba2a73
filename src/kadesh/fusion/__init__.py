"""What happened: control and losses reconstructed from published figures that conflict.

Knows nothing of the theory of war (dynamics, bargaining, hypotheses): facts do not depend on it.

    record       what has been published, and which rows may be used from a vantage date
    paths        those rows as arrays; filter and smoother
    moves        what the sampler does with them, each move leaving the posterior as it is
    fit          date after date, and on until it has converged
    reconstruct  the way in                 measures   quantities that claims speak of

What needs the sampler is imported when first used: a reconstruction that is kept does not.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from kadesh.fusion.measures import first_below_km2 as first_below_km2
from kadesh.fusion.measures import level_km2 as level_km2
from kadesh.fusion.measures import losses_between_persons as losses_between_persons
from kadesh.fusion.measures import losses_persons as losses_persons
from kadesh.fusion.measures import net_change_km2 as net_change_km2
from kadesh.fusion.measures import pace_km2_per_day as pace_km2_per_day
from kadesh.fusion.measures import path_km2 as path_km2
from kadesh.fusion.measures import peak_km2 as peak_km2
from kadesh.fusion.measures import redrawn_sectors as redrawn_sectors
from kadesh.fusion.reconstruct import reconstruct as reconstruct
from kadesh.fusion.reconstruction import Reconstruction as Reconstruction
from kadesh.fusion.reconstruction import Reconstructions as Reconstructions

if TYPE_CHECKING:
    from kadesh.fusion.levers import Point as Point
    from kadesh.fusion.levers import influence as influence
    from kadesh.fusion.predictive import family_of as family_of
    from kadesh.fusion.predictive import predict_reports as predict_reports
    from kadesh.fusion.replaced import refit as refit

# No module is called like what it holds here: importing it would put it in the name's place.
_ON_DEMAND: Final = {
    "Point": "kadesh.fusion.levers",
    "family_of": "kadesh.fusion.predictive",
    "influence": "kadesh.fusion.levers",
    "predict_reports": "kadesh.fusion.predictive",
    "refit": "kadesh.fusion.replaced",
}


def __getattr__(name: str) -> Any:
    if name not in _ON_DEMAND:
        raise AttributeError(f"module 'kadesh.fusion' has no attribute {name!r}")
    return getattr(import_module(_ON_DEMAND[name]), name)
