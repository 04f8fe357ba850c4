"""Where leads come from, what becomes of them, and what they cost."""
