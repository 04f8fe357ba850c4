"""Which events did no person make, by tables or as a store has it; and which mark was wrong?"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.errors import Fault, InputError
from leadline.questions.answer import Answer
from leadline.questions.inputs import table
from leadline.questions.marks import Marks as OfTables
from leadline.questions.option import asks
from leadline.service.asked.of_store import (
    DEFAULT,
    HANDOVER,
    HOOKS,
    IDENTITY,
    MIRROR,
    OfStore,
    note,
)

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.store.session import Session as Reading
    from leadline.store.store import Store
    from leadline.tables.places.inputs import Input

STORE = asks(
    "Answer from this store; by default from that of the workspace where no events are given.",
    "text",
    "URL",
    setting="store.url",
)
UNDO = asks(
    "Take marks of the store back: event ids with a comma between, or a kind such as crawler.",
    "text",
    "WHAT",
)
SHOWN = 3


@dataclass(frozen=True)
class Marks(OfTables):
    """Mark clicks of mail scanners, crawlers and bursts, so that they are not counted.

    Without events it says which marks a store has; the service sets them as events come.
    """

    events: Input | None = field(  # type: ignore[assignment]
        default=None, kw_only=True, metadata=table("events")
    )
    store: str | None = field(default=None, kw_only=True, metadata=STORE)
    identity: Mapping[str, Any] | None = field(default=None, kw_only=True, metadata=IDENTITY)
    hooks: Mapping[str, Any] | None = field(default=None, kw_only=True, metadata=HOOKS)
    handover: Mapping[str, Any] | None = field(default=None, kw_only=True, metadata=HANDOVER)
    mirror: str | None = field(default=None, kw_only=True, metadata=MIRROR)
    undo: str | None = field(default=None, kw_only=True, metadata=UNDO)
    example: ClassVar[str] = "leadline marks --events events.csv --out event_marks.csv"

    def answer(self, session: Session) -> Answer[Any]:
        """Answer by the events, else from the store."""
        given = {each.name for each in self.given()} - session.settled
        if self.undo is not None and "events" in given:
            raise InputError(Fault("", "--undo", "must not stand beside --events"))
        if self.events is not None and self.undo is None and "store" not in given:
            return super().answer(session)
        of_store = OfStore(
            store=self.store or DEFAULT,
            identity=self.identity,
            signs=self.signs,
            hooks=self.hooks,
            mirror=self.mirror,
            handover=self.handover,
        )
        with of_store.opened() as store:
            undone = 0 if self.undo is None else self._undo(of_store, store, session)
            with store.reading() as reading:
                rows = _kinds(reading)
        said = [f"{undone:,} marks are taken back"] if self.undo is not None else []
        lines = [
            f"{row['events']:>10,}  {row['kind']}, such as {', '.join(row['examples'])}"
            for row in rows
        ]
        return Answer(
            question=self.name,
            result=rows,
            figures={"marks": rows, "undone": undone},
            printed="\n".join([*said, *lines]) or "no event is marked",
        )

    def _undo(self, of_store: OfStore, store: Store, session: Session) -> int:
        """Say that some marks are wrong, as a row of the inbox; return how many."""
        from leadline.service import clock
        from leadline.store import inbox
        from leadline.store.inbox import Received

        with store.reading() as reading:
            ids = _marked(reading, str(self.undo))
        if not ids:
            expected = "must name events with a mark, or a kind of marks"
            raise InputError(Fault("", "--undo", expected, str(self.undo)))
        requests = [
            Received("marks", "rows:event_marks", clock.now(), _body(ids[start : start + 1000]))
            for start in range(0, len(ids), 1000)
        ]
        inbox.accept(store, requests)
        note(store, "marks.taken_back", str(self.undo), {"events": len(ids)})
        if not of_store.drain(store):
            session.tell("asked of the service that runs")
        return len(ids)


def _body(ids: Sequence[str]) -> bytes:
    return json.dumps([{"event_id": each, "mark": None} for each in ids]).encode()


def _marked(session: Reading, what: str) -> list[str]:
    """Return the events whose mark stands, of those that are named, or of a kind."""
    named = {each.strip() for each in what.split(",")}
    return [
        event_id
        for event_id, mark in _standing(session)
        if event_id in named or mark.partition(":")[0] in named
    ]


def _kinds(session: Reading) -> list[dict[str, Any]]:
    """Return how many events are marked by kind, with some of them."""
    kinds: dict[str, list[str]] = {}
    for event_id, mark in _standing(session):
        kinds.setdefault(mark.partition(":")[0], []).append(f"{event_id} ({mark})")
    return [
        {"kind": kind, "events": len(each), "examples": each[:SHOWN]}
        for kind, each in sorted(kinds.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _standing(session: Reading) -> list[tuple[str, str]]:
    """Return the events that are marked now, with their marks."""
    found = session.rows(
        "select m.event_id, m.mark from event_marks as m where m.mark is not null "
        "and not exists (select 1 from event_marks as l where l.event_id = m.event_id "
        "and l.taken_at > m.taken_at) order by m.event_id"
    )
    return [(event_id, mark) for event_id, mark in found]
