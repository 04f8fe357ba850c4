"""Names and values that a model looks for, and whether the data has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal as OneOf

from leadline.engines.engine import Engine
from leadline.model.document import (
    EventRule,
    Model,
    OutcomeRule,
    Rule,
    SilenceRule,
    TableRule,
    UnitRule,
)
from leadline.model.expressions import Call, Literal, Name, Node
from leadline.model.spelling import respelled
from leadline.model.types import Schema, Type
from leadline.query.context import rule_expressions
from leadline.query.subjects import TABLE_OF

MANY_VALUES = 2000
"""In a column with more values than this, no nearest one is looked for."""


@dataclass(frozen=True)
class Unseen:
    """A name or a value that the data does not have.

    Attributes:
        place: Where the model writes it, such as ``person.demo``.
        column: Where it was looked for, such as ``events.type``.
        value: What is not there.
        remedy: The nearest value that is there, as a sentence, or empty.
    """

    place: str
    column: str
    value: str
    remedy: str


Wanted = tuple[str, str, str, str]
"""Place, table, column, value."""


def unseen(engine: Engine, model: Model, schema: Schema) -> tuple[Unseen, ...]:
    """Return the names and texts that a model looks for and the data never has, as written.

    Types of events and outcomes are looked for everywhere, and texts where a rule compares a
    column with them. A column with a history of values is left out. One query a column.
    """
    wanted = [
        each
        for each in dict.fromkeys(_wanted(engine, model, schema))
        if schema.get(each[1], {}).get(each[2]) is Type.TEXT
    ]
    seen = {
        column: _seen(engine, *column, {each[3] for each in wanted if each[1:3] == column})
        for column in dict.fromkeys(each[1:3] for each in wanted)
    }
    return tuple(
        Unseen(place, f"{table}.{name}", value, _meant(value, seen[table, name][1]))
        for place, table, name, value in wanted
        if value not in seen[table, name][0]
    )


def _meant(value: str, known: Sequence[str]) -> str:
    """Return the sentence that names the value which is another spelling of this one."""
    found = respelled(value, known)
    return f"Did you mean {found}?" if found else ""


def _seen(
    engine: Engine, table: str, name: str, values: Iterable[str]
) -> tuple[set[str], list[str]]:
    """Return which of some values a column has, and the values that it has, if they are few."""
    quoted = '"' + name.replace('"', '""') + '"'
    listed = sorted(values)
    marks = ", ".join(f"${place}" for place in range(1, len(listed) + 1))
    found = f"select distinct {quoted} from {table} where {quoted} in ({marks})"
    known = f"select distinct {quoted} from {table} where {quoted} is not null limit {MANY_VALUES}"
    there = {row[0] for row in engine.rows(found, listed)}
    return there, [row[0] for row in engine.rows(known)]


def _wanted(engine: Engine, model: Model, schema: Schema) -> Iterator[Wanted]:
    """Yield every text that the model looks for, with the column where it does."""
    yield from (("passive", "events", "type", each) for each in model.passive)
    for name, score in model.scores.items():
        yield from ((f"{name}.reset_on", "outcomes", "outcome", e) for e in score.reset_on or ())
    held = _held(engine, schema)
    for score_name, name, rule in model.rules():
        for table, column, value in (*_types(rule), *_compared(rule)):
            if (table, column) not in held:
                yield f"{score_name}.{name}", table, column, value


def _held(engine: Engine, schema: Schema) -> set[tuple[str, str]]:
    """Return the columns whose values can be others at other moments."""
    if "field_history" not in schema:
        return set()
    rows = engine.rows("select distinct entity, field from field_history")
    return {(TABLE_OF[entity], name) for entity, name in rows if entity in TABLE_OF}


Column = tuple[str, str, str]
"""Table, column, value."""


def _types(rule: Rule) -> Iterator[Column]:
    if isinstance(rule, EventRule | SilenceRule):
        yield from (("events", "type", each) for each in rule.event or ())
    if isinstance(rule, OutcomeRule):
        yield from (("outcomes", "outcome", each) for each in rule.outcome)


def _compared(rule: Rule) -> Iterator[Column]:
    """Yield the texts that a rule compares columns with."""
    bare = _BARE.get("outcome" if isinstance(rule, OutcomeRule) else "event", "")
    bare = bare if isinstance(rule, UnitRule | SilenceRule) else ""
    for each in rule_expressions(rule):
        yield from _comparisons(each.tree, bare)
    if isinstance(rule, TableRule) and len(rule.expressions) == 1:
        column = _column(rule.expressions[0].tree, bare)
        if column and rule.values:
            yield from ((*column, str(value)) for value in rule.values)


_BARE: Mapping[OneOf["event", "outcome"], str] = {"event": "events", "outcome": "outcomes"}
"""Kind of rule to the table whose columns its bare names are."""


def _comparisons(tree: Node, bare: str) -> Iterator[Column]:
    """Yield the texts with which ``=`` and ``in`` compare a column."""
    if not isinstance(tree, Call):
        return
    for each in tree.arguments:
        yield from _comparisons(each, bare)
    if tree.operation in {"=", "in"}:
        column = next(filter(None, (_column(each, bare) for each in tree.arguments)), None)
        texts = [e.value for e in tree.arguments if isinstance(e, Literal)]
        if column:
            yield from ((*column, value) for value in texts if isinstance(value, str))


def _column(tree: Node, bare: str) -> tuple[str, str] | None:
    """Return table and column of a name; nothing for anything else."""
    if not isinstance(tree, Name):
        return None
    if len(tree.parts) == 1:
        return (bare, tree.parts[0]) if bare else None
    table = TABLE_OF.get(tree.parts[0])
    return (table, tree.parts[1]) if table else None
