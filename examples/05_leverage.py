"""What each side could get: leverage and settlement range at monthly dates."""

# %%
import kadesh

war = kadesh.load_war("ukraine-2022")
path = kadesh.leverage(war)

# %% Share of the stake at the table. Where a deal was not possible the share is notional.
print(path["leverage_share"].median("draw").to_pandas().round(3))
print(path["is_feasible"].mean("draw").to_pandas().round(2))
