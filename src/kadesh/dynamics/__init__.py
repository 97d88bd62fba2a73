"""What could happen: the weekly campaign, sectors x two sides, under chance and assumptions."""

from kadesh.dynamics.campaign import Order as Order
from kadesh.dynamics.campaign import simulate as simulate
from kadesh.dynamics.campaign import step_many as step_many
from kadesh.dynamics.mechanisms.allocation import OBJECTIVES as OBJECTIVES
from kadesh.dynamics.start import start_state as start_state
from kadesh.dynamics.state import MECHANISMS as MECHANISMS
from kadesh.dynamics.state import CampaignParams as CampaignParams
from kadesh.dynamics.state import CampaignState as CampaignState
from kadesh.dynamics.state import take_runs as take_runs
from kadesh.dynamics.state import take_states as take_states
from kadesh.dynamics.summary import Summary as Summary
from kadesh.dynamics.summary import summarise as summarise
