"""What runs: a workspace with its settings; the clock and the environment are read here."""
