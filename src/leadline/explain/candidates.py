"""Single steps that could move a lead: one more hit of a rule, a missing field that is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from leadline.engines.duckdb.engine import DuckDB
from leadline.explain.plans import Plans
from leadline.explain.what_if import Step
from leadline.model.contract import CONTRACT
from leadline.model.document import Model, SilenceRule, Table, TableRule, UnitRule
from leadline.model.expressions import Call, Literal, Name, Node, names
from leadline.model.types import Columns, Schema, Type
from leadline.query.context import rule_expressions
from leadline.query.matching import Matcher
from leadline.scoring import Run
from leadline.sql.text import literal

_MOST_CANDIDATES = 8


@dataclass(frozen=True)
class Around:
    """Where a lead is explained: tables on an engine, and what is planned over them.

    Attributes:
        engine: Has the tables.
        plans: Its statements.
        lead_id: The lead.
        facts: Returns the query for the lead with its fields, as conditions on events read them.
    """

    engine: DuckDB
    plans: Plans
    lead_id: str
    facts: Callable[[], str]

    @classmethod
    def of(cls, run: Run, lead_id: str) -> Self:
        """Return where a run has a lead. Raises InputError where the run is not on DuckDB."""
        plans = Plans(run.model, run.loaded.schema)
        return cls(run.duckdb, plans, lead_id, lambda: run.sql("lead_facts"))

    @property
    def schema(self) -> Schema:
        """The tables and their columns."""
        return self.plans.schema


def event_steps(around: Around) -> Iterator[Step]:
    """Yield one more hit now for each event rule: an event of the data that the rule counts."""
    examples = _example_events(around) if "events" in around.schema else {}
    for number, counted in enumerate(around.plans.counted):
        event = examples.get(number) or _made_event(counted.matcher)
        if counted.matcher.rule is not None and event is not None:
            key = (counted.matcher.rule.score_name, counted.matcher.rule.name)
            yield Step(".".join(key), event=event, rule=key)


def events_of(plans: Plans, steps: Sequence[Step]) -> Columns:
    """Return the columns that events have, in the data or else in the steps to be tried."""
    given = plans.schema.get("events")
    if given is not None:
        return given
    read = {
        each.parts[0]: Type.ANY
        for _, _, rule in plans.model.rules()
        if isinstance(rule, UnitRule | SilenceRule)
        for expression in rule_expressions(rule)
        for each in names(expression.tree)
        if len(each.parts) == 1
    }
    made = {
        name: _TYPES[type(value)]
        for step in steps
        for name, value in (step.event or {}).items()
        if type(value) in _TYPES
    }
    return {**read, **made, **CONTRACT["events"].types}


_TYPES = {str: Type.TEXT, float: Type.NUMBER, bool: Type.BOOLEAN}


def _example_events(around: Around) -> dict[int, dict[str, Any]]:
    """Return events of the data that rules would count for this lead, by the rule's place.

    One statement looks for all of them, as most of each is planning.
    """
    if around.plans.reads_lead:
        around.engine.run(
            f"create or replace temp table lead_explained as select * from ({around.facts()}) as f "
            f"where lead_id = {literal(around.lead_id)} order by as_of desc limit 1"
        )
    parts = [
        f'(select {number} as "~rule", e.* from events as e '
        f"{'cross join lead_explained as s ' if counted.reads_lead else ''}"
        f"where {counted.test} limit 1)"
        for number, counted in enumerate(around.plans.counted)
    ]
    rows = around.engine.arrow(" union all ".join(parts)).to_pylist() if parts else []
    return {row.pop("~rule"): row for row in rows}


def _made_event(matcher: Matcher) -> dict[str, Any] | None:
    """Make an event that meets a simple condition, where the data has none."""
    kind = matcher.kinds[0] if matcher.kinds else None
    wanted: dict[str, Any] = {"type": kind}
    if matcher.where is not None and not _satisfy(matcher.where.tree, wanted):
        return None
    return wanted


def _satisfy(node: Node, wanted: dict[str, Any]) -> bool:
    """Put the values that make a condition true into ``wanted``; say whether that was possible."""
    if isinstance(node, Name) and len(node.parts) == 1:
        wanted[node.parts[0]] = True
        return True
    if not isinstance(node, Call):
        return False
    if all(len(each.parts) > 1 for each in names(node)):
        return True  # it reads fields alone, which are what they are
    if node.operation == "and":
        return all(_satisfy(each, wanted) for each in node.arguments)
    if node.operation == "or":
        return _satisfy(node.arguments[0], wanted)
    return _compare(node, wanted)


def _compare(node: Call, wanted: dict[str, Any]) -> bool:
    """Put the value that makes a comparison of a column with a constant true into ``wanted``."""
    left = node.arguments[0]
    values = [each.value for each in node.arguments[1:] if isinstance(each, Literal)]
    if not (isinstance(left, Name) and len(left.parts) == 1 and values):
        return False
    value = _VALUES.get(node.operation, lambda _value: None)(values[0])
    wanted[left.parts[0]] = value
    return value is not None


_VALUES: Mapping[str, Any] = {
    "=": lambda value: value,
    "in": lambda value: value,
    "like": lambda value: value.replace("%", "").replace("_", "x"),
    "ilike": lambda value: value.replace("%", "").replace("_", "x"),
    ">": lambda value: value + 1 if isinstance(value, float) else None,
    ">=": lambda value: value,
    "<": lambda value: value - 1 if isinstance(value, float) else None,
    "<=": lambda value: value,
}


def field_steps(
    plans: Plans, missing: Sequence[tuple[str, str]], *, has_account: bool
) -> Iterator[Step]:
    """Yield the values that a missing field could have, as far as the model names any."""
    for entity, name in missing:
        if name in ("account_id", "lead_id") or (entity == "account" and not has_account):
            continue
        kind = plans.schema.get(f"{entity}s", {}).get(name)
        if kind is None:
            continue
        for value in _candidates(plans.model, entity, name, kind):
            yield Step(f"{entity}.{name} = {_shown(value)}", field=(entity, name, value))


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _candidates(model: Model, entity: str, name: str, kind: Type) -> list[Any]:
    """Return values of a field that a rule tells apart, those of most points first."""
    found: list[tuple[float, Any]] = []
    for _, _, rule in model.rules():
        if isinstance(rule, TableRule):
            for expression, table in zip(rule.expressions, _tables(rule.table), strict=False):
                if expression.tree == Name((entity, name)):
                    found += _entries(table)
        for expression in rule_expressions(rule):
            found += [(0.0, value) for value in _compared(expression.tree, entity, name)]
    values = [value for _, value in sorted(found, key=lambda pair: -pair[0])]
    fitting = [each for each in (_fit(value, kind) for value in values) if each is not None]
    return list(dict.fromkeys(fitting))[:_MOST_CANDIDATES]


def _tables(table: Table) -> Iterator[Table]:
    yield table
    for entry in table.entries():
        if isinstance(entry, Table):
            yield entry
            return


def _entries(table: Table) -> list[tuple[float, Any]]:
    entries = table.values or table.bins or {}
    return [(_points(entry), key) for key, entry in entries.items()]


def _points(entry: float | Table) -> float:
    return max(map(_points, entry.entries())) if isinstance(entry, Table) else float(entry)


def _compared(node: Node, entity: str, name: str) -> Iterator[Any]:
    """Yield the constants that a field is compared with, one step over for strict comparisons."""
    if node == Name((entity, name)):
        yield True
    if not isinstance(node, Call):
        return
    if Name((entity, name)) in node.arguments:
        for each in node.arguments:
            if isinstance(each, Literal) and each.value is not None:
                yield _VALUES.get(node.operation, lambda value: value)(each.value)
    for each in node.arguments:
        if isinstance(each, Call) or node.operation in ("and", "or", "not"):
            yield from _compared(each, entity, name)


def _fit(value: object, kind: Type) -> Any:
    """Return a value as one of the column's type, None where it is none."""
    if kind is Type.NUMBER and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if kind is Type.BOOLEAN and isinstance(value, bool):
        return value
    if kind in (Type.TEXT, Type.ANY) and isinstance(value, str):
        return value
    return None
