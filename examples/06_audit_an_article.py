"""Is the article right: a verdict per claim, and a report to read and pass on."""

# %%
import os
import tempfile
from pathlib import Path

import kadesh

CLAIMS = """\
format: 1
title: Two sentences about the Kursk region
war: ukraine-2022
published: 2024-08-31
about: An example of a claims file.
thresholds:
  some_area: {low: 500, central: 1000, high: 1500, unit: km2, meaning: much land, source: judgement}
claims:
  E1:
    text: Ukrainian forces crossed into the Kursk region in August 2024.
    readings:
      event:
        kind: statement
        text: The crossing is recorded.
        says: [{table: events, words: [incursion, Kursk], start: 2024-08-01, end: 2024-08-10}]
  E2:
    text: They took much land.
    readings:
      held:
        kind: measurement
        text: Much land there was held on 27 August 2024.
        span:
          quantity: {measure: held_km2, side: Ukraine, sectors: [kursk-belgorod]}
          at: 2024-08-27
        relation: at_least
        threshold: some_area
"""
is_small = os.environ.get("KADESH_EXAMPLES") == "small"
folder = Path(tempfile.mkdtemp())
war = kadesh.load_war("ukraine-2022")

# %% A claims file of your own, or the bundled one by its name.
own = folder / "claims.yaml"
own.write_text(CLAIMS, encoding="utf-8")
claims = own if is_small else kadesh.claims_of(war, "kursk-incursion-2024")
found = kadesh.audit_claims(war, claims)

# %%
for claim in found["claims"]:
    print(claim["id"], claim["verdict"])
    for reading in claim["readings"]:
        print("   ", reading["verdict"], reading["p"], reading["sentence"] or reading["reason"])
print(kadesh.write_report(found, war, folder / "report.html"))
