"""Scores that follow events as they arrive: batches of files, on Spark."""
