"""How weeks are worked: by NumPy, compiled for the processor lane by lane, or by JAX elsewhere."""
