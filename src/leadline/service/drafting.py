"""Drafts of the model: written by several, asked about, approved by a second person, published.

A draft is work: it may have faults. Who asks for approval, approves or publishes gets none through
that has one, or whose examples do not hold.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from leadline.errors import Fault, InputError, LeadlineError, ModelError
from leadline.model.checking.check import check
from leadline.model.diff import difference
from leadline.model.given import read_model, refuse
from leadline.review.trial.examples import check_examples
from leadline.service import commands
from leadline.store import audit_log, drafts
from leadline.store import scores as kept
from leadline.store.audit_log import Entry
from leadline.store.drafts import DraftRow, State, TextRow
from leadline.store.facts import known_fields
from leadline.store.session import Session
from leadline.store.store import Store

Approval = Literal["none", "second"]
"""Who has to approve what is published: nobody, or somebody beside its author."""
Ask = Callable[[commands.Command], str]
"""Has the loop do something, and returns what it says of it."""


class NoDraftError(InputError):
    """There is no such draft."""


class OvertakenError(InputError):
    """Somebody else changed a draft meanwhile; it says what they did, and what was to be done."""


@dataclass(frozen=True)
class Drafted:
    """A draft with its text.

    Attributes:
        row: Where it stands.
        text: Its latest text.
        live: The version that is live; 0 for none.
        faults: Why it cannot be published.
        changes: What it changes, in words; None where either text cannot be read.
    """

    row: DraftRow
    text: TextRow
    live: int
    faults: tuple[str, ...]
    changes: tuple[str, ...] | None


def begin(session: Session, document: str | None, by: str, at: int) -> DraftRow:
    """Begin a draft of the model that is live, with its text unless another is given.

    Raises InputError where there is neither.
    """
    live = kept.published(session)
    given = live.document if document is None and live is not None else document
    if given is None:
        raise InputError(
            Fault("", "document", "must be given", "none", "No model is live to begin from.")
        )
    row = drafts.begin(session, live.version if live else 0, given, by, at)
    _note(session, row, "begun", by, at)
    return row


def show(session: Session, number: int, against: int | None = None) -> Drafted:
    """Return a draft, its faults, and what differs from a version, by default its base.

    Raises NoDraftError, and InputError where there is no such version.
    """
    row, text = _found(session, number)
    live = kept.published(session)
    other = _document(session, row.base if against is None else against)
    return Drafted(
        row,
        text,
        live.version if live else 0,
        tuple(faults(text.document)),
        told(_as_version(session, other), _as_version(session, text.document)),
    )


def save(  # noqa: PLR0913, PLR0917 - who, what and when
    session: Session, number: int, revision: int, document: str, by: str, at: int
) -> DraftRow:
    """Keep another text of a draft, by who saw the revision before it; approval falls by it.

    Raises NoDraftError, OvertakenError where another revision came meanwhile, and InputError
    where the draft has ended.
    """
    row, text = _found(session, number)
    _require(row, "saved", "open", "asked", "approved")
    if row.revision != revision:
        raise _overtaken(session, row, text, revision, document)
    if document == text.document:
        return row
    if not drafts.save(session, row, document, by, at):
        raise OvertakenError(f"draft {number} changed in this moment; read it again.")
    saved = _found(session, number)[0]
    _note(session, saved, "saved", by, at)
    return saved


def _ask(session: Session, number: int, revision: int, by: str, at: int) -> DraftRow:
    """Ask for approval of a draft."""
    row = _seen(session, number, revision, "asked about", "open")
    return _moved(session, row, row._replace(state="asked", asked_by=by, asked_at=at), by, at)


def _approve(session: Session, number: int, revision: int, by: str, at: int) -> DraftRow:
    """Approve a draft that somebody else wrote and asked about."""
    row = _seen(session, number, revision, "approved", "asked")
    text = _text(session, row)
    if by in {row.asked_by, text.saved_by}:
        whom = "somebody who neither wrote this revision nor asked about it"
        raise InputError(Fault("", "approval", f"must be by {whom}", by))
    after = row._replace(state="approved", approved_by=by, approved_at=at)
    return _moved(session, row, after, by, at)


def _give_back(session: Session, number: int, revision: int, by: str, at: int) -> DraftRow:
    """Have a draft be open again that was asked about or approved."""
    row = _seen(session, number, revision, "given back", "asked", "approved")
    return _moved(session, row, drafts.opened(row), by, at, "given_back")


def _rebase(session: Session, number: int, revision: int, by: str, at: int) -> DraftRow:
    """Have a draft be one of the version that is live now."""
    row = _seen(session, number, revision, "moved", "open", "asked", "approved")
    live = kept.published(session)
    after = drafts.opened(row)._replace(base=live.version if live else 0)
    return _moved(session, row, after, by, at, "rebased")


def _drop(session: Session, number: int, revision: int, by: str, at: int) -> DraftRow:
    """End a draft without publishing it; its texts stay."""
    row = _seen(session, number, revision, "dropped", "open", "asked", "approved")
    return _moved(session, row, row._replace(state="dropped"), by, at)


_Step = Callable[[Session, int, int, str, int], DraftRow]
STEPS: dict[str, _Step] = {
    "ask": _ask, "approve": _approve, "give_back": _give_back, "rebase": _rebase, "drop": _drop,
}  # fmt: skip
"""What can be done with a draft beside saving and publishing it."""
_SOUND = frozenset({"ask", "approve"})
"""Steps that take a draft without faults."""


def step(  # noqa: PLR0913, PLR0917 - who, what and when
    store: Store, name: str, number: int, revision: int, by: str, at: int
) -> DraftRow:
    """Do one of the steps with a draft, by who saw this revision of it.

    Raises as ``save``, and ModelError where a draft with faults is asked about or approved.
    """
    if name in _SOUND:  # before the transaction: examples take their time
        with store.reading() as session:
            row, text = _found(session, number)
        if row.revision == revision:  # else it is refused below, with what another one did
            sound(text.document)
    with store.writing() as session:
        return STEPS[name](session, number, revision, by, at)


@dataclass(frozen=True)
class Publishing:
    """How drafts become live.

    Attributes:
        store: Where they are.
        approval: Who has to approve them.
        ask: Has the loop publish.
    """

    store: Store
    approval: Approval
    ask: Ask

    def publish(self, number: int, revision: int, by: str, *, alerts: bool = False) -> DraftRow:
        """Score everybody by a draft, and make it the model that is live.

        Raises NoDraftError, OvertakenError where another revision came meanwhile, ModelError
        where it has faults, and InputError where it lacks approval or another version became
        live since it began.
        """
        states: tuple[State, ...] = ("approved",)
        if self.approval == "none":
            states = ("open", "asked", "approved")
        with self.store.reading() as session:
            row = _seen(session, number, revision, "published", *states)
            _require_base(session, row)
            document = _text(session, row).document
        sound(document)
        self.ask(commands.Publish(document, alerts=alerts, by=by, draft=number, revision=revision))
        with self.store.reading() as session:
            return _found(session, number)[0]


def sound(document: str) -> None:
    """Refuse a text that cannot be published. Raises ModelError with all its faults."""
    model, source = _read(document)
    refuse(check(model, source) or check_examples(model, source))


def faults(document: str) -> list[str]:
    """Return why a text cannot be published, a sentence each."""
    try:
        sound(document)
    except ModelError as error:
        return [str(each) for each in error.faults]
    return []


def told(before: str, after: str) -> tuple[str, ...] | None:
    """Return what differs between two texts, in words; None where one cannot be read."""
    if not before:
        return ()
    try:
        found = difference(_read(before)[0], _read(after)[0])
    except LeadlineError:
        return None
    return tuple(str(each.sentence) for each in (*found.changes, *found.notes))


def _read(document: str) -> Any:
    return read_model(f"{document.rstrip()}\n")  # with a line end it is never taken for a path


def revision_of(session: Session, number: int) -> int:
    """Return the latest revision of a draft. Raises NoDraftError."""
    return _found(session, number)[0].revision


def _found(session: Session, number: int) -> tuple[DraftRow, TextRow]:
    row = drafts.find(session, number)
    if row is None:
        raise NoDraftError(f"no draft {number} is known")
    return row, _text(session, row)


def _text(session: Session, row: DraftRow) -> TextRow:
    found = drafts.text(session, row.draft_no, row.revision)
    assert found is not None, "each revision has its text"  # noqa: S101 - narrows the type
    return found


def _document(session: Session, version: int) -> str:
    """Return the text of a version; that of none is empty. Raises InputError."""
    known = {row.version: row.document for row in kept.versions(session)} | {0: ""}
    if version not in known:
        raise InputError(Fault("", "version", "must be one that there is", str(version)))
    return known[version]


def _as_version(session: Session, document: str) -> str:
    """Return a text as a version would keep it: with the types of its columns."""
    if not document:
        return ""
    try:
        model = _read(document)[0]
        return commands.decided(document, model, known_fields(session, "lead"))
    except LeadlineError:
        return document


def _require(row: DraftRow, done: str, *states: State) -> None:
    if row.state not in states:
        expected = f"must be {' or '.join(states)} to be {done}"
        raise InputError(Fault("", f"draft {row.draft_no}", expected, row.state))


def _require_base(session: Session, row: DraftRow) -> None:
    live = kept.published(session)
    now = live.version if live else 0
    if now != row.base:
        expected = f"must be one of version {now}, which is live"
        remedy = f"Compare it with version {now}, then rebase it."
        raise InputError(
            Fault("", f"draft {row.draft_no}", expected, f"one of {row.base or 'none'}", remedy)
        )


def _seen(session: Session, number: int, revision: int, done: str, *states: State) -> DraftRow:
    """Return a draft that stands as who does something with it saw it."""
    row, text = _found(session, number)
    _require(row, done, *states)
    if row.revision != revision:
        raise _overtaken(session, row, text, revision, None)
    return row


def _overtaken(
    session: Session, row: DraftRow, text: TextRow, revision: int, mine: str | None
) -> OvertakenError:
    """Return what two did to one text, both sides by what they share."""
    shared = drafts.text(session, row.draft_no, revision)
    if shared is None:
        return OvertakenError(Fault("", "revision", "must be one that there is", str(revision)))
    theirs = _said(told(shared.document, text.document))
    says = f"{text.saved_by} saved revision {row.revision} meanwhile: {theirs}"
    if mine is None:
        return OvertakenError(says)
    return OvertakenError(f"{says} Yours, not saved: {_said(told(shared.document, mine))}")


def _said(changes: tuple[str, ...] | None) -> str:
    if changes is None:
        return "a text that cannot be read."
    return f"{'; '.join(changes)}." if changes else "nothing that a model says."


def _moved(  # noqa: PLR0913, PLR0917 - who, what and when
    session: Session, before: DraftRow, after: DraftRow, by: str, at: int, action: str = ""
) -> DraftRow:
    if not drafts.replace(session, before, after):
        raise OvertakenError(f"draft {before.draft_no} changed in this moment; read it again.")
    _note(session, after, action or after.state, by, at)
    return after


def _note(session: Session, row: DraftRow, action: str, by: str, at: int) -> None:
    said = {"revision": row.revision, "base": row.base}
    entry = Entry(by, f"draft.{action}", str(row.draft_no), after=said)
    audit_log.write(session, [entry], at)
