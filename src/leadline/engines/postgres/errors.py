"""What PostgreSQL says when something fails, for a person: what it was, and what to do."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from leadline.errors import EngineError, InputError, LeadlineError


class Failure(NamedTuple):
    """What errors whose SQLSTATE begins so, or whose text has a mark, become."""

    state: str
    mark: str
    remedy: str
    error: type[LeadlineError] = EngineError


_AGAIN = "Nothing was written; run it again."

_UNFIT = (
    "Nothing was written. If it is a table for results, change it, name another, or drop it: "
    "a run makes it anew."
)

FAILURES = (
    Failure(
        "42501",
        "row-level security",
        "Scores of a part of the rows would be wrong: use a role that may see all of them.",
    ),
    Failure("42501", "", "Ask the owner to grant it; nothing was written."),
    Failure(
        "42P01", "", "Check the name; it may need its schema, as in table:crm.events.", InputError
    ),
    Failure("42P07", "", f"Another session has just made it. {_AGAIN}"),
    Failure("42804", "", _UNFIT, InputError),
    Failure("428C9", "", _UNFIT, InputError),
    Failure("22", "", _UNFIT, InputError),
    Failure("23", "", _UNFIT, InputError),
    Failure(
        "25006",
        "",
        "It only lets itself be read; use a server and a role that may make temporary tables.",
    ),
    Failure("3F000", "", "Check the name of the schema.", InputError),
    Failure("57014", "statement timeout", "The server allows no more time; nothing was written."),
    Failure("57014", "", "It was cancelled; nothing was written."),
    Failure("40", "", f"Another session was at work on the same rows. {_AGAIN}"),
    Failure("55P03", "", f"Another session holds a lock. {_AGAIN}"),
    Failure("53100", "", "Free space on the server's disk; nothing was written."),
    Failure("53", "", f"The server lacks resources. {_AGAIN}"),
    Failure("57P", "", f"The connection was lost. {_AGAIN}"),
    Failure("08", "", f"The connection was lost. {_AGAIN}"),
    Failure("", "server closed the connection", f"The connection was lost. {_AGAIN}"),
    Failure("", "terminating connection", f"The connection was lost. {_AGAIN}"),
    Failure("", "no connection to the server", f"The connection was lost. {_AGAIN}"),
    Failure("", "SSL connection has been closed", f"The connection was lost. {_AGAIN}"),
    Failure("", "could not receive data", f"The connection was lost. {_AGAIN}"),
    Failure("", "", ""),
)
"""The first that fits decides."""

REFUSALS = (
    ("password authentication failed", "Check the name of the role and its password."),
    ("no password supplied", "Give the password in PGPASSWORD or in a password file."),
    ("does not exist", "Check the names of role and database."),
    ("pg_hba.conf", "The server does not let this role in from here; ask its owner."),
    ("Connection refused", "Check host and port, and that the server runs."),
    ("No such file", "Check the host, and that the server runs."),
    ("could not translate host name", "Check the name of the host."),
    ("timeout", "Check host and port, and that a firewall lets through."),
    ("", "Check the address after --engine."),
)
"""What is in the text of a connection that was refused, and what to do."""


def translated(error: Any) -> LeadlineError:
    """Return what an error of the driver means."""
    text = str(error)
    state = getattr(error, "sqlstate", None) or ""
    found = next(f for f in FAILURES if state.startswith(f.state) and f.mark in text)
    return found.error(f"PostgreSQL: {_message(error)}. {found.remedy}".rstrip())


def unreachable(url: str, error: Any) -> LeadlineError:
    """Return why a server could not be reached; never with a password."""
    text = _message(error)
    remedy = next(remedy for mark, remedy in REFUSALS if mark in text)
    return EngineError(f"{shown(url)} cannot be used: {text}. {remedy}")


def shown(url: str) -> str:
    """Return an address without what should not be shown.

    >>> shown("postgresql://anna:secret@db.example.com:5432/crm?sslmode=require")
    'postgresql://anna@db.example.com:5432/crm'
    """
    parts = urlsplit(url)
    user = f"{parts.username}@" if parts.username else ""
    host = parts.hostname or ""
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{user}{host}{port}{parts.path}"


def _message(error: Any) -> str:
    """Return what the server says, without what drivers wrap around it."""
    for key, value in getattr(error, "details", None) or ():
        if key in {"PG_DIAG_MESSAGE_PRIMARY", b"PG_DIAG_MESSAGE_PRIMARY"}:
            return value.decode() if isinstance(value, bytes) else str(value)
    text = str(error).partition("\n\nQuery was:")[0]
    for mark in ("failed: FATAL: ", "failed: ", "ERROR: ", "[libpq] "):
        if mark in text:
            text = text.partition(mark)[2]
            break
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[0].removesuffix(". SQLSTATE: 00000").rstrip(".") if lines else "no reason given"
