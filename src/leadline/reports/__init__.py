"""What a report says, once; and its three outputs: a page to print, JSON, and a terminal."""
