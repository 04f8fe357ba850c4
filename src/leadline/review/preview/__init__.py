"""What a variant of a model does to all leads, while somebody changes it."""
