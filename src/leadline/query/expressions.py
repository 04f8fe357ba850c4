"""Conditions and formulas as SQL: an operation is the template of its row."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

from sqlglot import exp

from leadline.model.expressions import Call, Literal, Name, Node
from leadline.model.names import Names, Place
from leadline.model.operations import OPERATIONS
from leadline.model.types import Type
from leadline.sql.kinds import SQL_TYPES
from leadline.sql.trees import Tree, call, case, number, sql_tree, text

Resolve = Callable[[Name], Tree]
"""Where a name is found in the relation at hand."""


class Renderer:
    """Renders expressions of one place over the columns that ``resolve`` finds."""

    def __init__(self, names: Names, place: Place, resolve: Resolve, as_of: Tree) -> None:
        """Keep what names mean here; ``as_of`` is the moment that ages are taken at."""
        self.names, self.place, self.resolve, self.as_of = names, place, resolve, as_of

    def __call__(self, node: Node, wanted: Type = Type.ANY) -> Tree:
        """Return the SQL of an expression; one without any value becomes null of a type."""
        kind = self.names.type_of(node, self.place)
        if kind is Type.ANY:
            return exp.cast(exp.null(), SQL_TYPES[wanted])
        if isinstance(node, Literal):
            return _literal(node)
        if isinstance(node, Name):
            return self._name(node, kind)
        found = self._call(node)
        return call("finite", found) if _may_overflow(node) else found

    def _link(self, node: Node, wanted: Type) -> Tree:
        """Return an argument of arithmetic: what is not finite in it makes the whole not finite."""
        if isinstance(node, Call) and _may_overflow(node):
            return self._call(node)
        return self(node, wanted)

    def _name(self, name: Name, kind: Type) -> Tree:
        found = self.resolve(name)
        return exp.cast(found, "double") if kind is Type.NUMBER else found

    def _call(self, node: Call) -> Tree:
        kinds = [self.names.type_of(each, self.place) for each in node.arguments]
        if node.operation in ("=", "<>", "in"):
            return self._equal(node, kinds)
        if node.operation == "case":
            return self._case(node, kinds)
        operation = OPERATIONS[node.operation]
        known = next((each for each in kinds if each is not Type.ANY), Type.ANY)
        wanted = operation.takes[0] if len(operation.takes) == 1 else known
        arguments = [
            self._link(each, wanted) if _is_linked(node, at) else self(each, wanted)
            for at, each in enumerate(node.arguments)
        ]
        return self._formed(operation.form(wanted), arguments)

    def _formed(self, template: str, arguments: list[Tree]) -> Tree:
        """Return a template over arguments, two at a time where it has no place for the rest."""
        first, *rest = arguments
        if ":rest" in template or not rest:
            return sql_tree(template, a=first, rest=rest, as_of=self.as_of)
        return reduce(lambda one, other: sql_tree(template, a=one, b=other), rest, first)

    def _equal(self, node: Call, kinds: list[Type]) -> Tree:
        left, *rest = node.arguments
        known = next((each for each in kinds if each is not Type.ANY), Type.ANY)
        tests = [
            self._pair(self(left, known), self(right, known), kinds[0], kind)
            for right, kind in zip(rest, kinds[1:], strict=True)
        ]
        found = reduce(lambda one, other: sql_tree("(:a) or (:b)", a=one, b=other), tests)
        return (
            sql_tree("not :a", a=exp.paren(found)) if node.operation == "<>" else exp.paren(found)
        )

    def _pair(self, left: Tree, right: Tree, left_kind: Type, right_kind: Type) -> Tree:
        """Compare two values; text never equals a number."""
        if {left_kind, right_kind} == {Type.TEXT, Type.NUMBER}:
            return sql_tree(
                "case when :a is not null and :b is not null then false end", a=left, b=right
            )
        return sql_tree(":a = :b", a=left, b=right)

    def _case(self, node: Call, kinds: list[Type]) -> Tree:
        given = [*kinds[1::2], kinds[-1]]
        wanted = next((each for each in given if each is not Type.ANY), Type.ANY)
        pairs = zip(node.arguments[:-1:2], node.arguments[1::2], strict=True)
        branches = [(self(when, Type.BOOLEAN), self(then, wanted)) for when, then in pairs]
        return exp.paren(case(branches, self(node.arguments[-1], wanted)))


def _is_linked(node: Call, at: int) -> bool:
    """Say whether an argument that is not finite makes the result not finite.

    A divisor does not: a number divided by what is infinite is 0.
    """
    return node.operation in _CHAINED and not (node.operation == "/" and at == 1)


def _may_overflow(node: Node) -> bool:
    """Say whether a number may be infinite or NaN before ``finite`` makes it null."""
    if not isinstance(node, Call) or node.operation not in _CHAINED:
        return False
    return node.operation in _ARITHMETIC or _may_overflow(node.arguments[0])


def _literal(node: Literal) -> Tree:
    if isinstance(node.value, bool):
        return exp.true() if node.value else exp.false()
    if isinstance(node.value, str):
        return text(node.value)
    return number(node.value or 0.0)


_ARITHMETIC = ("+", "-", "*", "/")
_CHAINED = (*_ARITHMETIC, "negative", "abs")
"""Operations by which what is not finite stays so; only the end of a chain need be looked at."""
