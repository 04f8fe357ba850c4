"""Conditions and formulas: the text people write, parsed once into a small tree.

The tree has three kinds of node. Everything that is neither a constant nor a name is a ``Call``
of a named operation, so what an operation means is a row of a table, see ``operations``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from leadline.errors import nearest
from leadline.model.durations import PATTERN, Duration
from leadline.model.operations import FUNCTIONS

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
_KEYWORDS = "and or not in between like ilike is null true false case when then else end"
KEYWORDS = frozenset(_KEYWORDS.split())
SCOPES = ("lead", "account", "hits", "last", "since")
"""First parts of names that have more than one."""
DEEPEST = 50
"""Levels of brackets and operations; any engine can follow these."""

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
    """The text is not an expression: what was expected, what was found, what to do."""

    def __init__(self, expected: str, found: str, remedy: str = "") -> None:
        """Keep the three parts of the message."""
        super().__init__(expected)
        self.expected, self.found, self.remedy = expected, found, remedy


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
            raise _stray(text, at)
        if match.lastgroup != "space":
            kind, word = match.lastgroup, match.group()
            if kind == "name" and word.lower() in KEYWORDS:
                kind = "keyword"
            tokens.append(_Token(kind, word, at))
        at = match.end()
    tokens.append(_Token("end", "", at))
    return tokens


def _stray(text: str, at: int) -> ExpressionError:
    character = text[at]
    if character in "'\"":
        return ExpressionError(f"must close the quote {character} of character {at + 1}", text[at:])
    expected = f"must have a name, value or operator at character {at + 1}"
    return ExpressionError(expected, text[at : at + _SHOWN], _STRAY.get(character, ""))


_OPERATORS = ("and", "or", "in", "between", "like", "ilike", "is")
_SHOWN = 20
"""Characters that a message shows of a text."""
_STRAY = {
    "%": "Put text in single quotes.",
    "&": "Write `and`.",
    "|": "Write `or`.",
    "!": "Write `not`, or <> for unequal.",
    "`": 'Put names in double quotes, such as lead."Lead Source".',
    "[": "Put lists in round brackets.",
    ";": "Leave it out.",
}


class _Parser:
    """Recursive descent, one method a level of precedence."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0
        self.level = 0

    def whole(self) -> Node:
        node = self.disjunction()
        if self.tokens[self.at].kind != "end":
            meant = nearest(self.tokens[self.at].text, _OPERATORS)
            raise self.fault("must go on with an operator, or end,", meant)
        if _depth(node) > DEEPEST:
            raise self.too_deep()
        return node

    def fault(self, expected: str, remedy: str = "") -> ExpressionError:
        token = self.tokens[self.at]
        if token.kind == "end":
            return ExpressionError(f"{expected} at its end", "nothing more", remedy)
        found = self.text[token.at : token.at + _SHOWN]
        return ExpressionError(f"{expected} at character {token.at + 1}", found, remedy)

    def too_deep(self) -> ExpressionError:
        expected = f"must not nest more than {DEEPEST} operations or brackets"
        return ExpressionError(expected, f"{self.text[:_SHOWN]}...", "Split it into several rules.")

    def take(self, *words: str) -> str | None:
        """Take the next token if it is one of these symbols or keywords."""
        token = self.tokens[self.at]
        if token.kind in ("symbol", "keyword") and token.text.lower() in words:
            self.at += 1
            return token.text.lower()
        return None

    def need(self, word: str) -> None:
        if not self.take(word):
            raise self.fault(f"must have {word!r}")

    def disjunction(self) -> Node:
        self.level += 1
        if self.level > DEEPEST:
            raise self.too_deep()
        node = self.joined("or", self.conjunction)
        self.level -= 1
        return node

    def conjunction(self) -> Node:
        return self.joined("and", self.negation)

    def joined(self, word: str, part: Callable[[], Node]) -> Node:
        """Read parts between ``and`` or ``or``, as a tree that is no deeper than it must be."""
        parts = list(_operands(word, part()))
        while self.take(word):
            parts += _operands(word, part())
        return _balanced(word, parts)

    def negation(self) -> Node:
        count = 0
        while self.take("not"):
            count += 1
        node = self.comparison()
        for _ in range(count):
            node = Call("not", (node,))
        return node

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
        negative = 0
        while symbol := self.take("-", "+"):
            negative += symbol == "-"
        node = self.primary()
        if isinstance(node, Literal) and isinstance(node.value, float):
            return Literal(-node.value if negative % 2 else node.value)
        for _ in range(negative):
            node = Call("negative", (node,))
        return node

    def primary(self) -> Node:
        token = self.tokens[self.at]
        if self.take("("):
            node = self.disjunction()
            self.need(")")
            return node
        if self.take("case"):
            return self.case()
        if word := self.take(*_CONSTANTS):
            return Literal(_CONSTANTS[word])
        if token.kind not in ("duration", "number", "text", "name", "quoted"):
            raise self.fault("must have a value")
        self.at += 1
        if token.kind in ("name", "quoted"):
            return self.name_or_call(token)
        return Literal(_constant(token))

    def name_or_call(self, token: _Token) -> Node:
        if token.kind == "name" and self.take("("):
            return self.call(token)
        parts = [_unquoted(token)]
        while self.take("."):
            part = self.tokens[self.at]
            if part.kind not in ("name", "quoted", "keyword"):
                raise self.fault("must have a name after the dot")
            self.at += 1
            parts.append(_unquoted(part))
        if "" in parts:
            raise ExpressionError("must not have empty names", token.text)
        return Name(tuple(parts))

    def call(self, token: _Token) -> Node:
        name = token.text.lower()
        if name not in FUNCTIONS:
            remedy = nearest(name, FUNCTIONS) or f"Known functions: {', '.join(FUNCTIONS)}."
            raise ExpressionError("must use known functions", token.text, remedy)
        arguments = self.arguments()
        function = FUNCTIONS[name]
        if not function.fewest <= len(arguments) <= (function.most or len(arguments)):
            raise ExpressionError(f"must give {name} {function.count}", str(len(arguments)))
        return Call(name, tuple(arguments))

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


