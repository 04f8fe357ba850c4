"""Connections to other systems: read into the inbox, written from the scores, looked at first."""
