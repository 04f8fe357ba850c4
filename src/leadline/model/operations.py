"""What can be done with values in conditions and formulas: one table, a row an operation.

Whoever must know an operation reads its row: the parser, the types, what a model says of its
columns, the SQL, the reference and the tests. ``case`` alone has none: its arguments are pairs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from leadline.model.types import Type


@dataclass(frozen=True, slots=True)
class Operation:
    """What an operation takes, gives and means.

    Attributes:
        takes: Types that an argument may have; empty for any.
        gives: Type of the result; None for that of the arguments.
        sql: The result over ``:a`` and ``:b``, or ``:a`` and ``:rest``, written with functions of
            ours where engines differ; ``:as_of`` is the moment. With more arguments than places
            it is taken again, over its result and the next.
        sql_of: The same for arguments of a type that needs it otherwise.
        alike: Whether all arguments are of one type.
    """

    takes: tuple[Type, ...]
    gives: Type | None
    sql: str
    sql_of: Mapping[Type, str] = field(default_factory=dict)
    alike: bool = False

    def form(self, kind: Type) -> str:
        """Return the template for arguments of a type."""
        return self.sql_of.get(kind, self.sql)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function(Operation):
    """An operation that is written as a call.

    Attributes:
        fewest: Arguments that it takes at least.
        most: Arguments that it takes at most; None for any number.
        written: How it is written in the reference.
        means: What it is, as the reference says it.
        examples: Expression to its value; a name in it is a time one day before ``as_of``.
    """

    fewest: int = 1
    most: int | None = 1
    written: str
    means: str
    examples: Mapping[str, float | str | None]

    @property
    def count(self) -> str:
        """How many arguments it takes, for a sentence."""
        if self.fewest == self.most == 1:
            return "1 argument"
        if self.most is None:
            return f"{self.fewest} or more arguments"
        range_ = f"{self.fewest} to {self.most}" if self.fewest < self.most else f"{self.most}"
        return f"{range_} arguments"


_NUMBER, _TEXT, _TIME, _BOOLEAN = (Type.NUMBER,), (Type.TEXT,), (Type.TIME,), (Type.BOOLEAN,)


def _equality() -> Operation:
    return Operation((), Type.BOOLEAN, "(:a = :b)", alike=True)


def _order(sign: str) -> Operation:
    in_bytes = {Type.TEXT: f"(in_bytes(:a) {sign} in_bytes(:b))"}
    takes = (Type.NUMBER, Type.TEXT, Type.TIME)
    return Operation(takes, Type.BOOLEAN, f"(:a {sign} :b)", in_bytes, alike=True)


def _extreme(word: str, value: float) -> Function:
    return Function(
        takes=(Type.NUMBER, Type.TIME),
        gives=None,
        sql=f"{word}_number(:a, :b)",
        sql_of={Type.TIME: f"{word}_time(:a, :b)"},
        alike=True,
        most=None,
        written=f"{word}(a, b)",
        means=f"the {word} of numbers or of times; null where one of them is null",
        examples={f"{word}(2, 3, 1)": value, f"{word}(2, null)": None},
    )


FUNCTIONS: Mapping[str, Function] = {
    "lower": Function(
        takes=_TEXT,
        gives=Type.TEXT,
        sql="lower_ascii(:a)",
        written="lower(x)",
        means="a text with its letters A to Z made small; others stay",
        examples={"lower('ŁUKASZ')": "Łukasz"},
    ),
    "upper": Function(
        takes=_TEXT,
        gives=Type.TEXT,
        sql="upper_ascii(:a)",
        written="upper(x)",
        means="a text with its letters a to z made capitals; others stay",
        examples={"upper('łukasz')": "łUKASZ"},
    ),
    "length": Function(
        takes=_TEXT,
        gives=Type.NUMBER,
        sql="code_points(:a)",
        written="length(x)",
        means="how many characters a text has",
        examples={"length('日本 é')": 4.0, "length('')": 0.0},
    ),
    "coalesce": Function(
        takes=(),
        gives=None,
        sql="coalesce(:a, :rest)",
        alike=True,
        most=None,
        written="coalesce(a, b)",
        means="the first that is not null",
        examples={"coalesce(null, 'small', 'large')": "small"},
    ),
    "least": _extreme("least", 1.0),
    "greatest": _extreme("greatest", 3.0),
    "abs": Function(
        takes=_NUMBER,
        gives=Type.NUMBER,
        sql="abs(:a)",
        written="abs(x)",
        means="a number without its sign",
        examples={"abs(2 - 5)": 3.0},
    ),
    "age": Function(
        takes=_TIME,
        gives=Type.NUMBER,
        sql="seconds(microseconds(:as_of) - microseconds(:a))",
        written="age(lead.created_at)",
        means="seconds from a time to `as_of`, negative if it lies ahead; not inside `where`",
        examples={"age(lead.created_at)": 86_400.0},
    ),
}
"""The functions of the language, in the order in which messages and the reference list them."""

OPERATIONS: Mapping[str, Operation] = {
    "and": Operation(_BOOLEAN, Type.BOOLEAN, "((:a) and (:b))"),
    "or": Operation(_BOOLEAN, Type.BOOLEAN, "((:a) or (:b))"),
    "not": Operation(_BOOLEAN, Type.BOOLEAN, "(not (:a))"),
    "=": _equality(),
    "<>": _equality(),
    "in": _equality(),
    "<": _order("<"),
    "<=": _order("<="),
    ">": _order(">"),
    ">=": _order(">="),
    "is null": Operation((), Type.BOOLEAN, "(:a is null)"),
    "like": Operation(_TEXT, Type.BOOLEAN, "matches(:a, :b)"),
    "ilike": Operation(_TEXT, Type.BOOLEAN, "matches(lower_ascii(:a), lower_ascii(:b))"),
    "+": Operation(_NUMBER, Type.NUMBER, "plus(:a, :b)"),
    "-": Operation(_NUMBER, Type.NUMBER, "minus(:a, :b)"),
    "*": Operation(_NUMBER, Type.NUMBER, "times(:a, :b)"),
    "/": Operation(_NUMBER, Type.NUMBER, "divide(:a, :b)"),
    "negative": Operation(_NUMBER, Type.NUMBER, "(- (:a))"),
    **FUNCTIONS,
}
"""Operation to what it is; ``<>`` and ``in`` are made from what ``=`` gives."""
