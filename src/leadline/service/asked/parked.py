"""What could not be used of what was sent, and why?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, note
from leadline.service.asked.publish import plain_time

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.store.store import Store

REASON = asks("Only what was parked for this reason.", "text", "WORD")
REPLAY = asks("Send what is listed through the inbox again.", "flag")
SINCE = asks("Send all requests again that came from this moment on.", "moment", "T")
UNTIL = asks("And before this one; by default now.", "moment", "T", beside="since")
SOURCE = asks("Only those that came with the key of this name.", "text", "NAME", beside="since")
MOST = 1000


@dataclass(frozen=True)
class Parked(OfStore, Question["Answer[list[dict[str, Any]]]"]):
    """List what could not be used, with its reason, or send it through the inbox again."""

    name: ClassVar[str] = "parked"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline parked --reason no_id"
    has_report: ClassVar[bool] = False

    reason: str | None = field(default=None, kw_only=True, metadata=REASON)
    replay: bool = field(default=False, kw_only=True, metadata=REPLAY)

    since: datetime | str | None = field(default=None, kw_only=True, metadata=SINCE)
    until: datetime | str | None = field(default=None, kw_only=True, metadata=UNTIL)
    source: str | None = field(default=None, kw_only=True, metadata=SOURCE)

    def answer(self, _: Session) -> Answer[list[dict[str, Any]]]:
        """List, and replay where that is asked; nothing counts twice by it."""
        from leadline.service import clock
        from leadline.store import inbox

        with self.opened() as store:
            with store.reading() as session:
                found = inbox.parked_rows(session, self.reason, MOST)
            again = self._again(store)
            if self.replay:
                with store.writing() as session:
                    inbox.replay(session, [each.parked_id for each in found], clock.now())
                note(store, "parked.replayed", self.reason or "", {"parts": len(found)})
        rows = [
            {
                "parked_id": each.parked_id,
                "source": each.source,
                "reason": each.reason,
                "detail": each.detail,
                "received_at": plain_time(each.received_at),
                "replayed_at": plain_time(each.replayed_at),
                "body": each.body.decode("utf-8", "replace"),
            }
            for each in found
        ]
        lines = [
            f"{row['received_at']}  {row['source']}  {row['reason']}: {row['detail']}"
            for row in rows
        ]
        sent = (len(rows) if self.replay else 0) + again
        said = [f"{sent:,} sent again"] if self.replay or self.since is not None else []
        return Answer(
            question=self.name,
            result=rows,
            figures={"parked": rows, "sent_again": sent},
            printed="\n".join([*lines, *said]) or "nothing is parked",
        )

    def _again(self, store: Store) -> int:
        """Send all requests of a time through the inbox again; return how many those are."""
        from leadline.model.moments import moment
        from leadline.service.clock import micros, now
        from leadline.store import inbox

        if self.since is None:
            return 0
        since = micros(moment(self.since, "--since"))
        until = now() if self.until is None else micros(moment(self.until, "--until"))
        with store.writing() as session:
            again = inbox.again(session, since, until, self.source)
        span = {"since": plain_time(since), "until": plain_time(until), "requests": again}
        note(store, "requests.replayed", self.source or "", span)
        return again
