"""What commands asked of the loop, and what became of it."""

from __future__ import annotations

from typing import NamedTuple

from leadline.store.schema import jobs
from leadline.store.session import Session, rows_of


class Job(NamedTuple):
    """A command of the loop; ``state`` is running, done or failed."""

    inbox_id: int
    kind: str
    state: str
    detail: str
    began_at: int
    ended_at: int | None


def begin(session: Session, inbox_id: int, kind: str, at: int) -> None:
    """Say that a command is under way."""
    session.insert(jobs, [Job(inbox_id, kind, "running", "", at, None)], "replace")


def end(session: Session, inbox_id: int, state: str, detail: str, at: int) -> None:
    """Say how a command ended."""
    session.run(
        "update jobs set state = ?, detail = ?, ended_at = ? where inbox_id = ?",
        state,
        detail,
        at,
        inbox_id,
    )


def find(session: Session, inbox_id: int) -> Job | None:
    """Return what became of a command; None while it waits."""
    return next(iter(rows_of(session, Job, "jobs", "inbox_id = ?", inbox_id)), None)
