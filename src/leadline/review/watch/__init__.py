"""The present against what a model was made on and promised, week by week."""
