"""The `kadesh` command. Nothing here imports JAX, xarray or pandas before a command runs.

app        the command itself, and what becomes of errors
data       list, check, new                 model     reconstruct, simulate, leverage
judge      audit                            theory    theory
output     tables, JSON, files              options   options that commands share
series     labelled draws as medians        progress  how far a long run is
"""

from kadesh.cli.app import main as main
