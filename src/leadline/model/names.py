"""What a name in an expression stands for, and of which type an expression is.

Used by ``check`` to find faults and by ``query`` to render; neither knows more than the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from leadline.errors import closest, nearest
from leadline.model.contract import CONTRACT
from leadline.model.document import EventRule, Model, OutcomeRule, Rule, SilenceRule
from leadline.model.expressions import SCOPES, Call, Literal, Name, Node, names
from leadline.model.operations import OPERATIONS
from leadline.model.reading.source import Source
from leadline.model.types import Schema, Type

COUNTED = (EventRule, OutcomeRule, SilenceRule)
"""Kinds of rules that ``hits`` and ``last`` can read."""
_TABLE_OF = {"lead": "leads", "account": "accounts"}
_ACCOUNTS_READ = "scores and bands of accounts can read account"


class NameFault(ValueError):  # noqa: N818 - a fault of the document, not of the program
    """A name or a type that cannot work: what was expected, what was found, what to do."""

    def __init__(self, expected: str, found: str = "", remedy: str = "") -> None:
        """Keep the three parts of the message."""
        super().__init__(expected)
        self.expected, self.found, self.remedy = expected, found, remedy


@dataclass(frozen=True)
class Place:
    """Which names may stand in an expression.

    Attributes:
        bare: Table whose columns bare names are, or ``scores``, or empty for none.
        fields: Entities whose fields may be read.
        counts: Whether ``hits`` and ``last`` may be read.
        age: Whether ``age`` may be taken.
        account: Whether the place belongs to accounts: their scores and bands.
    """

    bare: str = ""
    fields: tuple[str, ...] = ("lead", "account")
    counts: bool = False
    age: bool = True
    account: bool = False


def place_of(rule: Rule, key: str, *, account: bool) -> Place:
    """Return what may be read in ``when``, ``of``, ``points`` or ``where`` of a rule."""
    fields = ("account",) if account else ("lead", "account")
    if isinstance(rule, SilenceRule) and key == "points":
        return Place(fields=fields, account=account)
    if isinstance(rule, EventRule | SilenceRule):
        return Place("events", fields, age=key != "where", account=account)
    if isinstance(rule, OutcomeRule):
        return Place("outcomes", fields, age=key != "where", account=account)
    return Place(fields=fields, counts=True, account=account)


def place_of_for(*, account: bool) -> Place:
    """Return what may be read in ``for`` of a score."""
    return Place(fields=("account",) if account else ("lead", "account"), account=account)


def place_of_formula(*, account: bool = False) -> Place:
    """Return what may be read in formulas, ``require`` and overrides."""
    return Place("scores", ("account",) if account else ("lead", "account"), True, account=account)


class Names:
    """The names of a model, over tables with a schema."""

    def __init__(
        self, model: Model, schema: Schema | None = None, source: Source | None = None
    ) -> None:
        """Keep the model; without a schema every column exists and has every type.

        What the source has lost in reading is taken to be there, as it was written.
        """
        self.model = model
        self.schema = schema or {}
        self.source = source or Source("model")

    def column(self, table: str, name: str) -> Type:
        """Return the type of a column. Raises NameFault where it does not exist."""
        contract = CONTRACT[table]
        known = contract.types
        declared = self.model.columns.get(table, {})
        given = self.schema.get(table)
        past = self.schema.get(contract.history, {})
        said = declared[name].kind if name in declared else None
        for kind in ((given or {}).get(name), said, past.get(name), known.get(name)):
            if kind not in (None, Type.ANY):
                return kind
        if name in {**(given or {}), **declared, **known}:
            return Type.ANY
        if given is None or self.source.has_lost(("columns", table, name)):
            return Type.ANY
        derived = contract.derived
        if name in derived:
            return derived[name]
        entity = {"leads": "lead.", "accounts": "account."}.get(table, "")
        remedy = (
            self._inside(table, name)
            or nearest(name, [*given, *declared, *known, *derived], entity)
            or f"Declare it under columns.{table} if the data may lack it."
        )
        raise NameFault(f"reads {entity}{name}, which is not a column of {table}", "", remedy)

    def _inside(self, table: str, path: str) -> str:
        """Return how to read what lies inside of a column of JSON, empty where none is there."""
        columns = {**self.schema.get(table, {}), **self.model.columns.get(table, {})}
        if "." in path and path in columns:
            return f'Write "{path}" in double quotes.'
        first, _, rest = path.partition(".")
        if not rest or first not in columns:
            return ""
        last = rest.rpartition(".")[2]
        return (
            f"If it lies inside of {first}, declare columns: "
            f"{{{table}: {{{last}: {{from: {path}}}}}}} and write {last}."
        )

    def counted(self, name: Name, *, account: bool = False) -> tuple[str, str]:
        """Return score and rule that ``hits.R`` or ``last.R`` reads. Raises NameFault."""
        *score, rule = name.parts[1:]
        found = [
            (score_name, each)
            for score_name, rule_name, each in self.model.rules()
            if rule_name == rule and score in ([], [score_name])
        ]
        if not found:
            raise self._no_rule(name)
        if len(found) > 1:
            choices = " or ".join(f"{name.parts[0]}.{score}.{rule}" for score, _ in found)
            raise NameFault(f"reads {name}, a rule of several scores", "", f"Write {choices}.")
        score_name, each = found[0]
        if not isinstance(each, COUNTED):
            raise NameFault(f"reads {name}, but only event, outcome and silence rules are counted")
        if account and not self.model.scores[score_name].is_account:
            raise NameFault(f"reads {name}, but {_ACCOUNTS_READ} rules alone")
        return score_name, rule

    def _no_rule(self, name: Name) -> NameFault:
        """Return the fault of ``hits`` or ``last`` of a rule that does not exist."""
        scope, *score, rule = name.parts
        known = [
            (score_name, rule_name)
            for score_name, rule_name, each in self.model.rules()
            if isinstance(each, COUNTED)
        ]
        if not score:
            remedy = nearest(rule, [each for _, each in known], f"{scope}.")
        else:
            remedy = nearest(".".join((*score, rule)), map(".".join, known), f"{scope}.")
        return NameFault(f"reads {name}, which is not a rule", "", remedy)

    def type_of(self, node: Node, place: Place) -> Type:
        """Return the type of an expression. Raises NameFault where it cannot work."""
        faults: list[NameFault] = []
        found = self.typed(node, place, faults)
        if faults:
            raise faults[0]
        return found

    def typed(self, node: Node, place: Place, faults: list[NameFault]) -> Type:
        """Return the type of an expression and add its faults; a faulty part has any type."""
        if isinstance(node, Literal):
            return _LITERALS[type(node.value)]
        types = [self.typed(each, place, faults) for each in _arguments(node)]
        try:
            if isinstance(node, Name):
                return self._type_of_name(node, place)
            return _type_of_call(node, types, place)
        except NameFault as fault:
            faults.append(fault)
            return Type.ANY

    def _type_of_name(self, name: Name, place: Place) -> Type:
        first = name.parts[0]
        if len(name.parts) == 1:
            return self._type_of_bare(first, place)
        if first in _TABLE_OF and len(name.parts) == 2:  # noqa: PLR2004 - entity and field
            if first not in place.fields:
                raise NameFault(f"reads {name}, but {_ACCOUNTS_READ} fields alone")
            return self.column(_TABLE_OF[first], name.parts[1])
        if first == "since":
            return self._type_of_since(name, place)
        if first in ("hits", "last") and len(name.parts) <= 3:  # noqa: PLR2004 - scope, score, rule
            if not place.counts:
                remedy = "Counts can stand in attribute rules, formulas, require and overrides."
                raise NameFault(f"reads {name}, which cannot stand here", "", remedy)
            if not self._is_lost(name):
                self.counted(name, account=place.account)
            return Type.NUMBER
        remedy = self._inside(place.bare, ".".join(name.parts)) or _other_name(name)
        raise NameFault(f"reads {name}, which is not a name", "", remedy)

    def _type_of_since(self, name: Name, place: Place) -> Type:
        """Return the type of the time since a field took its value."""
        _, *field = name.parts
        if len(field) != 2 or field[0] not in _TABLE_OF:  # noqa: PLR2004 - entity and field
            choices = " or ".join(str(Name(("since", each, field[-1]))) for each in place.fields)
            raise NameFault(f"reads {name}, which names no field", "", f"Write {choices}.")
        self._type_of_name(Name(tuple(field)), place)
        return Type.NUMBER

    def _is_lost(self, name: Name) -> bool:
        """Say whether a rule may be one that was lost in reading."""
        lost = [path[1:] for path in self.source.lost if path[0] == "scores"]
        rules = {path[2] for path in lost if len(path) == 3 and path[1] == "rules"}  # noqa: PLR2004
        return name.parts[-1] in rules or any(path[1:] in ((), ("rules",)) for path in lost)

    def _type_of_bare(self, name: str, place: Place) -> Type:
        if place.bare == "scores":
            return self._type_of_score(name, place)
        if place.bare:
            return self.column(place.bare, name)
        remedy = f"Write {' or '.join(f'{each}.{name}' for each in place.fields)}."
        raise NameFault(f"reads {name}, but bare names cannot stand here", "", remedy)

    def _type_of_score(self, name: str, place: Place) -> Type:
        if self.source.has_lost(("scores", name)):
            return Type.NUMBER
        score = self.model.scores.get(name)
        if score is None:
            remedy = nearest(name, self.model.scores) or f"Write lead.{name} if it is a field."
            raise NameFault(f"reads {name}, which is not a score", "", remedy)
        if place.account and not score.is_account:
            raise NameFault(f"reads {name}, but {_ACCOUNTS_READ} scores alone")
        return Type.NUMBER


_LITERALS: Mapping[type, Type] = {
    float: Type.NUMBER,
    str: Type.TEXT,
    bool: Type.BOOLEAN,
    type(None): Type.ANY,
}


def _arguments(node: Node) -> tuple[Node, ...]:
    return node.arguments if isinstance(node, Call) else ()


def _type_of_call(node: Call, types: list[Type], place: Place) -> Type:
    if node.operation == "age" and not place.age:
        raise NameFault("must not take an age inside where", "", "Write within: 30d.")
    try:
        if node.operation == "case":
            return _type_of_case(types)
        return _type_of_operation(node.operation, types)
    except NameFault as fault:
        found = " and ".join(map(described, node.arguments, types))
        raise NameFault(fault.expected, found) from None


def _other_name(name: Name) -> str:
    """Return what a name of several parts that is none may have been meant to be."""
    first, *rest = name.parts
    if first in SCOPES:
        return f"Write {Name((first, '.'.join(rest)))} if the dot belongs to the name."
    meant = closest(first, SCOPES)
    return f"Did you mean {Name((meant, *rest))}?" if meant else "Put text in single quotes."


def described(node: Node, kind: Type) -> str:
    """Return what an argument is: its name with its type, or a constant."""
    if isinstance(node, Name):
        return f"{node} ({kind.phrase})"
    if not isinstance(node, Literal):
        return kind.phrase
    if isinstance(node.value, str):
        return f"'{node.value}'"
    return f"{node.value:g}" if isinstance(node.value, float) else _CONSTANTS[node.value]


_CONSTANTS: Mapping[bool | None, str] = {True: "true", False: "false", None: "null"}
_PLURALS = {
    Type.NUMBER: "numbers",
    Type.TEXT: "text",
    Type.BOOLEAN: "conditions",
    Type.TIME: "times",
}


def _need(operation: str, found: Type, *expected: Type) -> None:
    """Raise NameFault unless the type is one of those expected, where any are."""
    if expected and found is not Type.ANY and found not in expected:
        wanted = " or ".join(_PLURALS[each] for each in expected)
        raise NameFault(f"must give `{operation}` {wanted}")


def _unify(operation: str, types: list[Type]) -> Type:
    """Return the one type that all have, leaving out those without any value."""
    known = {each for each in types if each is not Type.ANY}
    if len(known) > 1:
        raise NameFault(f"must give `{operation}` values of one type")
    return known.pop() if known else Type.ANY


def _type_of_operation(name: str, types: list[Type]) -> Type:
    """Return the type that an operation gives. Raises NameFault where it does not take these."""
    operation = OPERATIONS[name]
    if operation.alike and not (name in _EQUALITIES and set(types) - {Type.ANY} == _NEVER_EQUAL):
        types = [_unify(name, types)]
    for each in types:
        _need(_SIGNS.get(name, name), each, *operation.takes)
    return types[0] if operation.gives is None else operation.gives


_SIGNS = {"negative": "-"}
_EQUALITIES = ("=", "<>", "in")
_NEVER_EQUAL = {Type.TEXT, Type.NUMBER}
"""Text and numbers may be compared: they are never equal."""


def _type_of_case(types: list[Type]) -> Type:
    for each in types[:-1:2]:
        _need("when", each, Type.BOOLEAN)
    return _unify("case", [*types[1::2], types[-1]])


def fields_of(*trees: Node) -> list[tuple[str, str]]:
    """Return the distinct ``(entity, field)`` that trees read, in the order written.

    Of ``since.lead.x`` the entity is ``since.lead``.
    """
    scopes = (*_TABLE_OF, "since")
    found = (name.parts for tree in trees for name in names(tree) if name.parts[0] in scopes)
    return list(dict.fromkeys((".".join(scope), each) for *scope, each in found if scope))
