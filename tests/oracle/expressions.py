"""The language of conditions and formulas: read into a tree, evaluated value by value."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, wraps
from typing import Any

Value = str | float | int | bool | datetime | None
Path = tuple[str, ...]
Scope = Callable[[Path], Value]

AS_OF: Path = ("", "as_of")
UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


@dataclass(frozen=True)
class Literal:
    """A value written in the text."""

    value: Value


@dataclass(frozen=True)
class Name:
    """A name such as `lead.size`, `hits.demo` or `minutes`."""

    path: Path


@dataclass(frozen=True)
class Call:
    """An operator or function and what it is applied to."""

    function: str
    arguments: tuple[Node, ...]


Node = Literal | Name | Call


def evaluate(node: Node, scope: Scope) -> Value:
    """Return the value of a tree, the names in it being read from `scope`."""
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Name):
        return plain(scope(node.path))
    return FUNCTIONS[node.function](*(evaluate(part, scope) for part in node.arguments))


@lru_cache(maxsize=4096)
def fields(text: str | float | bool) -> frozenset[Path]:  # noqa: FBT001
    """Return every name written `lead.x`, `account.x`, or `since` and such a name."""
    scopes = {"lead", "account", "since"}
    return frozenset(path for path in names(written(text)) if path[0] in scopes)


def names(node: Node) -> frozenset[Path]:
    """Return every name in a tree."""
    if isinstance(node, Name):
        return frozenset([node.path])
    if isinstance(node, Call):
        return frozenset().union(*(names(part) for part in node.arguments))
    return frozenset()


def functions(node: Node) -> frozenset[str]:
    """Return every operator and function in a tree."""
    if not isinstance(node, Call):
        return frozenset()
    return frozenset([node.function]).union(*(functions(part) for part in node.arguments))


def seconds(duration: str) -> int:
    """Return the seconds of a duration such as `30d`."""
    return int(duration[:-1]) * UNIT_SECONDS[duration[-1]]


def written(text: str | float | bool) -> Node:  # noqa: FBT001
    """Return the tree of what stands in a document, where a number may stand for a formula."""
    return parse(text) if isinstance(text, str) else Literal(plain(text))


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """Return the tree of an expression."""
    return Parser(text).whole()


# --- Reading -------------------------------------------------------------------------------------

TOKEN = re.compile(
    r"""\s*(?:
    (?P<duration>\d+[smhdw]\b)
  | (?P<number>\d+(?:\.\d+)?)
  | (?P<text>'(?:[^']|'')*')
  | (?P<quoted>"(?:[^"]|"")*")
  | (?P<word>[^\W\d]\w*)
  | (?P<sign><>|!=|<=|>=|[-+*/=<>(),.])
  )\s*""",
    re.VERBOSE,
)
CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None}
CALLABLE = {"abs", "age", "coalesce", "greatest", "least", "length", "lower", "upper"}
COMPARISONS = {"=": "=", "<>": "<>", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def tokens(text: str) -> list[tuple[str, str]]:
    """Return the kinds and texts of the words of an expression, an end mark last."""
    found, place = [], 0
    while place < len(text):
        match = TOKEN.match(text, place)
        if match is None:
            raise ValueError(f"cannot read {text[place:]!r}")
        kind = str(match.lastgroup)
        found.append((kind, match[kind]))
        place = match.end()
    return [*found, ("end", "")]


class Parser:
    """Recursive descent over the words of one expression, loosest operator first."""

    def __init__(self, text: str) -> None:
        self.tokens = tokens(text)
        self.place = 0

    def whole(self) -> Node:
        """Return the tree of the whole text."""
        node = self.disjunction()
        if self.tokens[self.place][0] != "end":
            raise ValueError(f"unexpected {self.tokens[self.place][1]!r}")
        return node

    def taken(self, *expected: str) -> str:
        """Return and pass the next word if it is one of `expected`, else return nothing."""
        kind, word = self.tokens[self.place]
        if kind in {"word", "sign"} and word.lower() in expected:
            self.place += 1
            return word.lower()
        return ""

    def need(self, word: str) -> None:
        """Pass a word that must stand here."""
        if not self.taken(word):
            raise ValueError(f"expected {word!r}, found {self.tokens[self.place][1]!r}")

    def disjunction(self) -> Node:
        """Read what `or` joins."""
        node = self.conjunction()
        while self.taken("or"):
            node = Call("or", (node, self.conjunction()))
        return node

    def conjunction(self) -> Node:
        """Read what `and` joins."""
        node = self.negation()
        while self.taken("and"):
            node = Call("and", (node, self.negation()))
        return node

    def negation(self) -> Node:
        """Read a predicate, or `not` and what it negates."""
        return Call("not", (self.negation(),)) if self.taken("not") else self.predicate()

    def predicate(self) -> Node:
        """Read a sum and the comparison that may follow it."""
        left = self.sum()
        if sign := self.taken(*COMPARISONS):
            return Call(COMPARISONS[sign], (left, self.sum()))
        if self.taken("is"):
            negated = self.taken("not")
            self.need("null")
            node: Node = Call("is null", (left,))
        else:
            negated = self.taken("not")
            node = self.membership(left)
            if negated and node is left:
                raise ValueError("expected in, between, like or ilike after not")
        return Call("not", (node,)) if negated else node

    def membership(self, left: Node) -> Node:
        """Read what may follow a value, and `not`."""
        if self.taken("in"):
            self.need("(")
            return Call("in", (left, *self.listed()))
        if self.taken("between"):
            low = self.sum()
            self.need("and")
            return Call("between", (left, low, self.sum()))
        if like := self.taken("like", "ilike"):
            return Call(like, (left, self.sum()))
        return left

    def sum(self) -> Node:
        """Read what `+` and `-` join."""
        node = self.product()
        while sign := self.taken("+", "-"):
            node = Call(sign, (node, self.product()))
        return node

    def product(self) -> Node:
        """Read what `*` and `/` join."""
        node = self.signed()
        while sign := self.taken("*", "/"):
            node = Call(sign, (node, self.signed()))
        return node

    def signed(self) -> Node:
        """Read a value, with the minus signs before it."""
        return Call("negative", (self.signed(),)) if self.taken("-") else self.primary()

    def primary(self) -> Node:
        """Read a literal, a name, a function, a `case` or brackets."""
        if self.taken("("):
            node = self.disjunction()
            self.need(")")
            return node
        if self.taken("case"):
            return self.choice()
        kind, word = self.tokens[self.place]
        self.place += 1
        if kind in LITERALS:
            return Literal(LITERALS[kind](word))
        if kind == "word" and word.lower() in CONSTANTS:
            return Literal(CONSTANTS[word.lower()])
        if kind == "word" and self.taken("("):
            return self.call(word.lower())
        if kind in {"word", "quoted"}:
            return self.name(word)
        raise ValueError(f"expected a value, found {word!r}")

    def choice(self) -> Node:
        """Read `case when c then v ... [else v] end` as `c, v, ..., v`."""
        parts: list[Node] = []
        while self.taken("when"):
            parts.append(self.disjunction())
            self.need("then")
            parts.append(self.disjunction())
        parts.append(self.disjunction() if self.taken("else") else Literal(None))
        self.need("end")
        return Call("case", tuple(parts))

    def call(self, function: str) -> Node:
        """Read the arguments of a function; `age` gets the moment as its first."""
        if function not in CALLABLE:
            raise ValueError(f"expected a function, found {function!r}")
        arguments = self.listed()
        return Call(function, (Name(AS_OF), *arguments) if function == "age" else arguments)

    def listed(self) -> tuple[Node, ...]:
        """Read values with commas between them up to the closing bracket."""
        found = [self.disjunction()]
        while self.taken(","):
            found.append(self.disjunction())
        self.need(")")
        return tuple(found)

    def name(self, word: str) -> Node:
        """Read the rest of a name after its first word."""
        path = [unquoted(word)]
        while self.taken("."):
            path.append(unquoted(self.tokens[self.place][1]))
            self.place += 1
        return Name(tuple(path))


def unquoted(word: str) -> str:
    """Return a name without the quotes it may stand in."""
    return word[1:-1].replace('""', '"') if word.startswith('"') else word


LITERALS: dict[str, Callable[[str], Value]] = {
    "number": float,
    "duration": lambda word: float(seconds(word)),
    "text": lambda word: word[1:-1].replace("''", "'"),
}


# --- Meaning -------------------------------------------------------------------------------------


def plain(value: Value) -> Value:
    """Return a number as a float, NaN and infinity as null, anything else as it is."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return float(value) if math.isfinite(value) else None


