"""Text to a document and back: YAML with its lines, faults, repairs, single changes."""
