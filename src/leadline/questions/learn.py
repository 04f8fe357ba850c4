"""What model do past outcomes teach?"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from leadline.errors import Fault, InputError
from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.judging import READER, OnHistory
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.learn.learning import Learning
    from leadline.questions.judging import ModelInput, TaskInput
    from leadline.questions.session import Session, Tell

METHODS = ("auto", "scorecard", "logistic", "additive")
MOST_ENTRIES = 12
_TASK = asks("Task to learn (YAML).", "document", "T", setting="task")
_OUT = asks("Write the model (YAML).", "file", "MODEL", group="outputs", makes="model")
_METHOD = asks(f"{', '.join(METHODS[:-1])} or {METHODS[-1]}.", unit="METHOD", choices=METHODS)
_RULES = asks("Most entries of a scorecard with points other than 0.", "whole", "N", least=1)
_SUSPECTS = asks("Learn also from what the audit says came later.", "flag", word="keep-suspects")
_BASE = asks("Fit the points of this model; pinned rules stay.", "document", "MODEL")
_RECALIBRATE = asks("Leave the points of the base, and fit what they say of chances.", "flag")


@dataclass(frozen=True)
class Learn(OnHistory, Question["Answer[Learning]"]):
    """Learn a model from past outcomes, and say how sure it is."""

    name: ClassVar[str] = "learn"
    topic: ClassVar[Topic] = "learn"
    example: ClassVar[str] = (
        "leadline learn --task task.yaml --leads leads.csv --events events.csv "
        "--outcomes outcomes.csv --out model.yaml"
    )
    hint: ClassVar[str] = "next: --report FILE.html has all that was tried and left out"

    task: TaskInput = field(kw_only=True, metadata=_TASK)
    out: str | None = field(default=None, kw_only=True, metadata=_OUT)
    method: Literal["auto", "scorecard", "logistic", "additive"] = field(
        default="auto", kw_only=True, metadata=_METHOD
    )
    rules: int = field(default=MOST_ENTRIES, kw_only=True, metadata=_RULES)
    suspects: bool = field(default=False, kw_only=True, metadata=_SUSPECTS)
    base: str | Path | None = field(default=None, kw_only=True, metadata=_BASE)
    recalibrate: bool = field(default=False, kw_only=True, metadata=_RECALIBRATE)
    model: ModelInput | None = field(default=None, kw_only=True, metadata=READER)

    def answer(self, session: Session) -> Answer[Learning]:
        """Learn from the rows of the task."""
        from leadline.learn.learning import learn as learned
        from leadline.model.declared import read_declared
        from leadline.model.task import read_task
        from leadline.reports.learn import page

        if self.recalibrate and self.base is None:
            raise InputError(Fault("", "--recalibrate", "must come with --base MODEL"))
        result = learned(
            session.embedded,
            self.tables(),
            read_task(self.task),
            name=Path(self.out).stem if self.out else "learned",
            method=None if self.method == "auto" else self.method,
            entries=self.rules,
            end=self.end,
            suspects=self.suspects,
            reader=None if self.model is None else read_declared(self.model),
            base=self.base,
            recalibrate=self.recalibrate,
            tell=session.tell,
        )
        report = page(result)
        return Answer(
            question=self.name,
            result=result,
            make_page=lambda: report,
            reading=Reading.of(result.judged.run.loaded),
            texts={} if result.text is None else {"model": result.text},
        )

    def finish(self, answer: Answer[Any], tell: Tell) -> None:
        """Move an earlier model away where none was learned: nobody takes it for the result."""
        if "model" in answer.texts or self.out is None or not Path(self.out).is_file():
            return
        kept = Path(self.out).replace(Path(f"{self.out}.earlier"))
        tell(f"{self.out} was an earlier model, and is now {kept}")


learn = function(Learn)
