"""What models read that the data lacks: fields read off others, and matched accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from leadline.engines.duckdb.engine import DuckDB
from leadline.errors import ModelError
from leadline.identity.resolution import Resolution
from leadline.model.reading.reader import read
from leadline.model.types import Type
from leadline.review.trial.examples import check_examples
from leadline.scoring import Run, Scorer, read_model, score

AT = "2026-11-01T12:00:00Z"
MATCH = {"leads": {"account_id": {"match": "email_domain"}}}


def model(when: str, columns: Any = None, **more: Any) -> dict[str, Any]:
    """Return a model that gives one point where a condition is true."""
    scores = {"fit": {"rules": {"r": {"when": when, "points": 1}}}}
    return {"leadline": 1, "model": "m", "scores": scores, "columns": columns or {}, **more}


def points(when: str, leads: dict[str, Any], columns: Any = None, **tables: Any) -> dict[str, Any]:
    """Return lead to score."""
    given = {name: pa.table(each) for name, each in tables.items()}
    scored = score(model(when, columns), leads=pa.table(leads), as_of=AT, **given)
    return {row["lead_id"]: row["fit"] for row in scored.scores.to_pylist()}


def test_a_model_reads_fields_that_the_data_lacks() -> None:
    """Seniority is read off the job title, whatever its column is called."""
    leads = {"lead_id": ["a", "b", "c"], "Job Title": ["CEO", "Clerk", None]}
    assert points("lead.seniority = 'c_level'", leads) == {"a": 1.0, "b": 0.0, "c": 0.0}


def test_a_column_of_that_name_is_never_overwritten() -> None:
    """Neither one that the data has, nor one that the model declares."""
    leads = {"lead_id": ["a"], "title": ["CEO"], "seniority": ["mine"]}
    assert points("lead.seniority = 'mine'", leads) == {"a": 1.0}
    declared = {"leads": {"seniority": {"type": "text"}}}
    leads = {"lead_id": ["a"], "title": ["CEO"]}
    assert points("lead.seniority is null", leads, declared) == {"a": 1.0}


def test_of_a_lead_the_first_column_with_a_value_counts() -> None:
    """A title that the data lacks, or that is how a person is addressed, hides no position."""
    leads = {"lead_id": ["a", "b"], "title": [None, "Mrs."], "Position": ["CEO", "CEO"]}
    assert points("lead.seniority = 'c_level'", leads) == {"a": 1.0, "b": 1.0}
    declared = {"leads": {"title": {"type": "text"}}}
    del leads["title"]
    assert points("lead.seniority = 'c_level'", leads, declared) == {"a": 1.0, "b": 1.0}


def test_a_column_in_other_capitals_does_not_pass_for_a_field() -> None:
    """The field is read off the title, and a note says what is not read."""
    leads = {"lead_id": ["a"], "title": ["CEO"], "Seniority": ["C suite"]}
    document = model("lead.seniority = 'c_level'")
    scored = score(document, leads=pa.table(leads), as_of=AT)
    assert scored.scores.to_pylist()[0]["fit"] == 1.0
    assert [note for note in scored.notes if "column Seniority is not read" in note]


def test_without_a_source_a_field_is_null_and_listed_as_missing() -> None:
    """No data is not no."""
    scored = score(model("lead.function = 'sales'"), leads=pa.table({"lead_id": ["a"]}), as_of=AT)
    assert scored.points.to_pylist()[0]["state"] == "missing"
    assert scored.notes == ("leads: function is null, as there is no title to read.",)


def test_nothing_is_read_that_no_rule_asks_for() -> None:
    """A model without such fields leaves the leads as they are."""
    with DuckDB() as engine:
        leads = pa.table({"lead_id": ["a"], "title": ["CEO"], "n": [1]})
        run = Run.open(engine, model("lead.n = 1"), {"leads": leads}, as_of=_at())
        assert "seniority" not in run.loaded.schema["leads"]
        assert run.engine.rows(
            "select count(*) from duckdb_tables() where table_name like '%deriv%'"
        ) == [(0,)]


def test_another_model_may_read_more() -> None:
    """A challenger reads a field that the champion did not."""
    with DuckDB() as engine:
        leads = pa.table({"lead_id": ["a"], "title": ["CEO"], "email": ["a@gmail.com"]})
        run = Run.open(engine, model("lead.email_kind = 'free'"), {"leads": leads}, as_of=_at())
        other = run.with_model(read(model("lead.function = 'general_management'")))
        for each in (run, other):
            assert each.arrow("scores")["fit"].to_pylist() == [1.0]


def test_batches_are_scored_as_tables_are() -> None:
    """Real time reads the same fields, batch after batch, and matches the same accounts."""
    document = read(model("lead.seniority = 'vp' and account.size > 1", MATCH))
    schema = {
        "leads": dict.fromkeys(("lead_id", "account_id", "email", "title"), Type.TEXT),
        "accounts": {"account_id": Type.TEXT, "domain": Type.TEXT, "size": Type.NUMBER},
    }
    accounts = pa.table({"account_id": ["x"], "domain": ["north.example"], "size": [2.0]})
    with DuckDB() as engine:
        scorer = Scorer(engine, document, schema)
        for title, expected in (("VP Sales", 1.0), ("Clerk", 0.0), ("副总裁", 1.0)):
            rows = {"lead_id": "a", "account_id": None, "email": "a@north.example", "title": title}
            types = pa.schema([(name, pa.string()) for name in rows])
            leads = pa.Table.from_pylist([rows], schema=types)
            found = scorer.score({"leads": leads, "accounts": accounts}, _at()).scores
            assert found is not None
            assert found["fit"].to_pylist() == [expected]


def test_examples_may_give_what_a_field_is_read_off() -> None:
    """A title in an example is read like any other."""
    example = [{"lead": {"title": "CEO"}, "scores": {"fit": 1}}]
    document, source = read_model(model("lead.seniority = 'c_level'", examples=example))
    assert check_examples(document, source) == []


def test_leads_are_matched_by_company_domains_alone() -> None:
    """Not by free ones, not where two accounts share one, and never over an account they have."""
    leads = {
        "lead_id": ["own", "free", "two", "has", "none"],
        "account_id": [None, None, None, "y", None],
        "email": ["a@m.north.example", "a@gmail.com", "a@twin.example", "a@north.example", None],
    }
    accounts = {
        "account_id": ["x", "y", "z", "f"],
        "domain": ["https://www.north.example/", "twin.example", "twin.example", "gmail.com"],
        "name": ["X", "Y", "Z", "F"],
    }
    found = points("account.name = 'X'", leads, MATCH, accounts=accounts)
    assert found == {"own": 1.0, "free": 0.0, "two": 0.0, "has": 0.0, "none": 0.0}
    given = {"leads": pa.table(leads), "accounts": pa.table(accounts)}
    scored = score(model("account.name is null", MATCH), as_of=AT, **given)
    assert {row["lead_id"]: row["fit"] for row in scored.scores.to_pylist()} == {
        "own": 0.0, "free": 1.0, "two": 1.0, "has": 0.0, "none": 1.0,
    }  # fmt: skip
    assert scored.notes == (
        "leads: 1 lead is matched to an account by the domain of the e-mail.",
        "leads: 1 lead has a domain that several accounts share, and stay without account.",
        "accounts: 2 of 4 rows are named by no leads: 'f', 'z'.",
    )


def test_nobody_is_matched_unless_the_model_says_so() -> None:
    """Scores of models without it stay what they were."""
    leads = {"lead_id": ["a"], "account_id": pa.nulls(1, pa.string()), "email": ["a@n.example"]}
    accounts = {"account_id": ["x"], "domain": ["n.example"], "name": ["X"]}
    assert points("account.name = 'X'", leads, accounts=accounts) == {"a": 0.0}


def test_match_elsewhere_is_a_fault() -> None:
    """Only the account of a lead can be matched."""
    with pytest.raises(ModelError, match=r"can stand at leads\.account_id alone"):
        points(
            "lead.x = 1", {"lead_id": ["a"], "x": [1]}, {"leads": {"x": {"match": "email_domain"}}}
        )


SIGNS = [
    ({"email": "a@mailinator.com"}, "email disposable"),
    ({"email": "test@north.example"}, "email placeholder"),
    ({"email": "a@example.com"}, "email placeholder"),
    ({"first_name": "asdfgh"}, "name keyboard run"),
    ({"last_name": "xxxx"}, "name keyboard run"),
    ({"last_name": "zzzz"}, "name repeats a letter"),
    ({"email": "a@north.example", "first_name": "North"}, "name is the domain"),
    ({"phone": "+1 999 999 9999"}, "phone repeats a digit"),
    ({"company": "qwerty"}, "company keyboard run"),
    ({"first_name": "Li", "last_name": "Na"}, None),
    ({"first_name": "Liam", "last_name": "Doherty", "company": "Property Assets"}, None),
    ({"email": "ada@north.example", "first_name": "Ada", "last_name": "North"}, None),
]


@pytest.mark.parametrize(("lead", "reason"), SIGNS)
def test_what_seems_invented_is_marked_with_its_reason(
    lead: dict[str, str], reason: str | None
) -> None:
    """Rules can tell the reasons apart; ordinary names are left alone."""
    with DuckDB() as engine:
        rows = pa.table({"lead_id": ["a"], **{name: [value] for name, value in lead.items()}})
        [found] = Resolution.of(engine, rows).leads().to_pylist()
    assert (found["invented"], found["invented_reasons"]) == (reason is not None, reason)


def test_of_a_lead_without_data_nothing_is_known() -> None:
    """It is neither invented nor not."""
    with DuckDB() as engine:
        rows = pa.table({"lead_id": ["a", "b"], "first_name": ["Ada", None]})
        found = Resolution.of(engine, rows).leads().to_pylist()
    assert [row["invented"] for row in found] == [False, None]


def test_a_summary_counts_leads() -> None:
    """Kinds, suggestions, signs with examples, and matched accounts."""
    leads = {
        "lead_id": ["a", "b"],
        "email": ["a@north.example", "b@gmial.com"],
        "name": ["x y", "test"],
    }
    accounts = {"account_id": ["x"], "domain": ["north.example"]}
    with DuckDB() as engine:
        found = Resolution.of(engine, pa.table(leads), pa.table(accounts))
        summary = found.summary()
        assert found.accounts().to_pylist()[0]["lead_count"] == 1
    assert (summary.leads, summary.invented, summary.matched) == (2, 1, 1)
    assert summary.emails == {"company": 1, "free": 1}
    assert summary.examples == (("b@gmial.com", "b@gmail.com"),)
    assert summary.signs == (("name placeholder", 1, ("b",)),)


def _at() -> datetime:
    return datetime(2026, 11, 1, 12, tzinfo=UTC)
