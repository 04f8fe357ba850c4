"""What was kept long enough?"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, alone

if TYPE_CHECKING:
    from leadline.questions.session import Session

RAW_DAYS = asks(
    "Days for which requests are kept as they came, and deliveries that are over.",
    "whole",
    "N",
    least=1,
    setting="store.raw_days",
)
PARKED_DAYS = asks(
    "Days for which what could not be used or delivered is kept.",
    "whole",
    "N",
    least=1,
    setting="store.parked_days",
)
UNKNOWN_DAYS = asks(
    "Days for which leads that nobody knows are kept, since they last did something.",
    "whole",
    "N",
    least=1,
    setting="store.unknown_days",
)
MOST = 1000
"""Of each kind in one transaction."""


@dataclass(frozen=True)
class Tidy(OfStore, Question["Answer[dict[str, int]]"]):
    """Take away what was kept long enough; a service that runs does so by itself."""

    name: ClassVar[str] = "tidy"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline tidy --unknown-days 395"
    has_report: ClassVar[bool] = False

    raw_days: int = field(default=7, kw_only=True, metadata=RAW_DAYS)
    parked_days: int = field(default=90, kw_only=True, metadata=PARKED_DAYS)
    unknown_days: int | None = field(default=None, kw_only=True, metadata=UNKNOWN_DAYS)

    def answer(self, _: Session) -> Answer[dict[str, int]]:
        """Take it away, some at a time, until nothing is left to take."""
        from leadline.service import clock
        from leadline.service.keeping import UNKNOWN, Keeping
        from leadline.service.mirrored import mirror_of

        keeping = Keeping(self.raw_days, self.parked_days, self.unknown_days)
        gone: Counter[str] = Counter()
        with self.opened() as store, alone(store):
            at = clock.now()
            while True:
                with store.working() as session:
                    found = keeping.tidy(session, at, MOST)
                gone.update(found)
                if not any(found.values()):
                    break
            if any(gone.values()):
                store.compact()
            mirror = mirror_of(self.store, self.mirror)
            if gone[UNKNOWN] and mirror is not None:
                mirror.drop()
        figures = dict(gone)
        lines = [f"{count:>10,}  {what}" for what, count in figures.items()]
        return Answer(question=self.name, result=figures, figures=figures, printed="\n".join(lines))
