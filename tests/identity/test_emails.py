"""E-mail addresses and their domains."""

from __future__ import annotations

import pyarrow as pa
import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given, settings
from hypothesis import strategies as st

from examples import examples
from leadline.engines.duckdb.engine import DuckDB
from leadline.identity.domains import domains_of, registrable
from leadline.identity.email_table import make
from leadline.identity.emails import Email, Reader
from leadline.sql.text import Sql

PARTS = st.text("aB1.-_+'@ ", min_size=0, max_size=8)


@pytest.mark.parametrize(
    ("address", "domain", "kind"),
    [
        ("Ada@Mail.North.example", "north.example", "company"),
        ("  ada@north.co.uk ", "north.co.uk", "company"),
        ("ada@gmail.com", "gmail.com", "free"),
        ("ada@mailinator.com", "mailinator.com", "disposable"),
        ("ada@gmial.com", "gmial.com", "free"),
        ("ada@north.con", None, "invalid"),
        ("ada@co.uk", None, "invalid"),
        ("ada", None, "invalid"),
        ("a..b@north.example", None, "invalid"),
        ("żółw@północ.pl", "północ.pl", "company"),
    ],
)
def test_an_address_says_whose_it_is(address: str, domain: str | None, kind: str) -> None:
    """The domain is the part that somebody registered; a slip of a free one is still free."""
    found = Reader().read(address)
    assert (found.email_domain, found.email_kind) == (domain, kind)
    assert found.email_valid == (kind != "invalid")


@settings(max_examples=examples(300))
@given(PARTS, PARTS)
def test_syntax_is_that_of_the_library(local: str, name: str) -> None:
    """The quick way accepts and refuses what the library does."""
    address = f"{local}@{name}.com".strip()
    try:
        validate_email(address, check_deliverability=False)
        is_valid = True
    except EmailNotValidError:
        is_valid = False
    found = Reader().read(address)
    assert found.email_valid <= is_valid
    if is_valid:
        domain = address.rpartition("@")[2].lower()
        assert found.email_valid == (registrable(domain) is not None)


@pytest.mark.parametrize(
    ("address", "meant"),
    [
        ("eva@gmial.com", "eva@gmail.com"),
        ("eva@gmail.con", "eva@gmail.com"),
        ("eva@hotmial.com", "eva@hotmail.com"),
        ("eva@north.con", "eva@north.com"),
        ("eva@gmail.com", None),
        ("eva@ymail.com", None),
        ("eva@north.example", None),
    ],
)
def test_slips_are_shown_beside_the_address(address: str, meant: str | None) -> None:
    """A real domain that is near to another is no slip."""
    assert Reader().read(address).email_suggestion == meant


def test_many_addresses_are_read_as_one_is(engine: DuckDB) -> None:
    """The table cut up in SQL says what the reader says of each address."""
    locals_ = (
        "ada",
        "Info",
        "sales+x",
        "a..b",
        "",
        "o'neil",
        "żółw",
        "x" * 65,
        '"a b"',
        "a@b",
        " c",
    )
    domains = (
        "north.example",
        "Mail.North.co.uk",
        "gmial.com",
        "north.con",
        "mailinator.com",
        "-a.com",
        "a--b.com",
        "xn--pnoc-fsa.pl",
        "północ.pl",
        "example.com",
        "co.uk",
        "",
        "a.com ",
    )
    given = sorted({f"{local}@{domain}" for local in locals_ for domain in domains} | {"", "none"})
    engine.run("create schema if not exists staging")
    engine.register("addresses", pa.table({"value": given}))
    make(engine, Sql("addresses"), Sql("read_emails"))
    fields = ", ".join(Email._fields)
    found = {row[0]: row[1:] for row in engine.rows(f"select value, {fields} from read_emails")}
    reader = Reader()
    wrong = {each: found[each] for each in given if found[each] != tuple(reader.read(each))}
    assert not wrong


def test_places_in_a_company_are_told_from_persons() -> None:
    """A role is no kind: the domain is still the company's."""
    found = Reader().read("info@north.example")
    assert (found.email_role, found.email_kind) == (True, "company")


def test_domains_of_accounts_may_be_addresses_of_pages() -> None:
    """Several may stand in one text."""
    assert domains_of("https://www.North.example/en; north.co.uk") == [
        "north.example",
        "north.co.uk",
    ]
    assert domains_of("no domain") == []
