"""Fields that say who a lead is, not what: nothing may be learned or rated of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from leadline.history.fields_then import Known, KnownField
from leadline.model.types import Type
from leadline.sql.text import Sql, name, sql_text

KEYS = frozenset({"lead_id", "account_id", "email", "domain", "created_at"})
"""Columns that no model reads as a field."""
NAMES = 0.5
"""A text with more different values than this part of the leads, or accounts, that have one is a
name, not a field."""
_OF_PERSONS = re.compile(
    r"((first|last|full|given|family)_?)?name|surname|(mobile_?)?phone.*|mobile"
)


def says_who(field: KnownField) -> bool:
    """Return whether a field of leads says who somebody is: no model may know persons by heart."""
    title = field.name.lower().replace(" ", "_")
    return field.entity == "lead" and bool(_OF_PERSONS.fullmatch(title))


def owners(of: Known, fields: Sequence[KnownField]) -> Mapping[str, int]:
    """Return how many leads, or accounts, have a value of each text, by column."""
    texts = [each for each in fields if each.kind is Type.TEXT]
    if not texts:
        return {}
    owner = {"lead": Sql("r.lead_id"), "account": Sql("l.account_id")}
    counts = [
        sql_text(
            "count(distinct case when {v} is not null then {owner} end)",
            v=name(each.column),
            owner=owner[each.entity],
        )
        for each in texts
    ]
    return _by_column(of, texts, counts)


def like_names(of: Known, fields: Sequence[KnownField]) -> frozenset[str]:
    """Return the columns of texts that are different for most who have one."""
    texts = [each for each in fields if each.kind is Type.TEXT]
    had = owners(of, texts)
    distinct = [sql_text("count(distinct {v})", v=name(each.column)) for each in texts]
    values = _by_column(of, texts, distinct) if texts else {}
    return frozenset(each for each, count in values.items() if count > NAMES * had[each])


def _by_column(of: Known, fields: Sequence[KnownField], counts: list[Sql]) -> Mapping[str, int]:
    counted = sql_text(
        "select {c} from {t} as r left join leads as l on l.lead_id = r.lead_id",
        c=counts,
        t=name(of.table),
    )
    [row] = of.of.run.engine.rows(counted)
    return {each.column: count for each, count in zip(fields, row, strict=True)}
