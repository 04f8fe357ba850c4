"""How SQL is written: trees and text, names and types, rewrites, and what differs by dialect."""