def strict(function: Callable[..., Value]) -> Callable[..., Value]:
    """Make a function null when an argument is null, or when it gives no finite number."""

    @wraps(function)
    def null_if_any_is(*arguments: Value) -> Value:
        if any(argument is None for argument in arguments):
            return None
        return plain(function(*arguments))

    return null_if_any_is


def comparison(holds: Callable[[Any, Any], bool], *, between_kinds: bool) -> Callable[..., Value]:
    """Return a comparison; values of different kinds, as a text and a number, are never equal."""

    def compared(left: Value, right: Value) -> bool:
        if type(left) is not type(right):
            return between_kinds
        return holds(rank(left), rank(right))

    return strict(compared)


def rank(value: Value) -> Any:
    """Return what a value is ordered by: a text by its bytes."""
    return value.encode() if isinstance(value, str) else value


def both(left: Value, right: Value) -> Value:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def either(left: Value, right: Value) -> Value:
    if left is True or right is True:
        return True
    return None if left is None or right is None else False


def between(value: Value, low: Value, high: Value) -> Value:
    return both(FUNCTIONS[">="](value, low), FUNCTIONS["<="](value, high))


def member(value: Value, *listed: Value) -> Value:
    """Return whether a value is listed: null if it could be one that is null."""
    found: Value = False
    for one in listed:
        found = either(found, FUNCTIONS["="](value, one))
    return found


