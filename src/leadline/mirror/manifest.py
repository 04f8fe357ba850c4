"""What a mirror has: written last, and whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, Self

import msgspec

from leadline.model.types import Columns, Type

FILE = "manifest.json"
FORM = 1
"""Number of the form of the files; of another one nothing is read."""


class Part(NamedTuple):
    """A file with so many events."""

    name: str
    rows: int


class Last(NamedTuple):
    """The event that was taken last."""

    taken_at: int
    lead_no: int
    occurred_at: int
    event_id: str


@dataclass(frozen=True)
class Manifest:
    """What the files have.

    Attributes:
        columns: Properties with their types.
        until: All events that were taken until then are there.
        last: Of these the last one.
        removed: When the store last took somebody out, as it says.
        parts: The files: the body, then what came later.
    """

    columns: Mapping[str, str]
    until: int
    last: Last | None
    removed: str
    parts: tuple[Part, ...]
    form: int = FORM

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Return that of a folder; None where there is none that can be used."""
        try:
            given: dict[str, Any] = msgspec.json.decode((folder / FILE).read_bytes())
            parts = tuple(Part(*each) for each in given.pop("parts"))
            last = given.pop("last")
            made = cls(**given, parts=parts, last=None if last is None else Last(*last))
        except (OSError, msgspec.DecodeError, TypeError, KeyError):
            return None
        is_whole = all((folder / part.name).is_file() for part in made.parts)
        return made if made.form == FORM and is_whole else None

    def write(self, folder: Path) -> None:
        """Have a folder say so from now on."""
        written = folder / f"{FILE}.new"
        with written.open("wb") as stream:
            stream.write(msgspec.json.encode(asdict(self)))
            stream.flush()
            os.fsync(stream.fileno())
        written.replace(folder / FILE)

    @property
    def kinds(self) -> Columns:
        """The properties with their types."""
        return {title: Type(kind) for title, kind in self.columns.items()}

    @property
    def rows(self) -> int:
        """How many events there are."""
        return sum(part.rows for part in self.parts)

    @property
    def tail_rows(self) -> int:
        """How many of them are in no order with the rest."""
        return sum(part.rows for part in self.parts[1:])

    def has(self, columns: Columns) -> bool:
        """Say whether properties are there, as these types."""
        return all(self.columns.get(title) == str(kind) for title, kind in columns.items())

    def until_(self, until: int) -> Self:
        """Return it as of a later moment, until which nothing came."""
        return replace(self, until=until)

    def with_tail(self, tail: Part, until: int, last: Last | None) -> Self:
        """Return it with what came until a later moment."""
        return replace(self, parts=(*self.parts, tail), until=until, last=last)

    def with_body(self, body: Part) -> Self:
        """Return it with all in one file."""
        return replace(self, parts=(body,))
