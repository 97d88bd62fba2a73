"""Values of fighting on over any simulator, by regression on simulated courses."""
