"""Each function of the language is known everywhere that one must be known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlglot import exp, parse_one

from leadline.model.expressions import Expression
from leadline.model.names import Names, Place
from leadline.model.operations import FUNCTIONS, OPERATIONS
from leadline.model.reading.reader import read
from leadline.model.types import Type
from leadline.sql.dialects import LOWERINGS
from oracle.expressions import AS_OF, CALLABLE, Value, evaluate, parse
from oracle.expressions import Path as NamePath

REFERENCE = Path(__file__).parents[2] / "docs" / "reference" / "language.md"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
MODEL = read("leadline: 1\nmodel: m\nscores: {s: {rules: {r: {event: x, points: 1}}}}\n")
TYPES = {float: Type.NUMBER, str: Type.TEXT}


def a_day_before(path: NamePath) -> Value:
    """Return what a name is in the examples."""
    return NOW if path == AS_OF else NOW - timedelta(days=1)


def shown(value: Value) -> str:
    """Return a value as the reference writes it."""
    return "null" if value is None else f"'{value}'" if isinstance(value, str) else f"{value:g}"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_its_row_in_the_reference(name: str) -> None:
    """The row says how it is written, what it gives, and what its examples come to."""
    function = FUNCTIONS[name]
    examples = (f"`{each}` is `{shown(value)}`" for each, value in function.examples.items())
    row = f"| `{function.written}` | {function.means} | {', '.join(examples)} |"
    lines = REFERENCE.read_text(encoding="utf-8").splitlines()
    assert row in lines, f"language.md lacks the row {row}"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_means_the_same_to_the_oracle(name: str) -> None:
    """The oracle, which knows nothing of the table, gives the values of the examples."""
    assert FUNCTIONS[name].examples, "a function without an example is not tried on engines"
    for written, value in FUNCTIONS[name].examples.items():
        assert evaluate(parse(written), a_day_before) == value, written


def test_the_oracle_has_the_functions_of_the_language() -> None:
    """No more, no fewer."""
    assert set(FUNCTIONS) == CALLABLE


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_examples_of_a_function_have_its_type(name: str) -> None:
    """An example is of the type that the function gives, for the types it takes."""
    names = Names(MODEL, {"leads": {"created_at": Type.TIME}})
    for written, value in FUNCTIONS[name].examples.items():
        found = names.type_of(Expression(written).tree, Place())
        assert value is None or found is TYPES[type(value)], written


@pytest.mark.parametrize("dialect", LOWERINGS)
def test_an_operation_is_written_with_functions_that_every_dialect_has(dialect: str) -> None:
    """What differs by engine is a row of the dialects, and nothing else is called."""
    for name, operation in OPERATIONS.items():
        for template in (operation.sql, *operation.sql_of.values()):
            calls = parse_one(template, dialect="duckdb").find_all(exp.Anonymous)
            assert {each.name for each in calls} <= set(LOWERINGS[dialect]), name


@pytest.mark.parametrize(
    ("name", "count"),
    [("lower", "1 argument"), ("coalesce", "1 or more arguments")],
)
def test_a_function_says_how_many_arguments_it_takes(name: str, count: str) -> None:
    """In words, for the message about a wrong number of them."""
    assert FUNCTIONS[name].count == count
