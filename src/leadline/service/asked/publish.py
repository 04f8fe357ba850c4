"""How does a model become the one that scores?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.judging import CAPACITY
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, actor, done

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.store.store import Store

MODEL = asks("Model document (YAML); its examples must hold.", "document", "MODEL", setting="model")
YES = asks("Publish without being asked.", "flag")
WEEKS = asks("Past weeks that the preview replays day by day; 0 for none.", "whole", "N", least=0)
ALERTS = asks("Tell whom the new model moves; by default nobody is told.", "flag")

Counts = dict[str, dict[str, int]]
"""Ladder to how many leads stand in each band."""


@dataclass(frozen=True)
class Publish(OfStore, Question["Answer[Counts]"]):
    """Score everybody by a model, then make it the one that is live."""

    name: ClassVar[str] = "publish"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline publish model.yaml --store sqlite:leadline.db"
    has_report: ClassVar[bool] = False

    model: str = field(metadata=MODEL)
    yes: bool = field(default=False, kw_only=True, metadata=YES)
    weeks: int = field(default=4, kw_only=True, metadata=WEEKS)
    capacity: str | None = field(default=None, kw_only=True, metadata=CAPACITY)
    alerts: bool = field(default=False, kw_only=True, metadata=ALERTS)

    def answer(self, session: Session) -> Answer[Counts]:
        """Check the model and its examples, show what it would do, and have the loop publish it.

        Where a model is live already a person says yes first.
        """
        from leadline.service import commands
        from leadline.service.bringing import publishable

        document, text = publishable(self.model)
        with self.opened() as store:
            before = counts(store)
            found = self._previewed(store, text)
            if found is not None:
                session.tell(found)
                self._confirm(session)
            done(store, self, commands.Publish(text, alerts=self.alerts, by=actor()), session.tell)
            after = counts(store)
        return Answer(
            question=self.name,
            result=after,
            says=f"{document.model} is live",
            figures={"model": document.model, "before": before, "after": after},
            printed=f"{document.model} is live\n{told(before, after)}",
        )

    def _previewed(self, store: Store, text: str) -> str | None:
        """Return what the model would do as text; None where no model is live."""
        from leadline.review.backtest.capacity import read_capacity
        from leadline.service import clock
        from leadline.service.preview import preview
        from leadline.service.preview import told as shown

        room = read_capacity(self.capacity) if self.capacity else None
        with store.reading() as session:
            found = preview(session, text, clock.now(), self.weeks)
        return None if found is None else shown(found, room)

    def _confirm(self, session: Session) -> None:
        """Go on where a person says so. Raises InputError."""
        from leadline.errors import Fault, InputError

        if self.yes or (said := session.confirm("Publish it?")):
            return
        expected = "must be confirmed" if said is None else "was not confirmed"
        remedy = "Give --yes." if said is None else "Nothing has changed."
        raise InputError(Fault("", "publish", expected, "", remedy))


def counts(store: Store) -> Counts:
    """Return how many leads stand in each band by the model that is live."""
    with store.reading() as session:
        found = session.rows(
            "select b.ladder, coalesce(b.band, '-'), count(*) from current_bands as b "
            "join models as m on m.version = b.version and m.state = 'published' "
            "group by b.ladder, b.band order by b.ladder, b.band"
        )
    ladders: Counts = {}
    for ladder, band, leads in found:
        ladders.setdefault(ladder, {})[band] = leads
    return ladders


def told(before: Counts, after: Counts) -> str:
    """Return the bands before and after, a line each."""
    lines = []
    for ladder in dict.fromkeys([*after, *before]):
        then, now = before.get(ladder, {}), after.get(ladder, {})
        for band in dict.fromkeys([*now, *then]):
            change = now.get(band, 0) - then.get(band, 0)
            lines.append(f"{ladder} {band:20} {now.get(band, 0):>10,} leads  {change:+,}")
    return "\n".join(lines)


def plain_time(at: int | None) -> str | None:
    """Return a moment of the store as text, null where there is none."""
    from leadline.service import clock

    return None if at is None else clock.text(at)
