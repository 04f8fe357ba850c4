"""What every rule is worth, what should change, and close rates to start from."""
