"""Tests of what becomes of leads that are ready."""
