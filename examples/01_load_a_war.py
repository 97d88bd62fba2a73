"""Load a war: a folder of data, checked, with labelled tables."""

# %%
import kadesh

war = kadesh.load_war("ukraine-2022")
print(war.title, war.start, war.end, war.side_ids)

# %% Every published figure is a row: who, when, about which day and sector, since when public.
print(war.observations.groupby(["quantity", "source"]).size())

# %% Every number that nobody knows exactly is an assumption with a range and a source.
for name, assumption in list(war.assumptions.items())[:5]:
    known = assumption.as_of(war.end)
    print(name, known.low, known.central, known.high, assumption.unit)
