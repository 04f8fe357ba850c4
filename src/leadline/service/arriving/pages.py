"""What comes with a public key: anybody may have sent it, so it says little of anybody."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from leadline.service.arriving.facts import Event, Fact, LeadFields
from leadline.service.arriving.items import Refused


def limited(fact: Fact, fields: Collection[str]) -> Fact:
    """Return what a fact may say that comes from a page. Raises Refused where it may say nothing.

    Args:
        fact: As it came.
        fields: Lead fields that the key may set.
    """
    if isinstance(fact, Event):
        return replace(fact, account_id=None)
    if isinstance(fact, LeadFields):
        allowed = {name: value for name, value in fact.fields.items() if name in fields}
        ids = fact.ids if "email" in fields else replace(fact.ids, email="")
        return replace(fact, fields=allowed, account_id=None, ids=ids)
    raise Refused("not_allowed", "a public key may send events and the listed lead fields alone")
