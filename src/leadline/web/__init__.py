"""The service by HTTP: what trackers send, what others read, each route a line of a table."""
