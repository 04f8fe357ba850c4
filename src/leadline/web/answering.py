"""What people say of leads: an answer given, what was answered, and what can be."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from leadline.service.arriving.facts import Answer, Ids
from leadline.service.clock import micros
from leadline.service.clock import text as time
from leadline.service.handover import saying
from leadline.service.handover.kinds import ALWAYS, KINDS
from leadline.service.service import Service
from leadline.store.handover import AnswerRow, HoldRow
from leadline.store.people import Person
from leadline.web.endpoint import Asked, Endpoint, Id, NoParameters, Refused

Text = Annotated[str, Meta(max_length=2000, pattern=r"^[^\x00]*$")]


class OfLead(msgspec.Struct):
    """Which lead."""

    lead_id: Id


class Said(msgspec.Struct, forbid_unknown_fields=True):
    """What somebody says of a lead; what a kind needs says ``GET /v1/answers``."""

    kind: str
    by: Annotated[
        Text, Meta(description="Who says it where a token comes with it; by default its name.")
    ] = ""
    answer_id: Annotated[
        str,
        Meta(
            max_length=256,
            pattern=r"^[^\x00]*$",
            description="Tells it apart: said again it counts no second time.",
        ),
    ] = ""
    said_at: datetime | None = None
    reason: Text | None = None
    note: Text | None = None
    amount: float | None = None
    until: datetime | None = None
    ladder: Text | None = None
    band: Text | None = None
    to: Text = ""
    undoes: Text = ""
    owner: Annotated[
        Text | None,
        Meta(description="Whom you saw to have it, empty for nobody; refused where that changed."),
    ] = None


class Told(msgspec.Struct):
    """An answer as it is kept; one that was refused says why, and did nothing."""

    answer_id: str
    kind: str
    by: str
    said_at: str
    taken_at: str
    reason: str | None
    note: str | None
    amount: float | None
    until: str | None
    ladder: str | None
    band: str | None
    to: str | None
    undoes: str | None
    waited_seconds: float | None
    undone_at: str | None
    refused: str | None


class Answered(msgspec.Struct):
    """What became of an answer; one that waits is on the disk and will be taken."""

    answer_id: str
    state: Literal["taken", "waits"]
    owner: str
    answer: Told | None


class Held(msgspec.Struct):
    """A band that people go by in the place of the computed one."""

    ladder: str
    band: str
    kind: Literal["person", "cool_down"]
    by: str | None
    reason: str | None
    since: str
    until: str | None


class OnLead(msgspec.Struct):
    """All that was said of a lead, the earliest first, and who has it."""

    lead_id: str
    owner: str | None
    owned_since: str | None
    snoozed_until: str | None
    held: list[Held]
    answers: list[Told]


class KindOf(msgspec.Struct):
    """What can be said, what must be said beside it, and what may be."""

    kind: str
    says: str
    needs: list[str]
    takes: list[str]


class Kinds(msgspec.Struct):
    """All that can be said, and the reasons of the team's list."""

    kinds: list[KindOf]
    reasons: list[str]


def _answer(service: Service, asked: Asked) -> Answered:
    try:
        found = saying.say(service, _said(service, asked))
    except saying.UnknownLeadError as error:
        raise Refused(404, str(error)) from None
    except saying.OwnedError as error:
        raise Refused(409, str(error)) from None
    row = found.row
    return Answered(found.answer_id, found.state, found.owner, None if row is None else told(row))


def _said(service: Service, asked: Asked) -> Answer:
    given: Said = asked.body
    now = service.now()
    at = now if given.said_at is None else min(_micros(given.said_at), now)
    return Answer(
        given.answer_id, given.kind, Ids(lead=asked.parameters.lead_id), _speaker(asked),
        at, given.reason, given.note, given.amount,
        None if given.until is None else _micros(given.until), given.ladder, given.band, given.to,
        given.undoes, given.owner,
    )  # fmt: skip


def _speaker(asked: Asked) -> str:
    """Return who says it: somebody who is signed in speaks for nobody else."""
    return asked.by if isinstance(asked.who, Person) else asked.body.by or asked.who.name


def _micros(moment: datetime) -> int:
    at = micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    if at < 0:
        raise Refused(400, "a moment must be since 1970")
    return at


def _answers(service: Service, asked: Asked) -> OnLead:
    try:
        with service.store.reading() as session:
            found = saying.case(session, asked.parameters.lead_id)
    except saying.UnknownLeadError as error:
        raise Refused(404, str(error)) from None
    has = found.owner
    return OnLead(
        found.lead.lead_id,
        has.owner if has else None,
        _time(has.began_at) if has else None,
        _time(has.snoozed_until) if has else None,
        [_held(each) for each in found.holds],
        [told(each) for each in found.answers],
    )


def told(row: AnswerRow) -> Told:
    """Return an answer as it is shown."""
    waited = None if row.asked_at is None else (row.taken_at - row.asked_at) / 1_000_000
    return Told(
        row.answer_id, row.kind, row.who, time(row.said_at), time(row.taken_at), row.reason,
        row.note, row.amount, _time(row.until), row.ladder, row.band, row.to_who, row.undoes,
        waited, _time(row.undone_at), row.refused,
    )  # fmt: skip


def _held(row: HoldRow) -> Held:
    since, until = time(row.since), _time(row.until)
    return Held(row.ladder, row.band, row.kind, row.who, row.reason, since, until)


def _time(at: int | None) -> str | None:
    return None if at is None else time(at)


def _kinds(service: Service, _: Asked) -> Kinds:
    kinds = [
        KindOf(name, kind.says, list(kind.needs), [*kind.takes, *ALWAYS])
        for name, kind in KINDS.items()
    ]
    return Kinds(kinds, list(service.handing.reasons))


_ERRORS: Any = (400, 401, 403, 404, 503)
ENDPOINTS = (
    Endpoint(
        "POST", "/v1/leads/{lead_id}/answers", "answer",
        "Say something of a lead: accepted, rejected, won and others; take it, or hand it over.",
        "answer", OfLead, Answered, _answer, takes=Said,
        errors=(400, 401, 403, 404, 409, 413, 503), within=True,
    ),
    Endpoint(
        "GET", "/v1/leads/{lead_id}/answers", "answers",
        "What was said of a lead, who has it, and which band is held.", "read", OfLead, OnLead,
        _answers,
        errors=_ERRORS, within=True,
    ),
    Endpoint(
        "GET", "/v1/answers", "answer_kinds", "What can be said of a lead, and for which reasons.",
        "read", NoParameters, Kinds, _kinds,
        errors=(400, 401, 403, 503), within=True,
    ),
)  # fmt: skip
"""What is asked and said of answers, in the order of the reference."""
