"""A model against data: why a lead has its score, and whether the model does what it says."""
