"""What was known then and what came of it: moments due, judged rows, outcomes, splits, replay."""
