"""The tables that questions are asked of, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from leadline.model.contract import CONTRACT
from leadline.questions.option import Option, asks

if TYPE_CHECKING:
    from leadline.tables.places.inputs import Input


def table(name: str) -> Mapping[str, Option]:
    """Return the metadata of the option of a table to read."""
    return rows(CONTRACT[name].title, f"tables.{name}")


def rows(title: str, setting: str = "") -> Mapping[str, Option]:
    """Return the metadata of the option of rows to read."""
    return asks(f"{title}.", "table", "F", group="tables", setting=setting)


def target(title: str, beside: str = "") -> Mapping[str, Option]:
    """Return the metadata of the option of a file to write rows to."""
    help_text = f"{title} (.csv, .parquet, .json lines)."
    return asks(help_text, "output", "F", group="outputs", beside=beside)


LEADS = table("leads")
REJECTS = target("Write rows that could not be used")


KEEP = asks(
    "Which stands of leads with one lead_id that differ: newest by COLUMN.",
    unit="RULE",
    group="tables",
)
STRICT = asks("Refuse tables of which any row or value would be lost.", "flag", group="tables")


@dataclass(frozen=True, kw_only=True)
class FactTables:
    """Leads, where they are needed or not, and what else is known of them."""

    leads: Input | None = field(default=None, metadata=LEADS)
    accounts: Input | None = field(default=None, metadata=table("accounts"))
    events: Input | None = field(default=None, metadata=table("events"))
    outcomes: Input | None = field(default=None, metadata=table("outcomes"))
    strict: bool = field(default=False, metadata=STRICT)

    def tables(self) -> dict[str, Input]:
        """Return the tables that were given."""
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        return {name: given[name] for name in CONTRACT if given.get(name) is not None}


@dataclass(frozen=True, kw_only=True)
class PastTables(FactTables):
    """What the past needs too: fields as they were, merges and marks."""

    field_history: Input | None = field(default=None, metadata=table("field_history"))
    lead_merges: Input | None = field(default=None, metadata=table("lead_merges"))
    event_marks: Input | None = field(default=None, metadata=table("event_marks"))


@dataclass(frozen=True, kw_only=True)
class AllTables(PastTables):
    """All tables of the contract but the spine."""

    previous: Input | None = field(default=None, metadata=table("previous"))
    previous_accounts: Input | None = field(default=None, metadata=table("previous_accounts"))
