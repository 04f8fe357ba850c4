"""Which scores had a lead of the store?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.questions.answer import Answer
from leadline.questions.common import LEAD
from leadline.questions.option import asks
from leadline.questions.question import Question, Topic
from leadline.service.asked.of_store import OfStore

if TYPE_CHECKING:
    from leadline.questions.session import Session
    from leadline.service.past import Then

AS_OF = asks("Up to this moment.", "moment", "T", otherwise="now")


@dataclass(frozen=True)
class Past(OfStore, Question["Answer[list[Then]]"]):
    """Show the scores that a lead of the store had, each by the model of that day."""

    name: ClassVar[str] = "past"
    topic: ClassVar[Topic] = "serve"
    example: ClassVar[str] = "leadline past ada --store sqlite:leadline.db"
    has_report: ClassVar[bool] = False

    lead: str = field(metadata=LEAD)
    as_of: datetime | str = field(kw_only=True, metadata=AS_OF)

    def answer(self, session: Session) -> Answer[list[Then]]:
        """Score the lead at each of its events."""
        from leadline.errors import Fault, InputError
        from leadline.model.moments import moment
        from leadline.service.clock import micros
        from leadline.service.past import past
        from leadline.store.facts import leads_by_id

        until = micros(moment(self.as_of))
        with self.opened() as store, store.reading() as reading:
            rows = leads_by_id(reading, [self.lead])
            if not rows:
                raise InputError(Fault("", "LEAD", "must be a lead of the store", self.lead))
            found = past(session.embedded, reading, rows[0], until)
        return Answer(
            question=self.name,
            result=found,
            figures={"lead_id": self.lead, "moments": [plain(each) for each in found]},
            printed="\n".join(map(_line, found)),
        )


def plain(then: Then) -> dict[str, Any]:
    """Return a moment as JSON has it."""
    each = then.moment
    return {
        "at": each.at.isoformat().replace("+00:00", "Z"),
        "version": then.version,
        "model": then.model,
        "what": each.what,
        "value": each.value,
        "change": each.change,
        "rule": each.rule,
        "points": each.points,
        "scores": dict(each.scores),
        "bands": dict(each.bands),
    }


def _line(then: Then) -> str:
    each = then.moment
    value = "" if each.value is None else f"{each.value:g}"
    return (
        f"{each.at:%Y-%m-%d %H:%M}  v{then.version}  {value:>8}  {each.change:>+8g}  "
        f"{each.band or '':12}  {each.what}"
    )
