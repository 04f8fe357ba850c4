"""Judged rows: leads at past moments with what happened afterwards, counted and measured."""
