"""Arrays in, measures with their intervals out; no SQL."""