def divided(left: float, right: float) -> float | None:
    return left / right if right else None


def coalesced(*arguments: Value) -> Value:
    return next((argument for argument in arguments if argument is not None), None)


def chosen(*parts: Value) -> Value:
    """Return the value after the first true condition, else the last part."""
    for condition, value in zip(parts[:-1:2], parts[1:-1:2], strict=True):
        if condition is True:
            return value
    return parts[-1]


def folded(text: str) -> str:
    """Return a text with its ASCII letters in lower case, others untouched."""
    return "".join(chr(ord(one) + 32) if "A" <= one <= "Z" else one for one in text)


def raised(text: str) -> str:
    """Return a text with its ASCII letters in upper case, others untouched."""
    return "".join(chr(ord(one) - 32) if "a" <= one <= "z" else one for one in text)


def like(text: str, pattern: str) -> bool:
    """Return whether a text fits a pattern of `%`, any text, and `_`, any one code point."""
    wild = {"%": ".*", "_": "."}
    expression = "".join(wild.get(one, re.escape(one)) for one in pattern)
    return re.fullmatch(expression, text, re.DOTALL) is not None


def age_seconds(as_of: datetime, time: datetime) -> float:
    return (as_of - time) // timedelta(microseconds=1) / 1_000_000


FUNCTIONS: dict[str, Callable[..., Value]] = {
    "or": either,
    "and": both,
    "not": strict(operator.not_),
    "=": comparison(operator.eq, between_kinds=False),
    "<>": comparison(operator.ne, between_kinds=True),
    "<": comparison(operator.lt, between_kinds=False),
    "<=": comparison(operator.le, between_kinds=False),
    ">": comparison(operator.gt, between_kinds=False),
    ">=": comparison(operator.ge, between_kinds=False),
    "in": member,
    "between": between,
    "like": strict(like),
    "ilike": strict(lambda text, pattern: like(folded(text), folded(pattern))),
    "is null": lambda value: value is None,
    "+": strict(operator.add),
    "-": strict(operator.sub),
    "*": strict(operator.mul),
    "/": strict(divided),
    "negative": strict(operator.neg),
    "abs": strict(abs),
    "least": strict(lambda *listed: min(listed, key=rank)),
    "greatest": strict(lambda *listed: max(listed, key=rank)),
    "coalesce": coalesced,
    "case": chosen,
    "lower": strict(folded),
    "upper": strict(raised),
    "length": strict(lambda text: float(len(text))),
    "age": strict(age_seconds),
}
