"""Where a statement runs: what every engine can do, and one folder an engine."""
