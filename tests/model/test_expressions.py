"""Conditions and formulas as trees, and why a text is none."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.model.expressions import (
    DEEPEST,
    Call,
    Expression,
    ExpressionError,
    Literal,
    Name,
    names,
)
from leadline.model.operations import FUNCTIONS


def tree(text: str) -> object:
    """Return the tree of a text."""
    return Expression(text).tree


A, B, C = Name(("a",)), Name(("b",)), Name(("c",))
ONE, TWO = Literal(1.0), Literal(2.0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", A),
        ("lead.a", Name(("lead", "a"))),
        ("hits.person.demo", Name(("hits", "person", "demo"))),
        ('lead."Lead Source"', Name(("lead", "Lead Source"))),
        ('lead."a ""b"""', Name(("lead", 'a "b"'))),
        ("lead.Order", Name(("lead", "Order"))),
        ("lead.End", Name(("lead", "End"))),
        ("1", ONE),
        (".5", Literal(0.5)),
        ("2e3", Literal(2000.0)),
        ("-1", Literal(-1.0)),
        ("- -1", ONE),
        ("+1", ONE),
        ("30d", Literal(2_592_000.0)),
        ("'it''s'", Literal("it's")),
        ("TRUE", Literal(value=True)),
        ("false", Literal(value=False)),
        ("null", Literal(None)),
        ("a != 1", Call("<>", (A, ONE))),
        ("a between 1 and 2", Call("and", (Call(">=", (A, ONE)), Call("<=", (A, TWO))))),
        ("a not in (1, 2)", Call("not", (Call("in", (A, ONE, TWO)),))),
        ("a is not null", Call("not", (Call("is null", (A,)),))),
        ("a NOT LIKE b", Call("not", (Call("like", (A, B)),))),
        ("a ilike b", Call("ilike", (A, B))),
        ("not a = b", Call("not", (Call("=", (A, B)),))),
        ("a or b and c", Call("or", (A, Call("and", (B, C))))),
        ("a + b * c", Call("+", (A, Call("*", (B, C))))),
        ("a - b - c", Call("-", (Call("-", (A, B)), C))),
        ("(a + b) * c", Call("*", (Call("+", (A, B)), C))),
        ("-a", Call("negative", (A,))),
        ("Least(a, 1)", Call("least", (A, ONE))),
        ("case when a then 1 end", Call("case", (A, ONE, Literal(None)))),
        ("case when a then 1 when b then 2 else c end", Call("case", (A, ONE, B, TWO, C))),
    ],
)
def test_a_text_is_parsed_as_sql_reads_it(text: str, expected: object) -> None:
    """Operators bind as in SQL, words in any capitals; names keep theirs."""
    assert tree(text) == expected


@pytest.mark.parametrize(
    ("text", "expected", "found", "remedy"),
    [
        ("", "must have a value at its end", "nothing more", ""),
        ("a =", "must have a value at its end", "nothing more", ""),
        ("a = b = c", "must go on with an operator, or end, at character 7", "= c", ""),
        (
            "a lke 'x'",
            "must go on with an operator, or end, at character 3",
            "lke 'x'",
            "Did you mean like?",
        ),
        ("a = 'x", "must close the quote ' of character 5", "'x", ""),
        (
            "a = %x",
            "must have a name, value or operator at character 5",
            "%x",
            "Put text in single quotes.",
        ),
        ("a && b", "must have a name, value or operator at character 3", "&& b", "Write `and`."),
        ("30days", "must have a name, value or operator at character 1", "30days", ""),
        ("(a", "must have ')' at its end", "nothing more", ""),
        ("a in ()", "must have a value at character 7", ")", ""),
        ("a in b", "must have '(' at character 6", "b", ""),
        ("a not b", "must have in, between, like or ilike after not at character 7", "b", ""),
        ("a is 1", "must have 'null' at character 6", "1", ""),
        ("case end", "must have 'when' after case at character 6", "end", ""),
        ("lead.", "must have a name after the dot at its end", "nothing more", ""),
        ('lead.""', "must not have empty names", "lead", ""),
        ("leats(a)", "must use known functions", "leats", "Did you mean least?"),
        (
            "sum(a)",
            "must use known functions",
            "sum",
            f"Known functions: {', '.join(FUNCTIONS)}.",
        ),
        ("age(a, b)", "must give age 1 argument", "2", ""),
        ("1e999", "must have numbers below 1e308", "1e999", ""),
        ("9999999w", "must have durations at most 1000 years long", "9999999w", ""),
    ],
)
def test_a_text_that_is_none_is_refused_with_place_and_remedy(
    text: str, expected: str, found: str, remedy: str
) -> None:
    """The fault says what was expected at which character, and what to write instead."""
    with pytest.raises(ExpressionError) as caught:
        Expression(text)
    assert (caught.value.expected, caught.value.found, caught.value.remedy) == (
        expected,
        found,
        remedy,
    )


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5000 + "a" + ")" * 5000,
        "not " * 5000 + "a",
        "-" * 5000 + "a",
        " + ".join(["a"] * 5000),
        "least(" * 5000 + "a" + ")" * 5000,
        "case when a then b else " * 5000 + "c" + " end" * 5000,
    ],
)
def test_a_text_that_nests_too_deep_is_a_fault(text: str) -> None:
    """Brackets and chains that no engine could follow are refused, not crashed on."""
    with pytest.raises(ExpressionError) as caught:
        Expression(text)
    assert caught.value.expected == f"must not nest more than {DEEPEST} operations or brackets"
    assert caught.value.found == f"{text[:20]}..."
    assert caught.value.remedy == "Split it into several rules."


def test_long_chains_of_and_and_or_are_no_deeper_than_they_must_be() -> None:
    """Thousands of alternatives are one condition, whatever the brackets between them."""
    many = Expression(" or ".join(f"a = {n}" for n in range(3000)))
    assert len(list(names(many.tree))) == 3000
    assert Expression("(a or b) or c") == Expression("a or (b or c)") == Expression("a or b or c")


def test_expressions_are_equal_where_their_trees_are() -> None:
    """Spacing, capitals of words and equal durations do not matter; text and names do."""
    assert Expression("a>1  AND b") == Expression("a > 1 and b")
    assert hash(Expression("a>1")) == hash(Expression("a > 1"))
    assert Expression("age(a) < 30d") == Expression("age(a) < 720h")
    assert Expression("a = 'X'") != Expression("a = 'x'")
    assert Expression("A") != Expression("a")
    assert str(Expression("a>1  AND b")) == "a>1  AND b"


def test_names_are_told_in_the_order_written() -> None:
    """Every name of a text is found, and shown with quotes where it needs them."""
    found = names(Expression('lead."Lead Source" = a or hits.b > case when c then 1 end').tree)
    assert [str(each) for each in found] == ['lead."Lead Source"', "a", "hits.b", "c"]


@given(st.text(alphabet="ab .,()'\"=<>+-*/0123456789dande or not in like case when then end\n%"))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    """No text makes the parser fail in any other way."""
    with contextlib.suppress(ExpressionError):
        Expression(text)
