"""What every rule is worth, and what should change."""
