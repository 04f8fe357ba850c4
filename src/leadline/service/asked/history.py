"""How did the score of one lead come to be, by tables or as a store had it?"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.errors import Fault, InputError
from leadline.model.moments import moment
from leadline.questions.answer import Answer, Reading
from leadline.questions.common import LEAD, MODEL
from leadline.questions.history import History as OfTables
from leadline.questions.history import told
from leadline.questions.inputs import LEADS, PastTables
from leadline.questions.option import asks
from leadline.service.asked.of_store import DEFAULT, OfStore
from leadline.service.settings import without_password

if TYPE_CHECKING:
    from leadline.explain.history import History as Past
    from leadline.questions.session import Session
    from leadline.tables.places.inputs import Input

STORE = asks(
    "Answer from this store; by default from that of the workspace once a model is live in it.",
    "text",
    "URL",
    setting="store.url",
)
_WORD = {"option": replace(MODEL["option"], kind="text")}
_OF_TABLES = frozenset({"model", *(each.name for each in fields(PastTables))})


@dataclass(frozen=True)
class History(OfTables):
    """Show one lead's score over its own events, and what moved it at each.

    A store gives each score by the model of its day; tables give all of them by one model.
    """

    example: ClassVar[str] = "leadline history ada"

    model: Any = field(default=None, metadata=_WORD)
    lead: str = field(default="", metadata=LEAD)
    leads: Input | None = field(default=None, kw_only=True, metadata=LEADS)  # type: ignore[assignment]
    store: str | None = field(default=None, kw_only=True, metadata=STORE)

    def answer(self, session: Session) -> Answer[Past]:
        """Answer from the store, or by the tables where these are given or no model is live."""
        asked = self if self.lead or not self.model else replace(self, model=None, lead=self.model)
        given = {each.name for each in asked.given()} - session.settled
        own = given & _OF_TABLES
        if own and "store" in given:
            expected = f"must not stand beside {', '.join(sorted(own))}"
            raise InputError(Fault("", "--store", expected))
        if not own and ("store" in given or _is_live(self.store or DEFAULT)):
            return asked.of_store(session)
        asked.refuse_missing()
        return super(History, asked).answer(session)

    def refuse_missing(self) -> None:
        """Refuse to answer by tables where these are not known. Raises InputError."""
        needed = {"MODEL": self.model, "LEAD": self.lead, "--leads": self.leads}
        remedy = f"See leadline {self.name} --help."
        missing = [name for name, value in needed.items() if not value]
        if missing:
            raise InputError(*(Fault("", name, "is missing", "", remedy) for name in missing))

    def of_store(self, session: Session) -> Answer[Past]:
        """Score the lead at each of its events, by the model of that day."""
        from leadline.service.clock import micros
        from leadline.service.past import past
        from leadline.store.facts import leads_by_id

        url = self.store or DEFAULT
        with OfStore(store=url).opened() as store, store.reading() as reading:
            rows = leads_by_id(reading, [self.lead])
            if not rows:
                raise InputError(Fault("", "LEAD", "must be a lead of the store", self.lead))
            found = past(session.embedded, reading, rows[0], micros(moment(self.as_of)))
        if not found.moments:
            raise InputError(Fault("", "LEAD", "must be a lead at that moment", self.lead))
        return told(found, Reading(files=(without_password(url),)))


def _is_live(url: str) -> bool:
    """Say whether a store is there, and a model is live in it."""
    from leadline.store.scores import published
    from leadline.store.store import file_of

    file = file_of(url)
    if file is not None and not file.exists():
        return False
    with OfStore(store=url).opened() as store, store.reading() as session:
        return published(session) is not None
