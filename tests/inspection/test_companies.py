"""Accounts that are made of what leads say of their companies."""

from __future__ import annotations

import pyarrow as pa
import pytest

import leadline
from comparison import arrow
from leadline.inspection.fitting import fitted
from leadline.inspection.inspect import inspect
from leadline.model.reading.reader import read
from leadline.model.starters import starter

HEAD = "columns:\n  # c.csv: 2 rows, leads by the look of it\n  leads:\n"
KEY = "    lead_id: {from: Record ID}  # key, text, 100% filled, 2 distinct\n"
SIZE = "    # Number of Employees: number, 100% filled, 2 distinct\n"
SPANS = (
    "    # Employees: category, text, 100% filled; Ranges such as '10,001+', '51-200': with range\n"
)
TEXTS = "    # Employees: category, text, 100% filled, 2 distinct\n"
SECTOR = "    # Industry: category, text, 100% filled, 2 distinct\n"
NAME = "    # Company Name: category, text, 100% filled, 2 distinct\n"
ID = "    account_id: {from: Company ID}  # identifier, text, 100% filled, 2 distinct\n"
ACCOUNTS = "  # a.csv: 2 rows, accounts by the look of it\n  accounts: {}\n"


@pytest.mark.parametrize(
    ("columns", "made", "key", "says"),
    [
        (
            KEY + SIZE + SECTOR + NAME,
            {"Number of Employees": "employees", "Industry": "industry"},
            "Company Name",
            "Accounts are made of Number of Employees, Industry; Company Name says which is which",
        ),
        (KEY + ID + SIZE, {"Number of Employees": "employees"}, "Company ID", "Accounts are made"),
        (KEY + NAME + SPANS, {"Employees": "employees"}, "Company Name", "Accounts are made"),
        (KEY + NAME + TEXTS, {}, None, ""),
        (KEY + SIZE, {}, None, "Of which company Number of Employees speak no column says"),
        (KEY + SIZE + NAME + ACCOUNTS, {}, None, ""),
        (KEY + NAME, {}, None, ""),
    ],
    ids=["named", "numbered", "ranges", "no-numbers", "of-whom", "with-accounts", "without"],
)
def test_a_starter_reads_what_leads_say_of_their_companies(
    columns: str, made: dict[str, str], key: str | None, says: str
) -> None:
    """Where no table of accounts was looked into; what a column cannot be is left as it is."""
    found = fitted(starter("general"), HEAD + columns, "m.yaml")
    leads = read(found.text).columns["leads"]
    assert {name: each.account for name, each in leads.items() if each.account} == made
    assert (leads["account_id"].source if "account_id" in leads else None) == key
    told = [each for each in found.open if each.startswith(("Accounts are made", "Of which"))]
    assert [each.startswith(says) for each in told] == [True] * bool(says)


MAIL = (
    "    # email: e-mail, text, 100% filled; No column says of which company a lead is; "
    "account_id: {match: email_domain, new: true} makes an account of each domain of a company\n"
)


@pytest.mark.parametrize(("columns", "of"), [(SIZE, "Of which company Number of"), ("", "No col")])
def test_where_only_an_e_mail_tells_the_company_it_is_a_question(columns: str, of: str) -> None:
    """Nothing is declared: a company may have several domains."""
    found = fitted(starter("general"), HEAD + KEY + MAIL + columns, "m.yaml")
    assert "account_id" not in read(found.text).columns["leads"]
    [asked] = [each for each in found.open if "the domain of the e-mail?" in each]
    assert asked.startswith(of)
    assert asked.endswith("Then declare account_id: {match: email_domain, new: true}.")


@pytest.mark.parametrize(
    ("more", "emails", "asked"),
    [
        ({}, ["a@north.example", "b@south.example"], ["north.example, south.example"]),
        ({}, ["a@gmail.com", "info@south.example"], []),
        ({"Company": ["North", "South"]}, ["a@north.example", "b@south.example"], []),
    ],
    ids=["domains", "none", "named"],
)
def test_inspect_asks_only_where_domains_are_of_companies(
    more: dict[str, list[str]], emails: list[str], asked: list[str]
) -> None:
    """And no column names the company; examples are those of the file."""
    columns = {"Record ID": ["1", "2"], "Email": emails, "Job Title": ["CEO", "CTO"], **more}
    [table] = inspect(pa.table(columns), table="leads").tables
    [email] = [each for each in table.columns if each.name == "Email"]
    found = [each for each in email.findings if "makes an account of each domain" in each]
    assert [each.partition("such as ")[2] for each in found] == [f"{each}." for each in asked]


def test_the_first_scores_know_the_size_of_a_company() -> None:
    """All leads of one have what any of them says."""
    found = fitted(starter("general"), HEAD + KEY + SIZE + SECTOR + NAME, "m.yaml")
    leads: list[dict[str, object]] = [
        {"Record ID": "1", "Company Name": "North", "Number of Employees": 250.0, "Industry": "x"},
        {"Record ID": "2", "Company Name": "North", "Number of Employees": None, "Industry": None},
    ]
    scored = leadline.score(read(found.text), leads=arrow(leads), as_of="2026-11-01", allow=True)
    assert scored.scores["company"].to_pylist() == [20.0, 20.0]
