"""A second, slow and obvious implementation of the design, for the tests."""
