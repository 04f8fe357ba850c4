"""Why has one lead its score, and what would move it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from leadline.model.languages import LANGUAGES
from leadline.model.moments import moment
from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.common import AS_OF, CLEAN, LEAD, MODEL, Anywhere
from leadline.questions.inputs import LEADS, AllTables
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.explain.explanation import Explanation
    from leadline.questions.judging import ModelInput
    from leadline.questions.session import Session
    from leadline.tables.places.inputs import Input

_SINCE = asks("Show what changed from this moment.", "moment", "T")
_WORDS = asks("Say it in three sentences, for who calls.", "flag")
_LANGUAGE = asks(
    f"Language of --words: {', '.join(LANGUAGES)}.",
    unit="L",
    choices=LANGUAGES,
    beside="words",
    setting="language",
)


@dataclass(frozen=True)
class Explain(AllTables, Anywhere, Question["Answer[Explanation]"]):
    """Show one lead's ledger, what is missing, and what would move its score."""

    name: ClassVar[str] = "explain"
    topic: ClassVar[Topic] = "score"
    example: ClassVar[str] = "leadline explain model.yaml ada --leads leads.csv --events events.csv"

    model: ModelInput = field(metadata=MODEL)
    lead: str = field(metadata=LEAD)
    leads: Input = field(kw_only=True, metadata=LEADS)
    as_of: datetime | str = field(kw_only=True, metadata=AS_OF)
    since: datetime | str | None = field(default=None, kw_only=True, metadata=_SINCE)
    words: bool = field(default=False, kw_only=True, metadata=_WORDS)
    language: str = field(default=LANGUAGES[0], kw_only=True, metadata=_LANGUAGE)
    clean: bool = field(default=False, kw_only=True, metadata=CLEAN)

    def answer(self, session: Session) -> Answer[Explanation]:
        """Explain the lead."""
        from leadline.explain.explain import explain as explained
        from leadline.explain.plain import plain
        from leadline.explain.words import words
        from leadline.reports.lead import page
        from leadline.scoring import Run

        at = moment(self.as_of)
        since = None if self.since is None else moment(self.since, "--since")
        opened = session.hold(
            Run.open(session.engine, self.model, self.tables(), as_of=at, clean=self.clean)
        )
        run = opened.embedded()
        result = explained(run, self.lead, at, since)
        report = page(result)
        said = words(result, self.language)
        return Answer(
            question=self.name,
            result=result,
            says=said,
            make_page=lambda: report,
            figures={**plain(result)},
            reading=Reading.of(run.loaded),
            printed=said if self.words else None,
            is_whole=True,
        )


explain = function(Explain)
