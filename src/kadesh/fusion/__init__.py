"""What happened: control and losses reconstructed from published figures that conflict.

Knows nothing of the theory of war (dynamics, bargaining, hypotheses): facts do not depend on it.
"""
