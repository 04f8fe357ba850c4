"""Tests of the model, and documents for them."""
