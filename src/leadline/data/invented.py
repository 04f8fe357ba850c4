"""Signs that somebody made up what stands in a form, as SQL over a lead and what was read off it.

A sign marks and removes nothing: a rule decides what it is worth. Each is a short text, so that a
rule can tell them apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.data.sql import Sql, joined, sql
from leadline.data.word_lists import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SIGNS = ("email", "phone", "company", "first_name", "last_name", "name")
"""What may show signs; a lead of which none of it is known shows nothing."""

RUNS = "|".join(words("keyboard_run"))
"""Neighbours on keyboards that no word or name is known to have."""

TRIPLES = f"({'|'.join(words('keyboard_triple'))})+[[:alpha:]]?"
DIGITS = "0?123456?7?8?9?0?|(9?8?7?6?)54321"
WORDS = words("placeholder")
"""What people write who do not want to write anything."""

SHORTEST = 3

TYPED = """
    case
        when {text} in ({words}) then {what} || ' placeholder'
        when regexp_matches({text}, {runs}) or regexp_full_match({text}, {triples})
            or regexp_full_match({text}, {digits}) then {what} || ' keyboard run'
        when length({text}) >= {shortest} and replace({text}, left({text}, 1), '') = ''
            and {text} <> 'iii' or length({text}) >= 6 and replace({text}, left({text}, 2), '') = ''
            then {what} || ' repeats a letter'
    end"""

IS_DOMAIN = """
    case when {kind} = 'company' and length({label}) >= {shortest} and {is_equal}
    then 'name is the domain' end"""


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
    found = [*_of_names(sources, email), *_of_email(sources, email), phone]
    template = (
        "case when coalesce({known}) is not null "
        "then list_distinct(list_filter([{found}], lambda sign: sign is not null)) end"
    )
    texts = [sql("{value}::varchar", value=value) for value in known]
    return sql(template, known=texts, found=found)


def _of_names(sources: Mapping[str, Sql], email: Mapping[str, Sql]) -> Iterator[Sql]:
    for role in ("first_name", "last_name", "name"):
        if role in sources:
            yield _typed(sources[role], "name")
    if "company" in sources:
        yield _typed(sources["company"], "company")
    if email:
        yield from _equal_to_domain(sources, email)


def _equal_to_domain(sources: Mapping[str, Sql], email: Mapping[str, Sql]) -> Iterator[Sql]:
    """Yield the sign that a first name, or the only name, is that of the company's domain."""
    domain = email["email_domain"]
    label = sql("split_part({domain}, '.', 1)", domain=domain)
    for role in ("first_name", "name"):
        if role in sources:
            text = sql("replace({text}, ' ', '')", text=_lowered(sources[role]))
            is_equal = sql("{text} in ({label}, {domain})", text=text, label=label, domain=domain)
            if role == "name":
                one_word = sql("not contains(trim({name}), ' ')", name=sources[role])
                is_equal = joined(" and ", [is_equal, one_word])
            parts = {"kind": email["email_kind"], "label": label, "is_equal": is_equal}
            yield sql(IS_DOMAIN, shortest=SHORTEST, **parts)


def _of_email(sources: Mapping[str, Sql], email: Mapping[str, Sql]) -> Iterator[Sql]:
    if email:
        local = sql("split_part({email}, '@', 1)", email=sources["email"])
        yield _typed(local, "email")
        template = "case when {kind} = 'disposable' then 'email disposable' end"
        yield sql(template, kind=email["email_kind"])
        template = "case when {placeholder} then 'email placeholder' end"
        yield sql(template, placeholder=email["is_placeholder"])


def _typed(value: Sql, what: str) -> Sql:
    return sql(
        TYPED,
        text=_lowered(value),
        what=what,
        words=WORDS,
        runs=RUNS,
        triples=TRIPLES,
        digits=DIGITS,
        shortest=SHORTEST,
    )


def _lowered(value: Sql) -> Sql:
    return sql("lower(trim({value}::varchar))", value=value)
