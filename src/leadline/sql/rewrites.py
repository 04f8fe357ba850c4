"""What dialects write in another way than DuckDB: constants, constant relations, types, names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from typing import cast

from sqlglot import exp

from leadline.sql.trees import Tree, column, named

Rewrite = Callable[[Tree], Tree]


def all_of(*rewrites: Rewrite) -> Rewrite:
    """Return the rewrites one after the other."""

    def rewrite(tree: Tree) -> Tree:
        for each in rewrites:
            tree = each(tree)
        return tree

    return rewrite


def _inside(tree: Tree, change: Callable[[Tree], None]) -> Tree:
    """Change a tree that may itself be replaced, and return what stands in its place."""
    whole = exp.Tuple(expressions=[tree])
    change(whole)
    return cast("Tree", whole.expressions[0].pop())


def fractions_as_doubles(tree: Tree) -> Tree:
    """Return a tree whose constants with a fraction are doubles; elsewhere they are decimals."""

    def change(whole: Tree) -> None:
        for literal in list(whole.find_all(exp.Literal)):
            plain = literal.is_string or literal.is_int or isinstance(literal.parent, exp.Cast)
            if not plain:
                literal.replace(exp.cast(literal.copy(), "double"))

    return _inside(tree, change)


def doubles_as_literals(tree: Tree) -> Tree:
    """Return a tree whose constants that are doubles are written as such: ``0.5D``."""

    def change(whole: Tree) -> None:
        for cast_ in list(whole.find_all(exp.Cast)):
            inner, sign = cast_.this, ""
            if isinstance(inner, exp.Neg):
                inner, sign = inner.this, "-"
            is_number = isinstance(inner, exp.Literal) and not inner.is_string
            if is_number and cast_.is_type("double"):
                cast_.replace(_double(inner, sign))
        for literal in list(whole.find_all(exp.Literal)):
            if not (literal.is_string or literal.is_int):
                literal.replace(_double(literal))

    return _inside(tree, change)


def _double(literal: exp.Literal, sign: str = "") -> exp.Var:
    return exp.Var(this=f"{sign}{literal.this}D")


def constants_replaced(tree: Tree) -> Tree:
    """Return a tree with ``replace`` of constant texts worked out, for the shorter text."""

    def change(whole: Tree) -> None:
        for node in list(whole.find_all(exp.Replace)):
            given = (node.this, node.expression, node.args.get("replacement"))
            parts = [each.this for each in given if isinstance(each, exp.Literal)]
            if len(parts) == len(given):
                found, old, new = parts
                node.replace(exp.Literal.string(found.replace(old, new)))

    return _inside(tree, change)


def values_as_selects(tree: Tree) -> Tree:
    """Return a tree whose constant relations are selects, which every dialect has."""

    def change(whole: Tree) -> None:
        for rows in list(whole.find_all(exp.Values)):
            names = [each.name for each in rows.args["alias"].columns]
            selects = [
                exp.select(
                    *(
                        exp.alias_(value, exp.to_identifier(name, quoted=True))
                        for name, value in zip(names, row.expressions, strict=True)
                    )
                )
                for row in rows.expressions
            ]
            query = selects[0] if len(selects) == 1 else exp.union(*selects, distinct=False)
            rows.replace(query.subquery(rows.alias, copy=False))

    return _inside(tree, change)


def filters_as_cases(tree: Tree) -> Tree:
    """Return a tree whose aggregates with a filter take a case instead."""

    def change(whole: Tree) -> None:
        for node in list(whole.find_all(exp.Filter)):
            aggregate, condition = node.this, node.expression.this
            taken = exp.Literal.number(1) if isinstance(aggregate, exp.Count) else aggregate.this
            aggregate.set("this", exp.Case().when(condition, taken))
            node.replace(aggregate)

    return _inside(tree, change)


def columns_of(query: Tree, known: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the names of a query's columns, those behind a star included.

    ``known`` has the columns of the relations that it reads.
    """
    if isinstance(query, exp.Union):
        return columns_of(cast("Tree", query.left), known)
    assert isinstance(query, exp.Select)  # noqa: S101 - steps are selects and unions of them
    sources = _sources(query, known)
    found: list[str] = []
    for each in query.expressions:
        if isinstance(each, exp.Star):
            found += [name for names in sources.values() for name in names]
        elif isinstance(each, exp.Column) and isinstance(each.this, exp.Star):
            found += sources[each.table]
        else:
            found.append(each.alias_or_name)
    return found


