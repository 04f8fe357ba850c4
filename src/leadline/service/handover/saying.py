"""A person says something of a lead: faults are refused at once, the loop decides the rest."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Literal, Protocol

from leadline.errors import Fault, InputError, LeadlineError, nearest
from leadline.model.document import Model
from leadline.model.given import read_model
from leadline.service import clock
from leadline.service.arriving.answer import KIND, SOURCE, written
from leadline.service.arriving.facts import Answer, Ids
from leadline.service.handover.kinds import ALWAYS, KINDS
from leadline.service.handover.settings import Handover
from leadline.service.people import People
from leadline.service.standings import bands_of
from leadline.store import facts as stored
from leadline.store import handover as kept
from leadline.store import scores
from leadline.store.facts import LeadRow
from leadline.store.handover import AnswerRow, HoldRow, OwnershipRow
from leadline.store.inbox import Received
from leadline.store.session import Session
from leadline.store.store import Store

WAIT_SECONDS = 5.0
POLL_SECONDS = 0.01
MOST_TEXT = 2000


class Keeps(Protocol):
    """What keeps requests: the service."""

    store: Store
    handing: Handover

    def keep(self, requests: Sequence[Received]) -> None:
        """Keep requests; they are on the disk when this returns."""


class OwnedError(LeadlineError):
    """A colleague has the lead meanwhile; says who."""


class UnknownLeadError(LeadlineError):
    """There is no such lead."""


@dataclass(frozen=True)
class Verdict:
    """What became of an answer.

    Attributes:
        answer_id: Its id.
        state: Whether the loop has taken it; what waits is on the disk and is not lost.
        owner: Who has the lead now; empty for nobody.
        row: As it is kept; None while it waits.
    """

    answer_id: str
    state: Literal["taken", "waits"]
    owner: str = ""
    row: AnswerRow | None = None


@dataclass(frozen=True)
class Case:
    """All that was said of a lead, and who has it.

    Attributes:
        lead: The lead.
        answers: What was said, the earliest first.
        owner: Who has it; None where nobody does.
        holds: Bands that are held in the place of the computed ones.
    """

    lead: LeadRow
    answers: Sequence[AnswerRow]
    owner: OwnershipRow | None
    holds: Sequence[HoldRow]


def say(
    service: Keeps, answer: Answer, wait: Callable[[float], None] = time.sleep
) -> Verdict:  # fmt: skip
    """Have an answer taken, and return what became of it.

    Raises InputError where something of it is wrong, UnknownLeadError where there is no such lead,
    OwnedError where a colleague has it meanwhile.
    """
    with service.store.reading() as session:
        answer = _checked(session, service.handing, answer)
    body = written(answer)
    service.keep([Received(SOURCE, KIND, clock.now(), body)])
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        with service.store.reading() as session:
            if found := kept.answers_by_id(session, [answer.answer_id]):
                return _verdict(session, found[0])
        wait(POLL_SECONDS)
    return Verdict(answer.answer_id, "waits")


def _verdict(session: Session, row: AnswerRow) -> Verdict:
    if row.refused is not None:
        raise OwnedError(f"{row.refused}. Nothing was changed.")
    owned = kept.owned(session, [row.lead_no])
    return Verdict(row.answer_id, "taken", owned[0].owner if owned else "", row)


def case(session: Session, lead_id: str) -> Case:
    """Return all that was said of a lead, and who has it. Raises UnknownLeadError."""
    row = lead_of(session, lead_id)
    owned = kept.owned(session, [row.lead_no])
    return Case(
        row,
        kept.answers_of(session, [row.lead_no]),
        owned[0] if owned else None,
        kept.holds(session, [row.lead_no]),
    )


def lead_of(session: Session, lead_id: str) -> LeadRow:
    """Return a lead, or the one that it went into. Raises UnknownLeadError."""
    rows = stored.leads_by_id(session, [lead_id])
    if not rows:
        raise UnknownLeadError(f"no lead {lead_id} is known.")
    people = People({}, {}, {}, set(), lambda: 0, set())
    for row in stored.merges(session, [rows[0].lead_no]):
        people.merge(row.from_no, row.into_no, row.taken_at)
    root = people.root(rows[0].lead_no)
    return rows[0] if root == rows[0].lead_no else stored.leads(session, [root])[0]


def new_id() -> str:
    """Return an id for an answer that has none."""
    return secrets.token_urlsafe(12)


def _checked(session: Session, handing: Handover, given: Answer) -> Answer:
    """Return an answer made whole. Raises InputError with all faults, and UnknownLeadError."""
    if given.kind not in KINDS:
        expected = f"must be one of {', '.join(KINDS)}"
        raise InputError(Fault("", "kind", expected, given.kind, nearest(given.kind, KINDS)))
    lead = lead_of(session, given.ids.lead)
    ladder, model = given.ladder, None
    if given.kind == "override":
        row = scores.published(session)
        model = read_model(row.document)[0] if row else None
        ladder = given.ladder or (next(iter(model.lead_bands), "") if model else "")
    faults = [*_shape(given), *_words(handing, given), *_band(model, ladder, given)]
    if faults:
        raise InputError(*faults)
    return replace(
        given, ids=Ids(lead=lead.lead_id), ladder=ladder, answer_id=given.answer_id or new_id()
    )


def _shape(given: Answer) -> Iterator[Fault]:
    """Yield what is missing of an answer, and what does not belong to it."""
    kind = KINDS[given.kind]
    if not given.who.strip():
        yield Fault("", "by", "must say who answers")
    said = {
        "reason": given.reason, "amount": given.amount, "until": given.until, "band": given.band,
        "ladder": given.ladder, "to": given.to, "undoes": given.undoes,
    }  # fmt: skip
    for name, value in said.items():
        if name in kind.needs and value in {None, ""}:
            yield Fault("", name, f"must be said where the kind is {given.kind}")
        elif name not in (*kind.needs, *kind.takes, *ALWAYS) and value not in {None, ""}:
            yield Fault("", name, f"must not be said where the kind is {given.kind}", str(value))


def _words(handing: Handover, given: Answer) -> Iterator[Fault]:
    """Yield what is wrong with the values of an answer."""
    needs_listed = given.kind in {"rejected", "lost"} and given.reason
    if needs_listed and handing.reasons and given.reason not in handing.reasons:
        expected = f"must be one of {', '.join(handing.reasons)}"
        yield Fault(
            "", "reason", expected, str(given.reason), nearest(str(given.reason), handing.reasons)
        )
    if given.amount is not None and not (isfinite(given.amount) and given.amount >= 0):
        yield Fault("", "amount", "must be a number of 0 or more", str(given.amount))
    if given.until is not None and given.until <= given.occurred_at:
        yield Fault("", "until", "must be a moment to come", clock.text(given.until))
    for name, value in (
        ("note", given.note),
        ("reason", given.reason),
        ("by", given.who),
        ("to", given.to),
    ):
        if value and (len(value) > MOST_TEXT or "\x00" in value):
            yield Fault("", name, f"must have at most {MOST_TEXT} characters, none of them zero")


def _band(model: Model | None, ladder: str | None, given: Answer) -> Iterator[Fault]:
    """Yield what is wrong with the band of an override."""
    if given.kind != "override":
        return
    if model is None or not ladder or ladder not in model.lead_bands:
        known = ", ".join(model.lead_bands) if model else "none"
        yield Fault("", "ladder", f"must be one of {known or 'none'}", ladder or "")
    elif given.band and given.band not in bands_of(model, ladder):
        bands = bands_of(model, ladder)
        yield Fault(
            "", "band", f"must be one of {', '.join(bands)}", given.band, nearest(given.band, bands)
        )
