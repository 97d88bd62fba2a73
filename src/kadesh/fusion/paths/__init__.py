"""Reports laid out as arrays, and the paths they speak of: filter and smoother."""
