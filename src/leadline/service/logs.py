"""What happens, written down: a line each, as text or as JSON, and never a word that was sent."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal, TextIO

from leadline.service import clock
from leadline.service.happenings import (
    Began,
    Delivered,
    Ended,
    Failed,
    Happening,
    Passed,
    Refuses,
    Served,
    Stopped,
    place_of,
)

Form = Literal["text", "json"]
_LOG = logging.getLogger("leadline")
_LEVELS: Mapping[type[Any], int] = {
    Served: logging.INFO,
    Stopped: logging.INFO,
    Began: logging.INFO,
    Ended: logging.INFO,
    Refuses: logging.WARNING,
    Failed: logging.WARNING,
}
"""What is written down by itself; of passes only what they parked is."""


def begin(form: Form, to: TextIO | None = None) -> None:
    """Write down what happens from now on, and what libraries warn of."""
    writer = logging.StreamHandler(to or sys.stderr)
    writer.setFormatter(_Line(form))
    logging.root.handlers[:] = [writer]
    logging.root.setLevel(logging.WARNING)
    _LOG.setLevel(logging.INFO)


def hear(happening: Happening) -> None:
    """Write something down, where it is worth a line."""
    if isinstance(happening, Passed):
        for (source, reason), parts in happening.parked.items():
            _write(logging.WARNING, "parked", {"source": source, "reason": reason, "parts": parts})
    elif isinstance(happening, Delivered) and happening.state == "parked":
        _write(logging.WARNING, "undelivered", {"destination": happening.destination})
    elif type(happening) in _LEVELS:
        _write(_LEVELS[type(happening)], type(happening).__name__.lower(), asdict(happening))


def _write(level: int, what: str, fields: Mapping[str, Any]) -> None:
    _LOG.log(level, what, extra={"told": fields})


class _Line(logging.Formatter):
    """Makes a line of a record.

    Of what others say it keeps the words of their program, without the values put into them; of an
    exception its name and where it was raised.
    """

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        head = {"at": clock.text(int(record.created * 1e6)), "level": record.levelname.lower()}
        told = getattr(record, "told", None)
        if told is None:
            words = str(record.msg).partition("\n")[0]
            fields = {"event": "warned", "by": record.name, "says": words, **_raised(record)}
        else:
            fields = {"event": record.msg, **told}
        if self._form == "json":
            return json.dumps({**head, **fields}, ensure_ascii=False)
        said = " ".join(f"{name}={value}" for name, value in fields.items() if name != "event")
        return f"{head['at']} {head['level']:7} {fields['event']} {said}".rstrip()


def _raised(record: logging.LogRecord) -> dict[str, str]:
    if not record.exc_info or record.exc_info[0] is None:
        return {}
    kind, _, traceback = record.exc_info
    return {"error": kind.__name__, "place": place_of(traceback)}
