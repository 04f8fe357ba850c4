"""Invented companies, people and events with a known cause of winning, for trying things out."""
