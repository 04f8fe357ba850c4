"""Fields of companies that stand in the rows of leads: accounts are made of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from leadline.inspection.company_domains import DECLARED, OFFERED
from leadline.inspection.proposed import ALIASES, Entry, Proposed, place_of

_RANGES = "Ranges such as"
"""What ``inspect`` says of a column that is numbers only where a range is declared."""


def with_companies(
    parts: Mapping[str, Proposed], wanted: Mapping[str, Any]
) -> tuple[dict[str, Proposed], list[str]]:
    """Return what is declared with the fields of accounts that leads have, and what is open.

    Args:
        parts: What is declared, by table; where accounts are among them, they say it themselves.
        wanted: The fields of accounts that a starter reads, and how.
    """
    leads = parts.get("leads")
    if leads is None or "accounts" in parts:
        return dict(parts), []
    found = dict(_fields(leads, wanted))
    asked = f"Is it the domain of the e-mail? Then declare {DECLARED}."
    is_asked = any(OFFERED in each.comment for each in leads.entries)
    if not found:
        open_ = f"No column says of which company a lead is. {asked}"
        return dict(parts), [open_] if is_asked else []
    entries = list(leads.entries)
    listed = ", ".join(entries[place].source for place in found.values())
    if all(each.name != "account_id" for each in entries):
        named = place_of(entries, ("company", *ALIASES["leads"]["company"].split()))
        if named is None:
            says = f"Of which company {listed} speak no column says"
            return dict(parts), [f"{says}. {asked}" if is_asked else f"{says}: declare account_id."]
        entries.append(Entry("account_id", {"from": entries[named].source}))
    for field, place in found.items():
        entries[place] = _of_account(entries[place], field)
    key = next(each.source for each in entries if each.name == "account_id")
    says = f"Accounts are made of {listed}; {key} says which is which, as it is spelled."
    return {**parts, "leads": replace(leads, entries=tuple(entries))}, [says]


def _fields(leads: Proposed, wanted: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Yield the fields of accounts that leads have, and where."""
    for field, aliases in ALIASES["accounts"].items():
        place = place_of(leads.entries, (field, *aliases.split())) if field in wanted else None
        if place is not None and _fits(leads.entries[place], wanted[field] or {}):
            yield field, place


def _fits(entry: Entry, wanted: Mapping[str, Any]) -> bool:
    is_number = "number" in entry.comment.partition(",")[0] or _RANGES in entry.comment
    return wanted.get("type") != "number" or is_number


def _of_account(entry: Entry, field: str) -> Entry:
    ranged = {"range": "middle"} if _RANGES in entry.comment else {}
    return replace(entry, keys={**entry.keys, **ranged, "account": field})
