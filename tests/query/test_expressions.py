"""Functions mean the same on every engine, and long formulas stay short as SQL."""

from __future__ import annotations

import pytest

from leadline.engines.engine import Engine
from leadline.model.expressions import Expression
from leadline.model.names import Names, Place
from leadline.model.operations import FUNCTIONS
from leadline.model.reading.reader import read
from leadline.model.types import Type
from leadline.query.expressions import Renderer
from leadline.sql.dialects import render
from leadline.sql.trees import column, sql_tree

MODEL = read("leadline: 1\nmodel: m\nscores: {s: {rules: {r: {event: x, points: 1}}}}\n")


def length(text: str) -> int:
    """Return how long an expression is as SQL."""
    names = Names(MODEL, {"events": {"a": Type.NUMBER, "b": Type.NUMBER}})
    renderer = Renderer(names, Place("events"), lambda name: column(name.parts[0]), column("as_of"))
    return len(render(renderer(Expression(text).tree), "duckdb"))


@pytest.mark.parametrize(
    "operation",
    ["{} + a", "{} * a", "{} / a", "a / ({})", "least({}, a)", "greatest(a, {})", "-({})"],
)
def test_sql_grows_in_proportion_to_the_formula(operation: str) -> None:
    """Twice as many operations give about twice as much SQL, not its square."""
    short, long = "a", "a"
    for _ in range(10):
        short = operation.format(short)
    for _ in range(20):
        long = operation.format(long)
    assert length(long) < 2.5 * length(short)


@pytest.mark.feature("functions of the language, as the reference shows them")
def test_a_function_gives_what_the_reference_says(any_engine: Engine) -> None:
    """Every example of every function, on every engine."""
    day_before = sql_tree("timestamp '2026-10-31 00:00:00'")
    names = Names(MODEL, {"leads": {"created_at": Type.TIME}})
    now = sql_tree("timestamp '2026-11-01 00:00:00'")
    renderer = Renderer(names, Place(), lambda _: day_before, now)
    for function in FUNCTIONS.values():
        for written, value in function.examples.items():
            query = sql_tree("select :x as found", x=renderer(Expression(written).tree))
            found = any_engine.rows(render(query, any_engine.dialect))
            assert found == [(value,)], written
