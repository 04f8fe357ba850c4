"""The command line of leadline, one file a command."""

import time

STARTED = time.perf_counter()
"""About when the program began, for ``--timings``."""
