"""Write a small war of your own to start from, and list the mistakes of one that is wrong."""

# %%
import tempfile
from pathlib import Path

import kadesh

folder = kadesh.write_new_war(Path(tempfile.mkdtemp()) / "my-war")
print("mistakes:", kadesh.check_war(folder))

# %% One line per mistake: file, line, column, field, value, what was expected, what to do.
war_file = folder / "war.yaml"
war_file.write_text(war_file.read_text(encoding="utf-8").replace("title:", "titel:", 1))
for mistake in kadesh.check_war(folder):
    print(mistake)
