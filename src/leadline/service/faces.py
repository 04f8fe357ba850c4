"""What people call a lead and a company: names read off the fields that hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadline.identity.columns_read import find
from leadline.model.types import Type
from leadline.store.facts import AccountRow, LeadRow
from leadline.store.rows import present

MOST_SHOWN = 160
"""Letters of a name that are shown; a title may have ten thousand."""
_COMPANY = ("name", "account_name", "company", "company_name", "domain")
_FIELDS = ("first_name", "last_name")


@dataclass(frozen=True)
class Face:
    """A lead as people speak of it; a text that is not known is empty.

    Attributes:
        key: Its id.
        name: What it is called; its address or its id where no name is known.
        title: What it does.
        company: Where.
        account_id: The company's id.
    """

    key: str
    name: str
    title: str = ""
    company: str = ""
    account_id: str = ""

    @property
    def initials(self) -> str:
        """Two letters that stand for it.

        >>> Face("1", "Ewa Nowicka").initials, Face("2", "李伟").initials
        ('EN', '李')
        """
        return initials(self.name)


def initials(name: str) -> str:
    """Return two letters that stand for a name.

    >>> initials("brenner logistik gmbh"), initials("")
    ('BL', '?')
    """
    words = [each for each in name.replace("@", " ").split() if each[:1].isalnum()]
    return "".join(each[0] for each in words[:2]).upper() or "?"


def face(row: LeadRow, account: AccountRow | None = None) -> Face:
    """Return what people call a lead of the store."""
    fields = present(row.fields)
    company = company_name(account) if account else ""
    return Face(
        row.lead_id,
        shown(_name(fields) or row.lead_id),
        shown(_of(fields, "title")),
        shown(company or _of(fields, "company")),
        row.account_id or "",
    )


def company_name(row: AccountRow) -> str:
    """Return what people call a company of the store."""
    fields = present(row.fields)
    folded = {name.lower().replace(" ", "_"): value for name, value in fields.items()}
    found = (folded.get(each) for each in _COMPANY)
    return shown(next((str(each) for each in found if each), row.account_id))


def shown(text: str) -> str:
    """Return a text no longer than a line of a page can hold."""
    text = " ".join(text.split())
    return text if len(text) <= MOST_SHOWN else f"{text[: MOST_SHOWN - 1]}…"


def _name(fields: Mapping[str, Any]) -> str:
    parts = [_of(fields, each) for each in _FIELDS]
    return _of(fields, "name") or " ".join(filter(None, parts)) or _of(fields, "email")


def _of(fields: Mapping[str, Any], role: str) -> str:
    """Return the first value of the fields that say something, as text."""
    titles = find(dict.fromkeys(fields, Type.TEXT)).get(role, ())
    return next((str(fields[each]) for each in titles if fields[each]), "")
