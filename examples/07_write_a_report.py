"""Say it: an audit as one HTML file that needs no network, and its figures as JSON."""

# %%
import json
import tempfile
from pathlib import Path

import kadesh

war = kadesh.load_war("ukraine-2022")
found = kadesh.audit_claims(war, kadesh.claims_of(war, "kursk-incursion-2024"))

# %%
folder = Path(tempfile.mkdtemp())
(folder / "audit.json").write_text(json.dumps(found, sort_keys=True, indent=1), encoding="utf-8")
print("Open in a browser:", kadesh.write_report(found, war, folder / "report.html"))
