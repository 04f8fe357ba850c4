"""Accounts that are made of the domains of e-mails."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import ModelError
from leadline.model.reading.reader import read
from leadline.scoring.loading import load

NEW = {"match": "email_domain", "new": True}
EMAILS = {
    "a": "Ada@Mail.North.example",
    "b": "ben@north.example",
    "desk": "info@north.example",
    "alone": "sales@west.example",
    "free": "eva@gmail.com",
    "typo": "eva@gmial.com",
    "made up": "x@test.com",
    "thrown": "x@mailinator.com",
    "none": None,
}


def made(
    leads: dict[str, list[Any]], columns: Any = None, **tables: dict[str, list[Any]]
) -> tuple[dict[str, str | None], list[tuple[Any, ...]], list[str]]:
    """Return the account of each lead, the accounts, and what was noted."""
    said = {"leads": {"account_id": NEW, **(columns or {})}}
    rule = {"when": "account.domain is not null", "points": 1}
    document = {"leadline": 1, "model": "m", "scores": {"s": {"rules": {"r": rule}}}}
    given = {table: pa.table(rows) for table, rows in {"leads": leads, **tables}.items()}
    with DuckDB() as engine:
        loaded = load(engine, given, read({**document, "columns": said}))
        of = dict(engine.rows("select lead_id, account_id from leads"))
        accounts = []
        if "accounts" in loaded.schema:
            titles = ", ".join(loaded.schema["accounts"])
            accounts = engine.rows(f"select {titles} from accounts order by account_id")
        return of, accounts, [each for each in loaded.notes if "domain" in each]


def test_leads_of_one_domain_are_one_account() -> None:
    """Of companies alone; an address of a place is of an account, and makes none."""
    of, accounts, notes = made({"lead_id": [*EMAILS], "email": [*EMAILS.values()]})
    assert accounts == [("north.example", "north.example")]
    assert {lead: found for lead, found in of.items() if found} == dict.fromkeys(
        ("a", "b", "desk"), "north.example"
    )
    assert notes == ["leads: 1 account is made of the domains of e-mails, for 3 leads."]


def test_accounts_that_are_given_come_first() -> None:
    """By their domain, by their own key, and where several share one nobody is guessed."""
    leads: dict[str, list[Any]] = {
        "lead_id": ["own", "has", "key", "two", "new"],
        "account_id": [None, "y", None, None, None],
        "email": ["a@north.example", "a@x.example", "a@k.example", "a@t.example", "a@n.example"],
    }
    accounts: dict[str, list[Any]] = {
        "account_id": ["x", "k.example", "t1", "t2"],
        "domain": ["www.north.example", None, "t.example", "t.example"],
        "size": [5, 6, 7, 8],
    }
    of, found, notes = made(leads, accounts=accounts)
    assert of == {"own": "x", "has": "y", "key": "k.example", "two": None, "new": "n.example"}
    assert [row[0] for row in found] == ["k.example", "n.example", "t1", "t2", "x"]
    assert {row[0]: row[-1] for row in found}["x"] == 5  # what it said stays
    assert [each for each in notes if "several accounts share" in each]


def test_fields_of_companies_in_rows_of_leads_are_those_of_the_domain() -> None:
    """So a file of leads without any column of companies has accounts with sizes."""
    leads = {"lead_id": ["1", "2", "3"], "email": ["a@n.example", "b@n.example", "c@gmail.com"]}
    of, accounts, _ = made(
        {**leads, "Staff": [50.0, None, 7.0]}, {"Staff": {"account": "employees"}}
    )
    assert accounts == [("n.example", "n.example", 50.0)]
    assert of == {"1": "n.example", "2": "n.example", "3": None}


def test_leads_without_an_e_mail_make_no_account() -> None:
    """And it is said why."""
    of, accounts, notes = made({"lead_id": ["1"]})
    assert (of, accounts) == ({"1": None}, [])
    says = "leads: no account is made of the domain of an e-mail, as none is of a new company."
    assert notes == [says]


def test_new_belongs_to_accounts_that_are_found_by_domain() -> None:
    """Elsewhere it is a fault, with its remedy."""
    with pytest.raises(ModelError, match="must stand beside match: email_domain"):
        made({"lead_id": ["1"]}, {"account_id": {"new": True}})
