"""Languages in which leadline speaks."""

LANGUAGES = ("en", "zh", "ru", "pl")
"""The first is the default."""
