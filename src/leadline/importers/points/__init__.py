"""Tables of points as people export or copy them: what is common to all systems."""
