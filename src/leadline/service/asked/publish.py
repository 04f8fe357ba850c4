"""How does a model become the one that scores?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, done

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.store.store import Store

MODEL = asks("Model document (YAML); its examples must hold.", "document", "MODEL", setting="model")
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
    alerts: bool = field(default=False, kw_only=True, metadata=ALERTS)

    def answer(self, session: Session) -> Answer[Counts]:
        """Check the model and its examples, then have the loop publish it."""
        from pathlib import Path

        from leadline.model.checking.check import check
        from leadline.model.given import read_model, refuse
        from leadline.review.trial.examples import check_examples
        from leadline.service import commands

        document, source = read_model(self.model)
        refuse(check(document, source) or check_examples(document, source))
        text = Path(self.model).read_text(encoding="utf-8")
        with self.opened() as store:
            before = counts(store)
            done(store, commands.Publish(text, alerts=self.alerts), session.tell)
            after = counts(store)
        return Answer(
            question=self.name,
            result=after,
            says=f"{document.model} is live",
            figures={"model": document.model, "before": before, "after": after},
            printed=f"{document.model} is live\n{told(before, after)}",
        )


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
