"""The audit log: who changed what and took what away, in a chain that shows what was done to it.

Each row hashes the row before it, so that none can be changed, taken out or put in between without
all later ones being other ones. Where the last one stands is noted in the settings; whoever keeps
that elsewhere can tell a log that was written anew as a whole.

What names somebody who is erased goes out of the log: it is not hashed itself, but by a digest with
a salt, which stays. A later row says of which rows that was done.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from leadline.store import schema
from leadline.store.session import Session, columns_of

HEAD, BASE = "audit_head", "audit_base"
"""Settings: where the last row stands, and the last of those that were dropped as too old."""
START = "0:"
ERASED, SHORTENED = "erased", "audit_log.shortened"
"""What is done to the log itself, as it says."""
PAGE = 1000


@dataclass(frozen=True)
class Entry:
    """Something that somebody did.

    Attributes:
        actor: Who: an e-mail address, ``key NAME``, ``shell USER``.
        action: What, such as ``person.added``.
        subject: To what or whom.
        before: What was, as plain values; None where nothing was.
        after: What is now; None where nothing is.
    """

    actor: str
    action: str
    subject: str = ""
    before: Any = None
    after: Any = None


class Row(NamedTuple):
    """A row of the log; subject, details and salt are empty where they named somebody erased."""

    number: int
    at: int
    actor: str
    action: str
    subject: str | None
    details: str | None
    salt: str | None
    digest: str
    hash: str


@dataclass
class Checked:
    """What was found in the log.

    Attributes:
        entries: How many rows there are.
        head: The last one, as ``NUMBER:HASH``.
        blank: Rows whose contents went when somebody was erased.
        faults: What was done to the log, in its order; empty where it is whole.
    """

    entries: int = 0
    head: str = START
    blank: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def write(session: Session, entries: Sequence[Entry], at: int) -> None:
    """Add entries, as the last thing of a transaction: others wait for its end from here on."""
    if not entries:
        return
    number, last = _split(_locked_head(session))
    rows = []
    for entry in entries:
        number += 1
        row = _row(number, last, entry, at)
        rows.append(row)
        last = row.hash
    session.insert(schema.audit_log, rows)
    _set(session, HEAD, f"{number}:{last}")


def _locked_head(session: Session) -> str:
    """Return where the log ends; nobody else adds to it until the transaction ends."""
    session.run(f"{_SET} do nothing", HEAD, START)
    session.run("update settings set value = value where name = ?", HEAD)
    return _setting(session, HEAD)


def _setting(session: Session, name: str) -> str:
    found = session.rows("select value from settings where name = ?", name)
    return str(found[0][0]) if found else START


def _set(session: Session, name: str, value: str) -> None:
    session.run(f"{_SET} (name) do update set value = excluded.value", name, value)


_SET = "insert into settings (name, value) values (?, ?) on conflict"


def _split(place: str) -> tuple[int, str]:
    number, _, hashed = place.partition(":")
    return int(number), hashed


def _row(number: int, last: str, entry: Entry, at: int) -> Row:
    details = json.dumps(
        {"before": entry.before, "after": entry.after}, ensure_ascii=False, sort_keys=True
    )
    salt = secrets.token_hex(16)
    digest = _digest(salt, entry.subject, details)
    made = _hash(last, number, at, entry.actor, entry.action, digest)
    return Row(number, at, entry.actor, entry.action, entry.subject, details, salt, digest, made)


def _digest(salt: str, subject: str, details: str) -> str:
    return hashlib.sha256(json.dumps([salt, subject, details]).encode()).hexdigest()


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def rows(session: Session, since: int = 0, most: int | None = None) -> Iterator[Row]:
    """Yield rows after a number, in their order."""
    left = most
    while left is None or left > 0:
        size = PAGE if left is None else min(PAGE, left)
        query = f"select {columns_of(Row)} from audit_log where number > ? order by number limit ?"
        page = [Row(*each) for each in session.rows(query, since, size)]
        yield from page
        if len(page) < size:
            return
        since = page[-1].number
        left = None if left is None else left - len(page)


def last(session: Session, most: int) -> list[Row]:
    """Return the last rows, the latest first."""
    query = f"select {columns_of(Row)} from audit_log order by number desc limit ?"
    return [Row(*each) for each in session.rows(query, most)]


def check(session: Session, noted: str = "") -> Checked:
    """Return what was done to the log.

    Args:
        session: Reads the store.
        noted: A place of the log, as ``NUMBER:HASH``, that was noted elsewhere; a log that was
            written anew from the start is told by it alone.
    """
    found = Checked(head=_setting(session, BASE))
    number, before = _split(found.head)
    excused: set[int] = set()
    shortened = START
    noted_number, noted_hash = _split(noted) if noted else (0, "")
    for row in rows(session):
        found.entries += 1
        if row.number != number + 1:
            found.faults.append(f"{_entries(number + 1, row.number - 1)} taken out")
        found.faults.extend(_wrong(row, before))
        if row.number == noted_number and row.hash != noted_hash:
            found.faults.append(f"entry {row.number} is not the one that was noted")
        if row.details is None:
            found.blank.append(row.number)
        excused |= _excused(row)
        shortened = _shortened(row) or shortened
        number, before = row.number, row.hash
    found.faults.extend(_ends(session, f"{number}:{before}", number))
    if shortened != _setting(session, BASE) and found.entries:
        found.faults.append("entries were dropped, and the log does not say so")
    for each in sorted(set(found.blank) - excused):
        found.faults.append(f"entry {each} was emptied, and no erasure says so")
    if noted_number > number:
        found.faults.append(f"{_entries(number + 1, noted_number)} taken out")
    found.head = f"{number}:{before}"
    return found


def _wrong(row: Row, before: str) -> Iterator[str]:
    """Yield what is wrong with a row, by itself or behind the one before it."""
    is_blank = row.details is None and row.subject is None and row.salt is None
    if not is_blank and row.digest != _digest(row.salt or "", row.subject or "", row.details or ""):
        yield f"entry {row.number} was changed"
    elif row.hash != _hash(before, row.number, row.at, row.actor, row.action, row.digest):
        yield f"entry {row.number} was changed, or one before it"


def _ends(session: Session, end: str, number: int) -> Iterator[str]:
    """Yield what is wrong with the end of the log."""
    head = _setting(session, HEAD)
    if head == end or (head == START and number == 0):
        return
    at = _split(head)[0]
    if at > number:
        yield f"{_entries(number + 1, at)} taken out"
    else:
        yield f"entry {number} is not where the log ended"


def _entries(first: int, last_one: int) -> str:
    one = f"entry {first} was"
    return one if first >= last_one else f"entries {first} to {last_one} were"


def _after(row: Row, action: str) -> dict[str, Any]:
    """Return what a row of an action says of now; nothing where it is of another."""
    if row.action != action or row.details is None:
        return {}
    try:
        return dict(json.loads(row.details)["after"] or {})
    except (ValueError, KeyError, TypeError):  # it was changed, which is told already
        return {}


def _excused(row: Row) -> set[int]:
    """Return the rows that an erasure emptied, as it says."""
    return set(_after(row, ERASED).get("emptied", ()))


def _shortened(row: Row) -> str:
    return str(_after(row, SHORTENED).get("up_to", ""))


def empty(session: Session, ids: Collection[str]) -> list[int]:
    """Take out of the log what names somebody by one of their ids; return the rows' numbers."""
    named = {each.casefold() for each in ids}
    found = [
        row.number for row in rows(session) if row.details and not named.isdisjoint(_said(row))
    ]
    for at in range(0, len(found), PAGE):
        session.run(
            "update audit_log set subject = null, details = null, salt = null where number in ??",
            found[at : at + PAGE],
        )
    return found


def _said(row: Row) -> Iterator[str]:
    """Yield every text of a row."""
    yield (row.subject or "").casefold()
    yield from _texts(json.loads(row.details or "null"))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value.casefold()
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name.casefold()
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def shorten(session: Session, until: int, actor: str, at: int) -> int:
    """Drop entries older than a moment, and say so in the log; return how many went."""
    _locked_head(session)
    query = "select number, hash from audit_log where at < ? order by number desc limit 1"
    found = session.rows(query, until)
    if not found:
        return 0
    number, hashed = found[0]
    gone = session.run("delete from audit_log where number <= ?", number)
    _set(session, BASE, f"{number}:{hashed}")
    after = {"up_to": f"{number}:{hashed}", "entries": gone}
    write(session, [Entry(actor, SHORTENED, after=after)], at)
    return gone
