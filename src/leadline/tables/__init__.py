"""What a row is: columns, types and keys; rows read, cleaned, made unique, and written."""