_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None}


def _constant(token: _Token) -> Value:
    """Return what a number, duration or text stands for."""
    if token.kind == "text":
        return token.text[1:-1].replace("''", "'")
    try:
        value = Duration(token.text).seconds if token.kind == "duration" else float(token.text)
    except ValueError as error:
        raise ExpressionError(
            str(error).replace("must be", "must have durations"), token.text
        ) from None
    if value == float("inf"):
        raise ExpressionError("must have numbers below 1e308", token.text)
    return value


def _unquoted(token: _Token) -> str:
    return token.text[1:-1].replace('""', '"') if token.kind == "quoted" else token.text


def _negate(node: Node, negated: str | None) -> Node:
    return Call("not", (node,)) if negated else node


def _operands(word: str, node: Node) -> Iterator[Node]:
    """Yield the parts of a chain of one operation, whatever its brackets."""
    if isinstance(node, Call) and node.operation == word:
        for argument in node.arguments:
            yield from _operands(word, argument)
    else:
        yield node


def _balanced(word: str, parts: list[Node]) -> Node:
    if len(parts) == 1:
        return parts[0]
    half = len(parts) // 2
    return Call(word, (_balanced(word, parts[:half]), _balanced(word, parts[half:])))


def _depth(node: Node) -> int:
    """Return the levels of a tree, without recursion: a chain of operators can be very long."""
    deepest, open_nodes = 0, [(node, 1)]
    while open_nodes:
        each, level = open_nodes.pop()
        deepest = max(deepest, level)
        if isinstance(each, Call):
            open_nodes += [(argument, level + 1) for argument in each.arguments]
    return deepest
