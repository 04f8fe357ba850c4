"""Whom do leads go to, and whom would they have gone to?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore

if TYPE_CHECKING:
    from leadline.questions.session import Session

DRY_RUN = asks("Try the rules on leads of the past; nobody gets any.", "flag")
DAYS = asks("How far back the leads of the past go.", "whole", "N", least=1, beside="dry_run")


@dataclass(frozen=True)
class Assign(OfStore, Question["Answer[list[dict[str, Any]]]"]):
    """Say who has how many leads, or who would have had how many by the rules of the settings."""

    name: ClassVar[str] = "assign"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline assign --dry-run"
    has_report: ClassVar[bool] = False

    dry_run: bool = field(default=False, kw_only=True, metadata=DRY_RUN)
    days: int = field(default=30, kw_only=True, metadata=DAYS)

    def answer(self, _: Session) -> Answer[list[dict[str, Any]]]:
        """Count who has leads; or try the rules on the changes of band of the last days."""
        from leadline.service import clock
        from leadline.service.handover.trying import now_owned, tried

        team, at = self.handing.team, clock.now()
        with self.opened() as store, store.reading() as session:
            rows = tried(session, team, at, self.days) if self.dry_run else now_owned(session, at)
        told = [each.plain() for each in rows]
        head = f"of the leads of the last {self.days} days" if self.dry_run else "now"
        lines = [each.line() for each in rows]
        return Answer(
            question=self.name,
            result=told,
            figures={"dry_run": self.dry_run, "owners": told},
            printed="\n".join([head, *(lines or ["nobody has any"])]),
        )
