"""Events as Parquet, typed and clustered by lead, brought up to date by when they were taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from leadline.engines.duckdb.engine import DuckDB
from leadline.mirror.manifest import Last, Manifest, Part
from leadline.model.types import Columns
from leadline.sql.text import name, sql_text
from leadline.store import copy, erasing
from leadline.store import rows as tables
from leadline.store.facts import EventRow
from leadline.store.session import Session, rows_of

if TYPE_CHECKING:
    import pyarrow as pa

OURS = re.compile(r"(body|tail)-\d+\.parquet|manifest\.json(\.new)?")
CHUNK = 50_000
"""Events that are in memory at a time."""
SHARE = 4
"""The tail is laid into the body once it is more than this part of it."""
LEAST = 200_000
"""But not before it has so many events: each file costs a little, and laying together a lot."""


@dataclass(frozen=True)
class Mirror:
    """Files in a folder of their own; what is there and not in the manifest is left over.

    The store is the truth: of whatever the files cannot be sure to be the same as it, they are made
    anew. One process at a time may use a folder, the one that is the loop.

    Attributes:
        folder: Where they are.
        least: Events of a tail that are laid into the body at the earliest.
    """

    folder: Path
    least: int = LEAST

    def events(self, session: Session, columns: Columns, until: int) -> list[str]:
        """Return files with all events that the store took until a moment, maybe later ones too.

        ``recorded_at`` is when each was taken.

        Args:
            session: Reads the store; it sees whatever was taken until the moment.
            columns: Properties of events that are asked for, with their types.
            until: In microseconds; nothing is ever taken before it that was not yet.
        """
        kept = Manifest.read(self.folder)
        if kept is None or not kept.has(columns) or not _is_of(session, kept):
            before = {} if kept is None else kept.kinds
            kept = self._built(session, {**before, **columns}, until)
        elif until > kept.until:
            kept = self._followed(session, kept, until)
        return [str(self.folder / part.name) for part in kept.parts]

    def drop(self) -> None:
        """Throw all of it away; what is not ours in the folder stays."""
        for file in self._files():
            file.unlink(missing_ok=True)
        with suppress(OSError):
            self.folder.rmdir()

    def _files(self) -> list[Path]:
        """Return the files that are ours."""
        there = self.folder.iterdir() if self.folder.is_dir() else ()
        return [file for file in there if OURS.fullmatch(file.name)]

    def check(self, session: Session) -> None:
        """Throw it away where somebody was taken out of the store since it was made."""
        kept = Manifest.read(self.folder)
        if kept is None or kept.removed != erasing.removed(session):
            self.drop()

    def _built(self, session: Session, columns: Columns, until: int) -> Manifest:
        """Make all of it anew, events of a lead together, as the store has them."""
        self.drop()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        last = _last(session, until)
        part = self._written("body-1.parquet", session, columns, copy.events(session, until))
        return self._kept(Manifest(columns, until, last, erasing.removed(session), (part,)))

    def _followed(self, session: Session, kept: Manifest, until: int) -> Manifest:
        """Add what was taken since; where that is much, lay it into the rest."""
        [(new,)] = session.rows(
            "select count(*) from events where taken_at > ? and taken_at <= ?", kept.until, until
        )
        if not new:
            return self._kept(kept.until_(until))
        if new > max(kept.rows, self.least):
            return self._built(session, kept.kinds, until)
        tail = self._written(
            self._free("tail"), session, kept.kinds, _taken(session, kept.until, until)
        )
        made = kept.with_tail(tail, until, _last(session, until))
        if made.tail_rows > max(made.parts[0].rows // SHARE, self.least):
            made = made.with_body(self._laid_together(made))
        return self._kept(made)

    def _written(
        self, name_: str, session: Session, columns: Columns, parts: Iterator[list[EventRow]]
    ) -> Part:
        """Write events in parts to a file, those of a lead in a part together."""
        ids = copy.lead_ids(session)
        made: Iterator[pa.Table] = (
            tables.event_table(part, ids, columns, "taken") for part in parts
        )
        return Part(name_, copy.write(self.folder / name_, made))

    def _laid_together(self, kept: Manifest) -> Part:
        """Return all parts as one, clustered by lead."""
        made = self._free("body")
        with DuckDB() as engine:
            engine.run(
                sql_text(
                    "copy (select * from read_parquet([{files}]) order by {lead}, occurred_at) "
                    "to {made} (format parquet, row_group_size {chunk})",
                    files=[str(self.folder / part.name) for part in kept.parts],
                    lead=name("lead_id"),
                    made=str(self.folder / made),
                    chunk=CHUNK,
                )
            )
        return Part(made, kept.rows)

    def _free(self, kind: str) -> str:
        """Return a name that no file has."""
        names = (f"{kind}-{number}.parquet" for number in count(1))
        return next(each for each in names if not (self.folder / each).exists())

    def _kept(self, made: Manifest) -> Manifest:
        """Have the files count from now on, and take away those that do not."""
        made.write(self.folder)
        wanted = {part.name for part in made.parts}
        for file in self._files():
            if file.suffix == ".parquet" and file.name not in wanted:
                file.unlink(missing_ok=True)
        return made


def _taken(session: Session, since: int, until: int) -> Iterator[list[EventRow]]:
    """Yield events that were taken after one moment and until another, in parts."""
    keys = "taken_at, lead_no, occurred_at, event_id"
    where = f"({keys}) > (?, ?, ?, ?) and taken_at <= ? order by {keys} limit ?"
    last: Sequence[object] = (since, 2**62, 0, "")
    while True:
        part = rows_of(session, EventRow, "events", where, *last, until, CHUNK)
        yield sorted(part, key=lambda row: (row.lead_no, row.occurred_at))
        if len(part) < CHUNK:
            return
        end = part[-1]
        last = (end.taken_at, end.lead_no, end.occurred_at, end.event_id)


def _last(session: Session, until: int) -> Last | None:
    """Return the event that was taken last until a moment."""
    found = session.rows(
        "select taken_at, lead_no, occurred_at, event_id from events where taken_at <= ? "
        "order by taken_at desc, lead_no desc, occurred_at desc, event_id desc limit 1",
        until,
    )
    return Last(*found[0]) if found else None


def _is_of(session: Session, kept: Manifest) -> bool:
    """Say whether files are of this store as it is: it may have been restored, or lost somebody."""
    return kept.removed == erasing.removed(session) and _last(session, kept.until) == kept.last
