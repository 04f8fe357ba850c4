"""Moments as people write them: a time with a zone, or a date, which is its midnight in UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from leadline.errors import Fault, InputError


def moment(given: datetime | str, option: str = "--as-of") -> datetime:
    """Return a moment in UTC from ISO 8601 text, or from a time, which is UTC without a zone.

    Raises InputError.

    >>> moment("2026-11-01T13:00:00+01:00").isoformat()
    '2026-11-01T12:00:00+00:00'
    """
    if isinstance(given, datetime):
        return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    try:
        found = datetime.fromisoformat(given)
    except ValueError:
        fault = Fault("", option, "must be a time such as 2026-11-01T12:00:00Z", given)
        raise InputError(fault) from None
    if found.tzinfo is None and len(given) > len("2026-11-01"):
        remedy = f"Write {given}Z if it is UTC."
        raise InputError(Fault("", option, "must have a zone", given, remedy))
    return moment(found)
