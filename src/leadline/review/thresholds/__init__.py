"""Where the edge of a band should stand."""
