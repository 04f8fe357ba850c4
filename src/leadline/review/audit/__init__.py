"""Which fields and events cannot have been known at the moment that a task asks about."""
