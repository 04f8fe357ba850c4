"""A change of a model: who changes band, and why."""
