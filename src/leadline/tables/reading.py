"""The contract's rows on any engine: typed, with their keys, each once.

A place says what its types are; what a row is stands here, as trees that every engine renders.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from leadline.errors import Fault, InputError
from leadline.model.contract import CONTRACT
from leadline.model.types import Type
from leadline.sql.kinds import SQL_TYPES
from leadline.sql.text import Scalar
from leadline.sql.trees import (
    Tree,
    all_of,
    any_of,
    call,
    case,
    column,
    named,
    null,
    number,
    sql_tree,
    text,
)
from leadline.tables.columns import JOINT, Target
from leadline.tables.natives import BARE, Spelling, bad_as, empty_as, given_as
from leadline.tables.values import token

WRITTEN_OTHERWISE = ("format", "decimal_mark", "thousands", "unit", "range", "zone")
"""What is declared of texts that files alone may have: other dates and numbers than usual."""

TURN = "turn among repeated rows"


@dataclass(frozen=True)
class Field:
    """A column of the table to come.

    Attributes:
        value: What it means, null where it means nothing of its type or stands for no value.
        parsed: The same, but what stands for no value.
        given: Its text as it was given.
        is_checked: Something may be given that means nothing.
        bare: The column itself, which an index may have, to be read where no text is empty.
    """

    target: Target
    type: Type
    value: Tree
    parsed: Tree
    given: Tree
    is_checked: bool
    bare: Tree | None = None

    @property
    def bad(self) -> Tree:
        """The condition that something was given that means nothing."""
        return sql_tree("(:g is not null and :p is null)", g=self.given, p=self.parsed)


def own(spelling: Spelling, target: Target, column_of: Callable[[str], Tree]) -> Tree | None:
    """Return what a column is at its place: one of the table, a constant, or several joined.

    None where the table has none.
    """
    if target.constant is not None:
        return text(target.constant)
    if not target.parts:
        return column_of(target.given.name) if target.given else None
    texts = [
        spelling.tree(spelling.native(each.native).text, x=column_of(each.name))
        for each in target.parts
    ]
    filled = [sql_tree("coalesce(:x, '')", x=each) for each in texts]
    is_there = any_of(sql_tree(":x is not null", x=each) for each in texts)
    return case([(is_there, call("concat", *[p for x in filled for p in (text(JOINT), x)][1:]))])


def field(spelling: Spelling, table: str, target: Target, own: Tree | None, kind: Type) -> Field:
    """Return how a column is read as a type; ``own`` is the column of the place."""
    default = CONTRACT[table].defaults.get(target.name)
    if target.given is None or own is None:
        none = null(SQL_TYPES[kind])
        return Field(target, kind, _or(none, default), none, null("text"), is_checked=False)
    native = spelling.native(target.given.native)
    given = spelling.tree(native.text, x=own)
    if kind is native.type:
        parsed = spelling.tree(native.value, x=own)
        if target.zone and spelling.is_local(target.given.native):
            parsed = spelling.tree(spelling.in_zone, x=parsed, zone=text(target.zone))
    else:
        parsed = given if kind is Type.TEXT else call(f"text_to_{kind}", given)
    plain = parsed
    if kind is Type.TEXT:
        parsed = _alike(parsed, target)
    value = _or(_without(parsed, target, kind), default)
    is_checked = kind is Type.TIME or kind not in {native.type, Type.TEXT}
    is_plain = value is parsed and (parsed is plain or not (target.cut or target.case))
    is_bare = kind is Type.TEXT and native.value == BARE and is_plain
    return Field(target, kind, value, parsed, given, is_checked, own if is_bare else None)


def _alike(value: Tree, target: Target) -> Tree:
    """Return a text as others that mean the same are written."""
    if target.is_key:
        value = sql_tree("nullif(trim(:x), '')", x=value)
    if target.cut:
        end = len(target.cut)
        template = (
            f"case when right(:x, {end}) = :cut then left(:x, length(:x) - {end}) else :x end"
        )
        value = sql_tree(template, x=value, cut=text(target.cut))
    return call("lower_ascii", value) if target.case == "lower" else value


def _or(value: Tree, default: str | None) -> Tree:
    return value if default is None else sql_tree("coalesce(:v, :d)", v=value, d=text(default))


def _without(value: Tree, target: Target, kind: Type) -> Tree:
    """Return a value, null where it stands for a missing one."""
    tokens = [
        _constant(found, kind)
        for each in target.missing
        if (found := token(each, kind)) is not None
    ]
    if not tokens:
        return value
    return case([(sql_tree(":v not in (:tokens)", v=value, tokens=tokens), value)])


def _constant(value: Scalar, kind: Type) -> Tree:
    if isinstance(value, bool):
        return exp.true() if value else exp.false()
    if isinstance(value, int | float):
        return number(value)
    return exp.cast(text(str(value)), "timestamp") if kind is Type.TIME else text(str(value))


def typed(fields: Iterable[Field], relation: Tree, *more: Tree) -> Tree:
    """Return rows with their types, each column beside its text, and what is odd about it.

    ``more`` are further columns, of the relation ``t``.
    """
    columns = [column_ for each in fields for column_ in _beside(each)]
    return sql_tree("select :columns from :rows as t", columns=[*columns, *more], rows=relation)


def _beside(each: Field) -> Iterator[Tree]:
    title = each.target.name
    yield named(each.value, title)
    yield named(each.given, given_as(title))
    if each.is_checked:
        yield named(each.bad, bad_as(title))
    if each.bare is not None:
        template = ":x = '' or :x <> trim(:x)" if each.target.is_key else ":x = ''"
        yield named(sql_tree(template, x=each.bare), empty_as(title))


def refuse_types(spelling: Spelling, targets: Sequence[Target], where: str) -> None:
    """Refuse columns that cannot be read as the type that is asked for; usual texts can.

    Raises InputError.
    """
    faults = []
    for each in targets:
        if each.split:
            remedy = "Split it in a view, and name that."
            faults.append(Fault(where, each.name, "can be split in files alone", "", remedy))
        if each.given is None or each.type in {None, Type.TEXT}:
            continue
        native = spelling.native(each.given.native).type or Type.ANY
        is_own = any(getattr(each, key) for key in WRITTEN_OTHERWISE)
        if native is not each.type and (native is not Type.TEXT or is_own):
            remedy = f"Convert it in a view, and name that; it is {each.given.native} here."
            expected = f"must be {each.type.phrase}" if each.type else ""
            faults.append(Fault(where, each.name, expected, native.phrase, remedy))
    if faults:
        raise InputError(*faults)


def lacks(table: str) -> Tree:
    """Return the condition that a typed row has not what its keys need."""
    return any_of(condition for condition, _ in _lacking(table))


def reason(table: str, targets: Iterable[Target] = ()) -> Tree:
    """Return why a typed row cannot be used, or null.

    The targets say what stands for no value; a row that lacks a key for that is told of it.
    """
    found = [*_stand_ins(table, targets), *_reasons(table)]
    return case([(condition, text(why)) for condition, why in found])


def _stand_ins(table: str, targets: Iterable[Target]) -> Iterator[tuple[Tree, str]]:
    """Yield what in the place of a key stands for no value."""
    contract = CONTRACT[table]
    needed = {*contract.filled, *contract.either}
    lacking = lacks(table)
    for target in targets:
        if target.name not in needed:
            continue
        value, given = column(target.name, "r"), column(given_as(target.name), "r")
        for each in target.missing:
            stands = sql_tree(":v is null and trim(:g) = :t", v=value, g=given, t=text(str(each)))
            why = f"{target.name} is missing, as '{each}' stands for no value"
            yield all_of([lacking, stands]), why


def _lacking(table: str) -> Iterator[tuple[Tree, str]]:
    contract = CONTRACT[table]
    for key in contract.filled:
        yield sql_tree(":k is null", k=column(key, "r")), key
    if contract.either:
        either = all_of(sql_tree(":k is null", k=column(key, "r")) for key in contract.either)
        yield exp.paren(either), ""


def _reasons(table: str) -> Iterator[tuple[Tree, str]]:
    contract = CONTRACT[table]
    for condition, key in _lacking(table):
        if not key:
            yield condition, f"{' and '.join(contract.either)} are missing"
            continue
        if contract[key].type is not Type.TEXT:
            given = sql_tree(":g is not null", g=column(given_as(key), "r"))
            yield all_of([condition, given]), f"{key} is not {contract[key].type.phrase}"
        yield condition, f"{key} is missing"


def usable(table: str, rows: Tree) -> Tree:
    """Return the typed rows that have what their keys need."""
    return sql_tree("select r.* from :rows as r where not (:lacks)", rows=rows, lacks=lacks(table))


def has_key(table: str) -> Tree:
    """Return the condition that a row is one with others that have its key; else it is alone."""
    contract = CONTRACT[table]
    texts = [key for key in contract.keys if contract.defaults.get(key) == ""]
    return all_of(sql_tree(":k <> ''", k=column(key, "r")) for key in texts)


def repeated(table: str, rows: Tree) -> Tree:
    """Return each key that several typed rows have, and how many ``times``."""
    keys = [column(key, "r") for key in CONTRACT[table].keys]
    return sql_tree(
        "select :keys, count(*) as times from :rows as r where :has_key "
        "group by :keys having count(*) > 1",
        keys=keys,
        rows=rows,
        has_key=has_key(table),
    )


def differing(table: str, rows: Tree, titles: Sequence[str], found: Tree) -> Tree:
    """Return the keys among those that repeat whose rows are not equal in all columns."""
    keys = [column(key, "r") for key in CONTRACT[table].keys]
    texts = [column(given_as(each), "r") for each in titles]
    distinct = sql_tree(
        "select distinct :keys, :texts from :rows as r where :some",
        keys=keys,
        texts=texts,
        rows=rows,
        some=_is_repeated(table, found),
    )
    return sql_tree(
        "select :keys from :rows as r group by :keys having count(*) > 1", keys=keys, rows=distinct
    )


def _is_repeated(table: str, found: Tree) -> Tree:
    same = all_of(call("same", column(key, "r"), column(key, "d")) for key in CONTRACT[table].keys)
    return sql_tree("exists (select 1 from :found as d where :same)", found=found, same=same)


def once(
    table: str,
    rows: Tree,
    titles: Sequence[str],
    turn: Sequence[Tree],
    found: Tree | None = None,
) -> Tree:
    """Return typed rows, of those that share a key the one that stands.

    Args:
        table: Name in the contract.
        rows: The rows.
        titles: Columns to return.
        turn: By what the least of them stands, such as ``order`` says it.
        found: The keys that ``repeated`` found; without, every row is looked at.
    """
    if found is None:
        return _ranked(table, rows, titles, turn, has_key(table))
    same = all_of(call("same", column(key, "r"), column(key, "d")) for key in CONTRACT[table].keys)
    is_repeated = sql_tree("exists (select 1 from :found as d where :same)", found=found, same=same)
    is_repeated = all_of([has_key(table), is_repeated])
    few = sql_tree("select r.* from :rows as r where :some", rows=rows, some=is_repeated)
    return sql_tree(
        "select :columns from :rows as r where not (:some) union all select * from (:ranked) as f",
        columns=[column(each, "r") for each in titles],
        rows=rows,
        some=is_repeated,
        ranked=_ranked(table, few, titles, turn, exp.true()),
    )


def _ranked(
    table: str,
    rows: Tree,
    titles: Sequence[str],
    turn: Sequence[Tree],
    shares: Tree,
) -> Tree:
    """Return the least row of each key, and all rows that share none."""
    keys = [column(key, "r") for key in CONTRACT[table].keys]
    ranked = exp.Window(
        this=exp.RowNumber(),
        partition_by=keys,
        order=exp.Order(expressions=[*turn] or [*keys]),
    )
    return sql_tree(
        "select :columns from (select r.*, :turn from :rows as r) as r where :t = 1 or not (:some)",
        columns=[column(each, "r") for each in titles],
        turn=named(ranked, TURN),
        rows=rows,
        t=column(TURN, "r"),
        some=shares,
    )


def newest(title: str) -> Tree:
    """Return what puts the greatest of a column first, nulls last."""
    return exp.Ordered(this=column(title, "r"), desc=True, nulls_first=False)


def order(table: str, given: Sequence[str], relation: str = "r") -> list[Tree]:
    """Return by what the least of repeated rows stands.

    First what the contract says, nulls last; then texts as they were given, byte by byte and in
    the order of their names, null first.
    """
    contract = CONTRACT[table]
    first = []
    for each in contract.order:
        value = column(each, relation)
        if contract[each].default_column:
            other = column(contract[each].default_column, relation)
            value = sql_tree("coalesce(:a, :b)", a=value, b=other)
        elif contract[each].type is Type.TEXT:
            value = call("in_bytes", value)
        first.append(exp.Ordered(this=value, nulls_first=False))
    rest = [call("in_bytes", column(each, relation)) for each in given]
    return [*first, *(exp.Ordered(this=each, nulls_first=True) for each in rest)]


def compared(table: str, titles: Iterable[str]) -> list[str]:
    """Return the columns by whose texts otherwise equal rows are told apart, in their order."""
    contract = CONTRACT[table]
    decided = {*contract.keys, *contract.order}
    others = sorted(each for each in titles if each not in decided)
    return [given_as(each) for each in [*others, *contract.order]]


_END, _VALUE = "\x01", "\x02"


def row_text(fields: Sequence[Field], table: str) -> Tree:
    """Return one text that orders rows as ``compared`` columns do, where only one can be kept.

    A null is less than all texts, and the end of a text less than what may follow; the two marks
    are themselves marked.
    """
    given = {given_as(each.target.name): each.given for each in fields}
    parts = [
        sql_tree(
            "case when :g is null then :end else "
            "concat(:value, replace(replace(:g, :value, :two), :end, :one), :end) end",
            g=given[each],
            end=text(_END),
            value=text(_VALUE),
            one=text(_VALUE + _VALUE),
            two=text(_VALUE + "\x03"),
        )
        for each in compared(table, [each.target.name for each in fields])
        if each in given
    ]
    return call("concat", *parts) if parts else text("")
