"""What happened: draws of control and losses, with only what was published by a date."""

# %%
import os
import tempfile
from datetime import date
from pathlib import Path

import kadesh

if os.environ.get("KADESH_EXAMPLES") == "small":
    war = kadesh.load_war(kadesh.write_new_war(Path(tempfile.mkdtemp()) / "my-war"))
    day = war.end
else:
    war, day = kadesh.load_war("ukraine-2022"), date(2024, 8, 31)

past = kadesh.reconstruct(war, day)

# %% Land held by the side not at home, beyond what it held before: median and 90 % interval.
last = past.held_km2.isel(week=-1)
print(last.quantile([0.05, 0.5, 0.95], dim="draw").to_pandas().round(0))

# %% How far each source reports from what is reconstructed (above 0: more).
print(past.source_bias[["source", "quantity", "side", "share_low", "share_mean", "share_high"]])
