"""How good the forecasts would have been, from every eighth week, with what was known then."""

# %%
import kadesh

war = kadesh.load_war("ukraine-2022")
judged = kadesh.hindcast(war, workers=2)

# %% CRPS, less is better; skill over the best baseline; how often 90 % intervals held.
columns = ["group", "weeks", "method", "crps", "against", "skill", "coverage"]
print(judged.table()[columns].round(2).to_string(index=False))

# %% What the fits to the weeks before taught, in the prior's standard deviations.
print(judged.learnt().head(8).round(2))
