"""What identifies everything in a model that can change a number?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.common import MODEL
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.questions.judging import ModelInput
    from leadline.questions.session import Session


@dataclass(frozen=True)
class Fingerprint(Question["Answer[str]"]):
    """Print the hash of everything in a model that can change a number."""

    name: ClassVar[str] = "fingerprint"
    topic: ClassVar[Topic] = "data"
    example: ClassVar[str] = "leadline fingerprint model.yaml"
    has_report: ClassVar[bool] = False

    model: ModelInput = field(metadata=MODEL)

    def answer(self, _: Session) -> Answer[str]:
        """Return the fingerprint of a model without faults."""
        from leadline.model.checking.check import check
        from leadline.model.fingerprint import fingerprint
        from leadline.model.given import read_model, refuse

        document, source = read_model(self.model)
        refuse(check(document, source))
        found = fingerprint(document)
        figures = {"model": document.model, "fingerprint": found}
        return Answer(question=self.name, result=found, figures=figures, printed=found)
