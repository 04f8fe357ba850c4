"""Raw rows to clean, resolved tables, and results to files."""
