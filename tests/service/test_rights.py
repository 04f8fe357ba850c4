"""The table of rights is what the page for administrators says."""

from __future__ import annotations

from pathlib import Path

from leadline.service.rights import RIGHTS
from leadline.store.keys import SCOPES
from leadline.store.people import ROLES

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "people.md"


def test_the_page_has_the_table_of_rights() -> None:
    """A row for each right that a person can have."""
    rows = [
        " | ".join(["", each.says, *("yes" if role in each.roles else "" for role in ROLES), ""])
        for each in RIGHTS.values()
        if each.roles
    ]
    page = PAGE.read_text(encoding="utf-8").replace("| |", "|  |").replace("| |", "|  |")
    for row in rows:
        assert row.strip() in page, row


def test_every_right_has_a_scope_that_there_is() -> None:
    """And an administrator has every one that a person can have."""
    assert {each.scope for each in RIGHTS.values()} == set(SCOPES)
    assert all("administrator" in each.roles for each in RIGHTS.values() if each.roles)
