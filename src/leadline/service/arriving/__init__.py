"""Requests to facts: one file a form in which others say what happened."""
