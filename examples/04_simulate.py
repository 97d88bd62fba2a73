"""What could happen: campaigns from a reconstruction on, and a counterfactual beside them."""

# %%
import os
from datetime import date

import kadesh

is_small = os.environ.get("KADESH_EXAMPLES") == "small"
war = kadesh.load_war("ukraine-2022")
day = date(2022, 4, 30) if is_small else date(2024, 8, 31)
weeks, runs = (4, 8) if is_small else (26, 1024)

past = kadesh.reconstruct(war, day)
as_it_is = kadesh.simulate(war, past, weeks=weeks, runs=runs)
without_aid = kadesh.simulate(war, past, weeks=weeks, runs=runs, scenario="no-aid")

# %% Run r has the same luck in both, so that a difference is the scenario's and not chance.
change = (without_aid["held_km2"] - as_it_is["held_km2"]).isel(week=-1)
print(change.quantile([0.05, 0.5, 0.95], dim="run").to_pandas().round(0))
