"""Conditions and formulas: the text people write, parsed once into a small tree.

The tree has three kinds of node. Everything that is neither a constant nor a name is a ``Call``
of a named operation, so what an operation means is a row of a table: its types in ``types``, its
SQL in ``query.expressions``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from leadline.model.durations import PATTERN, Duration

Value = float | str | bool | None


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: number, text, boolean or null. A duration is its seconds."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """A name of one to three parts: ``path``, ``lead.country``, ``hits.person.demo``."""

    parts: tuple[str, ...]

    def __str__(self) -> str:
        return ".".join(_quoted(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Call:
    """An operation on other nodes, such as ``+``, ``in``, ``case`` or ``least``."""

    operation: str
    arguments: tuple[Node, ...]


Node = Literal | Name | Call

COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "lower": (1, 1),
    "upper": (1, 1),
    "length": (1, 1),
    "coalesce": (1, None),
    "least": (1, None),
    "greatest": (1, None),
    "abs": (1, 1),
    "age": (1, 1),
}
"""Function to the fewest and the most arguments it takes."""

KEYWORDS = frozenset(
    "and or not in between like ilike is null true false case when then else end".split()
)
SCOPES = ("lead", "account", "hits", "last")
"""First parts of names that have more than one."""

_TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
    | (?P<duration>{PATTERN}\b)
    | (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w.]))
    | (?P<name>[^\W\d]\w*)
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<text>'(?:[^']|'')*')
    | (?P<symbol><>|!=|<=|>=|[-+*/()=<>,.])
    """,
    re.VERBOSE,
)


class ExpressionError(ValueError):
    """The text is not an expression; ``str`` says why, ``found`` what stood there."""

    def __init__(self, expected: str, found: str) -> None:
        """Keep what was expected and what was found."""
        super().__init__(expected)
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True)
class Expression:
    """A parsed text. Two expressions are equal where their trees are, whatever the spacing.

    >>> Expression("a>1  AND b") == Expression("a > 1 and b")
    True
    """

    text: str
    tree: Node

    def __init__(self, text: str) -> None:
        """Parse ``text``; raises ExpressionError."""
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "tree", _Parser(text).whole())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and self.tree == other.tree

    def __hash__(self) -> int:
        return hash(self.tree)

    def __str__(self) -> str:
        return self.text


def names(node: Node) -> Iterator[Name]:
    """Yield the names in a tree, in the order written."""
    if isinstance(node, Name):
        yield node
    elif isinstance(node, Call):
        for argument in node.arguments:
            yield from names(argument)


def uses(node: Node, operation: str) -> bool:
    """Say whether an operation stands anywhere in a tree."""
    return isinstance(node, Call) and (
        node.operation == operation or any(uses(each, operation) for each in node.arguments)
    )


def _quoted(part: str) -> str:
    plain = re.fullmatch(r"[^\W\d]\w*", part) and part.lower() not in KEYWORDS
    return part if plain else '"' + part.replace('"', '""') + '"'


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ExpressionError(_stray(text[at]), _near(text, at))
        if match.lastgroup != "space":
            kind, word = match.lastgroup, match.group()
            if kind == "name" and word.lower() in KEYWORDS:
                kind, word = "keyword", word.lower()
            tokens.append(_Token(kind, word, at))
        at = match.end()
    tokens.append(_Token("end", "", at))
    return tokens


def _stray(character: str) -> str:
    if character in "'\"":
        return f"must close its quote {character}"
    return "must be a condition or formula of the language"


def _near(text: str, at: int) -> str:
    return f"{text[at : at + 20]!r} at character {at + 1}" if at < len(text) else "the end"


