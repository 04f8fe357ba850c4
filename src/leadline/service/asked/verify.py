"""Is what is stored what batch gives?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.service.whole import Verified


@dataclass(frozen=True)
class Verify(OfStore, Question["Answer[Verified]"]):
    """Compute every stored score anew, each at its own moment, and compare all of it."""

    name: ClassVar[str] = "verify"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline verify --store sqlite:leadline.db"
    has_report: ClassVar[bool] = False

    def answer(self, session: Session) -> Answer[Verified]:
        """Compare; a difference ends in status 1."""
        from leadline.service import whole
        from leadline.service.live import of_store

        with self.opened() as store:
            live = of_store(store, session.embedded)
            found = whole.verify(store, live)
        same = "the same as batch, to the last digit"
        says = f"{found.leads:,} leads and {found.accounts:,} accounts: "
        says += same if not found.count else f"{found.count:,} values differ"
        if found.waiting:
            says += f"; {found.waiting:,} leads of large accounts are to be scored yet"
        lines = [
            f"  {each.who} {each.column}: stored {each.stored}, computed {each.computed}"
            for each in found.differences
        ]
        return Answer(
            question=self.name,
            result=found,
            says=says,
            figures={
                "leads": found.leads,
                "accounts": found.accounts,
                "waiting": found.waiting,
                "differences": found.count,
                "examples": [vars(each) for each in found.differences],
            },
            printed="\n".join([says, *lines]),
            status=1 if found.count else 0,
        )
