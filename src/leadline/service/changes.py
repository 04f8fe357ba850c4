"""What changed in the scores since somebody was last told, a row a lead."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from leadline.service import clock
from leadline.store.session import Session

PART = 5_000
"""Leads that are read at a time."""
_SCORED = (
    "select l.lead_no, l.lead_id, l.account_id, s.as_of, s.scores from leads as l "
    "join current_scores as s on s.lead_no = l.lead_no and s.version = ? "
    "where l.lead_no > ? and l.is_known order by l.lead_no limit ?"
)


class Told(NamedTuple):
    """What somebody was told of a lead: since when it stood, and a hash of it."""

    as_of: int
    hash: str


@dataclass(frozen=True)
class Change:
    """A row that came, differs, or went.

    Attributes:
        op: insert, update or delete.
        lead_id: The key of the row.
        as_of: Since when it stands; of one that went, since when the last one stood.
        values: ``account_id`` and all columns of the scores; none of one that went.
        hash: Of the values.
    """

    op: str
    lead_id: str
    as_of: int
    values: Mapping[str, Any]
    hash: str

    @property
    def change_id(self) -> str:
        """A key that is the same however often the change is told."""
        return _hashed([self.op, self.lead_id, self.as_of])

    def row(self) -> dict[str, Any]:
        """Return it as a line of a file."""
        own = {"change_id": self.change_id, "op": self.op, "lead_id": self.lead_id}
        return {**own, "as_of": clock.text(self.as_of), **self.values}


def changes(session: Session, version: int, told: dict[str, Told]) -> Iterator[Change]:
    """Yield what changed against what was told, which is brought up to date as they are taken.

    A lead that was scored again with the same values has not changed.
    """
    left = set(told)
    for lead_id, as_of, values in _current(session, version):
        left.discard(lead_id)
        before, now = told.get(lead_id), Told(as_of, _hashed(values))
        if before is not None and before.hash == now.hash:
            continue
        told[lead_id] = now
        op = "insert" if before is None else "update"
        yield Change(op, lead_id, as_of, values, now.hash)
    for lead_id in sorted(left):
        yield Change("delete", lead_id, told.pop(lead_id).as_of, {}, "")


def _current(session: Session, version: int) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Yield leads that have scores: id, since when, and all columns."""
    last = 0
    while rows := session.rows(_SCORED, version, last, PART):
        for _, lead_id, account_id, as_of, scores in rows:
            values = json.loads(scores)
            if values is not None:
                yield lead_id, as_of, {"account_id": account_id, **values}
        last = rows[-1][0]


def _hashed(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