class _Parser:
    """Recursive descent, one method a level of precedence."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0

    def whole(self) -> Node:
        node = self.disjunction()
        if self.tokens[self.at].kind != "end":
            raise self.fault("must end here or go on with an operator")
        return node

    def fault(self, expected: str) -> ExpressionError:
        return ExpressionError(expected, _near(self.text, self.tokens[self.at].at))

    def take(self, *words: str) -> str | None:
        """Take the next token if it is one of these symbols or keywords."""
        token = self.tokens[self.at]
        if token.kind in ("symbol", "keyword") and token.text in words:
            self.at += 1
            return token.text
        return None

    def need(self, word: str) -> None:
        if not self.take(word):
            raise self.fault(f"must have {word!r}")

    def disjunction(self) -> Node:
        node = self.conjunction()
        while self.take("or"):
            node = Call("or", (node, self.conjunction()))
        return node

    def conjunction(self) -> Node:
        node = self.negation()
        while self.take("and"):
            node = Call("and", (node, self.negation()))
        return node

    def negation(self) -> Node:
        if self.take("not"):
            return Call("not", (self.negation(),))
        return self.comparison()

    def comparison(self) -> Node:
        left = self.total()
        symbol = self.take(*COMPARISONS, "!=")
        if symbol:
            return Call("<>" if symbol == "!=" else symbol, (left, self.total()))
        if self.take("is"):
            negated = self.take("not")
            self.need("null")
            return _negate(Call("is null", (left,)), negated)
        negated = self.take("not")
        for word, rest in (("in", self.members), ("between", self.bounds)):
            if self.take(word):
                return _negate(rest(left), negated)
        word = self.take("like", "ilike") or ""
        if word:
            return _negate(Call(word, (left, self.total())), negated)
        if negated:
            raise self.fault("must have in, between, like or ilike after not")
        return left

    def members(self, left: Node) -> Node:
        self.need("(")
        return Call("in", (left, *self.arguments()))

    def bounds(self, left: Node) -> Node:
        low = self.total()
        self.need("and")
        return Call("and", (Call(">=", (left, low)), Call("<=", (left, self.total()))))

    def arguments(self) -> list[Node]:
        """Read up to and with the closing bracket."""
        found = [self.disjunction()]
        while self.take(","):
            found.append(self.disjunction())
        self.need(")")
        return found

    def total(self) -> Node:
        node = self.product()
        while symbol := self.take("+", "-"):
            node = Call(symbol, (node, self.product()))
        return node

    def product(self) -> Node:
        node = self.signed()
        while symbol := self.take("*", "/"):
            node = Call(symbol, (node, self.signed()))
        return node

    def signed(self) -> Node:
        if self.take("-"):
            node = self.signed()
            if isinstance(node, Literal) and isinstance(node.value, float):
                return Literal(-node.value)
            return Call("negative", (node,))
        if self.take("+"):
            return self.signed()
        return self.primary()

    def primary(self) -> Node:
        token = self.tokens[self.at]
        if self.take("("):
            node = self.disjunction()
            self.need(")")
            return node
        if self.take("case"):
            return self.case()
        constants: dict[str, Value] = {"true": True, "false": False, "null": None}
        word = self.take(*constants)
        if word:
            return Literal(constants[word])
        self.at += 1
        if token.kind == "duration":
            return Literal(Duration(token.text).seconds)
        if token.kind == "number":
            return Literal(self.finite(token))
        if token.kind == "text":
            return Literal(token.text[1:-1].replace("''", "'"))
        if token.kind in ("name", "quoted"):
            return self.name_or_call(token)
        self.at -= 1
        raise self.fault("must have a value here")

    def finite(self, token: _Token) -> float:
        value = float(token.text)
        if value == float("inf"):
            raise ExpressionError("must be a number that can be held", token.text)
        return value

    def name_or_call(self, token: _Token) -> Node:
        if token.kind == "name" and self.take("("):
            return self.call(token)
        parts = [_unquoted(token)]
        while self.take("."):
            part = self.tokens[self.at]
            if part.kind not in ("name", "quoted", "keyword"):
                raise self.fault("must have a name after the dot")
            self.at += 1
            parts.append(
                self.text[part.at : part.at + len(part.text)]
                if part.kind == "keyword"
                else _unquoted(part)
            )
        return Name(tuple(parts))

    def call(self, token: _Token) -> Node:
        function = token.text.lower()
        if function not in FUNCTIONS:
            known = ", ".join(FUNCTIONS)
            raise ExpressionError(f"must use the functions {known}", f"{token.text}(")
        arguments = self.arguments()
        fewest, most = FUNCTIONS[function]
        if len(arguments) < fewest or (most is not None and len(arguments) > most):
            raise ExpressionError(
                f"must give {function} {fewest} argument", f"{len(arguments)} arguments"
            )
        return Call(function, tuple(arguments))

    def case(self) -> Node:
        arguments: list[Node] = []
        while self.take("when"):
            arguments.append(self.disjunction())
            self.need("then")
            arguments.append(self.disjunction())
        if not arguments:
            raise self.fault("must have 'when' after case")
        arguments.append(self.disjunction() if self.take("else") else Literal(None))
        self.need("end")
        return Call("case", tuple(arguments))


def _unquoted(token: _Token) -> str:
    return token.text[1:-1].replace('""', '"') if token.kind == "quoted" else token.text


def _negate(node: Node, negated: str | None) -> Node:
    return Call("not", (node,)) if negated else node
