"""Tests of how others are told."""
