"""Tests of the questions of a store."""
