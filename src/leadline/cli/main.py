"""The command line; whatever it needs is imported when it is known."""

from __future__ import annotations

import os
import sys

INTERRUPTED = 130


def main() -> None:
    """Run the command line; the exit status says how it ended."""
    try:
        sys.exit(_run())
    except KeyboardInterrupt:
        sys.exit(_interrupted())


def _run() -> int:
    """Run a command, and return the exit status."""
    import typer

    from leadline.cli.commands import app
    from leadline.errors import LeadlineError

    try:
        status = app(sys.argv[1:] or ["--help"], prog_name="leadline", standalone_mode=False)
    except typer.Abort:
        status = INTERRUPTED
    except BrokenPipeError:
        status = _unread()
    except LeadlineError as error:
        status = _refused(str(error), error.exit_status)
    except typer.TyperException as error:
        status = _refused(_usage(error.format_message()), 2)
    except OSError as error:
        status = _refused(str(error), 3)
    if status == INTERRUPTED:
        return _interrupted()
    return status if isinstance(status, int) else 0


def _usage(message: str) -> str:
    """Return what is wrong with a command line, and where to look."""
    end = "" if message.endswith("?") else "."
    return f"{message.rstrip('.')}{end} See leadline --help."


def _interrupted() -> int:
    return _refused("interrupted; nothing was written", INTERRUPTED)


def _unread() -> int:
    """End without a fault where the reader of the output, such as ``head``, has seen enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _refused(message: str, status: int) -> int:
    """Say what went wrong, and return the exit status."""
    sys.stderr.write(f"{message}\n")
    return status
