"""Accounts that are made of the domains of e-mails, where leads say nothing else of their company.

A free or disposable domain makes none, neither does one that stands for no address, and an address
such as ``info@`` is of an account but makes none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from leadline.model.types import Type
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.made import Made, renamed, view
from leadline.tables.places.raw import staged

if TYPE_CHECKING:
    from leadline.engines.duckdb.engine import DuckDB
    from leadline.tables.made import Declared

FOUND = frozenset({"email_domain", "email_kind", "email_role"})
"""What is read of each lead."""

DOMAINS = """
    create or replace table {founded} as
    select distinct d.email_domain as domain
    from {leads} as l join {derived} as d on d.lead_id = l.lead_id
    where {account} is null and d.account_id is null and d.accounts_of_domain is null
        and d.email_kind = 'company' and not d.email_role and d.email_domain not in ({nobody})"""
LEADS = """
    select l.* {without}, coalesce({account}, d.account_id, f.domain) as account_id
    from {leads} as l left join {derived} as d on d.lead_id = l.lead_id
    left join {founded} as f on f.domain = d.email_domain and d.email_kind = 'company'"""
ACCOUNTS = """
    select * from {given} union all by name
    select domain as account_id, domain from {founded}
    where domain not in (select account_id from {given})"""
NONE = "{where}: no account is made of the domain of an e-mail, as none is of a new company."
NO_ACCOUNTS = Sql("(select null::varchar as account_id, null::varchar as domain where false)")


def with_founded(engine: DuckDB, of: Made, declared: Declared) -> Made:
    """Make an account of each domain of an e-mail whose lead has none, where that is declared."""
    column = declared.get("leads", {}).get("account_id")
    if column is None or not column.new or "leads" not in of.schema:
        return of
    from leadline.identity import matching  # noqa: PLC0415 - only where it is needed
    from leadline.identity.derive import Leads, derive  # noqa: PLC0415 - brings lists of words
    from leadline.identity.domains import PLACEHOLDERS  # noqa: PLC0415

    columns, where = of.schema["leads"], of.names["leads"]
    given = of.schema.get("accounts", {})
    accounts = _accounts(engine, has_rows=bool(given), has_domain="domain" in given)
    leads = renamed(engine, "leads")
    derived = derive(engine, Leads(leads, columns, where), FOUND, accounts=accounts)
    if not derived.has_accounts:
        view(engine, "leads", sql_text("from {leads}", leads=leads))
        return replace(of, notes=(*of.notes, NONE.format(where=where)))
    founded = staged("accounts", "founded")
    has_own = "account_id" in columns
    parts = {
        "leads": leads,
        "derived": derived.table,
        "founded": founded,
        "account": name("l", "account_id") if has_own else Sql("null::varchar"),
    }
    engine.run(sql_text(DOMAINS, nobody=sorted(PLACEHOLDERS), **parts))
    without = Sql("exclude (account_id)" if has_own else "")
    view(engine, "leads", sql_text(LEADS, without=without, **parts))
    view(engine, "accounts", sql_text(ACCOUNTS, given=accounts, founded=founded))
    notes = list(matching.notes(engine, derived.table, where, has_email=True)) if given else []
    schema = {
        **of.schema,
        "leads": {**columns, "account_id": Type.TEXT},
        "accounts": {"account_id": Type.TEXT, **given, "domain": Type.TEXT},
    }
    names = {**of.names, "accounts": of.names.get("accounts", where)}
    return Made(schema, names, (*of.notes, *notes, _told(engine, where, founded)))


def _accounts(engine: DuckDB, *, has_rows: bool, has_domain: bool) -> Sql:
    """Return the accounts that were given, with a domain which is a text."""
    if not has_rows:
        return NO_ACCOUNTS
    before = renamed(engine, "accounts")
    template = (
        "(select * replace (domain::varchar as domain) from {before})"
        if has_domain
        else "(select *, null::varchar as domain from {before})"
    )
    return sql_text(template, before=before)


def _told(engine: DuckDB, where: str, founded: Sql) -> str:
    template = """
        select count(distinct f.domain), count(*) from leads as l
        join {founded} as f on f.domain = l.account_id"""
    [(accounts, leads)] = engine.rows(sql_text(template, founded=founded))
    if not accounts:
        return NONE.format(where=where)
    made = "1 account is" if accounts == 1 else f"{accounts:,} accounts are"
    have = "1 lead" if leads == 1 else f"{leads:,} leads"
    return f"{where}: {made} made of the domains of e-mails, for {have}."
