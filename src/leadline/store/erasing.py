"""A person taken out of every table; what stays is a list of hashes, so that nobody comes back."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterable, Iterator, Sequence

from leadline.store import schema
from leadline.store.inbox import ParkedRow, Waiting
from leadline.store.session import Session, rows_of

SALT = "erased_salt"
REMOVED = "removed"
CHUNK = 500
"""Requests whose bodies are in memory at a time."""


class Hashes:
    """The list of who was erased. Ids stand in it by a hash with a salt of the store's own."""

    def __init__(self, salt: bytes, known: Iterable[bytes] = ()) -> None:
        self._salt = salt
        self._known = set(known)

    @classmethod
    def read(cls, session: Session) -> Hashes:
        """Return the list of a store."""
        found = session.rows("select value from settings where name = ?", SALT)
        salt = bytes.fromhex(found[0][0]) if found else secrets.token_bytes(16)
        return cls(salt, (bytes(row[0]) for row in session.rows("select digest from erased")))

    def __bool__(self) -> bool:
        return bool(self._known)

    def has(self, ids: Iterable[tuple[str, str]]) -> bool:
        """Say whether any of these ids, each with its kind, is of somebody who was erased."""
        return bool(self._known) and any(self._digest(*each) in self._known for each in ids)

    def add(self, session: Session, ids: Iterable[tuple[str, str]], at: int) -> None:
        """Note ids of somebody who is erased."""
        digests = {self._digest(*each) for each in ids}
        session.insert(schema.settings, [(SALT, self._salt.hex())], "keep")
        session.insert(schema.erased, [(each, at) for each in sorted(digests)], "keep")
        self._known |= digests

    def _digest(self, kind: str, value: str) -> bytes:
        text = f"{kind}:{value}".encode()
        return hashlib.blake2b(text, key=self._salt, digest_size=16).digest()


def requests(session: Session) -> Iterator[Waiting]:
    """Yield the requests that are kept, by their numbers; empty ones are left out."""
    last = 0
    while rows := rows_of(session, Waiting, "inbox", _NEXT.format(key="inbox_id"), last, CHUNK):
        last = rows[-1].inbox_id
        yield from (row._replace(body=bytes(row.body)) for row in rows if row.body)


def parked(session: Session) -> Iterator[ParkedRow]:
    """Yield the parts that are parked, by their numbers."""
    last = 0
    while rows := rows_of(session, ParkedRow, "parked", _NEXT.format(key="parked_id"), last, CHUNK):
        last = rows[-1].parked_id
        yield from (row._replace(body=bytes(row.body)) for row in rows)


_NEXT = "{key} > ? order by {key} limit ?"


def write_body(session: Session, inbox_id: int, body: bytes) -> None:
    """Have a request say something else; its number stays, so that it is not given again."""
    session.run("update inbox set body = ? where inbox_id = ?", body, inbox_id)


def forget_parked(session: Session, numbers: Sequence[int]) -> None:
    """Take parked parts away."""
    session.run("delete from parked where parked_id in ??", list(numbers))


def forget(session: Session, leads: Collection[int], lead_ids: Collection[str]) -> None:
    """Take leads out of every table of facts and scores."""
    numbers, ids = sorted(leads), sorted(lead_ids)
    _blank_last_change(session, numbers)
    own = "select event_id from events where lead_no in ??"
    session.run(
        f"delete from event_marks where lead_no in ?? or event_id in ({own})", numbers, numbers
    )
    session.run("delete from field_history where entity = 'lead' and id in ??", ids)
    session.run("delete from connection_records where connection || '-' || record_id in ??", ids)
    session.run("delete from name_words where entity = 'lead' and key in ??", ids)
    session.run("delete from identities where (kind, value) in (" + _LEADING_TO + ")", numbers)
    for table, column in OF_LEADS:
        session.run(f"delete from {table} where {column} in ??", numbers)
    session.insert(schema.settings, [(REMOVED, secrets.token_hex(8))], "replace")


def forget_digests(session: Session) -> None:
    """Leave of digests, which name many, that they went; those that did not go are made anew."""
    session.run("delete from deliveries where key like ? and state <> 'done'", "digest-%")
    session.run("update deliveries set body = '' where key like ? and body <> ''", "digest-%")


def removed(session: Session) -> str:
    """Return a word that is another one each time that somebody was taken out of the store."""
    found = session.rows("select value from settings where name = ?", REMOVED)
    return str(found[0][0]) if found else ""


_LEADING_TO = (
    "select i.kind, i.value from identities as i where i.lead_no in ?? and not exists ("
    "select 1 from identities as l where l.kind = i.kind and l.value = i.value "
    "and l.taken_at > i.taken_at)"
)
"""Ids that lead to some leads now."""

OF_LEADS = (
    ("events", "lead_no"),
    ("event_ids", "lead_no"),
    ("outcomes", "lead_no"),
    ("identities", "lead_no"),
    ("conflicts", "from_no"),
    ("conflicts", "to_no"),
    ("lead_merges", "from_no"),
    ("lead_merges", "into_no"),
    ("current_scores", "lead_no"),
    ("current_bands", "lead_no"),
    ("transitions", "lead_no"),
    ("answers", "lead_no"),
    ("deliveries", "lead_no"),
    ("ownerships", "lead_no"),
    ("band_holds", "lead_no"),
    ("leads", "lead_no"),
)


def forget_unknown(session: Session, before: int, most: int) -> int:
    """Take away leads that nobody knows and that did nothing since a moment; return how many.

    Of what is scored nothing goes: who is in an account, was merged or had an outcome stays.
    """
    found = session.rows(_UNKNOWN, before, before, most)
    numbers = [number for number, _ in found]
    if numbers:
        forget(session, numbers, [lead_id for _, lead_id in found])
    return len(found)


_UNKNOWN = """
    select lead_no, lead_id from leads as l
    where not is_known and account_id is null and taken_at < ?
    and not exists (select 1 from events as e where e.lead_no = l.lead_no
        and (e.taken_at >= ? or e.account_id is not null))
    and not exists (select 1 from outcomes as o where o.lead_no = l.lead_no)
    and not exists (select 1 from lead_merges as m where m.from_no = l.lead_no)
    and not exists (select 1 from lead_merges as m where m.into_no = l.lead_no)
    order by lead_no limit ?"""


def _blank_last_change(session: Session, leads: list[int]) -> None:
    """Leave of the last change its number alone, which must not be given again."""
    session.run(
        "update transitions set lead_no = null, from_band = null, to_band = null, "
        "from_edge_band = null, edge_band = null, value = null, override = null, ledger = null "
        "where transition_id = (select max(transition_id) from transitions) and lead_no in ??",
        leads,
    )


def ids_leading_to(session: Session, leads: Collection[int]) -> set[tuple[str, str]]:
    """Return the ids, each with its kind, that lead to some leads now."""
    return {(kind, value) for kind, value in session.rows(_LEADING_TO, sorted(leads))}


def ids_ever(session: Session, leads: Collection[int]) -> set[tuple[str, str]]:
    """Return the ids that ever led to some leads."""
    query = "select kind, value from identities where lead_no in ??"
    return {(kind, value) for kind, value in session.rows(query, sorted(leads))}


def event_ids(session: Session, leads: Collection[int]) -> set[str]:
    """Return the ids of the events of some leads."""
    query = "select event_id from events where lead_no in ??"
    return {each for (each,) in session.rows(query, sorted(leads))}
