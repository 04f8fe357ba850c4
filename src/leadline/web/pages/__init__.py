"""Pages for people who sell: each a face of what can be asked of the service."""
