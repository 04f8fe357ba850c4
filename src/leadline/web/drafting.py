"""Drafts of the model: begun, saved, compared, asked about, approved, published."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from leadline.service import drafting
from leadline.service.clock import text as time
from leadline.service.drafting import NoDraftError, OvertakenError
from leadline.service.rights import Right
from leadline.service.service import Service
from leadline.store import drafts
from leadline.store.drafts import DraftRow
from leadline.store.session import Session
from leadline.web.endpoint import Asked, Endpoint, NoParameters, Refused

_MOST = 2**31 - 1
Number = Annotated[int, Meta(ge=1, le=_MOST)]
Document = Annotated[str, Meta(description="The whole document, as YAML.", pattern=r"^[^\x00]*$")]
Revision = Annotated[int, Meta(ge=1, le=_MOST, description="The revision that you saw.")]


class OfDraft(msgspec.Struct):
    """Which draft."""

    draft: Number


class Compared(msgspec.Struct):
    """Which draft, and beside which version; by default the one that it began from."""

    draft: Number
    against: Number | None = None


class NewDraft(msgspec.Struct, forbid_unknown_fields=True):
    """What a draft begins with; by default the model that is live."""

    document: Document | None = None


class Text(msgspec.Struct, forbid_unknown_fields=True):
    """Another text of a draft."""

    revision: Revision
    document: Document


class Step(msgspec.Struct, forbid_unknown_fields=True):
    """What was looked at when something is done with a draft."""

    revision: Revision


class Live(msgspec.Struct, forbid_unknown_fields=True):
    """What is published, and whether those are told whom it moves."""

    revision: Revision
    alerts: bool = False


class Draft(msgspec.Struct):
    """Where a draft stands; ``base`` is the version that it began from, 0 for none.

    ``version`` is the one that it was published as.
    """

    draft: int
    base: int
    revision: int
    state: Literal["open", "asked", "approved", "published", "dropped"]
    made_by: str
    made_at: str
    saved_by: str
    saved_at: str
    asked_by: str | None
    asked_at: str | None
    approved_by: str | None
    approved_at: str | None
    version: int | None


class Drafts(msgspec.Struct):
    """All drafts, the latest first."""

    drafts: list[Draft]


class Shown(msgspec.Struct):
    """A draft with its text, why it cannot be published, and what it changes.

    ``changes`` is null where one of the texts cannot be read; ``live`` is the version that is
    live, 0 for none.
    """

    draft: Draft
    document: str
    live: int
    faults: list[str]
    changes: list[str] | None


def _drafts(service: Service, _: Asked) -> Drafts:
    with service.store.reading() as session:
        return Drafts([_plain(session, row) for row in drafts.listed(session)])


def _draft(service: Service, asked: Asked) -> Shown:
    given: Compared = asked.parameters
    with _refusing(), service.store.reading() as session:
        found = drafting.show(session, given.draft, given.against)
        row = _plain(session, found.row)
    changes = None if found.changes is None else list(found.changes)
    return Shown(row, found.text.document, found.live, list(found.faults), changes)


def _begin(service: Service, asked: Asked) -> Draft:
    with service.store.writing() as session:
        row = drafting.begin(session, asked.body.document, asked.by, service.now())
        return _plain(session, row)


def _save(service: Service, asked: Asked) -> Draft:
    given: Text = asked.body
    number, at = asked.parameters.draft, service.now()
    with _refusing(), service.store.writing() as session:
        row = drafting.save(session, number, given.revision, given.document, asked.by, at)
        return _plain(session, row)


def _step(name: str) -> Callable[[Service, Asked], Draft]:
    def done(service: Service, asked: Asked) -> Draft:
        number, revision = asked.parameters.draft, asked.body.revision
        with _refusing():
            row = drafting.step(service.store, name, number, revision, asked.by, service.now())
        return _read(service, row)

    return done


def _publish(service: Service, asked: Asked) -> Draft:
    given: Live = asked.body
    number = asked.parameters.draft
    with _refusing():
        row = service.publishing.publish(number, given.revision, asked.by, alerts=given.alerts)
    return _read(service, row)


@contextmanager
def _refusing() -> Iterator[None]:
    """Refuse what is asked of no draft, or of one that somebody changed. Raises Refused."""
    try:
        yield
    except NoDraftError as error:
        raise Refused(404, str(error)) from None
    except OvertakenError as error:
        raise Refused(409, str(error)) from None


def _read(service: Service, row: DraftRow) -> Draft:
    with service.store.reading() as session:
        return _plain(session, row)


def _plain(session: Session, row: DraftRow) -> Draft:
    text = drafts.text(session, row.draft_no, row.revision)
    assert text is not None, "each revision has its text"  # noqa: S101 - narrows the type
    return Draft(
        row.draft_no, row.base, row.revision, row.state, row.made_by, time(row.made_at),
        text.saved_by, time(text.saved_at), row.asked_by, _time(row.asked_at), row.approved_by,
        _time(row.approved_at), row.version,
    )  # fmt: skip


def _time(at: int | None) -> str | None:
    return None if at is None else time(at)


def _does(name: str, says: str, right: Right) -> Endpoint:
    word = name.replace("_", "-")
    return Endpoint(
        "POST", f"/v1/drafts/{{draft}}/{word}", f"{name}_draft", says, right, OfDraft, Draft,
        _step(name), Step, errors=_WRITES,
    )  # fmt: skip


_READS = (400, 401, 403, 404, 503)
_WRITES = (400, 401, 403, 404, 409, 413, 503)
ENDPOINTS = (
    Endpoint(
        "GET", "/v1/drafts", "drafts", "Drafts of the model, the latest first.", "try",
        NoParameters, Drafts, _drafts, errors=(400, 401, 403, 503),
    ),
    Endpoint(
        "POST", "/v1/drafts", "begin_draft", "Begin a draft of the model.", "draft", NoParameters,
        Draft, _begin, NewDraft, errors=(400, 401, 403, 413, 503),
    ),
    Endpoint(
        "GET", "/v1/drafts/{draft}", "draft",
        "A draft with its text, its faults, and what differs from a version, in words.", "try",
        Compared, Shown, _draft, errors=_READS,
    ),
    Endpoint(
        "POST", "/v1/drafts/{draft}", "save_draft",
        "Keep another text of a draft; where somebody else did meanwhile, it says what they did.",
        "draft", OfDraft, Draft, _save, Text, errors=_WRITES,
    ),
    _does("ask", "Ask for approval of a draft without faults.", "draft"),
    _does("approve", "Approve a draft that somebody else wrote and asked about.", "publish"),
    _does("give_back", "Have a draft be open again that was asked about or approved.", "draft"),
    _does("rebase", "Have a draft be one of the version that is live now.", "draft"),
    _does("drop", "End a draft without publishing it; its texts stay.", "draft"),
    Endpoint(
        "POST", "/v1/drafts/{draft}/publish", "publish_draft",
        "Score everybody by a draft without faults, and make it the model that is live.",
        "publish", OfDraft, Draft, _publish, Live, errors=_WRITES,
    ),
)  # fmt: skip
"""What is asked and said of drafts."""
