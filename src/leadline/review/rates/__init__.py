"""Close rates: what won by field, event and count, to write a first model from."""
