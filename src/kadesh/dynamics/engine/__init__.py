"""How a week is worked: compiled for the processor, lane by lane, or on an accelerator by JAX."""
