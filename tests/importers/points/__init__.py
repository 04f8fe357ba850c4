"""Tests of tables of points."""
