"""From moves to a fit: date after date, and on until it has converged."""
