"""What a person said of a lead, as it stands in the inbox."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import msgspec

from leadline.service.arriving.facts import Answer, Ids
from leadline.service.arriving.items import Refused

KIND = "answer"
SOURCE = "answers"


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    answer_id: str
    kind: str
    lead_id: str
    who: str
    occurred_at: int
    reason: str | None = None
    note: str | None = None
    amount: float | None = None
    until: int | None = None
    ladder: str | None = None
    band: str | None = None
    to: str = ""
    undoes: str = ""
    owner: str | None = None


def written(answer: Answer) -> bytes:
    """Return an answer as the body of a row of the inbox."""
    said: dict[str, Any] = {
        each.name: getattr(answer, each.name) for each in fields(Answer) if each.name != "ids"
    }
    return msgspec.json.encode(_Said(lead_id=answer.ids.lead, **said))


def read(body: bytes) -> Answer:
    """Return the answer of a row of the inbox. Raises Refused."""
    try:
        said = msgspec.json.decode(body, type=_Said)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refused("no_answer", f"must be an answer; {error}") from None
    told = msgspec.structs.asdict(said)
    return Answer(ids=Ids(lead=told.pop("lead_id")), **told)
