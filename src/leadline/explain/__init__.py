"""One lead: why it has its score, what would move it, and its past."""
