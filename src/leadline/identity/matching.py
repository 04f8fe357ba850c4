"""Leads without an account, matched to one by the domain of their e-mail.

A free or disposable domain matches nobody, and neither does one that several accounts have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from leadline.identity.domains import domains_of, is_company
from leadline.model.types import Columns
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.places.raw import STAGING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from leadline.engines.duckdb.engine import DuckDB

DOMAINS = name(STAGING, "account_domains")
"""Has ``account_id`` and each ``domain`` of it that may stand for a company."""
OWNERS = name(STAGING, "domain_owners")
"""Has each ``domain``, how many ``accounts`` have it, and ``account_id`` where it is one."""


def prepare(engine: DuckDB, accounts: Sql) -> None:
    """Make the tables of domains from accounts with ``account_id`` and ``domain``."""
    import pyarrow as pa  # noqa: PLC0415 - slow to import, and mostly not needed

    template = "select distinct domain from {accounts} where domain is not null"
    texts = [text for (text,) in engine.rows(sql_text(template, accounts=accounts))]
    pairs = [(text, each) for text in texts for each in domains_of(text) if is_company(each)]
    given, found = zip(*pairs, strict=True) if pairs else ((), ())
    table = pa.table({"text": pa.array(given, pa.string()), "domain": pa.array(found, pa.string())})
    engine.register("given_domains", table)
    template = """
        create or replace table {domains} as
        select distinct a.account_id, g.domain
        from {accounts} as a join given_domains as g on g.text = a.domain"""
    engine.run(sql_text(template, domains=DOMAINS, accounts=accounts))
    engine.unregister("given_domains")
    template = """
        create or replace table {owners} as
        select domain, count(*) as accounts,
            case when count(*) = 1 then min(account_id) end as account_id
        from {domains} group by domain"""
    engine.run(sql_text(template, owners=OWNERS, domains=DOMAINS))


def join() -> Sql:
    """Return the join of a lead, whose e-mail was read, with the owner of its domain."""
    return sql_text(
        "left join {owners} as owner on owner.domain = email.email_domain "
        "and email.email_kind = 'company'",
        owners=OWNERS,
    )


def account_id(lead: str, columns: Columns) -> Sql:
    """Return the account that a lead has by its domain, and how many it might have."""
    own = name(lead, "account_id") if "account_id" in columns else Sql("null")
    template = """
        case when {own} is null then owner.account_id end as account_id,
        case when {own} is null then owner.accounts end as accounts_of_domain"""
    return sql_text(template, own=own)


def notes(engine: DuckDB, table: Sql, where: str, *, has_email: bool) -> Iterator[str]:
    """Yield how many leads were matched, and how many could not be."""
    if not has_email:
        yield f"{where} has no e-mail, so no lead is matched to an account by its domain."
        return
    template = """
        select count(account_id), count(*) filter (where accounts_of_domain > 1) from {table}"""
    [(matched, ambiguous)] = engine.rows(sql_text(template, table=table))
    verb = "lead is" if matched == 1 else "leads are"
    yield f"{where}: {matched:,} {verb} matched to an account by the domain of the e-mail."
    if ambiguous:
        verb = "lead has" if ambiguous == 1 else "leads have"
        yield (
            f"{where}: {ambiguous:,} {verb} a domain that several accounts share, "
            "and stay without account."
        )
