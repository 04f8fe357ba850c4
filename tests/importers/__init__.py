"""Tests of what other systems give us."""
