"""Leads and accounts by the beginnings of their words, as somebody types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from leadline.service import faces
from leadline.service.live import Live
from leadline.service.sight import Sight
from leadline.store import facts as stored
from leadline.store import naming
from leadline.store import scores as kept
from leadline.store.session import Session

MOST_LOOKED_AT = 300
"""Who has the longest word is looked at; of very many, as many as this."""


class Found(NamedTuple):
    """A lead or account that was found.

    Attributes:
        entity: Which of both.
        key: Its id.
        name: What it is called.
        beside: Its title and company, or nothing.
        band: Its band on the ladder that was asked for.
        value: Its score there.
    """

    entity: Literal["lead", "account"]
    key: str
    name: str
    beside: str
    band: str | None
    value: float | None


def find(  # noqa: PLR0913, PLR0917 - where, by which ladder, what and for whom
    session: Session, live: Live, ladder: str, text: str, most: int, sight: Sight | None = None
) -> list[Found]:
    """Return the leads with the highest scores, and accounts, that have all words of a text.

    A word stands for all that begin with it. Accounts come first where the text is all of a name.
    """
    words = naming.words_in(text)[:6]
    if not words:
        return []
    companies = _accounts(session, words, most, sight)
    of = [each.key for each in companies]
    leads = _leads(session, live, ladder, words, of, most, sight)
    few = max(2, most - len(leads))
    return [*leads, *companies[:few]][:most]


def _keys(session: Session, entity: naming.Entity, words: Sequence[str]) -> list[str]:
    longest = max(words, key=len)
    return naming.beginning(session, entity, longest, MOST_LOOKED_AT)


def _has(key: str, fields: str, words: Sequence[str]) -> bool:
    own = naming.words_of(key, fields)
    return all(any(each.startswith(word) for each in own) for word in words)


def _accounts(
    session: Session, words: Sequence[str], most: int, sight: Sight | None
) -> list[Found]:
    rows = [
        row
        for row in stored.accounts(session, _keys(session, "account", words))
        if _has(row.account_id, row.fields, words)
    ]
    if sight is not None:
        seen = sight.accounts(session, [row.account_id for row in rows])
        rows = [row for row in rows if row.account_id in seen]
    named = [
        Found("account", row.account_id, faces.company_name(row), "", None, None) for row in rows
    ]
    return sorted(named, key=lambda each: (len(each.name), each.name))[:most]


def _leads(  # noqa: PLR0913, PLR0917 - where, by which ladder, and what
    session: Session,
    live: Live,
    ladder: str,
    words: Sequence[str],
    of: list[str],
    most: int,
    sight: Sight | None,
) -> list[Found]:
    """Return leads that have the words, and those of the accounts that have them."""
    rows = {
        row.lead_no: row
        for row in stored.leads_by_id(session, _keys(session, "lead", words))
        if _has(row.lead_id, row.fields, words)
    }
    members = [number for number, _ in stored.leads_of_accounts(session, of[:5], MOST_LOOKED_AT)]
    rows |= {row.lead_no: row for row in stored.leads(session, members) if row.is_known}
    if sight is not None:
        seen = sight.leads(session, rows)
        rows = {number: row for number, row in rows.items() if number in seen}
    standing = {
        row.lead_no: row
        for row in kept.bands(session, live.row.version, rows)
        if row.ladder == ladder
    }
    scored = [number for number in rows if number in standing] if ladder else list(rows)

    def place(number: int) -> tuple[bool, float, int]:
        value = standing[number].value if number in standing else None
        return (value is None, -(value or 0.0), number)

    best = sorted(scored, key=place)[:most]
    accounts = {row.account_id for number in best if (row := rows[number]).account_id}
    companies = {row.account_id: row for row in stored.accounts(session, accounts)}
    found = []
    for number in best:
        face = faces.face(rows[number], companies.get(rows[number].account_id or ""))
        beside = ", ".join(filter(None, (face.title, face.company)))
        at = standing.get(number)
        found.append(
            Found(
                "lead", face.key, face.name, beside, *((at.band, at.value) if at else (None, None))
            )
        )
    return found
