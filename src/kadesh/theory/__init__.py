"""Published mechanisms of war as bargaining, each a page, solved by the shared solvers.

`registry` finds a model by name, `model` says what a model is, `figures` draws one.
"""
