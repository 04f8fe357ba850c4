"""Channels that people read: an alert in the form of each."""
