"""Relations as trees: a fixed text with placeholders, filled with trees and never with text.

Templates are written in DuckDB's spelling. What means something else on another engine is
written as a function of our own, such as ``decimal6(x)``, and becomes SQL in ``dialects``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TypeAlias, cast

from sqlglot import exp, parse_one

Tree: TypeAlias = exp.Expression
Parts: TypeAlias = Tree | Sequence[Tree]


_PLACE = re.compile(r"(?<![:\w]):([a-z_]+)")
_MARK = "__part_"


@lru_cache(maxsize=1024)
def _parsed(template: str, dialect: str) -> Tree:
    tree = parse_one(_PLACE.sub(rf"{_MARK}\1", template), dialect=dialect)
    for node in tree.walk():  # where a word stood is of no use, and is half of what a copy costs
        node._meta = None  # noqa: SLF001
    return cast("Tree", tree)


def sql_tree(template: str, **parts: Parts) -> Tree:
    """Return the tree of a template with its places ``:name`` filled.

    A list fills a place among columns or arguments with as many trees; after ``from`` or
    ``join`` a place takes a table or a whole relation.

    >>> sql_tree("select k, :columns from a where :condition",
    ...     columns=[column("b"), column("c")], condition=sql_tree("d > 1")).sql("duckdb")
    'SELECT k, "b", "c" FROM a WHERE d > 1'
    """
    return spelled("duckdb", template, parts)


def free(tree: Tree) -> Tree:
    """Return a tree that may become a part of another one: itself, or a copy where it is a part.

    Copying whatever is put together would cost the square of how deep trees stand in each other.
    """
    return tree if tree.parent is None else tree.copy()


def spelled(dialect: str, template: str, parts: Mapping[str, Parts]) -> Tree:
    """Return the tree of a template that is written in the spelling of a dialect.

    Trees that fill its places become parts of it, see ``free``.
    """
    whole = exp.Tuple(expressions=[_parsed(template, dialect).copy()])
    for place in list(whole.find_all(exp.Column, exp.Table)):
        if place.name.startswith(_MARK):
            filling = parts[place.name.removeprefix(_MARK)]
            if isinstance(place, exp.Table):
                _fill_relation(place, filling)
            else:
                _fill_value(place, filling)
    return cast("Tree", whole.expressions[0].pop())


def _fill_relation(place: exp.Table, filling: Parts) -> None:
    if not isinstance(filling, exp.Expression):
        raise TypeError(f"{place.name} stands for one relation")
    if isinstance(filling, exp.Table):
        table = free(filling)
        place.replace(
            exp.alias_(table, place.alias, table=True, copy=False) if place.alias else table
        )
        return
    rows = filling.unnest() if isinstance(filling, exp.Subquery) else filling
    query = free(cast("Tree", rows))
    bracketed = isinstance(place.parent, exp.Subquery) and not place.alias
    place.replace(query if bracketed else exp.Subquery(this=query, alias=place.args.get("alias")))


def _fill_value(place: Tree, filling: Parts) -> None:
    if isinstance(filling, exp.Expression):
        place.replace(_bracketed(free(filling), place))
    else:
        place.replace([free(each) for each in filling])


def _bracketed(tree: Tree, place: Tree) -> Tree:
    """Bracket what an operator around the place could take apart."""
    inside = isinstance(place.parent, exp.Binary | exp.Unary | exp.In | exp.Cast)
    loose = isinstance(tree, exp.Binary | exp.Not | exp.In | exp.Neg)
    return exp.paren(tree, copy=False) if inside and loose else tree


def column(name: str, table: str | None = None) -> Tree:
    """Return a quoted column."""
    return cast("Tree", exp.column(exp.to_identifier(name, quoted=True), table=table))


def named(tree: Tree, name: str) -> Tree:
    """Return a tree as a column of this name."""
    title = exp.to_identifier(name, quoted=True)
    return cast("Tree", exp.alias_(free(tree), title, copy=False))


def text(value: str) -> Tree:
    """Return a constant text."""
    return exp.Literal.string(value)


def number(value: float) -> Tree:
    """Return a constant as a double."""
    return exp.cast(_digits(repr(float(value))), "double")


def integer(value: int) -> Tree:
    """Return a constant whole number."""
    return _digits(str(value))


def _digits(digits: str) -> Tree:
    literal = exp.Literal.number(digits.removeprefix("-"))
    return exp.Neg(this=literal) if digits.startswith("-") else literal


def null(kind: str) -> Tree:
    """Return null of a type."""
    return exp.cast(exp.null(), kind)


def call(function: str, *arguments: Tree) -> Tree:
    """Return a call of one of our own functions."""
    return exp.Anonymous(this=function, expressions=[free(each) for each in arguments])


def all_of(conditions: Iterable[Tree]) -> Tree:
    """Return the conjunction of conditions; true where there are none."""
    found = [free(each) for each in conditions]
    return cast("Tree", exp.and_(*found, copy=False)) if found else exp.true()


def any_of(conditions: Iterable[Tree]) -> Tree:
    """Return the disjunction of conditions; false where there are none."""
    found = [free(each) for each in conditions]
    return cast("Tree", exp.or_(*found, copy=False)) if found else exp.false()


def case(branches: Iterable[tuple[Tree, Tree]], default: Tree | None = None) -> Tree:
    """Return ``case when ... then ... else default end``; the default alone without branches."""
    branches = list(branches)
    if not branches:
        return default if default is not None else exp.null()
    tree = exp.Case()
    for condition, value in branches:  # a copy of the whole at each would cost their square
        tree.when(free(condition), free(value), copy=False)
    return tree.else_(free(default), copy=False) if default is not None else tree


def union(relations: Iterable[Tree], *, distinct: bool = False) -> Tree:
    """Return the rows of some relations with the same columns, all or the distinct ones."""
    found = [free(each) for each in relations]
    if len(found) == 1:
        return found[0]
    queries = [cast("exp.Query", each) for each in found]
    return cast("Tree", exp.union(*queries, distinct=distinct, copy=False))


def total(trees: Iterable[Tree]) -> Tree:
    """Return the sum of trees; 0 where there are none."""
    found = [free(each) for each in trees]
    tree = found[0] if found else number(0)
    for each in found[1:]:
        tree = exp.Add(this=tree, expression=each)
    return tree


def values(name: str, columns: Sequence[str], rows: Iterable[Sequence[Tree]]) -> Tree:
    """Return a constant relation."""
    tuples = [exp.Tuple(expressions=[free(each) for each in row]) for row in rows]
    alias = exp.TableAlias(
        this=exp.to_identifier(name),
        columns=[exp.to_identifier(each, quoted=True) for each in columns],
    )
    return cast(
        "Tree", exp.select("*").from_(exp.Values(expressions=tuples, alias=alias), copy=False)
    )
