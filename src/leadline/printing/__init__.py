"""The statement as a text for others: warehouses and dbt."""
