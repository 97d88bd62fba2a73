"""What if, how sure: paired courses, and the nearest change that flips a verdict."""
