"""Where a statement runs: one file an engine."""