def _sources(select: exp.Select, known: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return the columns of what a select reads, by alias."""
    inner = dict(known)
    if isinstance(select.args.get("with_"), exp.With):
        for each in select.args["with_"].expressions:
            inner[each.alias] = columns_of(each.this, inner)
    read = [each.this for each in (select.args.get("from_"), *select.args.get("joins", [])) if each]
    return {each.alias_or_name: _columns_of_source(each, inner) for each in read}


def _columns_of_source(source: Tree, known: Mapping[str, Sequence[str]]) -> list[str]:
    if isinstance(source, exp.Table):
        return list(known.get(source.name, ()))
    if isinstance(source, exp.Values):
        return [each.name for each in source.args["alias"].columns]
    return columns_of(source.this, known)


def stars_listed(tree: Tree, known: Mapping[str, Sequence[str]]) -> Tree:
    """Return a tree that names the columns behind ``f.*`` wherever three relations are joined."""

    def change(whole: Tree) -> None:
        for select in whole.find_all(exp.Select):
            if len(select.args.get("joins") or ()) < 2:  # noqa: PLR2004 - with the first, three
                continue
            sources = _sources(select, known)
            select.set(
                "expressions",
                [column for each in select.expressions for column in _listed(each, sources)],
            )

    return _inside(tree, change)


def _listed(selected: Tree, sources: Mapping[str, Sequence[str]]) -> list[Tree]:
    if not (isinstance(selected, exp.Column) and isinstance(selected.this, exp.Star)):
        return [selected]
    return [named(column(each, selected.table), each) for each in sources[selected.table]]


def counts_as_signed(tree: Tree) -> Tree:
    """Return a tree whose counts and row numbers are signed, as other whole numbers are."""

    def change(whole: Tree) -> None:
        for node in list(whole.find_all(exp.Count, exp.RowNumber)):
            outer = cast("Tree", node)
            while isinstance(outer.parent, exp.Filter | exp.Window):
                outer = outer.parent
            outer.replace(exp.cast(outer.copy(), "bigint"))

    return _inside(tree, change)


def columns_named(tree: Tree) -> Tree:
    """Return a tree whose selected columns are all named: a join may else name one ``f.k``."""

    def change(whole: Tree) -> None:
        for select in whole.find_all(exp.Select):
            select.set(
                "expressions",
                [
                    exp.alias_(each, each.this.copy()) if _is_qualified(each) else each
                    for each in select.expressions
                ],
            )

    return _inside(tree, change)


def _is_qualified(selected: Tree) -> bool:
    if not isinstance(selected, exp.Column) or isinstance(selected.this, exp.Star):
        return False
    return bool(selected.table)


def disjunctions_as(aggregate: str) -> Rewrite:
    """Return a rewrite of ``bool_or`` as another aggregate."""

    def change(whole: Tree) -> None:
        for node in list(whole.find_all(exp.LogicalOr)):
            node.replace(exp.Anonymous(this=aggregate, expressions=[node.this]))

    return lambda tree: _inside(tree, change)


def times_as(kind: str, spelling: str) -> Rewrite:
    """Return a rewrite that gives times without a zone another type."""
    wanted = exp.DataType.build(kind, dialect=spelling)

    def change(whole: Tree) -> None:
        for found in list(whole.find_all(exp.DataType)):
            if found.this in {exp.DataType.Type.TIMESTAMP, exp.DataType.Type.TIMESTAMPNTZ}:
                found.replace(wanted.copy())

    return lambda tree: _inside(tree, change)


def names_as(name_of: Callable[[str], str], is_quoted: Callable[[str], bool]) -> Rewrite:
    """Return a rewrite of all names but those that stand for themselves."""

    def change(whole: Tree) -> None:
        for found in whole.find_all(exp.Identifier):
            if found.meta.get(OWN):
                continue
            found.set("this", name_of(found.name))
            found.set("quoted", is_quoted(found.name))

    return lambda tree: _inside(tree, change)


def tables_as(tree: Tree, names: Mapping[str, str]) -> Tree:
    """Return a tree that reads tables by other names; its columns know them by the first."""

    def change(whole: Tree) -> None:
        for table in list(whole.find_all(exp.Table)):
            if other := names.get(table.name):
                alias = table.alias or table.name
                table.replace(exp.alias_(exp.to_table(other), alias, table=True))

    return _inside(tree.copy(), change)


OWN = "own"
"""Mark of a name in a table of the user's, which no rewrite may change."""


def own_column(name: str) -> Tree:
    """Return a column of a table of the user's, by exactly this name."""
    identifier = exp.to_identifier(name, quoted=True)
    identifier.meta[OWN] = True
    return cast("Tree", exp.column(identifier))


def plain(name: str) -> str:
    """Return a name of letters, digits and _, and never two names the same.

    >>> plain("lead_id"), plain("lead.Employees")
    ('lead_id', 'lead_employees_970190e7')
    """
    if re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name):
        return name
    mark = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{re.sub('[^a-z0-9]+', '_', name.lower()).strip('_')[:200]}_{mark}"
