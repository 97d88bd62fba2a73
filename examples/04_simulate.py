"""What could happen: campaigns from a reconstruction on, and a counterfactual beside them."""

# %%
from datetime import date

import kadesh

war = kadesh.load_war("ukraine-2022")
past = kadesh.reconstruct(war, date(2024, 8, 31), effective=0)
as_it_is = kadesh.simulate(war, past, weeks=26, runs=1024)
scenario = sorted(war.scenarios)[0]
changed = kadesh.simulate(war, past, weeks=26, runs=1024, scenario=scenario)

# %% Run r has the same luck in both, so that a difference is the scenario's and not chance.
difference = (changed["held_km2"] - as_it_is["held_km2"]).isel(week=-1)
print(scenario, war.scenarios[scenario].meaning)
print(difference.quantile([0.05, 0.5, 0.95], dim="run").to_pandas().round(0))
