"""Tryton 8: parties are leads, opportunities say what became of them."""
