"""The moves of the sampler: each leaves the posterior as it is."""
