"""Drafts of the model as they are kept: where each stands, and each text that it had."""

from __future__ import annotations

from typing import Literal, NamedTuple

from leadline.store import draft_schema as schema
from leadline.store.session import Session, rows_of

State = Literal["open", "asked", "approved", "published", "dropped"]


class DraftRow(NamedTuple):
    """A draft; ``base`` is the version that it began from, 0 where there was none."""

    draft_no: int
    base: int
    revision: int
    state: State
    made_by: str
    made_at: int
    asked_by: str | None
    asked_at: int | None
    approved_by: str | None
    approved_at: int | None
    version: int | None


class TextRow(NamedTuple):
    """A text that a draft had."""

    draft_no: int
    revision: int
    document: str
    saved_by: str
    saved_at: int


def find(session: Session, number: int) -> DraftRow | None:
    """Return a draft; None where there is none."""
    return next(iter(rows_of(session, DraftRow, "drafts", "draft_no = ?", number)), None)


def listed(session: Session) -> list[DraftRow]:
    """Return all drafts, the latest first."""
    return rows_of(session, DraftRow, "drafts", "true order by draft_no desc")


def text(session: Session, number: int, revision: int) -> TextRow | None:
    """Return a text of a draft; None where there is none."""
    where = "draft_no = ? and revision = ?"
    return next(iter(rows_of(session, TextRow, "draft_texts", where, number, revision)), None)


def begin(session: Session, base: int, document: str, by: str, at: int) -> DraftRow:
    """Keep a new draft."""
    [number] = session.numbers(schema.drafts, 1)
    row = DraftRow(number, base, 1, "open", by, at, None, None, None, None, None)
    session.insert(schema.drafts, [row])
    session.insert(schema.draft_texts, [TextRow(number, 1, document, by, at)])
    return row


def replace(session: Session, before: DraftRow, after: DraftRow) -> bool:
    """Put a draft in the place of what it was; False where it is no longer that."""
    done = session.run(
        "update drafts set base = ?, revision = ?, state = ?, asked_by = ?, asked_at = ?, "
        "approved_by = ?, approved_at = ? where draft_no = ? and revision = ? and state = ?",
        after.base, after.revision, after.state, after.asked_by, after.asked_at,
        after.approved_by, after.approved_at, before.draft_no, before.revision, before.state,
    )  # fmt: skip
    return done == 1


def save(session: Session, before: DraftRow, document: str, by: str, at: int) -> bool:
    """Keep another text of a draft, which is open by it; False where it has one meanwhile."""
    number = before.revision + 1
    if not replace(session, before, opened(before)._replace(revision=number)):
        return False
    session.insert(schema.draft_texts, [TextRow(before.draft_no, number, document, by, at)])
    return True


def opened(row: DraftRow) -> DraftRow:
    """Return a draft that nobody asked about and nobody approved."""
    return row._replace(
        state="open", asked_by=None, asked_at=None, approved_by=None, approved_at=None
    )


def published(session: Session, number: int, revision: int, version: int) -> None:
    """Note as which version a draft became live, unless it has another text meanwhile."""
    session.run(
        "update drafts set state = 'published', version = ? where draft_no = ? and revision = ?",
        version,
        number,
        revision,
    )
