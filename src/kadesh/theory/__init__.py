"""Published mechanisms of war as bargaining, each a page, solved by the shared solvers."""
