"""Alerts: who is told of what in words, when, and how often."""
