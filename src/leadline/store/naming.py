"""By which words leads and accounts are found: those of names, companies and e-mail addresses.

A row is a word and who has it. Rows of words that somebody no longer has stay, and harm nobody:
who finds looks at the fields anyway.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Literal

from leadline.store.facts import AccountRow, LeadRow
from leadline.store.rows import present
from leadline.store.schema import name_words
from leadline.store.session import Session

Entity = Literal["lead", "account"]
MOST_WORDS, MOST_LETTERS = 16, 40
_NAMING = re.compile(r"name|company|organi[sz]ation|employer|mail|domain|website", re.IGNORECASE)
"""Fields whose words lead to somebody."""
_WORD = re.compile(r"[^\W_]+")
_LAST = "\U0010ffff"


def words_in(text: str) -> list[str]:
    """Return the words of a text as they are found: in small letters, without accents.

    >>> words_in("Li Wei, Müller & Söhne"), words_in("Łódź")
    (['li', 'wei', 'muller', 'sohne'], ['lodz'])
    """
    parts = unicodedata.normalize("NFKD", text.replace("ł", "l").replace("Ł", "L"))
    plain = "".join(each for each in parts if not unicodedata.combining(each))
    return [each[:MOST_LETTERS] for each in _WORD.findall(plain.casefold())]


def words_of(key: str, fields: str) -> list[str]:
    """Return the words by which somebody is found: of its names, and its id."""
    found = dict.fromkeys(words_in(key)[:2])
    for name, value in present(fields).items():
        if isinstance(value, str) and _NAMING.search(name):
            found |= dict.fromkeys(words_in(value[:400]))
    return list(found)[:MOST_WORDS]


def keep(
    session: Session, leads: Iterable[LeadRow] = (), accounts: Iterable[AccountRow] = ()
) -> None:
    """Have leads and accounts found by their words."""
    session.insert(name_words, sorted(_rows(leads, accounts)), "keep")


def _rows(
    leads: Iterable[LeadRow], accounts: Iterable[AccountRow]
) -> Iterator[tuple[str, Entity, str]]:
    for lead in leads:
        if lead.is_known:
            for word in words_of(lead.lead_id, lead.fields):
                yield word, "lead", lead.lead_id
    for account in accounts:
        for word in words_of(account.account_id, account.fields):
            yield word, "account", account.account_id


def beginning(session: Session, entity: Entity, word: str, most: int) -> list[str]:
    """Return who has a word that begins so, up to a number."""
    rows = session.rows(
        "select distinct key from (select key from name_words where word >= ? and word < ? "
        "and entity = ? limit ?) as some",
        word,
        word + _LAST,
        entity,
        most,
    )
    return [key for (key,) in rows]
