"""What happened: draws of control and losses, with only what was published by a date."""

# %%
from datetime import date

import kadesh

war = kadesh.load_war("ukraine-2022")
past = kadesh.reconstruct(
    war, date(2024, 8, 31), effective=0
)  # a quick look; leave it out to converge
print(past.convergence_in_words)

# %% Land held by the side not at home, beyond what it held before: median and 90 % interval.
last = past.held_km2.isel(week=-1)
print(last.quantile([0.05, 0.5, 0.95], dim="draw").to_pandas().round(0))

# %% How far each source reports from what is reconstructed (above 0: more).
print(past.source_bias[["source", "quantity", "side", "share_low", "share_mean", "share_high"]])

# %% What one source carries: leave it out and look again.
first = frozenset({sorted(war.sources)[0]})
without = kadesh.reconstruct(war, date(2024, 8, 31), effective=0, leave_out=first)
print((without.held_km2.median("draw") - past.held_km2.median("draw")).isel(week=-1).to_pandas())
