"""What was delivered, what was not, and how are the destinations?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, note
from leadline.service.asked.publish import plain_time

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.store.outbox import DeliveryRow, Health
    from leadline.store.session import Session as Reading
    from leadline.store.store import Store

STATE = asks(
    "Which ones: parked were tried often enough.",
    "text",
    "STATE",
    choices=("parked", "waits", "done", "superseded"),
)
TO = asks("Only those of this destination.", "text", "NAME")
REPLAY = asks("Have what is parked go again, all tries anew.", "flag")
TEST = asks("Send a test to this destination; the service delivers it.", "text", "NAME")
MOST = 1000


@dataclass(frozen=True)
class Deliveries(OfStore, Question["Answer[list[dict[str, Any]]]"]):
    """List what could not be delivered and how destinations are, send it again, or send a test."""

    name: ClassVar[str] = "deliveries"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline deliveries --replay"
    has_report: ClassVar[bool] = False

    state: Literal["parked", "waits", "done", "superseded"] = field(
        default="parked", kw_only=True, metadata=STATE
    )
    to: str | None = field(default=None, kw_only=True, metadata=TO)
    replay: bool = field(default=False, kw_only=True, metadata=REPLAY)
    test: str | None = field(default=None, kw_only=True, metadata=TEST)

    def answer(self, _: Session) -> Answer[list[dict[str, Any]]]:
        """Do what is asked, and list."""
        from leadline.store import outbox

        with self.opened() as store:
            said = [*self._tested(store), *self._replayed(store)]
            with store.reading() as session:
                rows = [_plain(each) for each in self._listed(session)]
                health = [_health(each) for each in outbox.health(session)]
        return Answer(
            question=self.name,
            result=rows,
            figures={"deliveries": rows, "destinations": health},
            printed="\n".join([*said, *map(_line, rows), *map(_health_line, health)])
            or "nothing was ever to be delivered",
        )

    def _listed(self, session: Reading) -> list[DeliveryRow]:
        from leadline.store import outbox

        return outbox.listed(session, self.state, self.to, MOST)

    def _tested(self, store: Store) -> list[str]:
        """Write a test into the outbox, and say so. Raises InputError where there is no such."""
        from leadline.service import clock
        from leadline.service.delivery.destinations import destinations
        from leadline.service.delivery.testing import write_test

        if self.test is None:
            return []
        known = destinations(self.destinations, with_secrets=False)
        write_test(store, known, self.test, clock.now())
        return [f"a test is written for {self.test}"]

    def _replayed(self, store: Store) -> list[str]:
        from leadline.service import clock
        from leadline.store import outbox

        if not self.replay:
            return []
        with store.writing() as session:
            rows = outbox.listed(session, "parked", self.to, MOST)
            count = outbox.replay(session, [each.delivery_id for each in rows], clock.now())
        note(store, "deliveries.replayed", self.to or "", {"deliveries": count})
        return [f"{count:,} go again"]


def _plain(row: DeliveryRow) -> dict[str, Any]:
    return {
        "delivery_id": row.delivery_id,
        "key": row.key,
        "destination": row.destination,
        "subject": row.subject,
        "kind": row.kind,
        "created_at": plain_time(row.created_at),
        "due_at": plain_time(row.due_at),
        "tries": row.tries,
        "state": row.state,
        "ended_at": plain_time(row.ended_at),
        "status": row.status,
        "detail": row.detail,
    }


def _health(each: Health) -> dict[str, Any]:
    return {
        "destination": each.destination,
        "waiting": each.waiting,
        "oldest_at": plain_time(each.oldest_at),
        "parked": each.parked,
        "last_done_at": plain_time(each.last_done_at),
    }


def _line(row: dict[str, Any]) -> str:
    why = f": {row['detail']}" if row["detail"] else ""
    return f"{row['created_at']}  {row['destination']}  {row['key']}  {row['state']}{why}"


def _health_line(each: dict[str, Any]) -> str:
    last = each["last_done_at"] or "never"
    return (
        f"{each['destination']:20}  {each['waiting']:>8,} wait  {each['parked']:>8,} parked  "
        f"last arrived {last}"
    )
