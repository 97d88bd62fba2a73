"""The `kadesh` command. Nothing here imports JAX, xarray or pandas before a command runs.

app        the command itself, and what becomes of errors
data       list, check, new                 model     reconstruct, simulate, leverage
importing  import                           judge     audit
theory     theory                           options   options that commands share
output     tables, JSON, files              progress  how far a long run is
series     labelled draws as medians and intervals
"""

from kadesh.cli.app import main as main
