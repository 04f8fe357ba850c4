"""What makes a row of each table usable, and what makes two rows one and the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from leadline.sql.text import Sql

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Keys:
    """The rules of one table.

    Attributes:
        columns: The data must have them, and a row a value in each but the ``nullable``.
        either: The data must have one of these, and a row a value in one.
        unique: No two rows may have the same values here.
        once: Of rows with the same values here one stands; where a value is '' a row stands alone.
        order: The least by this stands, nulls last; then the least by everything it has.
        defaults: What a null in a column means.
    """

    columns: tuple[str, ...]
    nullable: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    order: tuple[Sql, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)

    @property
    def filled(self) -> tuple[str, ...]:
        """The columns that must have a value in each row."""
        return tuple(column for column in self.columns if column not in self.nullable)


LEAD_OR_ACCOUNT = ("lead_id", "account_id")

EARLIEST = (Sql("coalesce(recorded_at, occurred_at)"), Sql("occurred_at"), Sql("lead_id"))

KEYS: Mapping[str, Keys] = {
    "leads": Keys(("lead_id",), unique=("lead_id",)),
    "accounts": Keys(("account_id",), unique=("account_id",)),
    "events": Keys(
        ("event_id", "type", "occurred_at"),
        either=LEAD_OR_ACCOUNT,
        once=("event_id",),
        order=EARLIEST,
    ),
    "outcomes": Keys(
        ("outcome", "occurred_at"),
        either=LEAD_OR_ACCOUNT,
        once=("outcome_id",),
        order=EARLIEST,
        defaults={"outcome_id": ""},
    ),
    "previous": Keys(
        ("lead_id", "band"),
        nullable=("band",),
        unique=("lead_id", "ladder"),
        defaults={"ladder": "band"},
    ),
    "field_history": Keys(
        ("entity", "id", "field", "value", "valid_from"),
        nullable=("value",),
        once=("entity", "id", "field", "value", "valid_from"),
    ),
    "lead_merges": Keys(
        ("from_id", "into_id", "recorded_at"), once=("from_id", "into_id", "recorded_at")
    ),
    "event_marks": Keys(
        ("event_id", "mark", "recorded_at"),
        nullable=("mark",),
        once=("event_id", "mark", "recorded_at"),
    ),
    "spine": Keys(("lead_id", "as_of"), once=("lead_id", "as_of")),
}
