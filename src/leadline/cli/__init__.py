"""The command line of leadline, one file a command."""
