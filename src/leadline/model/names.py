"""What a name in an expression stands for, and of which type an expression is.

Used by ``check`` to find faults and by ``query`` to render; neither knows more than the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from leadline.errors import nearest
from leadline.model.document import (
    EventRule,
    Model,
    OutcomeRule,
    Rule,
    SilenceRule,
)
from leadline.model.expressions import COMPARISONS, Call, Literal, Name, Node, names
from leadline.model.types import KNOWN_COLUMNS, Schema, Type

COUNTED = (EventRule, OutcomeRule, SilenceRule)
"""Kinds of rules that ``hits`` and ``last`` can read."""
_TABLE_OF = {"lead": "leads", "account": "accounts"}


class NameFault(ValueError):
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
        account: Whether the place belongs to an account score.
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

    def __init__(self, model: Model, schema: Schema | None = None) -> None:
        """Keep the model; without a schema every column exists and has every type."""
        self.model = model
        self.schema = schema or {}

    def column(self, table: str, name: str) -> Type:
        """Return the type of a column. Raises NameFault where it does not exist."""
        known = KNOWN_COLUMNS[table]
        declared = self.model.columns.get(table, {})
        given = self.schema.get(table)
        if given is not None and name in given:
            return given[name]
        if name in declared:
            return declared[name].type or known.get(name, Type.ANY)
        if name in known:
            return known[name]
        if given is None:
            return Type.ANY
        entity = {"leads": "lead.", "accounts": "account."}.get(table, "")
        remedy = nearest(name, [*given, *known], entity) or (
            f"Declare it under columns.{table} if the data may lack it."
        )
        raise NameFault(f"reads {entity}{name}, which is not a column of {table}", "", remedy)

    def counted(self, name: Name, *, account: bool = False) -> tuple[str, str]:
        """Return score and rule that ``hits.R`` or ``last.R`` reads. Raises NameFault."""
        *score, rule = name.parts[1:]
        found = [
            (score_name, rule_name, each)
            for score_name, rule_name, each in self.model.rules()
            if rule_name == rule and score in ([], [score_name])
        ]
        if not found:
            known = [rule_name for _, rule_name, each in self.model.rules() if isinstance(each, COUNTED)]
            raise NameFault(
                f"reads {name}, which is not a rule", "", nearest(rule, known, f"{name.parts[0]}.")
            )
        if len(found) > 1:
            choices = " or ".join(f"{name.parts[0]}.{score}.{rule}" for score, _, _ in found)
            raise NameFault(f"reads {name}, a rule of several scores", "", f"Write {choices}.")
        score_name, rule_name, each = found[0]
        if not isinstance(each, COUNTED):
            raise NameFault(f"reads {name}, but only event, outcome and silence rules are counted")
        if account and not self.model.scores[score_name].is_account:
            raise NameFault(f"reads {name}, but an account score can read account rules alone")
        return score_name, rule_name

    def type_of(self, node: Node, place: Place) -> Type:
        """Return the type of an expression. Raises NameFault where it cannot work."""
        if isinstance(node, Literal):
            return _LITERALS[type(node.value)]
        if isinstance(node, Name):
            return self._type_of_name(node, place)
        if node.operation == "age" and not place.age:
            raise NameFault("must not take an age inside where", "", "Use within, or lead fields.")
        types = [self.type_of(each, place) for each in node.arguments]
        try:
            return _TYPING[node.operation](node.operation, types)
        except NameFault as fault:
            found = " and ".join(map(_described, node.arguments, types))
            raise NameFault(fault.expected, found, fault.remedy) from None

    def _type_of_name(self, name: Name, place: Place) -> Type:
        first = name.parts[0]
        if len(name.parts) == 1:
            return self._type_of_bare(first, place)
        if first in _TABLE_OF and len(name.parts) == 2:  # noqa: PLR2004 - entity and field
            if first not in place.fields:
                raise NameFault(f"reads {name}, but an account score can read account fields alone")
            return self.column(_TABLE_OF[first], name.parts[1])
        if first in ("hits", "last") and len(name.parts) <= 3:  # noqa: PLR2004 - scope, score, rule
            if not place.counts:
                raise NameFault(f"reads {name}, which cannot stand here")
            self.counted(name, account=place.account)
            return Type.NUMBER
        remedy = nearest(first, ["lead", "account", "hits", "last"])
        raise NameFault(f"reads {name}, which is not a name", "", remedy or "Put it in quotes.")

    def _type_of_bare(self, name: str, place: Place) -> Type:
        if place.bare == "scores":
            return self._type_of_score(name, place)
        if place.bare:
            return self.column(place.bare, name)
        remedy = f"Write lead.{name} or account.{name}."
        raise NameFault(f"reads {name}, but bare names cannot stand here", "", remedy)

    def _type_of_score(self, name: str, place: Place) -> Type:
        score = self.model.scores.get(name)
        if score is None:
            remedy = nearest(name, self.model.scores) or f"Write lead.{name} if it is a field."
            raise NameFault(f"reads {name}, which is not a score", "", remedy)
        if place.account and not score.is_account:
            raise NameFault(f"reads {name}, but an account score can read account scores alone")
        return Type.NUMBER


_LITERALS: Mapping[type, Type] = {
    float: Type.NUMBER,
    str: Type.TEXT,
    bool: Type.BOOLEAN,
    type(None): Type.ANY,
}
_ARTICLES = {
    Type.NUMBER: "a number",
    Type.TEXT: "text",
    Type.BOOLEAN: "true or false",
    Type.TIME: "a time",
}


def _described(node: Node, kind: Type) -> str:
    """Return what an argument is: its name with its type, or a constant."""
    if isinstance(node, Literal):
        return repr(node.value) if isinstance(node.value, str) else f"{node.value:g}" if isinstance(node.value, float) else str(node.value)
    word = _ARTICLES.get(kind, "without any value")
    return f"{node} ({word})" if isinstance(node, Name) else word


def need(operation: str, found: Type, *expected: Type) -> None:
    """Raise NameFault unless the type is one of those expected."""
    if found is not Type.ANY and found not in expected:
        wanted = " or ".join(_ARTICLES[each] for each in expected)
        raise NameFault(f"must give {operation} {wanted}", _ARTICLES[found])


def unify(operation: str, types: list[Type]) -> Type:
    """Return the one type that all have, leaving out those without any value."""
    known = {each for each in types if each is not Type.ANY}
    if len(known) > 1:
        found = " and ".join(sorted(_ARTICLES[each] for each in known))
        raise NameFault(f"must give {operation} values of one type", found)
    return known.pop() if known else Type.ANY


def _fixed(takes: Type, gives: Type) -> Callable[[str, list[Type]], Type]:
    def typing(operation: str, types: list[Type]) -> Type:
        for each in types:
            need(operation, each, takes)
        return gives

    return typing


def _equal(operation: str, types: list[Type]) -> Type:
    """Text and numbers may be compared: they are never equal."""
    if set(types) - {Type.ANY} != {Type.TEXT, Type.NUMBER}:
        unify(operation, types)
    return Type.BOOLEAN


def _ordered(operation: str, types: list[Type]) -> Type:
    need(operation, unify(operation, types), Type.NUMBER, Type.TEXT, Type.TIME)
    return Type.BOOLEAN


def _extreme(operation: str, types: list[Type]) -> Type:
    found = unify(operation, types)
    need(operation, found, Type.NUMBER, Type.TIME)
    return found


def _case(operation: str, types: list[Type]) -> Type:
    for each in types[:-1:2]:
        need("when", each, Type.BOOLEAN)
    return unify(operation, [*types[1::2], types[-1]])


_TYPING: Mapping[str, Callable[[str, list[Type]], Type]] = {
    **dict.fromkeys(("and", "or", "not"), _fixed(Type.BOOLEAN, Type.BOOLEAN)),
    **dict.fromkeys(("+", "-", "*", "/", "negative", "abs"), _fixed(Type.NUMBER, Type.NUMBER)),
    **dict.fromkeys(("lower", "upper"), _fixed(Type.TEXT, Type.TEXT)),
    **dict.fromkeys(("like", "ilike"), _fixed(Type.TEXT, Type.BOOLEAN)),
    **dict.fromkeys(set(COMPARISONS) - {"=", "<>"}, _ordered),
    **dict.fromkeys(("=", "<>", "in"), _equal),
    **dict.fromkeys(("least", "greatest"), _extreme),
    "is null": lambda _operation, _types: Type.BOOLEAN,
    "length": _fixed(Type.TEXT, Type.NUMBER),
    "age": _fixed(Type.TIME, Type.NUMBER),
    "coalesce": unify,
    "case": _case,
}


def fields_of(*trees: Node) -> list[tuple[str, str]]:
    """Return the distinct ``(entity, field)`` that trees read, in the order written."""
    found = (name.parts for tree in trees for name in names(tree))
    return list(dict.fromkeys((p[0], p[1]) for p in found if len(p) == 2 and p[0] in _TABLE_OF))  # noqa: PLR2004


def reads_counts(tree: Node) -> bool:
    """Say whether a tree reads ``hits`` or ``last``."""
    return any(name.parts[0] in ("hits", "last") and len(name.parts) > 1 for name in names(tree))
