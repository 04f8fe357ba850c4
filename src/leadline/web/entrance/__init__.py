"""The pages before any other: sign in and out, set up, choose a password."""
