"""What names stand for, and the types of expressions."""

from __future__ import annotations

import pytest

from leadline.model.expressions import Expression, Name
from leadline.model.names import NameFault, Names, Place, fields_of, place_of, place_of_formula
from leadline.model.reading.reader import read
from leadline.model.types import Type
from model.documents import COLUMNS, document, rules

NAMES = Names(
    read(
        document(
            scores={
                "lead_score": {
                    "rules": {
                        "visit": {"event": "x", "points": 1},
                        "large": {"when": "lead.a", "points": 1},
                        "quiet": {"silent_for": "3d", "points": 1},
                    }
                },
                "account_score": {
                    "of": "account",
                    "rules": {
                        "visit": {"event": "x", "points": 1},
                        "surge": {"event": "y", "points": 1},
                    },
                },
            }
        )
    ),
    COLUMNS,
)
ATTRIBUTE = Place(counts=True)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", Type.NUMBER),
        ("'a'", Type.TEXT),
        ("true", Type.BOOLEAN),
        ("null", Type.ANY),
        ("30d", Type.NUMBER),
        ("lead.seniority", Type.TEXT),
        ("lead.empty", Type.ANY),
        ("account.created_at", Type.TIME),
        ("hits.surge", Type.NUMBER),
        ("last.lead_score.visit", Type.NUMBER),
        ("hits.quiet > 0", Type.BOOLEAN),
        ("lead.seats + 1", Type.NUMBER),
        ("-lead.seats", Type.NUMBER),
        ("lead.seats = 'x'", Type.BOOLEAN),
        ("lead.seats is null", Type.BOOLEAN),
        ("lower(lead.seniority)", Type.TEXT),
        ("length(lead.seniority)", Type.NUMBER),
        ("age(lead.created_at)", Type.NUMBER),
        ("coalesce(null, lead.partner)", Type.BOOLEAN),
        ("least(lead.created_at, account.created_at)", Type.TIME),
        ("case when lead.partner then 1 else null end", Type.NUMBER),
        ("case when lead.partner then null end", Type.ANY),
        ("lead.created_at > account.created_at", Type.BOOLEAN),
        ("lead.seniority ilike 'a%'", Type.BOOLEAN),
    ],
)
def test_an_expression_has_a_type(text: str, expected: Type) -> None:
    """Types follow from columns and operations; null and empty columns fit everywhere."""
    assert NAMES.type_of(Expression(text).tree, ATTRIBUTE) is expected


def test_all_faults_of_an_expression_are_found() -> None:
    """A wrong name does not hide a wrong type."""
    faults: list[NameFault] = []
    tree = Expression("lead.zzz > 1 and lead.seniority + 1 > 2 or hits.large > 0").tree
    assert NAMES.typed(tree, ATTRIBUTE, faults) is Type.BOOLEAN
    assert [fault.expected for fault in faults] == [
        "reads lead.zzz, which is not a column of leads",
        "must give `+` numbers",
        "reads hits.large, but only event, outcome and silence rules are counted",
    ]
    with pytest.raises(NameFault, match=r"reads lead\.zzz"):
        NAMES.type_of(tree, ATTRIBUTE)


@pytest.mark.parametrize(
    ("text", "remedy"),
    [
        (
            "properties.plan.seats",
            "declare columns: {events: {seats: {from: properties.plan.seats}}}",
        ),
        ('"properties.seats"', "declare columns: {events: {seats: {from: properties.seats}}}"),
        ("page.url", 'Write "page.url" in double quotes.'),
        ("other.seats", "Put text in single quotes."),
    ],
)
def test_what_lies_inside_of_a_column_is_told_how_to_read(text: str, remedy: str) -> None:
    """By its path, whether it is quoted or not."""
    events = {**COLUMNS["events"], "properties": Type.TEXT, "page.url": Type.TEXT}
    names = Names(NAMES.model, {**COLUMNS, "events": events})
    with pytest.raises(NameFault) as caught:
        names.type_of(Expression(f"{text} > 1").tree, Place(bare="events"))
    assert remedy in caught.value.remedy


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (("hits", "surge"), ("account_score", "surge")),
        (("last", "quiet"), ("lead_score", "quiet")),
        (("hits", "lead_score", "visit"), ("lead_score", "visit")),
        (("hits", "account_score", "visit"), ("account_score", "visit")),
    ],
)
def test_a_count_is_of_one_rule(name: tuple[str, ...], found: tuple[str, str]) -> None:
    """The score may be left out where only one has the rule."""
    assert NAMES.counted(Name(name)) == found


def test_a_rule_of_several_scores_needs_the_score() -> None:
    """The fault says how to write it."""
    with pytest.raises(NameFault) as caught:
        NAMES.counted(Name(("hits", "visit")))
    assert caught.value.expected == "reads hits.visit, a rule of several scores"
    assert caught.value.remedy == "Write hits.lead_score.visit or hits.account_score.visit."


def test_without_a_schema_every_column_exists() -> None:
    """Columns of the contract have their types, all others any."""
    names = Names(read(document()))
    assert names.column("leads", "anything") is Type.ANY
    assert names.column("leads", "created_at") is Type.TIME


def test_each_kind_of_rule_reads_its_own_names() -> None:
    """Bare names are columns of events or outcomes; accounts read their own fields alone."""
    model = read(
        rules(
            a={"when": "true", "points": 1},
            e={"event": "x", "points": 1},
            o={"outcome": "x", "points": 1},
            s={"silent_for": "3d", "points": 1},
        )
    )
    found = {name: rule for _, name, rule in model.rules()}
    assert place_of(found["a"], "when", account=False) == Place(counts=True)
    assert place_of(found["e"], "points", account=False) == Place("events")
    assert place_of(found["e"], "where", account=False) == Place("events", age=False)
    assert place_of(found["o"], "points", account=True) == Place(
        "outcomes", ("account",), account=True
    )
    assert place_of(found["s"], "points", account=False) == Place()
    assert place_of(found["s"], "where", account=False) == Place("events", age=False)
    assert place_of_formula() == Place("scores", counts=True)


def test_fields_are_told_once_in_the_order_written() -> None:
    """Fields of leads and accounts, not columns, scores or counts."""
    first = Expression("lead.a > account.b + hits.c and path = lead.a").tree
    assert fields_of(first, Expression("account.d").tree) == [
        ("lead", "a"),
        ("account", "b"),
        ("account", "d"),
    ]
