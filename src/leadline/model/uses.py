"""Types of columns by what a model does with them, for tables that cannot be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from leadline.model.contract import CONTRACT
from leadline.model.document import (
    EventRule,
    Model,
    OutcomeRule,
    Rule,
    SilenceRule,
    TableRule,
    UnitRule,
)
from leadline.model.expressions import Expression, Literal, Name, Node, names
from leadline.model.names import Place, fields_of, place_of, place_of_for, place_of_formula
from leadline.model.operations import OPERATIONS
from leadline.model.reading.source import Path
from leadline.model.rules import Table
from leadline.model.types import Type

Column = tuple[str, str]
"""Table and name of a column."""

_TABLES = {"lead": "leads", "account": "accounts"}
_LITERALS: Mapping[type, Type] = {float: Type.NUMBER, str: Type.TEXT, bool: Type.BOOLEAN}


class Use(NamedTuple):
    """An expression of a model, where it stands, and the type that it must have there."""

    tree: Node
    place: Place
    type: Type
    path: Path = ()


class Uses:
    """What a model's expressions say of the columns that they read.

    Attributes:
        types: Column to type, of those that are read; ``ANY`` where nothing says it.
        unclear: Columns compared with each other whose type nothing says.
    """

    def __init__(self, model: Model) -> None:
        """Read the expressions again and again until they say nothing new."""
        self.model = model
        self.types: dict[Column, Type] = dict.fromkeys(_counted(model), Type.ANY)
        self.unclear: set[Column] = set()
        found = list(uses(model))
        before: dict[Column, Type] | None = None
        while before != self.types:
            before = dict(self.types)
            self.unclear.clear()
            for each in found:
                self._note(each.tree, each.place, each.type)

    def _note(self, node: Node, place: Place, wanted: Type) -> Type:
        """Note what a part says of its names, and return its type."""
        if isinstance(node, Literal):
            return _LITERALS.get(type(node.value), Type.ANY)
        if isinstance(node, Name):
            return self._name(node, place, wanted)
        if node.operation == "case":
            return self._case(node.arguments, place, wanted)
        operation = OPERATIONS[node.operation]
        if operation.alike:
            return self._alike(node.arguments, place, wanted, operation.gives)
        takes = operation.takes[0] if len(operation.takes) == 1 else Type.ANY
        for each in node.arguments:
            self._note(each, place, takes)
        return operation.gives or Type.ANY

    def _case(self, parts: Sequence[Node], place: Place, wanted: Type) -> Type:
        for each in parts[:-1:2]:
            self._note(each, place, Type.BOOLEAN)
        return self._alike([*parts[1::2], parts[-1]], place, wanted, None)

    def _alike(self, parts: Sequence[Node], place: Place, wanted: Type, gives: Type | None) -> Type:
        """Note what parts of one type say of each other."""
        hint = Type.ANY if gives else wanted
        kinds = [self._note(each, place, hint) for each in parts]
        kind = next((each for each in (hint, *kinds) if each is not Type.ANY), Type.ANY)
        for each in parts:
            self._note(each, place, kind)
        if kind is Type.ANY:
            read = [self._column(name, place) for each in parts for name in names(each)]
            self.unclear |= {each for each in read if each and len(read) > 1}
        return gives or kind

    def _name(self, name: Name, place: Place, wanted: Type) -> Type:
        column = self._column(name, place)
        if column is None:  # a score or a count
            return Type.NUMBER
        known = self._known(*column)
        found = known if known is not Type.ANY else self.types.get(column, Type.ANY)
        self.types[column] = wanted if found is Type.ANY else found
        return self.types[column]

    def _known(self, table: str, name: str) -> Type:
        declared = self.model.columns.get(table, {}).get(name)
        if declared is not None and declared.kind is not None:
            return declared.kind
        known = {**CONTRACT[table].derived, **CONTRACT[table].types}
        return known.get(name, Type.ANY)

    @staticmethod
    def _column(name: Name, place: Place) -> Column | None:
        first = name.parts[0]
        if len(name.parts) == 1:
            return None if place.bare == "scores" else (place.bare, first)
        return (_TABLES[first], name.parts[1]) if first in _TABLES else None


def uses(model: Model) -> Iterator[Use]:
    """Yield every expression of a model with its place."""
    for name, score in model.scores.items():
        path: Path = ("scores", name)
        account = score.is_account
        if score.for_ is not None:
            place = place_of_for(account=account)
            yield Use(score.for_.tree, place, Type.BOOLEAN, (*path, "for"))
        if score.formula is not None:
            place = place_of_formula(account=account)
            yield Use(score.formula.tree, place, Type.NUMBER, (*path, "formula"))
        for rule_name, rule in (score.rules or {}).items():
            yield from _of_rule(rule, (*path, "rules", rule_name), account=account)
    for name, ladder in model.bands.items():
        for band, required in ladder.require.items():
            path = ("bands", name, "require", band)
            place = place_of_formula(account=ladder.is_account)
            yield Use(required.tree, place, Type.BOOLEAN, path)
    for name, override in model.overrides.items():
        path = ("overrides", name, "when")
        yield Use(override.when.tree, place_of_formula(), Type.BOOLEAN, path)


def tables_read(model: Model) -> set[str]:
    """Return the tables beside leads that a model reads.

    >>> from leadline.model.reading.reader import read
    >>> quiet = {"silent_for": "30d", "points": -5}
    >>> tables_read(read({"leadline": 1, "model": "m", "scores": {"s": {"rules": {"q": quiet}}}}))
    {'events'}
    """
    rules = [rule for _, _, rule in model.rules()]
    found = {
        "events": any(isinstance(rule, EventRule | SilenceRule) for rule in rules),
        "outcomes": any(isinstance(rule, OutcomeRule) for rule in rules)
        or any(score.reset_on for score in model.scores.values()),
        "accounts": any(
            entity == "account" for each in uses(model) for entity, _ in fields_of(each.tree)
        ),
    }
    return {table for table, is_read in found.items() if is_read}


def _of_rule(rule: Rule, path: Path, *, account: bool) -> Iterator[Use]:
    wanted = {"points": Type.NUMBER, "when": Type.BOOLEAN, "where": Type.BOOLEAN}
    for key, kind in wanted.items():
        text = getattr(rule, key, None)
        if isinstance(text, Expression):
            yield Use(text.tree, place_of(rule, key, account=account), kind, (*path, key))
    if isinstance(rule, TableRule):
        place = place_of(rule, "of", account=account)
        for each, kind in zip(rule.expressions, _keys(rule.table), strict=False):
            yield Use(each.tree, place, kind, (*path, "of"))


def _keys(entry: object) -> Iterator[Type]:
    """Yield the type that each level of a table looks values up by."""
    while isinstance(entry, Table):
        keys = [type(each) for each in entry.values or ()]
        if entry.bins or (keys and all(each in {int, float} for each in keys)):
            yield Type.NUMBER
        else:
            yield Type.BOOLEAN if keys and set(keys) == {bool} else Type.TEXT
        entry = next((each for each in entry.entries() if isinstance(each, Table)), None)


def _counted(model: Model) -> Iterator[Column]:
    """Yield the columns that are told apart by their text alone."""
    for _, _, rule in model.rules():
        if isinstance(rule, UnitRule):
            table = "outcomes" if isinstance(rule, OutcomeRule) else "events"
            per = rule.count.removeprefix("per ").strip() if rule.count.startswith("per ") else None
            for name in (per, rule.by, rule.in_):
                if name is not None and name not in CONTRACT[table].types:
                    yield table, name
