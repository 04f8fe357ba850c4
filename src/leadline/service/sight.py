"""Whose leads somebody sees: all, or those of their territory and those that are theirs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from leadline.errors import Fault, InputError
from leadline.store import facts as stored
from leadline.store import handover
from leadline.store.facts import LeadRow
from leadline.store.people import Person
from leadline.store.rows import present
from leadline.store.session import Session

_FIELD = re.compile(r"(lead|account)\.(.+)")


@dataclass(frozen=True)
class Sight:
    """What somebody sees who does not see everything.

    Attributes:
        entity: Whether the field is of leads or of their accounts.
        field: Says in whose territory a lead is.
        values: Of it, in small letters; without any nothing is seen but own leads.
        owner: Their e-mail address, as of who has a lead.
    """

    entity: str
    field: str
    values: frozenset[str]
    owner: str

    def leads(self, session: Session, numbers: Iterable[int]) -> set[int]:
        """Return those of some leads that are seen."""
        asked = list(numbers)
        own = {row.lead_no for row in handover.owned(session, asked) if row.owner == self.owner}
        rows = stored.leads(session, asked)
        if self.entity == "lead":
            return own | {row.lead_no for row in rows if self._has(row.fields)}
        ids = {row.account_id for row in rows if row.account_id}
        within = {row.account_id for row in stored.accounts(session, ids) if self._has(row.fields)}
        return own | {row.lead_no for row in rows if row.account_id in within}

    def accounts(self, session: Session, ids: Collection[str]) -> set[str]:
        """Return those of some accounts that are seen: of the territory, or with a lead that is."""
        found: set[str] = set()
        if self.entity == "account":
            rows = stored.accounts(session, ids)
            found = {row.account_id for row in rows if self._has(row.fields)}
        query = "select lead_no, account_id from leads where account_id in ?? and is_known"
        members = dict(session.rows(query, sorted(set(ids) - found)))
        return found | {members[number] for number in self.leads(session, members)}

    def sees_lead(self, session: Session, lead_id: str) -> bool:
        """Say whether a lead is seen, which it is not where there is none."""
        rows: list[LeadRow] = stored.leads_by_id(session, [lead_id])
        return bool(self.leads(session, [row.lead_no for row in rows]))

    def sees_account(self, session: Session, account_id: str) -> bool:
        """Say whether an account is seen."""
        return account_id in self.accounts(session, [account_id])

    def _has(self, fields: str) -> bool:
        value: Any = present(fields).get(self.field)
        return value is not None and str(value).strip().casefold() in self.values


def sight_of(person: Person, territory: str) -> Sight | None:
    """Return what somebody sees; None for everything.

    Sales see their territory where a field of it is set; so do viewers who have a territory.

    Args:
        person: Who looks.
        territory: The setting, such as ``account.country``; empty where all see everything.
    """
    is_bound = person.role == "sales" or (person.role == "viewer" and person.territory is not None)
    if not territory or not is_bound:
        return None
    entity, field = parts(territory)
    named = (each.strip().casefold() for each in (person.territory or "").split(","))
    return Sight(entity, field, frozenset(filter(None, named)), person.email)


def parts(territory: str) -> tuple[str, str]:
    """Return the entity and the field of a setting. Raises InputError.

    >>> parts("account.country")
    ('account', 'country')
    """
    found = _FIELD.fullmatch(territory)
    if found is None:
        expected = "must be a field such as account.country or lead.region"
        raise InputError(Fault("", "people.territory", expected, territory))
    return found[1], found[2]
