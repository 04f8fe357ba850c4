"""PostgreSQL: the statement runs where the data already is."""
