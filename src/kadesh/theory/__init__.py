"""Published mechanisms of war as bargaining, each a page, solved by the shared solvers.

    from kadesh import theory

    theory.solve("costly-lottery", win_prob=0.6, cost_a=0.1, cost_b=0.2).range_low
    theory.sweep("ultimatum", {"cost_a": [0.0, 0.1]}, win_prob=0.5, cost_low=0.1, cost_high=0.5)
    theory.load_model("lanchester").doc

`theory.NAMES` lists the models; `model` says what a model is, `figures` draws one.
"""

from kadesh.theory.registry import NAMES as NAMES
from kadesh.theory.registry import load_model as load_model
from kadesh.theory.registry import solve as solve
from kadesh.theory.sweeps import sweep as sweep

__all__ = ["NAMES", "load_model", "solve", "sweep"]
