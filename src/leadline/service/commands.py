"""What commands ask of the loop: a row of the inbox each, so that they come in their turn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from leadline.errors import Fault, InputError
from leadline.model.checking.check import check
from leadline.model.document import Model
from leadline.model.fingerprint import fingerprint
from leadline.model.given import read_model, refuse
from leadline.model.reading.writer import edit
from leadline.service.live import columns_of
from leadline.store import drafts
from leadline.store import scores as kept
from leadline.store.facts import known_fields
from leadline.store.scores import ModelRow
from leadline.store.session import Session

STATEMENT = 1
"""Number of the statement: an upgrade of leadline that changes a score has another."""


NOBODY = "nobody who is named"
"""Who asked, where a program did not say."""


class Publish(msgspec.Struct, tag="publish"):
    """Score everybody by a document, then make it the model that is live.

    Where it is a revision of a draft, that is told so; one that changed meanwhile is refused.
    """

    document: str
    alerts: bool = False
    by: str = NOBODY
    draft: int = 0
    revision: int = 0


class RollBack(msgspec.Struct, tag="roll_back"):
    """Score everybody anew by a former version, then make it live again."""

    version: int | None = None
    alerts: bool = False
    by: str = NOBODY


class Sweep(msgspec.Struct, tag="sweep"):
    """Score everybody by the model that is live."""

    quiet: bool = False
    by: str = NOBODY


class Erase(msgspec.Struct, tag="erase"):
    """Take a person out of the store, named by an id of theirs."""

    lead: str
    by: str = NOBODY


class Draft(msgspec.Struct, tag="draft"):
    """Keep a document as a version that nobody is scored by."""

    document: str


Command = Publish | RollBack | Sweep | Erase | Draft
KIND = "command"


def encoded(command: Command) -> bytes:
    """Return a command as the body of a row of the inbox."""
    return msgspec.json.encode(command)


def decoded(body: bytes) -> Command:
    """Return the command of a row of the inbox. Raises InputError."""
    try:
        return msgspec.json.decode(body, type=Command)
    except msgspec.DecodeError as error:
        raise InputError(Fault("", "a command", "must be one that is known", str(error))) from None


def version_of(session: Session, command: Publish | RollBack | Sweep, at: int) -> ModelRow:
    """Return the version that a command scores by; a new document becomes one.

    Raises ModelError where the document has faults, InputError where there is no such version.
    """
    if isinstance(command, Publish):
        _require_unchanged(session, command)
        return _added(session, command.document, at)
    if isinstance(command, Sweep):
        return _live(session)
    return former(session, command.version)


def drafted(session: Session, command: Draft, at: int) -> ModelRow:
    """Return the version that a document is kept as. Raises ModelError where it has faults."""
    return _added(session, command.document, at)


def _require_unchanged(session: Session, command: Publish) -> None:
    """Refuse a draft that ended, or has another text, since it was asked to be published."""
    row = drafts.find(session, command.draft) if command.draft else None
    if row is None:
        return
    if row.revision != command.revision or row.state in {"published", "dropped"}:
        expected = f"must stand at revision {command.revision}, and not have ended"
        found = f"{row.state}, revision {row.revision}"
        raise InputError(Fault("", f"draft {row.draft_no}", expected, found))


def _live(session: Session) -> ModelRow:
    found = kept.published(session)
    if found is None:
        raise InputError(Fault("", "sweep", "needs a published model", "", "Publish one first."))
    return found


def former(session: Session, version: int | None) -> ModelRow:
    """Return a version that was live before, by default the last. Raises InputError for others."""
    retired = [row for row in kept.versions(session) if row.state == "retired"]
    retired.sort(key=lambda row: row.retired_at or 0, reverse=True)
    found = next((row for row in retired if version in {None, row.version}), None)
    if found is None:
        known = ", ".join(str(row.version) for row in retired) or "none"
        raise InputError(
            Fault("", "version", "must be a former one", str(version or "none"), f"Known: {known}.")
        )
    return found


def _added(session: Session, document: str, at: int) -> ModelRow:
    """Return a document as a version, with the types of its columns written into it."""
    document = f"{document.rstrip()}\n"  # with a line end it is never taken for a path
    model, source = read_model(document)
    refuse(check(model, source))
    text = decided(document, model, known_fields(session, "lead"))
    model, source = read_model(text)
    refuse(check(model, source))
    print_ = fingerprint(model)
    versions = kept.versions(session)
    same = [row for row in versions if row.document == text and row.state == "draft"]
    if same:  # it was begun and not ended
        return same[0]
    number = max((row.version for row in versions), default=0) + 1
    row = ModelRow(number, model.model, print_, text, STATEMENT, "draft", at, None, None)
    kept.add_model(session, row)
    return row


def decided(document: str, model: Model, lead_fields: Iterable[str]) -> str:
    """Return a document that says the type of each column that it reads.

    What it said of columns of files, such as their names there, does not hold of the store.
    """
    columns: dict[str, dict[str, Any]] = {}
    for table, names in columns_of(model, lead_fields).items():
        declared = model.columns.get(table, {})
        for name, kind in names.items():
            said = declared[name].plain() if name in declared else {}
            kept_keys = {key: said[key] for key in ("known",) if key in said}
            columns.setdefault(table, {})[name] = {"type": str(kind), **kept_keys}
    matched = model.columns.get("leads", {}).get("account_id")
    if matched is not None and matched.match is not None:
        columns.setdefault("leads", {})["account_id"] = {"match": matched.match}
    return edit(document, ("columns",), columns)
