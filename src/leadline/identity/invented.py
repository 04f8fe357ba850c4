"""Signs that somebody made up what stands in a form, as SQL over a lead and what was read off it.

A sign marks and removes nothing: a rule decides what it is worth. Each is a short text, so that a
rule can tell them apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.identity.word_lists import words
from leadline.sql.text import Part, Sql, joined, name, sql_text
from leadline.tables.places.raw import STAGING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from leadline.engines.duckdb.engine import DuckDB

SIGNS = ("email", "phone", "company", "first_name", "last_name", "name")
"""What may show signs; a lead of which none of it is known shows nothing."""

TYPED = {"email": "email", "company": "company"} | dict.fromkeys(
    ("first_name", "last_name", "name"), "name"
)
"""What may be typed at random, to what a sign calls it."""

SHORTEST = 3
KEYS = (
    f"{'|'.join(words('keyboard_run'))}"
    f"|^({'|'.join(words('keyboard_triple'))})+[[:alpha:]]?$"
    "|^0?123456?7?8?9?0?$|^(9?8?7?6?)54321$"
)
"""Neighbours on keyboards that no word or name is known to have."""

FOUND = """
    create or replace table {found} as
    select value, case
        when value in ({words}) then 'placeholder'
        when regexp_matches(value, {keys}) then 'keyboard run'
        when length(value) >= {shortest} and replace(value, left(value, 1), '') = ''
            and value <> 'iii' or length(value) >= 6 and replace(value, left(value, 2), '') = ''
            then 'repeats a letter'
    end as sign
    from (select distinct unnest([{values}]) as value from {leads})
    where sign is not null"""

IS_DOMAIN = """
    case when {kind} = 'company' and length({label}) >= {shortest} and {is_equal}
    then 'name is the domain' end"""


def prepare(engine: DuckDB, leads: Sql, sources: Mapping[str, Sql]) -> list[Sql]:
    """Look for what was typed at random, and return the joins of a lead with what was found.

    Each distinct text is looked at once, and few are found.
    """
    texts = {role: _text(role, sources[role]) for role in TYPED if role in sources}
    if not texts:
        return []
    found = name(STAGING, "read_signs")
    parts: dict[str, Part] = {"words": words("placeholder"), "keys": KEYS, "shortest": SHORTEST}
    values = list(texts.values())
    engine.run(sql_text(FOUND, found=found, leads=leads, values=values, **parts))
    template = "left join {found} as {alias} on {alias}.value = {text}"
    return [
        sql_text(template, found=found, alias=name(_alias(role)), text=text)
        for role, text in texts.items()
    ]


def signs(sources: Mapping[str, Sql], email: Mapping[str, Sql], phone: Sql) -> Sql:
    """Return the list of signs of a lead, null where nothing is known of it.

    Args:
        sources: What a column says, such as ``first_name``, to the column.
        email: Field of an e-mail address to the column where it was read.
        phone: Column that says why a number is none.
    """
    known = [value for role, value in sources.items() if role in SIGNS]
    if not known:
        return Sql("null::varchar[]")
    found = [*_typed(sources), *_of_email(email), phone]
    if email:
        found += _equal_to_domain(sources, email)
    template = (
        "case when coalesce({known}) is not null "
        "then list_distinct(list_filter([{found}], lambda sign: sign is not null)) end"
    )
    texts = [sql_text("{value}::varchar", value=value) for value in known]
    return sql_text(template, known=texts, found=found)


def _equal_to_domain(sources: Mapping[str, Sql], email: Mapping[str, Sql]) -> Iterator[Sql]:
    """Yield the sign that a first name, or the only name, is that of the company's domain."""
    domain = email["email_domain"]
    label = sql_text("split_part({domain}, '.', 1)", domain=domain)
    for role in ("first_name", "name"):
        if role in sources:
            text = sql_text("replace({text}, ' ', '')", text=_lowered(sources[role]))
            is_equal = sql_text(
                "{text} in ({label}, {domain})", text=text, label=label, domain=domain
            )
            if role == "name":
                one_word = sql_text("not contains(trim({name}), ' ')", name=sources[role])
                is_equal = joined(" and ", [is_equal, one_word])
            parts = {"kind": email["email_kind"], "label": label, "is_equal": is_equal}
            yield sql_text(IS_DOMAIN, shortest=SHORTEST, **parts)


def _of_email(email: Mapping[str, Sql]) -> Iterator[Sql]:
    if email:
        template = "case when {kind} = 'disposable' then 'email disposable' end"
        yield sql_text(template, kind=email["email_kind"])
        template = "case when {placeholder} then 'email placeholder' end"
        yield sql_text(template, placeholder=email["is_placeholder"])


def _typed(sources: Mapping[str, Sql]) -> Iterator[Sql]:
    """Yield the sign of each text that was typed at random."""
    for role, what in TYPED.items():
        if role in sources:
            yield sql_text("{what} || ' ' || {sign}", what=what, sign=name(_alias(role), "sign"))


def _alias(role: str) -> str:
    return f"{role}_sign"


def _text(role: str, value: Sql) -> Sql:
    """Return what of a column may have been typed: of an address what stands before the ``@``."""
    lowered = _lowered(value)
    return sql_text("split_part({text}, '@', 1)", text=lowered) if role == "email" else lowered


def _lowered(value: Sql) -> Sql:
    return sql_text("lower(trim({value}))", value=value)
