"""Which fields and events cannot have been known when a lead was scored?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.judging import BARE_TASK, READER, OnHistory, judged_rows
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.questions.judging import ModelInput, TaskInput
    from leadline.questions.session import Session
    from leadline.review.audit.audit import Audit as Audited


@dataclass(frozen=True)
class Audit(OnHistory, Question["Answer[Audited]"]):
    """Find fields and events that cannot have been known when a lead is scored."""

    name: ClassVar[str] = "audit"
    topic: ClassVar[Topic] = "judge"
    example: ClassVar[str] = "leadline audit --task task.yaml --leads leads.csv"
    hint: ClassVar[str] = "next: --report FILE.html has every field and event with its figures"

    task: TaskInput = field(kw_only=True, metadata=BARE_TASK)
    model: ModelInput | None = field(default=None, kw_only=True, metadata=READER)

    def answer(self, session: Session) -> Answer[Audited]:
        """Audit the rows of the task."""
        from leadline.reports.audit import page
        from leadline.review.audit.audit import audit as audited

        rows = judged_rows(session, self.task, self.tables(), self.end, self.model)
        result = audited(rows)
        report = page(result)
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: report,
            reading=Reading.of(rows.run.loaded),
        )


audit = function(Audit)
