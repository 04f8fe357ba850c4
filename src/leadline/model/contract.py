"""The contract of tables: columns, types, keys, defaults, and which of repeated rows stands.

Everything that reads, checks, prints or documents a table takes it from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from leadline.model.types import Columns, Type

Need = Literal["", "column", "value"]
"""What of a column must be there: nothing, the column, or a value of it in each row."""


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: In all tables the same word for the same thing.
        type: Of its values.
        help: What it means, in one line; what stands in ``**`` must be there.
        need: What of it must be there.
        default: What a null means.
        default_column: The column that a null is read as.
        names: The table whose row it names; ``entity`` where that column says it.
    """

    name: str
    type: Type
    help: str
    need: Need = ""
    default: str | None = None
    default_column: str = ""
    names: str = ""


@dataclass(frozen=True)
class Table:
    """A table that is read.

    Attributes:
        name: The word for it.
        title: What it holds, in one line, for options.
        about: What it is for, in the reference.
        columns: Those whose names and types are fixed; it may have others.
        either: The data must have one of these, and a row a value in one.
        unique: No two rows that differ may have the same values here.
        once: Of rows with the same values here one stands; where a value is '' a row stands alone.
        order: The least by these stands, nulls last, then the least in its other columns.
        after: What the reference says below the columns.
        derived: Columns that are read off others where the data has none of that name.
        wide: What the names of columns begin with that each stand for a column of many rows: one
            for each ladder.
        history: What a schema calls the fields whose values only ``field_history`` has.
        dated: The column that says when a row came about.
    """

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    either: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    once: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    after: str = ""
    derived: Columns = field(default_factory=dict)
    wide: tuple[str, ...] = ()
    history: str = ""
    dated: str = ""

    def __getitem__(self, name: str) -> Column:
        """Return a column by its name."""
        return next(each for each in self.columns if each.name == name)

    @cached_property
    def types(self) -> dict[str, Type]:
        """The type of each column."""
        return {each.name: each.type for each in self.columns}

    @property
    def needed(self) -> tuple[str, ...]:
        """The columns that the data must have."""
        return tuple(each.name for each in self.columns if each.need)

    @property
    def filled(self) -> tuple[str, ...]:
        """The columns that must have a value in each row."""
        return tuple(each.name for each in self.columns if each.need == "value")

    @property
    def defaults(self) -> dict[str, str]:
        """What a null means, of the columns where it means something."""
        return {each.name: each.default for each in self.columns if each.default is not None}

    @property
    def ids(self) -> tuple[str, ...]:
        """The columns that name leads, accounts, events or outcomes."""
        return tuple(each.name for each in self.columns if each.names)

    @cached_property
    def names_rows(self) -> frozenset[str]:
        """The columns whose texts name rows, of this table or of another."""
        return frozenset(each.name for each in self.columns if re.search(r"(^|_)id$", each.name))

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that tell rows apart; ``()`` where none do."""
        return self.unique or self.once

    def type_of(self, name: str) -> Type | None:
        """Return the type of a column, None where the data decides."""
        wide = next((each for each in self.wide if name.startswith(f"{each}_")), name)
        return self.types.get(wide)

    def lacking(self, columns: Iterable[str]) -> list[str]:
        """Return what the data must have and is not among these columns."""
        given = set(columns)
        wide = {name for name in self.types for each in given if each.startswith(f"{name}_")}
        lacks = [each for each in self.needed if each not in given | wide & set(self.wide)]
        if self.either and not given & set(self.either):
            lacks.append(" or ".join(self.either))
        return lacks


def _key(name: str, help_: str, names: str = "", **more: str) -> Column:
    return Column(name, Type.TEXT, help_, "value", names=names, **more)


def _text(name: str, help_: str, names: str = "", default: str | None = None) -> Column:
    return Column(name, Type.TEXT, help_, names=names, default=default)


def _time(name: str, help_: str, need: Need = "", default_column: str = "") -> Column:
    return Column(name, Type.TIME, help_, need, default_column=default_column)


_LEAD_OR_ACCOUNT = ("lead_id", "account_id")
_EARLIEST = ("recorded_at", "occurred_at", "lead_id")

_RECORDED = _time(
    "recorded_at", "when it became known; where empty, `occurred_at`", "", "occurred_at"
)
_THERE = _time("recorded_at", "from when on the row is there; where empty, always")

_STOOD = (
    _text("ladder", "key: name of the ladder; where empty, `band`, the only one", default="band"),
    Column(
        "band",
        Type.TEXT,
        "**band** after overrides: what the list of changes counts from",
        "column",
    ),
    _text("edge_band", "band before overrides, for `leave`; where empty, `band`"),
)

CONTRACT: Mapping[str, Table] = {
    each.name: each
    for each in (
        Table(
            "leads",
            "Leads",
            "The persons to score, one row each. Two rows with the same `lead_id` are a fault,\n"
            "unless they are equal in all columns.",
            (
                _key("lead_id", "**key**", "leads"),
                _text("account_id", "account that the lead belongs to", "accounts"),
                _text("email", "an ordinary field"),
                _time(
                    "created_at",
                    "since when the lead is known; used by silence rules and rollups",
                ),
                _THERE,
            ),
            unique=("lead_id",),
            derived={
                "email_valid": Type.BOOLEAN,
                "email_domain": Type.TEXT,
                "email_kind": Type.TEXT,
                "email_role": Type.BOOLEAN,
                "email_suggestion": Type.TEXT,
                "phone_e164": Type.TEXT,
                "country_code": Type.TEXT,
                "company_name": Type.TEXT,
                "seniority": Type.TEXT,
                "function": Type.TEXT,
                "invented": Type.BOOLEAN,
                "invented_reasons": Type.TEXT,
            },
            history="lead_history",
            dated="created_at",
        ),
        Table(
            "accounts",
            "Accounts",
            "The companies, one row each. Two rows with the same `account_id` are a fault,\n"
            "unless they are equal in all columns.",
            (
                _key("account_id", "**key**", "accounts"),
                _text("domain", "an ordinary field"),
                _time("created_at", "since when the account is known"),
                _THERE,
            ),
            unique=("account_id",),
            history="account_history",
            dated="created_at",
        ),
        Table(
            "events",
            "Events",
            "What leads did.\n"
            "Rows with the same `event_id` are one event, see [Repeated rows](#repeated-rows).",
            (
                _key("event_id", "**key**", "events"),
                _text("lead_id", "who; this or `account_id` must have a value", "leads"),
                _text(
                    "account_id", "account of the event; where empty, that of the lead", "accounts"
                ),
                _key("type", "**what** happened, such as `page_viewed`"),
                _time("occurred_at", "**when** it happened", "value"),
                _RECORDED,
            ),
            either=_LEAD_OR_ACCOUNT,
            once=("event_id",),
            order=_EARLIEST,
            dated="occurred_at",
        ),
        Table(
            "outcomes",
            "Outcomes",
            "What became of leads or accounts.",
            (
                _text(
                    "outcome_id",
                    "rows with the same value are one outcome; rows without are one each",
                    "outcomes",
                    default="",
                ),
                _text("lead_id", "who; this or `account_id` must have a value", "leads"),
                _text("account_id", "account; where empty, that of the lead", "accounts"),
                _key("outcome", "**what**: `won`, `lost`, `rejected`, or words of your own"),
                _time("occurred_at", "**when**", "value"),
                _RECORDED,
                Column("amount", Type.NUMBER, "money, if any"),
                _text("reason", "why"),
            ),
            either=_LEAD_OR_ACCOUNT,
            once=("outcome_id",),
            order=_EARLIEST,
            dated="occurred_at",
        ),
        Table(
            "previous",
            "Bands of the preceding run, for hysteresis and transitions",
            "Bands at the preceding run, for `leave` and for the list of changes.\n"
            "One row a lead and ladder.",
            (_key("lead_id", "**key**", "leads"), *_STOOD),
            unique=("lead_id", "ladder"),
            wide=("band", "edge_band"),
            after="The scores of the run before have these columns and can be given as they are.\n"
            "Of several ladders they have `band_NAME` and `edge_band_NAME` in place of `ladder`,\n"
            "`band` and `edge_band`, which any table may have.",
        ),
        Table(
            "previous_accounts",
            "Bands of accounts at the preceding run",
            "The same of accounts, for ladders `of: account`.\nOne row an account and ladder.",
            (_key("account_id", "**key**", "accounts"), *_STOOD),
            unique=("account_id", "ladder"),
            wide=("band", "edge_band"),
            after="The scores of accounts of the run before can be given as they are.",
        ),
        Table(
            "field_history",
            "Values of fields over time",
            "What fields were at other times.\n"
            "A field with a history is read as it was at `as_of`: its latest value that was valid\n"
            "and recorded by then, and null before the first.\n"
            "A field whose values only the history has is a field too; they decide its type.",
            (
                _key("entity", "**`lead` or `account`**"),
                _key("id", "**`lead_id` or `account_id`**", "entity"),
                _key("field", "**name of the field**"),
                Column("value", Type.TEXT, "value as text; empty: there was none", "column"),
                _time("valid_from", "**from when on**", "value"),
                _time(
                    "recorded_at",
                    "when it became known; where empty, `valid_from`",
                    "",
                    "valid_from",
                ),
            ),
            # a value that is recorded again later may take back one that was recorded between
            once=("entity", "id", "field", "value", "valid_from", "recorded_at"),
            after="[Snapshots](../how-to/keep-history.md) make such a table, and versions of\n"
            "whole rows can be read as one.",
        ),
        Table(
            "lead_merges",
            "Leads merged into others",
            "Leads that turned out to be the same.\n"
            "From `recorded_at` on, what the first did counts for the second.\n"
            "Of several rows of one `from_id` the latest counts.",
            (
                _key("from_id", "**`lead_id` that ends**", "leads"),
                Column(
                    "into_id",
                    Type.TEXT,
                    "**`lead_id` that stays**; equal to `from_id`, the lead is itself again; "
                    "empty, the lead has ended: it has no scores and is in no rollup",
                    "column",
                    names="leads",
                ),
                _time("recorded_at", "**when this became known**", "value"),
            ),
            once=("from_id", "into_id", "recorded_at"),
        ),
        Table(
            "event_marks",
            "Events marked as not to be counted",
            "Events that are not to be counted, such as clicks of mail scanners.",
            (
                _key("event_id", "**event**", "events"),
                Column("mark", Type.TEXT, "why; an empty mark takes earlier ones back", "column"),
                _time("recorded_at", "**when it was marked**; before, the event counts", "value"),
            ),
            once=("event_id", "mark", "recorded_at"),
        ),
        Table(
            "spine",
            "Leads and moments to score",
            "Which leads to score at which moments; in place of `--as-of`. Repeated rows are one.",
            (
                _key("lead_id", "**lead**; one that is not in leads is scored with empty fields"),
                _time("as_of", "**moment**", "value"),
            ),
            once=("lead_id", "as_of"),
        ),
    )
}
"""The tables that are read, by name."""

EXPECTED = ("leads", "accounts", "events", "outcomes")
"""The tables of which something can be expected before scores are written."""

RESULTS: Mapping[str, tuple[str, ...]] = {
    "scores": ("lead_id", "as_of"),
    "points": ("lead_id", "as_of", "score", "rule"),
    "account_scores": ("account_id", "as_of"),
    "transitions": ("lead_id", "at", "ladder"),
    "account_transitions": ("account_id", "at", "ladder"),
}
"""The tables that are computed, and the columns that tell their rows apart, in their order."""
