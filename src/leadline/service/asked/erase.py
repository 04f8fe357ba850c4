"""How is a person taken out of the store?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore, actor, done

if TYPE_CHECKING:
    from leadline.questions.session import Session

WHO = asks("Id of a lead, a user id or an e-mail address.", unit="LEAD")
YES = asks("Erase without being asked.", "flag")


@dataclass(frozen=True)
class Erase(OfStore, Question["Answer[int]"]):
    """Take a person out of the store, for good: nothing brings them back."""

    name: ClassVar[str] = "erase"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline erase ada --yes"
    has_report: ClassVar[bool] = False

    lead: str = field(metadata=WHO)
    yes: bool = field(default=False, kw_only=True, metadata=YES)

    def answer(self, session: Session) -> Answer[int]:
        """Have the loop erase the person, and overwrite what was deleted."""
        from leadline.errors import Fault, InputError
        from leadline.service import commands

        if not self.yes and not session.confirm(f"Erase {self.lead} for good?"):
            raise InputError(Fault("", "erase", "must be confirmed", "", "Give --yes."))
        with self.opened() as store:
            leads = int(done(store, self, commands.Erase(self.lead, by=actor()), session.tell))
            store.compact()
        return Answer(
            question=self.name,
            result=leads,
            figures={"leads": leads},
            printed=f"erased; {leads} of the leads of the store were this person",
        )
