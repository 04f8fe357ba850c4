"""What may stand in a model?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.questions.session import Session


_WHAT = asks("model, or explain for its JSON.", unit="[WHAT]", choices=("model", "explain"))


@dataclass(frozen=True)
class Schema(Question["Answer[str]"]):
    """Print the JSON Schema of model documents, for editors, or of what explain says."""

    name: ClassVar[str] = "schema"
    topic: ClassVar[Topic] = "data"
    example: ClassVar[str] = "leadline schema > model.schema.json"
    has_report: ClassVar[bool] = False

    what: Literal["model", "explain"] = field(default="model", metadata=_WHAT)

    def answer(self, _: Session) -> Answer[str]:
        """Return the schema."""
        import json

        text = self._text()
        return Answer(
            question=self.name,
            result=text,
            says=f"The JSON Schema of {self.what}.",
            figures={"schema": json.loads(text)},
            printed=text.removesuffix("\n"),
        )

    def _text(self) -> str:
        if self.what == "explain":
            from leadline.explain.plain import json_schema
        else:
            from leadline.model.schema import json_schema
        return json_schema()
