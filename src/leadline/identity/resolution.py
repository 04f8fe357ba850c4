"""Leads and accounts in order: everything that can be read off them, beside what was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Self

from leadline.identity.derive import Derived
from leadline.identity.enrich import LEADS, added
from leadline.identity.matching import DOMAINS, OWNERS
from leadline.model.contract import CONTRACT
from leadline.sql.text import Sql, name, sql_text
from leadline.tables.places.inputs import Input
from leadline.tables.places.raw import handed_as
from leadline.tables.read import Loaded, handed, load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from leadline.engines.duckdb.engine import DuckDB
    from leadline.model.document import Model

BESIDE = "column {given} stays as it is; what is read off others is called {own}_read."
SHOWN = 3
"""How many examples a summary has."""


class Sign(NamedTuple):
    """A sign of invention: how many leads show it, and the first of them."""

    sign: str
    leads: int
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """What was found; each count is of leads.

    Attributes:
        leads: How many there are.
        emails: Kind of e-mail address to how many have one.
        suggestions: How many addresses were probably meant otherwise.
        examples: Such addresses with what was meant.
        phones: How many have a number that can be dialled from anywhere.
        countries: How many have a country that is known.
        seniorities: Seniority to how many have a title of it.
        functions: Function to how many have a title of it.
        signs: Signs of invention, the most frequent first.
        invented: How many show any sign.
        matched: How many were matched to an account; None without accounts.
    """

    leads: int
    emails: Mapping[str, int]
    suggestions: int
    examples: tuple[tuple[str, str], ...]
    phones: int
    countries: int
    seniorities: Mapping[str, int]
    functions: Mapping[str, int]
    signs: tuple[Sign, ...]
    invented: int
    matched: int | None


@dataclass(frozen=True)
class Resolution:
    """Leads, and accounts where they were given, with all that was read off them.

    The rows stand on the engine as ``leads`` and ``accounts``.

    Attributes:
        engine: Holds the tables.
        loaded: What was read, its notes, and rows that were left out.
        derived: What was read off the leads.
    """

    engine: DuckDB
    loaded: Loaded
    derived: Derived

    @classmethod
    def of(
        cls,
        engine: DuckDB,
        leads: Input,
        accounts: Input | None = None,
        model: Model | None = None,
    ) -> Self:
        """Read leads and accounts, and everything that can be read off them.

        Args:
            engine: Where the tables are wanted.
            leads: A file, a pattern, or rows that speak the Arrow stream protocol.
            accounts: Likewise; leads without account are matched by the domain of their e-mail.
            model: Says under ``columns`` and ``files`` how tables are to be read.

        Raises:
            InputError: A table cannot be used.
            FileError: A file cannot be read.

        >>> import pyarrow as pa
        >>> from leadline.engines.duckdb.engine import DuckDB
        >>> leads = pa.table({"lead_id": ["a"], "title": ["VP Sales"], "email": ["a@gmial.com"]})
        >>> with DuckDB() as engine:
        ...     found = Resolution.of(engine, leads).leads().to_pylist()[0]
        >>> found["seniority"], found["function"], found["email_suggestion"]
        ('vp', 'sales', 'a@gmail.com')
        """
        inputs = {"leads": leads} | ({} if accounts is None else {"accounts": accounts})
        columns, written = (model.columns, model.files) if model else ({}, {})
        loaded = load(engine, inputs, columns, files=written, is_handed_on=True)
        lacking = frozenset(LEADS.keys() - loaded.schema["leads"].keys())
        match = accounts is not None
        return cls(engine, *added(engine, loaded, lacking, match=match, hidden=BESIDE))

    def leads_sql(self, *, is_typed: bool = False) -> str:
        """Return the query for the leads, in the order of their keys.

        Columns are as they were given, and what was read off them stands behind;
        where ``is_typed``, those that were given as text are what they were read as.
        """
        added = [*self.derived.columns, *(["account_id"] if self.derived.has_accounts else [])]
        columns = _given_columns(self.loaded, "leads", added, is_typed=is_typed)
        template = """
            select {columns} from leads as t join {handed} as h using (lead_id)
            order by t.lead_id"""
        return sql_text(template, columns=columns, handed=handed("leads"))

    def accounts_sql(self, *, is_typed: bool = False) -> str:
        """Return the query for the accounts, each with how many leads it has, and its domains.

        ``matched_domains`` are those that leads are matched by: registered, of a company, and of no
        other account.
        """
        template = """
            select {columns}, d.matched_domains, coalesce(l.lead_count, 0) as lead_count
            from accounts as t join {handed} as h using (account_id)
            left join (
                select account_id, string_agg(domain, ', ' order by domain) as matched_domains
                from {domains} semi join (from {owners} where accounts = 1) as o using (domain)
                group by account_id
            ) as d using (account_id)
            left join (
                select account_id, count(*) as lead_count from leads group by account_id
            ) as l using (account_id)
            order by t.account_id"""
        columns = _given_columns(self.loaded, "accounts", [], is_typed=is_typed)
        parts = {"handed": handed("accounts"), "domains": DOMAINS, "owners": OWNERS}
        return sql_text(template, columns=columns, **parts)

    def leads(self) -> pa.Table:
        """Return the leads as an Arrow table."""
        return self.engine.arrow(self.leads_sql(is_typed=True))

    def accounts(self) -> pa.Table:
        """Return the accounts as an Arrow table."""
        return self.engine.arrow(self.accounts_sql(is_typed=True))

    def summary(self) -> Summary:
        """Count what was found."""
        statement = """
            select count(*), count(email_suggestion), count(phone_e164), count(country_code),
                count(*) filter (where invented) from leads"""
        [(leads, suggestions, phones, countries, invented)] = self.engine.rows(statement)
        return Summary(
            leads=leads,
            emails=self._counts("email_kind"),
            suggestions=suggestions,
            examples=self._suggestions(),
            phones=phones,
            countries=countries,
            seniorities=self._counts("seniority"),
            functions=self._counts("function"),
            signs=self._signs(),
            invented=invented,
            matched=self._matched(),
        )

    def _counts(self, column: str) -> dict[str, int]:
        template = """
            select {c}::varchar, count(*) from leads where {c} is not null
            group by 1 order by 2 desc, 1"""
        return dict(self.engine.rows(sql_text(template, c=name(column))))

    def _suggestions(self) -> tuple[tuple[str, str], ...]:
        template = """
            select email::varchar, email_suggestion::varchar from leads
            where email_suggestion is not null order by lead_id limit {limit}"""
        return tuple((old, new) for old, new in self.engine.rows(sql_text(template, limit=SHOWN)))

    def _signs(self) -> tuple[Sign, ...]:
        template = """
            select sign, count(*), list(lead_id order by lead_id)[:{shown}]
            from (select lead_id, unnest(string_split(invented_reasons::varchar, '; ')) as sign
                from leads)
            group by sign order by 2 desc, 1"""
        rows = self.engine.rows(sql_text(template, shown=SHOWN))
        return tuple(Sign(sign, count, tuple(leads)) for sign, count, leads in rows)

    def _matched(self) -> int | None:
        if "accounts" not in self.loaded.schema:
            return None
        if not self.derived.has_accounts:
            return 0
        template = "select count(account_id) from {derived}"
        return int(self.engine.rows(sql_text(template, derived=self.derived.table))[0][0])


def _given_columns(
    loaded: Loaded, table: str, added: Sequence[str], *, is_typed: bool
) -> list[Sql]:
    """Return the columns of a table under the names they came with, then those that were added.

    An account that was found fills the column that lacks it. A key that came with no column of
    its own, such as the number of a row, stands first. What was read off others has another name
    where a given column is called the same but for its capitals.
    """
    given = loaded.handed(table)
    as_read = is_typed and loaded.is_text(table)
    columns = []
    for title, read in given.items():
        is_there = as_read and read in loaded.schema[table]
        value = name("t", read) if is_there and read else name("h", handed_as(title))
        if read is not None and read in added:
            value = sql_text("coalesce({h}, {t})", h=value, t=name("t", read))
        columns.append(sql_text("{value} as {title}", value=value, title=name(title)))
    there = {*filter(None, given.values())}
    keys = [name("t", key) for key in CONTRACT[table].keys if key not in there]
    taken = {each.lower() for each in given}
    read_off = [
        sql_text("{v} as {t}", v=name("t", each), t=name(f"{each}_read" if each in taken else each))
        for each in added
        if each not in there
    ]
    return [*keys, *columns, *read_off]
