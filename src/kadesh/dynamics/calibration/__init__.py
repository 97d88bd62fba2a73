"""The campaign's numbers learnt from the reconstruction of the weeks before."""

from kadesh.dynamics.calibration.calibrate import SIMULATIONS as SIMULATIONS
from kadesh.dynamics.calibration.calibrate import Calibration as Calibration
from kadesh.dynamics.calibration.calibrate import calibrate as calibrate
from kadesh.dynamics.calibration.windows import FIRST_WEEKS as FIRST_WEEKS
