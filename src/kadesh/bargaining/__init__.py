"""What each side could get: floors, settlement range, leverage, and why there is no deal."""
