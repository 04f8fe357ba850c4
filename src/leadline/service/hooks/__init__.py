"""Webhooks: what other systems send of themselves, signed by their rules and read by a mapping."""
