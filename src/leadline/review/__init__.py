"""A model against history, one folder a question."""
