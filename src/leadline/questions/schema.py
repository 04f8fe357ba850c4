"""What may stand in a model?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.questions.session import Session


@dataclass(frozen=True)
class Schema(Question["Answer[str]"]):
    """Print the JSON Schema of model documents, for editors."""

    name: ClassVar[str] = "schema"
    topic: ClassVar[Topic] = "data"
    example: ClassVar[str] = "leadline schema > model.schema.json"
    has_report: ClassVar[bool] = False

    def answer(self, _: Session) -> Answer[str]:
        """Return the schema."""
        import json

        from leadline.model.schema import json_schema

        found = json_schema()
        return Answer(
            question=self.name,
            result=found,
            says="The JSON Schema of model documents.",
            figures={"schema": json.loads(found)},
            printed=found.removesuffix("\n"),
        )
