"""Run the command line as a module."""

from leadline.cli.main import main

main()
