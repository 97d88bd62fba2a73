"""Fits of combat to records of battles: table, pooling, contest, Ardennes, summary."""
