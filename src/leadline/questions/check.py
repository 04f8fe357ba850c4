"""Has a model faults?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.called import called
from leadline.questions.common import MODEL, Anywhere
from leadline.questions.inputs import KEEP, FactTables
from leadline.questions.question import Question, Topic
from leadline.questions.warned import told

if TYPE_CHECKING:
    from leadline.errors import Fault
    from leadline.model.document import Model
    from leadline.model.reading.source import Source
    from leadline.questions.judging import ModelInput
    from leadline.questions.session import Session


@dataclass(frozen=True)
class Checked:
    """What was found in a model.

    Attributes:
        model: Its name.
        fingerprint: Its fingerprint; empty where it has faults.
        faults: What cannot work.
        warnings: What is allowed and seldom meant; with tables, what they never have.
        counts: How many scores, rules and examples it has.
    """

    model: str
    fingerprint: str
    faults: tuple[Fault, ...]
    warnings: tuple[str, ...]
    counts: dict[str, int]

    @property
    def says(self) -> str:
        """What was found, in a line."""
        if self.faults:
            return f"{len(self.faults)} fault{'' if len(self.faults) == 1 else 's'}"
        words = [f"{n} {name[:-1] if n == 1 else name}" for name, n in self.counts.items() if n]
        return f"no faults; {', '.join(words)}{' that hold' if self.counts['examples'] else ''}"


@dataclass(frozen=True)
class Check(FactTables, Anywhere, Question["Answer[Checked]"]):
    """Report every fault of a model; with tables, of its columns too, and what they never have."""

    name: ClassVar[str] = "check"
    topic: ClassVar[Topic] = "data"
    example: ClassVar[str] = "leadline check model.yaml --leads leads.csv --events events.csv"
    has_report: ClassVar[bool] = False

    model: ModelInput = field(metadata=MODEL)
    keep: str | None = field(default=None, kw_only=True, metadata=KEEP)

    def answer(self, session: Session) -> Answer[Checked]:
        """Check the document, its columns and its examples."""
        from leadline.model.declared import with_kept
        from leadline.model.fingerprint import fingerprint
        from leadline.model.given import read_model

        document, source = read_model(self.model)
        document = with_kept(document, self.keep)
        faults, unseen, notes = self._found(document, source, session)
        warnings = () if faults else (*told(document, source, session.tell), *unseen)
        result = Checked(
            document.model,
            "" if faults else fingerprint(document),
            tuple(faults),
            tuple(map(str, warnings)),
            _counts(document),
        )
        for each in faults:
            session.tell(str(each))
        for each in unseen:
            session.tell(f"warning: {each}")
        return Answer(
            question=self.name,
            result=result,
            says=result.says,
            figures=_figures(result),
            reading=Reading(notes=tuple(notes), warnings=result.warnings),
            printed=""
            if faults
            else f"{called(self.model, document)}: {result.says}\nfingerprint {result.fingerprint}",
            status=2 if faults else 0,
        )

    def _found(self, document: Model, source: Source, session: Session) -> _Found:
        """Check the document and its columns, and where these are sound its examples."""
        from leadline.model.checking.check import check

        found = _Found(check(document, source))
        if tables := self.tables():
            from leadline.review.trial.checked import check_tables

            found = _Found(*check_tables(session.engine, document, source, tables))
        if not found.faults and document.examples:
            from leadline.review.trial.examples import check_examples

            examples = check_examples(document, source, session.engine.embedded)
            found = found._replace(faults=examples)
        return found


class _Found(NamedTuple):
    """What cannot work in a document, what its tables never have, and notes of these."""

    faults: list[Fault]
    unseen: Sequence[Fault] = ()
    notes: Sequence[str] = ()


def _counts(model: Model) -> dict[str, int]:
    return {
        "scores": len(model.scores),
        "rules": sum(1 for _ in model.rules()),
        "examples": len(model.examples),
    }


def _figures(found: Checked) -> dict[str, Any]:
    return {
        "model": found.model,
        "fingerprint": found.fingerprint or None,
        "faults": [{**asdict(each), "says": str(each)} for each in found.faults],
        "counts": found.counts,
    }


check = function(Check)
