"""A model tried on data: what every rule does, and what a person should know of it."""
