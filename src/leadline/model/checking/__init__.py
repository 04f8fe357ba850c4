"""What cannot work over the columns at hand, found before anything runs."""
