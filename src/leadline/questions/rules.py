"""What is every rule of a model worth?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.errors import Fault, InputError
from leadline.questions.answer import Answer, Reading
from leadline.questions.applied import overwrite, refuse_without_file, text_of
from leadline.questions.asking import function
from leadline.questions.common import MODEL
from leadline.questions.judging import APPLY, SCORE, SPLIT, TASK, OnHistory, Split, task_for
from leadline.questions.question import Question, Topic
from leadline.questions.warned import warned

if TYPE_CHECKING:
    from leadline.questions.judging import ModelInput, TaskInput
    from leadline.questions.session import Session, Tell
    from leadline.review.rule_worth.worth import Worth


@dataclass(frozen=True)
class Rules(OnHistory, Question["Answer[Worth]"]):
    """Say what every rule is worth, given the others, and propose what should change."""

    name: ClassVar[str] = "rules"
    topic: ClassVar[Topic] = "judge"
    example: ClassVar[str] = (
        "leadline rules model.yaml --task task.yaml --leads leads.csv --events events.csv "
        "--outcomes outcomes.csv"
    )
    hint: ClassVar[str] = (
        "next: --report FILE.html has every rule; --apply writes the proposal into the model"
    )

    model: ModelInput = field(metadata=MODEL)
    task: TaskInput | None = field(default=None, kw_only=True, metadata=TASK)
    split: Split | None = field(default=None, kw_only=True, metadata=SPLIT)
    score: str | None = field(default=None, kw_only=True, metadata=SCORE)
    apply: bool = field(default=False, kw_only=True, metadata=APPLY)

    def check(self) -> None:
        """Refuse also to write into a model that no file holds."""
        super().check()
        if self.apply:
            refuse_without_file(self.model)

    def answer(self, session: Session) -> Answer[Worth]:
        """Weigh the rules on the rows of the task."""
        from leadline.history.judged import judged
        from leadline.history.opened import open_past
        from leadline.model.given import read_model
        from leadline.model.seen import with_seen
        from leadline.reports.rules import page
        from leadline.review.rule_worth.worth import of_judged

        task = task_for(self.task, self.model)
        run = session.hold(open_past(session.embedded, self.model, self.tables(), task))
        warnings = warned(self.model, session.tell)
        rows = judged(run, task, self.end)
        result = of_judged(rows, self.score, self.split, read_model(self.model)[0])
        report = page(result)
        texts = {}
        if result.proposal is not None:
            texts["model"] = with_seen(result.proposal.applied(text_of(self.model)), rows.end)
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: report,
            figures=result.plain(),
            reading=Reading.of(run.loaded, warnings),
            texts=texts,
        )

    def finish(self, answer: Answer[Any], tell: Tell) -> None:
        """Write the proposal into the model, where that is asked for."""
        if not self.apply or "model" not in answer.texts:
            return
        effect = answer.result.effect
        if effect is not None and effect.is_worse:
            expected = "must not make the ranking worse"
            raise InputError(Fault("", "--apply", expected, effect.says.rstrip(".")))
        overwrite(self.model, answer.texts["model"])
        tell(f"written to {self.model}")


rules = function(Rules)
