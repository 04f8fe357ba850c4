"""leadline scores B2B leads and accounts, and says why."""
