"""Why has one lead, or one account, its score, and what would move it?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from leadline.errors import Fault, InputError
from leadline.model.languages import LANGUAGES
from leadline.model.moments import moment
from leadline.questions.answer import Answer, Reading
from leadline.questions.asking import function
from leadline.questions.common import AS_OF, CLEAN, LEAD, MODEL, Anywhere
from leadline.questions.inputs import LEADS, AllTables
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic

if TYPE_CHECKING:
    from leadline.explain.account import AccountExplanation
    from leadline.explain.explanation import Explanation
    from leadline.questions.judging import ModelInput
    from leadline.questions.session import Session
    from leadline.scoring import Run
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


_ACCOUNT = asks(
    "The account_id to look at, in place of a lead.",
    unit="ACCOUNT",
    against=("lead",),
)


@dataclass(frozen=True)
class Explain(AllTables, Anywhere, Question["Answer[Explanation | AccountExplanation]"]):
    """Show one lead's ledger, what is missing, and what would move its score; or an account's."""

    name: ClassVar[str] = "explain"
    topic: ClassVar[Topic] = "score"
    example: ClassVar[str] = "leadline explain model.yaml ada --leads leads.csv --events events.csv"

    model: ModelInput = field(metadata=MODEL)
    lead: str | None = field(default=None, metadata=LEAD)
    leads: Input = field(kw_only=True, metadata=LEADS)
    as_of: datetime | str = field(kw_only=True, metadata=AS_OF)
    account: str | None = field(default=None, kw_only=True, metadata=_ACCOUNT)
    since: datetime | str | None = field(default=None, kw_only=True, metadata=_SINCE)
    words: bool = field(default=False, kw_only=True, metadata=_WORDS)
    language: str = field(default=LANGUAGES[0], kw_only=True, metadata=_LANGUAGE)
    clean: bool = field(default=False, kw_only=True, metadata=CLEAN)

    def check(self) -> None:
        """Refuse also where neither a lead nor an account is named."""
        super().check()
        if self.lead is None and self.account is None:
            raise InputError(Fault("", "LEAD", "is missing", "", "Or give --account ACCOUNT."))

    def answer(self, session: Session) -> Answer[Explanation | AccountExplanation]:
        """Explain the lead, or the account."""
        at = moment(self.as_of)
        opened = session.hold(self._opened(session, at))
        run = opened.embedded()
        if self.lead is None:
            return self._of_account(run, at)
        return self._of_lead(run, self.lead, at)

    def _opened(self, session: Session, at: datetime) -> Run:
        from leadline.scoring import Run

        return Run.open(session.engine, self.model, self.tables(), as_of=at, clean=self.clean)

    def _of_account(self, run: Run, at: datetime) -> Answer[Explanation | AccountExplanation]:
        from leadline.explain.account import explain_account
        from leadline.explain.words import words
        from leadline.reports.account import page, says

        since = None if self.since is None else moment(self.since, "--since")
        result = explain_account(run, self.account or "", at, since)
        report = page(result)
        return Answer(
            question=self.name,
            result=result,
            says=says(result),
            make_page=lambda: report,
            figures=result.plain(),
            reading=Reading.of(run.loaded),
            printed=words(result, self.language) if self.words else None,
            is_whole=True,
        )

    def _of_lead(
        self, run: Run, lead: str, at: datetime
    ) -> Answer[Explanation | AccountExplanation]:
        from leadline.explain.explain import explain as explained
        from leadline.explain.plain import plain
        from leadline.explain.words import words
        from leadline.reports.lead import page

        since = None if self.since is None else moment(self.since, "--since")
        result = explained(run, lead, at, since)
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
