"""Whether scoring is for you, by what the data says and what only people know."""
