"""Exact values of fighting on and of settling, on finite chains and lattices, in float64.

`moves` how the state of a war moves, `game` the rules, `solve` the answer, `forward` what then
happens; `beliefs` what battles teach, `commitment` deals that must last, `screening` private types.
"""
