"""What happened: control and losses reconstructed from published figures that conflict.

Knows nothing of the theory of war (dynamics, bargaining, hypotheses): facts do not depend on it.

    record       what has been published, and which rows may be used from a vantage date
    paths        those rows as arrays; filter and smoother
    moves        what the sampler does with them, each move leaving the posterior as it is
    fit          date after date, and on until it has converged
    reconstruct  the way in                 measures   quantities that claims speak of
"""

from kadesh.fusion.influence import Point as Point
from kadesh.fusion.influence import influence as influence
from kadesh.fusion.measures import first_below_km2 as first_below_km2
from kadesh.fusion.measures import level_km2 as level_km2
from kadesh.fusion.measures import losses_between_persons as losses_between_persons
from kadesh.fusion.measures import losses_persons as losses_persons
from kadesh.fusion.measures import net_change_km2 as net_change_km2
from kadesh.fusion.measures import pace_km2_per_day as pace_km2_per_day
from kadesh.fusion.measures import path_km2 as path_km2
from kadesh.fusion.measures import peak_km2 as peak_km2
from kadesh.fusion.measures import redrawn_sectors as redrawn_sectors
from kadesh.fusion.predictive import family_of as family_of
from kadesh.fusion.predictive import predict_reports as predict_reports
from kadesh.fusion.reconstruct import reconstruct as reconstruct
from kadesh.fusion.reconstruction import Reconstruction as Reconstruction
from kadesh.fusion.reconstruction import Reconstructions as Reconstructions
from kadesh.fusion.refit import refit as refit
