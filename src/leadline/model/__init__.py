"""What a score means: the document, its checks, its fingerprint. Knows no engine and no data."""
