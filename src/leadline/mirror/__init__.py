"""The events of a store in columns: a cache that may be thrown away at any time."""
